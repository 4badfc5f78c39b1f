"""Of records that are counted the one with the largest figure of a column is shown: "58 … 28,718" names none."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.flow.plan import plan
from headroom_mcp.records import values
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput


@pytest.mark.parametrize("seed", range(50))
def test_the_largest_of_many_is_shown(seed: int) -> None:
    random = Random(seed)
    form = random.choice((
        "100644 blob {hex}  {size} src/{name}.py", "step {name} took {size} ms on host {hex}", "{hex} {name} wrote {size} rows", "{name}: {size} bytes of {hex}",
    ))  # fmt: skip
    rows = random.randrange(90, 160)
    largest = random.randrange(rows // 4, rows - 5)
    lines = [
        form.format(hex=f"{random.getrandbits(80):020x}", size=9_731 if n == largest else random.randrange(40, 9_000), name=f"part_{random.randrange(10**6):06}")
        for n in range(rows)
    ]  # fmt: skip

    body = plan(ToolOutput("\n".join(lines) + "\n", "Bash", {"command": "tool ls"}, ""), Settings()).body

    assert lines[largest] in body


@pytest.mark.parametrize(
    ("told", "place"),
    [
        (["3", "9", "4", "5"], 1),
        (["3", "9", "9", "5"], None),  # neither is the largest
        (["1", "2", "3", "4", "5"], None),  # a counter
        (["3", "many", "4"], None),
        (["1.5s", "0.2s", "900ms"], 0),
        (["-", "7", "3"], None),
        (["1042", "9731", "5500"], None),  # ids
    ],
)
def test_a_figure_is_the_largest_where_one_alone_has_it(told: list[str], place: int | None) -> None:
    assert values.alone_at_the_top(told) == place
