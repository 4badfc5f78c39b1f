"""Frames of libraries in a row: a trace that is shown whole for its head has a dozen of them that nobody mends.

        at aggregateErrors (file:///srv/web/node_modules/rolldown/dist/error.mjs:50:18)
        at unwrapResult (file:///srv/web/node_modules/rolldown/dist/error.mjs:20:128)
    [… lines 24-29]

The first frame of a row and its last one stay: who called the libraries and where they raised stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.facts import frames
from headroom_mcp.text import marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_MIN_FRAMES = 4
_MIN_GAIN = 24  # tokens
_MIN_SHARE = 1 / 200  # of the output's tokens
_MAX_CODE_LINES = 2  # that Python writes below a frame: the line of code, and carets


def cut(output: ToolOutput, parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with the inner ones of many frames of libraries in a row cut from what is kept; as they are where all of
    them together are next to nothing of `output`: then whole traces are worth more."""
    lines = output.lines
    rows = [_inner(lines, part.start, part.stop) if part.action == "keep" else [] for part in parts]
    if sum(_cost(lines, start, stop) for row in rows for start, stop in row) < output.tokens * _MIN_SHARE:
        return list(parts)
    return render.cut(parts, [run for row in rows for run in row])


def _inner(lines: Sequence[str], start: int, stop: int) -> list[tuple[int, int]]:
    """Return the lines (start, stop) of the frames but the first and the last of each row of them between two lines."""
    found: list[tuple[int, int]] = []
    row: list[int] = []
    index = start
    while index <= stop:
        if index < stop and frames.is_frame(lines[index]) and frames.is_library(lines[index]):
            row.append(index)
            index = _after(lines, index, stop)
            continue
        if len(row) >= _MIN_FRAMES:
            inner = (row[1], row[-1])
            if _cost(lines, *inner) >= marker.GAP_TOKENS + _MIN_GAIN:
                found.append(inner)
        row = []
        index += 1
    return found


def _cost(lines: Sequence[str], start: int, stop: int) -> int:
    return tokens.estimate("\n".join(lines[start:stop]))


def _after(lines: Sequence[str], frame: int, stop: int) -> int:
    """Return the line after a frame and the code that is quoted below it."""
    at = frame + 1
    if lines[frame].lstrip().startswith('File "'):
        while at < stop and at - frame <= _MAX_CODE_LINES and _indent(lines[at]) > _indent(lines[frame]):
            at += 1
    return at


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
