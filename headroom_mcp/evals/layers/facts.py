"""Facts kept, retrievable or lost: made-up outputs with known facts in them, unasked, as a hook sees most of them.

Three families: anomalies planted in formats nobody has seen, a critical entry among a hundred, the failures of test runs.
"""

from __future__ import annotations

from collections.abc import Iterator

from headroom_mcp.evals import figures
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.planted import game
from headroom_mcp.evals.relatives import one_critical
from headroom_mcp.evals.whole_outputs import play as whole_outputs

FAMILIES = ("planted", "critical", "failing")
# What the families' own programs hold in thousands of seeds, less the width of a small sample.
BARS = {"planted": 0.9, "critical": 0.97, "failing": 0.9}


def given(family: str, seed: int) -> Given:
    """Return the output of `seed` in one of the families."""
    if family == "planted":
        drawn = game.output(seed)
        marks = tuple(dict.fromkeys(mark for one in drawn.planted for mark in one.marks))
        return Given(f"planted {seed} {drawn.format}", drawn.text, "Bash", {"command": drawn.command}, marks)
    if family == "critical":
        made = one_critical.shape(seed)
        name = f"critical {seed} {made.dress}"
        return Given(name, made.text, made.tool_name, made.tool_input, made.answers, made.query)
    output = whole_outputs.make(seed)
    told = [mark for failure in output.marks for mark in failure]
    name = f"failing {seed} {output.runner}"
    return Given(name, output.text, "Bash", {"command": output.command}, tuple(dict.fromkeys([*told, *output.totals])))


def run(cases: int, tick: Tick) -> list[Figure]:
    """Return the shares of facts kept, and kept or retrievable, and the tokens saved, for each family."""
    found: list[Figure] = []
    for family in FAMILIES:
        found += _family(family, cases, tick)
    return found


def _family(family: str, cases: int, tick: Tick) -> Iterator[Figure]:
    kept = back = facts = 0
    missing: list[str] = []
    lost: list[str] = []
    results = []
    with common.store() as opened:
        for seed in range(cases):
            one = given(family, seed)
            result = common.short(one, opened, asked=False)
            results.append(result)
            for needed in one.needed:
                facts += 1
                if common.shown(needed, result.text):
                    kept += 1
                    continue
                missing.append(f"{one.name}: {needed}")
                if common.fetched(result, opened, needed, needed)[0]:
                    back += 1
                else:
                    lost.append(f"{one.name}: {needed}")
            tick()
    yield figures.share(f"{family}: facts kept", kept, facts, BARS[family], missing)
    yield figures.share(f"{family}: kept or retrievable", kept + back, facts, 1.0, lost)
    yield figures.mean(f"{family}: tokens saved", common.saving(results))
