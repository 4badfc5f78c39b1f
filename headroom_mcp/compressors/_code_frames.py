"""Code frames: the line of source that a compiler quotes below a message, with its gutter and its carets.

    src/legacy.js:8:13:                             Main.java:7: error: cannot find symbol
      8 │ const a = 1; a = 2; debugger                  private final List<Discount> discounts;
        ╵              ^                                             ^

The message and its place say what is wrong and where; who mends it reads the file. Of several frames one is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.facts import frames
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.types import Part

_MIN_FRAMES = 3
_MAX_FRAME_LINES = 16
_MIN_TOKENS = 60  # together: what less is not worth a word
#   8 │ const a = 1     > 3 | test(     │      ╵   ^^^     |
_NUMBERED = late.pattern(r"^\s*(?:[>→]\s*)?\d+ ?[│|]")
_GUTTER = late.pattern(r"^\s*(?:(?:[>→]\s*)?\d+ ?)?[│|╵╷╰╭·](?:\s|$)")
_CARETS = late.pattern(r"^\s*(?:\^[\s^~-]*|~[\s~^]*)$")
# a.c:3:4 · a.ts(3,4) · line 3
_PLACE = late.pattern(r"\w[:(]\d+|\bline \d+")


def find(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the lines `start` … `stop - 1` of each frame, in order."""
    found: list[tuple[int, int]] = []
    index = 0
    while index < len(lines):
        stop = _end(lines, index)
        if stop:
            found.append((index, stop))
            index = stop
        else:
            index += 1
    return found


def _end(lines: Sequence[str], index: int) -> int:
    """Return the line after the frame that begins at `index`, 0 where none does."""
    if _GUTTER.match(lines[index][:80]) or _NUMBERED.match(lines[index][:80]):
        stop = index
        while stop < min(len(lines), index + _MAX_FRAME_LINES) and (
            _GUTTER.match(lines[stop][:80]) or _NUMBERED.match(lines[stop][:80])
        ):
            stop += 1
        numbered = any(_NUMBERED.match(lines[at][:80]) for at in range(index, stop))
        return stop if numbered and index and lines[index - 1].strip("|│ ╭─") and not _is_table(lines, index) else 0
    below = lines[index + 1][:400] if index + 1 < len(lines) else ""
    if not lines[index][:1].isspace() or not index or not _CARETS.match(below) or _PLACE.search(lines[index][:200]):
        return 0
    above = lines[index - 1]
    return index + 2 if _PLACE.search(above[:400]) and not frames.is_frame(above) else 0


def _is_table(lines: Sequence[str], index: int) -> bool:
    """Tell whether the bar parts more than a number from its line."""
    return max(lines[index].count("|"), lines[index].count("│")) > 2


def cut(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with all frames but the first cut from what is kept, where there are several."""
    kept = [range(part.start, part.stop) for part in parts if part.action == "keep"]
    # Of a frame that lies half in a gap, what is left goes, too.
    inside = [
        (max(start, rows.start), min(stop, rows.stop))
        for start, stop in find(lines)
        for rows in kept
        if start < rows.stop and rows.start < stop
    ]
    going = inside[1:]
    cost = tokens.estimate("\n".join(line for start, stop in going for line in lines[start:stop]))
    if len(inside) < _MIN_FRAMES or cost < _MIN_TOKENS:
        return list(parts)
    return render.without(parts, going, f"[code frames cut below: {len(going):,}]", "a code frame")
