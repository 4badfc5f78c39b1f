"""`fit`: rarely, in one batch, down to about half, and what is out stays out and comes back by its ref."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from headroom_mcp import compress, fit
from headroom_mcp.context import eviction, shapes
from headroom_mcp.context import fit as module
from headroom_mcp.context.counting import Counter
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_in_memory
from headroom_mcp.text import marker
from tests import long_form

from .conversations import SHAPES, Step, as_messages, plain

_WORDS = "river stone apple window garden paper silver morning letter bridge".split()
_SETTINGS = Settings()


@pytest.fixture(name="store")
def _store() -> Any:
    with open_in_memory(_SETTINGS) as store:
        yield store
    module._taken_out.clear()


def _text(rng: random.Random, lines: int = 60) -> str:
    return "\n".join(" ".join(rng.choice(_WORDS) + str(rng.randint(1, 99)) for _ in range(8)) for _ in range(lines))


def _conversation(seed: int, shape: str = "anthropic", calls: int = 24) -> list[Any]:
    rng = random.Random(seed)
    steps = [Step("said", "mend the bridge over the river")]
    for number in range(calls):
        command = rng.choice((f"cat {number}.txt", "pytest -q", "ls -R"))
        steps += [
            Step("call", "", f"call_{number}", "Bash", {"command": command}),
            Step("result", _text(rng, rng.randint(5, 90)), f"call_{number}", "Bash"),
        ]
        if rng.random() < 0.2:
            steps.append(Step("said", f"look at {rng.choice(_WORDS)} next"))
    return as_messages([*steps, Step("said", "go on")], shape, rng)


def _tokens(messages: Any, model: str = "gpt-6") -> int:
    counter = Counter(model, exact=True)
    return sum(counter.count(text) for text in shapes.texts_of(messages))


def _places(messages: list[Any]) -> list[str]:
    return [
        p.text for m in messages for e in shapes.events(m) or [] if isinstance(e, shapes.Returned) for p in e.places
    ]


@pytest.mark.parametrize("seed", range(long_form.count(24, 500)))
def test_a_budget_is_met_pairs_stay_and_what_is_out_comes_back(seed: int, store: Store) -> None:
    shape = ("mixed", *SHAPES)[seed % 6]
    messages = _conversation(seed, shape)
    before = copy.deepcopy(messages)
    budget = int(_tokens(messages) * random.Random(seed).uniform(0.3, 0.9))
    fitted = fit(messages, "gpt-6", budget, store=store, settings=_SETTINGS, session=str(seed))
    module._taken_out.clear()
    again = fit(messages, "gpt-6", budget, store=store, settings=_SETTINGS, session=str(seed))

    assert fitted.why == "limit"
    assert _tokens(fitted.messages) <= budget
    assert plain(messages) == plain(before)
    assert plain(again.messages) == plain(fitted.messages)
    assert len(fitted.messages) == len(messages)
    for old, new in zip(_places(messages), _places(fitted.messages), strict=True):
        if new != old:
            assert eviction.is_stub(new)
            assert store.get(marker.refs(new)[0]).text == old
    ids = [[(type(e), getattr(e, "id", "")) for e in shapes.events(m) or []] for m in messages]
    assert [[(type(e), getattr(e, "id", "")) for e in shapes.events(m) or []] for m in fitted.messages] == ids
    changed = {decision.index for decision in fitted.decisions}
    assert all(
        new is old for i, (old, new) in enumerate(zip(messages, fitted.messages, strict=True)) if i not in changed
    )


def test_nothing_happens_without_a_reason_and_it_does_not_happen_again_soon(store: Store) -> None:
    messages = _conversation(1)
    total = _tokens(messages)
    unneeded = fit(messages, "gpt-6", total + 10, store=store, settings=_SETTINGS)
    fitted = fit(messages, "gpt-6", total - 10, store=store, settings=_SETTINGS)
    grown = [*fitted.messages, {"role": "user", "content": "and now the letter " * 50}]
    later = fit(grown, "gpt-6", total - 10, store=store, settings=_SETTINGS)

    assert (unneeded.why, unneeded.messages) == ("not_needed", messages)
    assert all(new is old for old, new in zip(messages, unneeded.messages, strict=True))
    assert fitted.tokens_after < total * 0.6
    assert later.why == "not_needed"
    assert later.messages == grown


def test_what_is_out_stays_out_for_a_client_that_sends_its_originals(store: Store) -> None:
    messages = _conversation(2)
    fitted = fit(messages, "gpt-6", _tokens(messages) - 10, store=store, settings=_SETTINGS)
    more = [*messages, {"role": "user", "content": "and?"}]
    later = fit(more, "gpt-6", _tokens(messages) - 10, store=store, settings=_SETTINGS)

    assert later.why == "not_needed"
    assert later.messages[: len(messages)] == fitted.messages


def test_compress_leaves_what_fit_has_taken_out_alone(store: Store) -> None:
    fitted = fit(_conversation(3), "gpt-6", 4_000, store=store, settings=_SETTINGS)
    stubs = [i for i, m in enumerate(fitted.messages) if any(map(eviction.is_stub, _places([m])))]
    compressed = compress(fitted.messages, store=store, settings=_SETTINGS)

    assert stubs
    assert all(compressed.messages[i] is fitted.messages[i] for i in stubs)


def test_a_short_form_leads_to_its_original(store: Store) -> None:
    log = "\n".join(
        f"2026-03-14T03:00:{i % 60:02d}Z INFO request {i} done in {i * 7 % 90} ms by worker-{i % 5}" for i in range(900)
    )
    call = {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "cat app.log"}}],
    }
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": log}]}
    short = compress([call, result], store=store, settings=_SETTINGS).messages
    fitted = fit(short, "gpt-6", 60, store=store, settings=_SETTINGS)

    (text,) = _places(fitted.messages)
    assert eviction.is_stub(text)
    assert store.get(marker.refs(text)[0]).text == log


def _order(messages: list[Any]) -> list[str]:
    found = eviction.candidates(messages, Counter())
    return [one.label for one in eviction.ranked(messages, found, None, _SETTINGS, "")]


def _step(number: int, command: str, text: str) -> list[Step]:
    return [Step("call", "", f"c{number}", "Bash", {"command": command}), Step("result", text, f"c{number}", "Bash")]


def test_repeats_go_first_then_runs_that_were_run_again_then_what_is_worth_least() -> None:
    rng = random.Random(4)
    same = _text(rng)
    steps = [
        *_step(0, "cat named.txt", "the_hidden_gate leads on\n" + _text(rng)),
        *_step(1, "cat failing.txt", "E   AssertionError: assert 3 == 4\n" + _text(rng)),
        *_step(2, "pytest -q", _text(rng)),
        *_step(3, "cat twice.txt", same),
        *_step(4, "cat plain.txt", _text(rng)),
        *_step(5, "cat copy.txt", same),
        *_step(6, "pytest -q", _text(rng)),
        Step("said", "open the_hidden_gate"),
        *(step for n in range(7, 17) for step in _step(n, f"cat {n}.txt", _text(rng))),
    ]
    order = _order(as_messages(steps, "anthropic", rng))

    assert order[:2] == ["cat twice.txt", "pytest -q"]
    assert order.index("cat plain.txt") < order.index("cat named.txt") < order.index("cat failing.txt")
    assert {*order[-11:]} == {*(f"cat {n}.txt" for n in range(7, 17)), "cat failing.txt"}


@pytest.mark.parametrize("budget", [0, -5])
def test_a_budget_that_nothing_meets_takes_nothing_out(budget: int, store: Store) -> None:
    messages = _conversation(1)
    fitted = fit(messages, "gpt-6", budget, store=store, settings=_SETTINGS)

    assert fitted.why == "nothing_left"
    assert all(new is old for new, old in zip(fitted.messages, messages, strict=True))


def test_what_is_fetched_back_often_goes_last_by_its_tool_and_kind(store: Store) -> None:
    """Counts alone, no text: logs of this tool were fetched back, its JSON was not."""
    for number in range(40):
        kind = ("log", "json")[number % 2]
        ref = store.put(f"text {number}", kind=kind, tool_name="Bash", tokens_before=500, tokens_after=50)
        if kind == "log":
            store.retrieved(ref, 40)
    log = "\n".join(f"2026-03-14T03:00:{i % 60:02d}Z INFO request {i} done in {i * 7 % 90} ms" for i in range(90))
    rows = json.dumps([{"id": i, "state": "ok", "note": f"parcel number {i}"} for i in range(90)], indent=1)
    rng = random.Random(5)
    steps = [
        *_step(0, "cat rows.json", rows),
        *_step(1, "cat app.log", log),
        *(step for n in range(2, 14) for step in _step(n, f"cat {n}.txt", _text(rng))),
    ]
    messages = as_messages(steps, "anthropic", rng)
    found = eviction.candidates(messages, Counter())
    share = eviction._Fetched(store, "").share
    shares = {one.label: share(one) for one in found}

    assert shares["cat app.log"] > 0.6
    assert shares["cat rows.json"] < 0.05
    assert share(found[0]._replace(tool="never seen")) == pytest.approx(0.1)


def test_nothing_rests_on_what_is_no_longer_shown(store: Store) -> None:
    """What is called shown above by a command goes with it."""
    rng = random.Random(9)
    names = "area border corner depth edge face grid height inset join".split()
    code = "\n".join(
        f"def {a}_{b}({b}, {a}):\n    return {a} * {b} + len(str({b}))\n" for a in names for b in names if a < b
    )
    steps = [
        *_step(0, "sed -n 1,200p app.py", code),
        *_step(1, "sed -n 1,250p app.py", code + _text(rng, 40)),
        *(step for n in range(2, 14) for step in _step(n, f"cat {n}.txt", _text(rng))),
    ]
    short = compress(as_messages(steps, "anthropic", rng), store=store, settings=_SETTINGS).messages
    assert "as shown above by sed -n 1,200p app.py" in _places(short)[1]
    for share in (0.9, 0.6, 0.3, 0.1):
        module._taken_out.clear()
        shown = _places(fit(short, "gpt-6", int(_tokens(short) * share), store=store, settings=_SETTINGS).messages)
        assert not eviction.is_stub(shown[0]) or eviction.is_stub(shown[1])


def test_a_model_that_signs_its_thinking_is_offered_the_providers_own_editing(store: Store) -> None:
    messages = _conversation(5)
    messages.insert(-1, {"role": "assistant", "content": [{"type": "thinking", "thinking": "so", "signature": "c2ln"}]})
    budget = _tokens(messages, "claude-opus-5-5") - 10
    refused = fit(messages, "claude-opus-5-5", budget, store=store, settings=_SETTINGS)

    assert refused.why == "thinking"
    assert all(new is old for old, new in zip(messages, refused.messages, strict=True))
    assert refused.offer is not None
    assert refused.offer["clear_tool_uses"]["context_management"]["edits"][0]["type"] == "clear_tool_uses_20250919"
    assert (
        fit(messages, "claude-opus-5-5", budget, store=store, settings=_SETTINGS, thinking_may_drop=True).why == "limit"
    )
    assert (
        fit(messages, "claude-opus-5", budget - 2_000, store=store, settings=_SETTINGS, session="other").why == "limit"
    )


def test_a_cold_cache_a_cliff_and_a_falling_bill_are_reasons(store: Store) -> None:
    messages = _conversation(6, calls=60)
    total = _tokens(messages)
    assert total > 40_000
    named: dict[str, Any] = {"store": store, "settings": _SETTINGS}

    assert fit(messages, "gpt-6", total + 10, **named, idle_s=100).why == "not_needed"
    assert fit(messages, "gpt-6", total + 10, **named, idle_s=400, session="1").why == "cold"
    calling = [
        *messages,
        {"role": "assistant", "content": [{"type": "tool_use", "id": "x", "name": "Bash", "input": {}}]},
    ]
    assert fit(calling, "gpt-6", total + 10, **named, idle_s=400, session="2").why == "not_needed", "no new prompt"
    assert fit(messages, "gpt-6", total + 10, **named, later=3, session="3").why == "not_needed"
    assert fit(messages, "gpt-6", total + 10, **named, later=10_000, session="4").why == "bill"
    cheap = _conversation(7, calls=130)
    assert _tokens(cheap, "claude-haiku-5-5") > 95_000
    cliff = fit(cheap, "claude-haiku-5-5", 900_000, **named, session="5")
    assert (cliff.why, cliff.tokens_after < 100_000) == ("cliff", True)


@pytest.mark.parametrize(
    "messages", [None, "hello", [], [None], [{"role": "user", "content": "hello " * 99}], [object(), 3]]
)
def test_what_cannot_be_fitted_comes_back(messages: Any) -> None:
    assert fit(messages, "gpt-6", 10).messages == messages


def test_a_store_that_cannot_be_written_keeps_everything(tmp_path: Any) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    messages = _conversation(8)
    fitted = fit(messages, "gpt-6", 2_000, settings=Settings(home=str(blocked)))

    assert fitted.messages == messages
    assert fitted.why == "failed"
