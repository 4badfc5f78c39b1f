"""What `fit` keeps its word on: the budget by a real tokenizer, calls with their results, the same bytes twice, the way back.

    python -m headroom_mcp.evals.fit_budget [--conversations 500] [--sessions DIR]

Generated conversations, and recorded ones (see `evals.recorded.sessions`) as Anthropic's and as OpenAI's messages, each into a
budget of 30 to 90 % of what it holds. Of recorded ones, the first half is fitted: of the strings that the agent used in the
second half and had met in the first, the share is printed that is still shown, and that is shown or comes back by a ref.
Tokens are counted by o200k where its ranks are on the machine; the last line says how.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from headroom_mcp.context import fit as module
from headroom_mcp.context import shapes
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.fit import fit
from headroom_mcp.evals.body_speed import output
from headroom_mcp.evals.recorded import conversations, sessions
from headroom_mcp.evals.recorded.sessions import Step
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_in_memory
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError

_MODEL = "gpt-6"
_SETTINGS = Settings()
_LEAST_TOKENS = 2_000  # of a recorded half: there is nothing to take out of a shorter one


class Kept(NamedTuple):
    """What held of one conversation. `uses`: strings used later · `shown`, `there`: still visible; visible or to be fetched."""

    met: bool
    paired: bool
    same: bool
    back: bool
    uses: int = 0
    shown: int = 0
    there: int = 0


def generated(seed: int) -> list[dict[str, Any]]:
    """Return messages of 15 to 40 calls, in one of two shapes."""
    chance = random.Random(seed)
    steps = []
    for _ in range(chance.randint(15, 40)):
        name = chance.choice(("cat log.1", "cat log.2", "pytest -q", f"cat log.{chance.randint(3, 99)}"))
        lines = output(chance.randrange(10_000)).split("\n")
        steps.append(Step("Bash", {"command": name}, "\n".join(lines[: chance.randint(5, 150)])))
    messages = conversations.FORMS[("anthropic", "openai")[seed % 2]]("why does the build fail?", steps)
    return [*messages, {"role": "user", "content": "go on"}]


def kept(messages: list[dict[str, Any]], share: float, store: Store, session: str, used: Sequence[str] = ()) -> Kept:
    """Return what holds of these messages, fitted into this share of their tokens."""
    budget = int(_tokens(messages) * share)

    def fitted() -> list[Any]:
        module._taken_out.clear()
        found: list[Any] = fit(messages, _MODEL, budget, store=store, settings=_SETTINGS, session=session).messages
        return found

    out, again = fitted(), fitted()
    pairs = [(one.text, other.text) for one, other in zip(_places(messages), _places(out), strict=True)]
    originals = [_original(other, store) if one != other else one for one, other in pairs]
    shown, there = str(list(shapes.texts_of(out))), "\n".join(originals)
    return Kept(
        _tokens(out) <= budget,
        _ids(messages) == _ids(out),
        json.dumps(out) == json.dumps(again),
        originals == [one for one, _ in pairs],
        len(used),
        sum(sessions.holds(shown, string) for string in used),
        sum(sessions.holds(shown, string) or sessions.holds(there, string) for string in used),
    )


def recorded(folder: str) -> Iterator[tuple[str, list[dict[str, Any]], list[str]]]:
    """Yield the first half of each session, in both shapes, with the strings of it that were used in the second."""
    for session in sessions.read_sessions(folder):
        steps = sessions.steps_of(session)
        half = len(steps) // 2
        used = [
            use.string for use in sessions.uses(session, steps) if use.seen_at < half and not 0 <= use.used_at < half
        ]
        for form, made in conversations.FORMS.items():
            messages = [*made(session["task"], steps[:half]), {"role": "user", "content": "go on"}]
            if _tokens(messages) >= _LEAST_TOKENS:
                yield f"{session['id']} {form}", messages, used


def _original(stub: str, store: Store) -> str:
    try:
        return store.get(marker.refs(stub)[-1]).text
    except (HeadroomError, IndexError):
        return ""


def _tokens(messages: Sequence[Any]) -> int:
    counter = Counter(_MODEL, exact=True)
    return sum(counter.count(text) for text in shapes.texts_of(messages))


def _places(messages: Sequence[Any]) -> list[shapes.Place]:
    found = [event for message in messages for event in shapes.events(message) or []]
    return [place for event in found if isinstance(event, shapes.Returned) for place in event.places]


def _ids(messages: Sequence[Any]) -> list[list[tuple[str, str]]]:
    return [
        [(type(event).__name__, getattr(event, "id", "")) for event in shapes.events(message) or []]
        for message in messages
    ]


def _print(name: str, rows: Sequence[Kept]) -> None:
    held = [f"{sum(column) / len(rows):>9.2%}" for column in list(zip(*rows, strict=True))[:4]]
    uses, shown, there = (sum(column) for column in list(zip(*rows, strict=True))[4:])
    later = f"{uses:>8,}{shown / uses:>9.2%}{there / uses:>9.2%}" if uses else f"{'-':>8}{'-':>9}{'-':>9}"
    print(f"{name:<12}{len(rows):>6}{''.join(held)}{later}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--conversations", type=int, default=500)
    parser.add_argument("--sessions", metavar="DIR", help="recorded sessions")
    options = parser.parse_args()
    print(f"{'':<12}{'count':>6}{'budget':>9}{'pairs':>9}{'twice':>9}{'back':>9}{'used':>8}{'shown':>9}{'or ref':>9}")
    with open_in_memory(_SETTINGS) as store:
        chance = random.Random(1)
        _print(
            "generated",
            [
                kept(generated(seed), chance.uniform(0.3, 0.9), store, f"g{seed}")
                for seed in range(options.conversations)
            ],
        )
        if options.sessions:
            rows = [
                kept(messages, share, store, f"{name} {share}", used)
                for name, messages, used in recorded(options.sessions)
                for share in (0.3, 0.6, 0.9)
            ]
            _print("recorded", rows)
    print(f"counted by {Counter(_MODEL, exact=True).method}")


if __name__ == "__main__":
    main()
