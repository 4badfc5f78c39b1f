"""A very long line in part: its head, its tail, and what lies around the words that matter, with counts between."""

from __future__ import annotations

from collections.abc import Iterable

from headroom_mcp.query import bm25
from headroom_mcp.text import failure_words

_WINDOW_CHARS = 160
_MAX_WINDOWS = 6
_MIN_GAP_CHARS = 40  # a gap shorter than that is shown: its mark costs as much


def clip(line: str, max_chars: int, query: str = "") -> str:
    """Return `line` in at most about `max_chars` characters: windows around the query's words and the first failures,
    then head and tail with what is left of the room; `[… 1,234 chars …]` stands for each gap."""
    if len(line) <= max_chars:
        return line
    spans: list[tuple[int, int]] = []
    for at in _points(line, query, max(0, min(_MAX_WINDOWS, max_chars // (2 * _WINDOW_CHARS)))):
        spans.append((max(0, at - _WINDOW_CHARS // 3), min(len(line), at + _WINDOW_CHARS * 2 // 3)))
    room = max(60, max_chars - sum(stop - start for start, stop in spans) - 24 * (len(spans) + 1))
    spans.extend([(0, room * 2 // 3), (len(line) - room // 3, len(line))])
    return _join(line, sorted(spans))


def _points(line: str, query: str, most: int) -> list[int]:
    """Return where the line speaks of the query, the rarest words first, then of failures."""
    if not most:
        return []
    low = line.lower()
    found: list[tuple[int, int]] = []
    for term in bm25.query_terms(query):
        count = low.count(term) if len(term) > 2 else 0
        if count:
            found.append((count, low.find(term)))
    points = [at for _, at in sorted(found)[:most]]
    if len(points) < most:
        match = failure_words.WORDS.search(line)
        if match is not None:
            points.append(match.start())
    return points


def _whole_lines(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return the part of a gap that is whole lines, where the gap reaches over several: a label stays with its value.

    The gap itself where it lies within a line, or where the lines that it cuts are long.
    """
    first, last = text.find("\n", start, stop) + 1, text.rfind("\n", start, stop)
    if not first or first - start > _WINDOW_CHARS or stop - last > _WINDOW_CHARS:
        return start, stop
    return first, max(first, last)


def _join(line: str, spans: Iterable[tuple[int, int]]) -> str:
    pieces: list[str] = []
    position = 0
    for start, stop in spans:
        if stop <= position:
            continue
        if start > position:
            first, last = _whole_lines(line, position, start)
            if last - first >= _MIN_GAP_CHARS:
                pieces += [line[position:first], f"[… {last - first:,} chars …]", line[last:start]]
            else:
                start = position
        pieces.append(line[max(start, position) : stop])
        position = stop
    return "".join(pieces)
