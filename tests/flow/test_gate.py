"""The gate puts back or counts every fact that a compressor has dropped."""

from __future__ import annotations

import re

import pytest

from headroom_mcp.flow import gate
from headroom_mcp.types import Fact, Part


@pytest.mark.parametrize("room_tokens", [0, 300, 1_000, 100_000])
@pytest.mark.parametrize("count", [1, 50, 51, 120, 400])
def test_every_failure_is_shown_or_counted(count: int, room_tokens: int) -> None:
    lines = [f"error: the {i}th thing went wrong in a way of its own" for i in range(count)]
    facts = [Fact(i, 0, "failures", i, i + 1) for i in range(count)]

    parts = gate.restore(lines, [Part(0, count, "omit")], facts, room_tokens)

    shown = sum(part.stop - part.start for part in parts if part.action == "keep")
    counted = [int(number) for part in parts for number in re.findall(r"(\d+) failures? among them", part.note)]
    assert shown + sum(counted) == count
    assert shown == {0: 0, 100_000: count}.get(room_tokens, shown)
