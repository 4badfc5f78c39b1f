"""Lines too long to be shown whole: a list of all versions, a dump. They are clipped around what matters in them."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.query import clauses
from headroom_mcp.query import clip as _clip
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_MAX_LINE_CHARS = 600  # a longer line is shown in part
_SHOWN_CHARS = 400  # what is shown of it at least
_MOST_CHARS = 6_000
_BUDGETS = 3  # about as many characters as a token has


def clipped(output: ToolOutput, parts: Sequence[Part], budget: int) -> list[Part]:
    """Return `parts` with the long lines among the kept ones clipped: few of them get what room there is, for a text may be
    one line."""
    lines = output.lines
    kept = (i for part in parts if part.action == "keep" for i in range(part.start, part.stop))
    long = [i for i in kept if len(lines[i]) > _MAX_LINE_CHARS]
    if not long:
        return list(parts)
    room = max(_SHOWN_CHARS, min(_MOST_CHARS, _BUDGETS * budget // len(long)))
    query = clauses.asked(output)
    shown = {i: _clip.clip(lines[i], room, query) for i in long}
    made: list[Part] = []
    for part in parts:
        made.extend(_with_clipped(part, shown) if part.action == "keep" else [part])
    return made


def _with_clipped(part: Part, clipped: dict[int, str]) -> list[Part]:
    """Return a kept part with its long lines rendered in part."""
    parts: list[Part] = []
    start = part.start
    for line in range(part.start, part.stop):
        if line not in clipped:
            continue
        if line > start:
            parts.append(Part(start, line, "keep"))
        parts.append(Part(line, line + 1, "render", clipped[line]))
        start = line + 1
    if start < part.stop:
        parts.append(Part(start, part.stop, "keep"))
    return parts
