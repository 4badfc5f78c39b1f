"""What short forms state: counts that add up, ranges, totals of runs, checked against the originals."""

from __future__ import annotations

from collections.abc import Iterator

from headroom_mcp.evals import figures
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import facts
from headroom_mcp.evals.truth import inputs, judge
from headroom_mcp.settings.table import Settings


def run(cases: int, tick: Tick) -> list[Figure]:
    """Return the share of statements that are true, of those that can be checked."""
    checked = false = 0
    said: list[str] = []
    for given in _given(cases):
        findings = judge.judge(given, Settings())
        if findings is not None:
            checked += findings.checked
            false += len(findings.false)
            said += [f"{given.name}: {one}" for one in findings.false]
        tick()
    return [figures.share("statements that are true", checked - false, checked, 1.0, said)]


def _given(cases: int) -> Iterator[inputs.Input]:
    yield from inputs.planted(cases)
    yield from inputs.test_runs(cases)
    for seed in range(cases):
        one = facts.given("failing", 9_000 + seed)
        yield inputs.Input(one.name, one.text, one.tool_name, one.tool_input)
