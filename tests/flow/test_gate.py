"""The gate puts back or counts every fact that a compressor has dropped."""

from __future__ import annotations

import re

import pytest

from headroom_mcp.flow import gate
from headroom_mcp.types import Fact, Part


def gated(lines: list[str], facts: list[Fact], room_tokens: int) -> list[Part]:
    """Return what the gate makes of a gap over all `lines`."""
    gap = [Part(0, len(lines), "omit")]
    restored = gate.put_back(lines, gap, facts, room_tokens)
    return gate.say(lines, restored.parts, gap, None, restored.missed)


@pytest.mark.parametrize("room_tokens", [0, 300, 1_000, 100_000])
@pytest.mark.parametrize("count", [1, 50, 51, 120, 400])
def test_every_failure_is_shown_or_counted(count: int, room_tokens: int) -> None:
    lines = [f"error: the {i}th thing went wrong in a way of its own" for i in range(count)]
    facts = [Fact(i, 0, "failures", i, i + 1) for i in range(count)]

    parts = gated(lines, facts, room_tokens)

    shown = sum(part.stop - part.start for part in parts if part.action == "keep")
    counted = [int(number) for part in parts for number in re.findall(r"(\d+) failures? among them", part.note)]
    assert shown + sum(counted) == count
    assert shown == {0: 0, 100_000: count}.get(room_tokens, shown)
