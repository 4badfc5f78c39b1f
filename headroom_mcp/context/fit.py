"""`fit` (IntelligentContext): a conversation into a budget, rarely and in one batch.

Taking something out of an old message changes the prefix, and everything after it is billed again. So nothing happens until
there is a reason: the hard limit, a price cliff, a cache that has gone cold anyway, or a bill that falls in the end. Then it
goes down to about half of the budget, so that it does not happen again soon. What is taken out becomes one line with its ref,
a pure function of what stood there, and stays out. Calls and results stay together; what the user said is never touched.

A model that signs its thinking rejects a conversation whose past was changed: `fit` then changes nothing and offers the
provider's own editing as a piece of the request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from headroom_mcp.context import memo, prices, shapes
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.eviction import Candidate, candidates, pointing, ranked, resting_on, stub
from headroom_mcp.context.result import Decision
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.types import StoreError

if TYPE_CHECKING:
    from headroom_mcp.store import Store

Why = Literal["limit", "cliff", "cold", "bill", "not_needed", "thinking", "nothing_left", "failed", "not_a_list"]

WINDOW_TOKENS = 200_000  # where no budget is given
RESERVE_TOKENS = 4_000  # for what the provider adds by itself
_ANSWER_TOKENS = 16_000
_DOWN_TO = 0.55  # of the budget: the next time is far away
_LEAST_TOKENS = 20_000  # taken out at a cold point or for the bill: less is not worth a changed prefix
_COLD_S = {"5m": 360.0, "1h": 3_660.0}  # the cache is surely gone
_BINDING = ("fable-5", "mythos-5", "opus-5-5", "sonnet-5-5", "haiku-5-5")
OFFERS: dict[str, dict[str, Any]] = {
    "clear_tool_uses": {
        "betas": ["context-management-2025-06-27"],
        "context_management": {
            "edits": [
                {
                    "type": "clear_tool_uses_20250919",
                    "trigger": {"type": "input_tokens", "value": 100_000},
                    "keep": {"type": "tool_uses", "value": 10},
                    "clear_at_least": {"type": "input_tokens", "value": 20_000},
                }
            ]
        },
    },
    "compact": {
        "betas": ["context-management-2025-06-27"],
        "context_management": {
            "edits": [{"type": "compact_20260112", "trigger": {"type": "input_tokens", "value": 150_000}}]
        },
    },
}
"""What a provider can do by itself where a client must not change the past: pieces of a request, with the betas they need."""


class Fitted(NamedTuple):
    """What `fit` returns. `messages` are the conversation from now on: go on from them.

    `why`: what made it act, or why it did not · `offer`: with "thinking", pieces of a request by which the provider does it.
    """

    messages: Any
    tokens_before: int
    tokens_after: int
    decisions: tuple[Decision, ...]
    counted_by: str
    why: Why
    budget: int
    offer: dict[str, dict[str, Any]] | None = None

    @property
    def tokens_saved(self) -> int:
        """How many tokens fewer the messages hold."""
        return self.tokens_before - self.tokens_after

    @property
    def compression_ratio(self) -> float:
        """The share of the tokens that is saved, from 0 to 1."""
        return self.tokens_saved / self.tokens_before if self.tokens_before else 0.0


_taken_out: memo.Memo[frozenset[bytes]] = memo.Memo(entries=2_000, age_s=float("inf"))


def fit(
    messages: Any,
    model: str = "",
    budget_tokens: int | None = None,
    *,
    tools: Any = None,
    system: Any = None,
    settings: Settings | None = None,
    session: str = "",
    store: Store | None = None,
    project: str = "",
    idle_s: float | None = None,
    later: int = 0,
    ttl: str = "5m",
    thinking_may_drop: bool = False,
) -> Fitted:
    """Return `messages` within `budget_tokens` (by default a window of 200,000 less the answer), or unchanged where nothing is
    to be done.

    `idle_s`: seconds since the last request, by which a cache is known to be cold · `later`: how many requests are expected,
    for the bill · `thinking_may_drop`: the request asks the provider to drop thinking that no longer fits
    (`block_binding.prefix_mismatch_behavior`). Call it before a new prompt is sent. Raises nothing.
    """
    counter = Counter(model if isinstance(model, str) else "", exact=True)
    if not isinstance(messages, (list, tuple)):
        return Fitted(messages, 0, 0, (), counter.method, "not_a_list", 0)
    budget = WINDOW_TOKENS - _ANSWER_TOKENS - RESERVE_TOKENS if budget_tokens is None else budget_tokens
    total = 0
    try:
        settings = settings or load_settings()
        whole = _Conversation(list(messages), counter, tools, system, session)
        total = whole.total
        before = _again(whole, settings, store, project)
        return _fitted(before, model, budget, settings, store, project, idle_s, later, ttl, thinking_may_drop)
    except Exception as error:  # law 8
        fault_log.record("fit", error, settings)
        return Fitted(list(messages), total, total, (), counter.method, "failed", budget)


class _Conversation:
    """A conversation, its tokens, and the name under which what was taken out of it is remembered."""

    def __init__(self, messages: list[Any], counter: Counter, tools: Any, system: Any, session: str) -> None:
        self.messages = messages
        self.counter = counter
        self.session = session
        beside = [value for value in (tools, system) if value is not None]
        self.beside = sum(counter.count(text) for value in beside for text in shapes.texts_of(value))
        self.sizes = [sum(counter.count(text) for text in shapes.texts_of(message)) for message in messages]
        first = "\n".join(sorted(shapes.texts_of(messages[0]))) if messages else ""
        self.name = memo.digest_of(session, first)
        self.decisions: list[Decision] = []
        self.taken: set[bytes] = set()
        self._out: set[tuple[int, shapes.Path]] = set()
        self.before = self.total

    @property
    def total(self) -> int:
        """The tokens as they are now."""
        return self.beside + sum(self.sizes)

    def take_out(self, candidate: Candidate, store: Store, project: str) -> None:
        """Let the line with its ref stand where `candidate` stood, once; nothing where that is no shorter. Raises: StoreError."""
        index = candidate.index
        if (index, candidate.path) in self._out:
            return
        text = stub(candidate, store, self.session, project)
        after = self.counter.count(text, candidate.form)
        if after >= candidate.tokens:
            return
        self._out.add((index, candidate.path))
        self.taken.add(candidate.digest)
        changed = shapes.replaced(self.messages[index], {candidate.path: text})
        self.messages = [*self.messages[:index], changed, *self.messages[index + 1 :]]
        self.sizes[index] -= candidate.tokens - after
        self.decisions.append(
            Decision(index, candidate.role, candidate.tool, candidate.tokens, after, "shortened", candidate.reason)
        )

    def result(self, why: Why, budget: int, offer: dict[str, dict[str, Any]] | None = None) -> Fitted:
        """Return what has become of it."""
        rows = tuple(sorted(self.decisions, key=lambda row: row.index))
        return Fitted(self.messages, self.before, self.total, rows, self.counter.method, why, budget, offer)


def _fitted(
    whole: _Conversation,
    model: str,
    budget: int,
    settings: Settings,
    store: Store | None,
    project: str,
    idle_s: float | None,
    later: int,
    ttl: str,
    thinking_may_drop: bool,
) -> Fitted:
    price = _price(model, settings)
    found = ranked(whole.messages, candidates(whole.messages, whole.counter), store, settings, project)
    why, target = _reason(whole, found, price, budget, idle_s, later, ttl)
    if why == "not_needed":
        return whole.result(why, budget)
    if not found or budget <= 0:  # a budget that nothing meets is a mistake, and no reason to take everything out
        return whole.result("nothing_left", budget)
    if (
        _binds_thinking(model)
        and not thinking_may_drop
        and _thinks_after(whole.messages, min(one.index for one in found))
    ):
        return whole.result("thinking", budget, OFFERS)
    notes = pointing(whole.messages)
    opened = store if store is not None else open_store(settings)
    try:
        for candidate in found:
            if whole.total <= target or (candidate.last and whole.total <= budget):
                break
            resting = resting_on(candidate, found, notes)
            if resting is not None:
                for one in (candidate, *resting):
                    whole.take_out(one, opened, project)
    except StoreError as error:  # law 9: what cannot be kept stays
        fault_log.record("fit", error, settings)
    finally:
        if store is None:
            opened.close()
    _taken_out.put(whole.name, frozenset(whole.taken))
    return whole.result(why if whole.total <= budget or why in ("cold", "bill") else "nothing_left", budget)


def _again(whole: _Conversation, settings: Settings, store: Store | None, project: str) -> _Conversation:
    """Take out what was taken out before, for a client that sends its originals again: it stays out."""
    taken = _taken_out.get(whole.name)
    if not taken:
        return whole
    whole.taken.update(taken)
    found, notes = candidates(whole.messages, whole.counter), pointing(whole.messages)
    known = [one for one in found if one.digest in taken]
    if known:
        opened = store if store is not None else open_store(settings)
        try:
            for candidate in known:
                for one in (candidate, *(resting_on(candidate, found, notes) or ())):
                    whole.take_out(one, opened, project)
        finally:
            if store is None:
                opened.close()
    return whole


def _reason(
    whole: _Conversation,
    found: Sequence[Candidate],
    price: prices.Price | None,
    budget: int,
    idle_s: float | None,
    later: int,
    ttl: str,
) -> tuple[Why, int]:
    """Return why something is to be taken out now, and down to how many tokens."""
    target = int(budget * _DOWN_TO)
    if whole.total > budget:
        return "limit", target
    if price is not None and price.over and budget > price.over and whole.total > price.over * 0.95:
        return "cliff", int(price.over * _DOWN_TO)
    saved = min(sum(one.tokens for one in found if not one.last), whole.total - target)
    if saved < _LEAST_TOKENS or not _is_new_prompt(whole.messages):
        return "not_needed", target
    if idle_s is not None and idle_s > _COLD_S.get(ttl, _COLD_S["1h"]):
        return "cold", target
    if price is not None and later:
        behind = sum(whole.sizes[min(one.index for one in found) :]) - saved
        if later > 2 * price.pays_after(saved, max(0, behind), ttl):
            return "bill", target
    return "not_needed", target


def _is_new_prompt(messages: Sequence[Any]) -> bool:
    events = shapes.events(messages[-1]) if messages else None
    return bool(events) and all(isinstance(event, (shapes.Said, shapes.Attached)) for event in events or ())


def _price(model: str, settings: Settings) -> prices.Price | None:
    return prices.of(model, prices.table(settings)) if model else None


def _binds_thinking(model: str) -> bool:
    name = model.lower().replace(".", "-")
    return any(word in name for word in _BINDING) and "fable-5-0" not in name


def _thinks_after(messages: Sequence[Any], index: int) -> bool:
    """Tell whether a signed thought stands after the message `index`."""
    return any(
        '"thinking"' in kinds or '"redacted_thinking"' in kinds for kinds in map(_block_kinds, messages[index + 1 :])
    )


def _block_kinds(message: Any) -> str:
    return " ".join(f'"{kind}"' for kind in shapes.block_kinds(message))
