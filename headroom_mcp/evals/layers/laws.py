"""The laws over made-up outputs of every family, and round trips: what the store gives back is what came, byte for byte."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals import bench, figures
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common, facts, needles
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.types import HeadroomError

# What has broken one program or another on its way to disk and back.
_ODD = (
    "\ufeff",
    "\r\n",
    "\r",
    "\x1b[31m",
    "\x00",
    "\u2028",
    "é",
    "漢字",
    "\ud800",
    "\t",
    "🜁",
    '"\\"',
    "[… lines 1-3]",
)


def run(cases: int, tick: Tick) -> list[Figure]:
    """Return the shares of outputs that break no law, and of texts that come back exactly."""
    good = same = total = 0
    broken: list[str] = []
    differing: list[str] = []
    with common.store() as opened:
        for one in outputs(cases):
            query = one.query
            result = common.short(one, opened)
            case = bench.Case(one.name, "made", "", one.text, one.tool_name, one.tool_input, query, [])
            said = bench.broken_laws(case, query, result, opened)
            good += not said
            broken += [f"{one.name}: {law}" for law in said]
            try:
                back = one.text if result.ref is None else opened.get(result.ref).text
            except HeadroomError as error:
                back = str(error)
            same += back == one.text
            differing += [] if back == one.text else [one.name]
            total += 1
            tick()
    return [
        figures.share("outputs that break no law", good, total, 1.0, broken),
        figures.share("originals that come back byte for byte", same, total, 1.0, differing),
    ]


def outputs(cases: int) -> list[Given]:
    """Return `cases` outputs of each family, and as many of odd characters.

    Runs of tests are left to `facts`: it knows which tests failed, while law 5 is checked here by what a line looks like, and
    a passing test may be called "rejects a bad total".
    """
    found = [facts.given(family, 5_000 + seed) for family in ("planted", "critical") for seed in range(cases)]
    found += [needles.given(hay, 200, 0.5, 5_000 + seed) for hay in needles.HAYS for seed in range(max(1, cases // 4))]
    return [*found, *(_odd(seed) for seed in range(cases))]


def _odd(seed: int) -> Given:
    random = Random(f"odd {seed}")
    lines = []
    for number in range(random.choice((60, 300, 900))):
        line = f"step {number} of the {random.choice(needles.GATES)} run took {random.randrange(900)} ms"
        lines.append(line + random.choice(_ODD) if random.random() < 0.2 else line)
    return Given(f"odd {seed}", "\n".join(lines), "Bash", {"command": "./run"}, ())
