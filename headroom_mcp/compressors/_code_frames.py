"""Code frames: the line of source that a compiler quotes below a message, with its gutter and its carets.

    src/legacy.js:8:13:                             Main.java:7: error: cannot find symbol
      8 │ const a = 1; a = 2; debugger                  private final List<Discount> discounts;
        ╵              ^                                             ^

The message and its place say what is wrong and where; who mends it reads the file. Of several frames one is shown.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.facts import frames
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import lines as lines_module
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
    alike = lines_module.alike(lines)
    of_shapes = list(map(_marks, alike.shapes))
    marks = [of_shapes[shape] for shape in alike.of]
    index = 0
    while index < len(lines):
        stop = _end(lines, marks, index)
        if stop:
            found.append((index, stop))
            index = stop
        else:
            index += 1
    return found


class _Marks(NamedTuple):
    """Whether a line is one of a frame with a gutter, one with a number in it, a line of carets."""

    gutter: bool
    numbered: bool
    carets: bool


def _marks(line: str) -> _Marks:
    numbered = _NUMBERED.match(line[:80]) is not None
    return _Marks(numbered or _GUTTER.match(line[:80]) is not None, numbered, _CARETS.match(line[:400]) is not None)


def _end(lines: Sequence[str], marks: Sequence[_Marks], index: int) -> int:
    """Return the line after the frame that begins at `index`, 0 where none does."""
    if marks[index].gutter:
        stop = index
        while stop < min(len(lines), index + _MAX_FRAME_LINES) and marks[stop].gutter:
            stop += 1
        numbered = any(mark.numbered for mark in marks[index:stop])
        return stop if numbered and index and lines[index - 1].strip("|│ ╭─") and not _is_table(lines, index) else 0
    below = index + 1 < len(lines) and marks[index + 1].carets
    if not below or not index or not lines[index][:1].isspace() or _PLACE.search(lines[index][:200]):
        return 0
    above = lines[index - 1]
    return index + 2 if _PLACE.search(above[:400]) and not frames.is_frame(above) else 0


def _within(found: Sequence[tuple[int, int]], kept: Sequence[range]) -> list[tuple[int, int]]:
    """Return what of the frames `found` lies in rows that are `kept` (both rising); of one that lies half in a gap, what is left
    goes, too."""
    inside: list[tuple[int, int]] = []
    ends = [rows.stop for rows in kept]
    for start, stop in found:
        at = bisect_right(ends, start)
        while at < len(kept) and kept[at].start < stop:
            inside.append((max(start, kept[at].start), min(stop, kept[at].stop)))
            at += 1
    return inside


def _is_table(lines: Sequence[str], index: int) -> bool:
    """Tell whether the bar parts more than a number from its line."""
    return max(lines[index].count("|"), lines[index].count("│")) > 2


def cut(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with all frames but the first cut from what is kept, where there are several."""
    inside = _within(find(lines), [range(part.start, part.stop) for part in parts if part.action == "keep"])
    going = inside[1:]
    cost = tokens.estimate("\n".join(line for start, stop in going for line in lines[start:stop]))
    if len(inside) < _MIN_FRAMES or cost < _MIN_TOKENS:
        return list(parts)
    return render.without(parts, going, f"[code frames cut below: {len(going):,}]", "a code frame")
