"""Columns that blanks set apart: where each begins and ends, told by the header and the rows together.

A position that is blank in the header and in the rows lies between two columns. So a cell may hold blanks ("9 days ago"),
and may be empty, as it stands below the words of its header.

    CONTAINER ID   IMAGE        CREATED       PORTS     NAMES
    1f2e3d4c5b6a   web:latest   9 days ago              silo-1
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

_SAMPLE = 120
_MAX_WIDTH = 1_000
_MOSTLY = 0.97  # a few rows whose cells are too wide for their column do not close a gap

Span = tuple[int, int]
"""The positions `start` … `stop - 1` of a column; the last column has no end."""


def spans(header: str, rows: Sequence[str]) -> list[Span]:
    """Return the columns below `header`; fewer than two where rows and header do not stand in columns."""
    sampled = [row[:_MAX_WIDTH] for row in rows[:: max(1, len(rows) // _SAMPLE)] if row.strip()]
    if not sampled or "\t" in header:
        return []
    needed = _MOSTLY * len(sampled)
    blank = [column.count(" ") >= needed for column in zip_longest(*sampled, fillvalue=" ")]
    width = max(len(blank), len(header))
    blank += [True] * (width - len(blank))
    gap = [blank[at] and (at >= len(header) or header[at] == " ") for at in range(width)]
    found: list[Span] = []
    start = 0
    for at in range(1, width + 1):
        if at < width and not (gap[at - 1] and not gap[at]):
            continue
        if header[start:at].strip() or not found:
            found.append((start, at))
        else:  # nothing stands above: a cell with blanks in it goes on
            found[-1] = (found[-1][0], at)
        start = at
    found[-1] = (found[-1][0], _MAX_WIDTH * 1_000)
    return found


def cells(line: str, columns: Sequence[Span]) -> list[str]:
    """Return the cells of a row; none where one of them runs into the next column, so that nobody knows whose it is."""
    for start, _ in columns[1:]:
        if line[start - 1 : start].strip():
            return []
    return [line[start:stop].strip() for start, stop in columns]
