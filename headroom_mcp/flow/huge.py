"""Outputs of many megabytes: read closely at both ends, and elsewhere only where words of failure stand.

Time and memory of a compressor grow with its text; a host waits for seconds at most. The middle is
searched with `str.find` (about 1 GB/s) for what failing programs print and for what the question quotes, nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from headroom_mcp.query import pieces as asked
from headroom_mcp.text import failure_words
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact

_END_CHARS = 2_500_000  # read closely at each end
_LONG_LINE_CHARS = 500_000
_FIRST_HITS = 25
_LAST_HITS = 10


def windows(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the ranges of lines to read closely: the first and the last of them, as far as a window goes."""
    total = len(lines)
    head, room = 0, _END_CHARS
    while head < total and (room := room - len(lines[head]) - 1) >= 0:
        head += 1
    tail, room = total, _END_CHARS
    while tail > head and (room := room - len(lines[tail - 1]) - 1) >= 0:
        tail -= 1
    return [(start, stop) for start, stop in ((0, head), (tail, total)) if stop > start]


def facts(output: ToolOutput, start: int, stop: int) -> list[Fact]:
    """Return the first and last lines of `start` … `stop - 1` that hold each word of failure or a quoted piece of the
    question; lines too long to show are none."""
    lines = output.lines[start:stop]
    text = "\n".join(lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    found: dict[int, Fact] = {}
    wanted = [(word, 0, "failures") for word in failure_words.LITERAL]
    wanted += [(piece, 1, "query matches") for piece in asked.quoted(output.query)]
    for word, rank, kind in wanted:
        for at in _hits(text, word):
            index = bisect_right(starts, at) - 1
            if len(lines[index]) <= _LONG_LINE_CHARS // 100:
                found.setdefault(index, Fact(start + index, rank, kind, start + index, start + index + 1))
    return [found[index] for index in sorted(found)]


def _hits(text: str, word: str) -> list[int]:
    """Return the places of the first and last lines that hold `word`."""
    first: list[int] = []
    at = text.find(word)
    while at >= 0 and len(first) < _FIRST_HITS:
        first.append(at)
        line_end = text.find("\n", at)
        at = text.find(word, line_end) if line_end >= 0 else -1
    last: list[int] = []
    at = text.rfind(word)
    while at >= 0 and len(last) < _LAST_HITS and (not first or at > first[-1]):
        last.append(at)
        line_start = text.rfind("\n", 0, at)
        at = text.rfind(word, 0, line_start) if line_start >= 0 else -1
    return first + last[::-1]
