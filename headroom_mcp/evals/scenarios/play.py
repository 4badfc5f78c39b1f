"""A scenario through the flow: what is shown of each output, which answers survive, and what is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from headroom_mcp.evals.layers import common
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.text import tokens


class Question(NamedTuple):
    """A question of the story, and the strings that an answer to it must have."""

    words: str
    answer: tuple[str, ...]


class Scenario(NamedTuple):
    """A story: what the user asked for, the outputs that the agent reads, the questions, and the saving to reach (0..1)."""

    name: str
    title: str
    request: str
    outputs: tuple[Given, ...]
    questions: tuple[Question, ...]
    bar: float


class Played(NamedTuple):
    """What became of a scenario: the short forms in order, tokens before and after, and the questions left unanswered."""

    scenario: Scenario
    shown: tuple[str, ...]
    before: int
    after: int
    unanswered: tuple[Question, ...]

    @property
    def saved(self) -> float:
        """The share of tokens saved."""
        return 1 - self.after / max(1, self.before)

    @property
    def passed(self) -> bool:
        """Whether every answer survived at the saving that was to be reached."""
        return not self.unanswered and self.saved >= self.scenario.bar


def play(scenario: Scenario) -> Played:
    """Return what becomes of a scenario, in one session with a store of its own."""
    with common.store() as opened:
        results = [common.short(one, opened) for one in scenario.outputs]
    shown = tuple(result.text for result in results)
    together = "\n".join(shown)
    unanswered = [one for one in scenario.questions if not all(common.shown(part, together) for part in one.answer)]
    before = sum(tokens.count(one.text) for one in scenario.outputs)
    return Played(scenario, shown, before, sum(map(tokens.count, shown)), tuple(unanswered))


def told(make: Callable[[int], Scenario], seed: int = 0) -> int:
    """Print a scenario as an example does: short forms, questions, figures. Return the exit code: 1 where it fails."""
    played = play(make(seed))
    print(f"{played.scenario.title}\nThe user asks: {played.scenario.request}\n")
    for one, shown in zip(played.scenario.outputs, played.shown, strict=True):
        print(f"--- {one.name}: {tokens.count(one.text):,} tokens became {tokens.count(shown):,}\n{shown}\n")
    for question in played.scenario.questions:
        state = "lost" if question in played.unanswered else "shown"
        print(f"{state}: {question.words} {', '.join(question.answer)}")
    print(f"\n{played.before:,} tokens became {played.after:,}: {played.saved:.1%} saved ({tokens.method()})")
    return int(not played.passed)


def table(games: Sequence[Played]) -> list[dict[str, object]]:
    """Return a row for each scenario over all its seeds."""
    rows = []
    for name in dict.fromkeys(game.scenario.name for game in games):
        own = [game for game in games if game.scenario.name == name]
        asked = sum(len(game.scenario.questions) for game in own)
        rows.append({
            "scenario": name, "title": own[0].scenario.title, "seeds": len(own), "tokens_before": round(sum(game.before for game in own) / len(own)),
            "tokens_after": round(sum(game.after for game in own) / len(own)),
            "saved_pct": round(100 * sum(game.saved for game in own) / len(own), 1), "least_saved_pct": round(100 * min(game.saved for game in own), 1),
            "bar_pct": round(100 * own[0].scenario.bar), "questions": asked, "answered": asked - sum(len(game.unanswered) for game in own),
        })  # fmt: skip
    return rows
