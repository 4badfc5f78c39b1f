"""Names by which records are told stand as the records have them: "anvil==2.1", not "anvil 2.1"."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.records import kinds, survey
from headroom_mcp.records.find import Record


@pytest.mark.parametrize("joint", ["==", "=", ": ", "@", "/", " ", " | ", ":"])
@pytest.mark.parametrize("seed", range(6))
def test_names_are_joined_by_what_stands_between_them(joint: str, seed: int) -> None:
    random = Random(seed)
    names = [f"{random.choice('abcdefg')}{chr(97 + n)}nvil" for n in range(14)]
    lines = [f"{name}{joint}{random.randrange(9)}.{n}.post1" for n, name in enumerate(names)]
    groups = survey.of_records(lines, [Record(n, n + 1) for n in range(len(lines))]).groups

    told = [name for kind in kinds.of(groups) for name in kind.names]

    assert [name for name in told if not any(name in line for line in lines)] == []
