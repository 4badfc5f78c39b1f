"""A needle in much text: one sentence at every depth of outputs of every size, asked for; shown, or fetched back exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from headroom_mcp.evals import figures
from headroom_mcp.evals.figures import Figure, Tick
from headroom_mcp.evals.layers import common
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.relatives import draw
from headroom_mcp.types import ToolInput

SIZES = (40, 200, 1_000)  # records: about 1,000, 5,000 and 25,000 tokens
DEPTHS = (0.02, 0.25, 0.5, 0.75, 0.98)
BAR = 0.97
GATES = ("north", "harbour", "mill", "upper", "station", "garden", "river", "market")


def given(hay: str, size: int, depth: float, seed: int) -> Given:
    """Return `size` records of one kind of hay with a needle at `depth` (0..1)."""
    random = Random(f"{hay} {size} {depth} {seed}")
    gate = random.choice(GATES)
    code = f"{random.randrange(10, 99)}{random.choice('KMRT')}{random.choice('FHJ')}-{random.randrange(1_000, 9_999)}"
    said = f"access code of the {gate} gate is {code}"
    text, tool_name, tool_input = HAYS[hay](random, size, int(depth * (size - 1)), said)
    name = f"{hay}, {size} records, at {depth:.0%}, seed {seed}"
    return Given(name, text, tool_name, tool_input, (code,), f"What is the access code of the {gate} gate?")


def run(cases: int, tick: Tick) -> list[Figure]:
    """Return retention by size and by depth, each with `cases` seeds a cell and kind of hay, and all together."""
    counted: dict[str, list[int]] = {}
    missing: list[str] = []
    lost: list[str] = []
    results = []
    with common.store() as opened:
        for hay in HAYS:
            for size in SIZES:
                for depth in DEPTHS:
                    for seed in range(max(1, cases // 8)):
                        one = given(hay, size, depth, seed)
                        result = common.short(one, opened)
                        results.append(result)
                        seen = common.shown(one.needed[0], result.text)
                        found = seen or common.fetched(result, opened, one.needed[0], one.query)[0]
                        for key in ("all", f"{size:,} records", f"at {depth:.0%}", hay):
                            tally = counted.setdefault(key, [0, 0, 0])
                            tally[0] += seen
                            tally[1] += found
                            tally[2] += 1
                        missing += [] if seen else [one.name]
                        lost += [] if found else [one.name]
                        tick()
    kept, back, total = counted.pop("all")
    return [
        figures.share("shown", kept, total, BAR, missing),
        figures.share("shown or fetched back, exactly", back, total, 1.0, lost),
        figures.mean("tokens saved", common.saving(results)),
        *(figures.share(f"shown: {name}", tally[0], tally[2]) for name, tally in counted.items()),
    ]


def _log(random: Random, size: int, at: int, said: str) -> tuple[str, str, ToolInput]:
    lines = [
        f"2026-04-02T{n // 3_600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z INFO {random.choice(draw.THINGS)}-service "
        + (said if n == at else random.choice(draw.SENTENCES).format(verb=random.choice(draw.VERBS), thing=draw.word(random), n=random.randrange(9_999)))
        for n in range(size)
    ]  # fmt: skip
    return "\n".join(lines) + "\n", "Bash", {"command": "docker logs gatehouse"}


def _rows(random: Random, size: int, at: int, said: str) -> tuple[str, str, ToolInput]:
    rows = [
        {"id": 7_000 + n, "owner": draw.word(random), "size": random.randrange(9_999),
         "note": said if n == at else f"{draw.word(random)} {random.randrange(999)} {random.choice(draw.VERBS)} pending"}
        for n in range(size)
    ]  # fmt: skip
    return json.dumps(rows), "mcp__notes__list", {"limit": size}


def _prose(random: Random, size: int, at: int, said: str) -> tuple[str, str, ToolInput]:
    written = []
    for n in range(size):
        about = f"The {draw.word(random)} of the {draw.word(random)} was {random.choice(('opened', 'moved', 'counted', 'mended'))} in {random.randrange(1_700, 1_990)}"
        written.append(
            f"The {said}." if n == at else f"{about}, and {draw.word(random)} {random.randrange(99)} followed it."
        )
    text = "\n\n".join(" ".join(written[n : n + 5]) for n in range(0, size, 5))
    return f"# A history of the yard\n\n{text}\n", "WebFetch", {"url": "https://example.org/yard", "prompt": "gates"}


def _table(random: Random, size: int, at: int, said: str) -> tuple[str, str, ToolInput]:
    rows = [
        f"{n},{draw.word(random)},{random.randrange(99)},{said if n == at else draw.word(random) + ' as usual'}"
        for n in range(size)
    ]
    return "\n".join(["row,place,weight,remark", *rows]) + "\n", "Bash", {"command": "cat yard.csv"}


HAYS: dict[str, Callable[[Random, int, int, str], tuple[str, str, ToolInput]]] = {
    "log": _log,
    "rows": _rows,
    "prose": _prose,
    "table": _table,
}
