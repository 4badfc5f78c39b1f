"""Any text that no other kind claims: keeps the first and last lines; the gate adds errors and query matches.

Very long lines are clipped in the middle with a count.
"""

from __future__ import annotations

from headroom_mcp import render, tokens
from headroom_mcp.output import ToolOutput
from headroom_mcp.types import Compressed

KIND = "general"


def score(output: ToolOutput) -> float:
    """Return the score of the last resort."""
    return 0.05


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep the head and the tail, a third and a sixth of the budget; the rest of it is left to the gate."""
    lines = output.lines
    if len(lines) < 8:
        return None
    kept: set[int] = set()
    room = budget // 3
    for index in range(len(lines)):
        room -= tokens.estimate(lines[index])
        if room < 0:
            break
        kept.add(index)
    room = budget // 6
    for index in range(len(lines) - 1, -1, -1):
        room -= tokens.estimate(lines[index])
        if room < 0:
            break
        kept.add(index)
    if len(kept) >= len(lines):
        return None
    return Compressed(render.from_kept(kept, len(lines)))
