"""Several tables in one output: where each begins.

NAME          READY   STATUS           df -h of one host after the other, psql of one table after the other,
pod/web-1     1/1     Running          what `;` sets below each other: a table ends where another header stands,
                                       and where a blank line parts it from lines of another shape, or most
                                       are indented that follow rows at the margin
NAME          TYPE        CLUSTER-IP
service/web   ClusterIP   10.0.3.1
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.compressors.table.rows import is_rule
from headroom_mcp.text.lines import Judged, alike

_MIN_WIDTH = 3  # words of a header over columns
_TITLE_WORDS, _TITLE_LINES = 3, 2
_MIN_GAPS = 2  # wide ones, which a sentence does not have
_ROWS = 6  # at the margin, and below, from which on those below are no rows
# MOUNTED  Use%  1K-blocks  PORT(S)  Address:Port: a word of a header, which holds no figures
_WORD = late.pattern(r"^(?:\d[A-Za-z]-)?[A-Za-z%#_][A-Za-z_%()./:#+-]*$")
_DIGIT = late.pattern(r"\d")
_APART = late.pattern(r" {2,}")


def starts(lines: Sequence[str]) -> list[int]:
    """Return the first line of each table in `lines`, 0 among them; one where there is one table, or none."""
    every = alike(lines).every
    names: Judged[bool] = Judged(_is_of_names)
    headers = [
        at
        for at, shape in enumerate(every)
        if _is_under_rule(lines, at) or (names[shape] and _is_over_columns(lines, at))
    ]
    if not headers:
        return [0]
    found = {0}
    for above, header in pairwise([-1, *headers]):
        found.add(_with_title(lines, header, above + 1) if above >= 0 else 0)
    for header, below in pairwise([*headers, len(lines)]):
        if "|" not in lines[header]:
            found.update(_of_other_shape(lines, header, below) or _indented(lines, header, below))
    return sorted(found)


def _is_under_rule(lines: Sequence[str], at: int) -> bool:
    """Tell whether line `at` is a header with a rule below it, and not a row of a grid."""
    if "|" not in lines[at] or at + 2 >= len(lines) or not is_rule(lines[at + 1]) or not lines[at + 2].strip():
        return False
    above = at - 1
    if above >= 0 and is_rule(lines[above]):
        above -= 1
    return above < 0 or _bars(lines[above]) != _bars(lines[at])


def _is_of_names(line: str) -> bool:
    """Tell whether a line is words without figures, most with a capital: a header, if it stands over columns."""
    words = line.split()
    if not _MIN_WIDTH <= len(words) <= 30 or not all(_WORD.match(word) for word in words):
        return False
    return sum(1 for word in words if not word[:1].islower()) >= 0.7 * len(words)


def _is_over_columns(lines: Sequence[str], at: int) -> bool:
    """Tell whether the names in line `at` are a header: above lines with figures, below such, a title or a blank line."""
    if at + 1 >= len(lines):
        return False
    below = lines[at + 1]
    if not _DIGIT.search(below) or len(below.split()) < _MIN_WIDTH - 1:
        return False
    above = lines[at - 1] if at else ""
    if not above.strip() or _DIGIT.search(above) or len(above.split()) <= _TITLE_WORDS:
        return True
    return all(len(_APART.findall(line.strip())) >= _MIN_GAPS for line in (lines[at], below))  # below a sentence


def _with_title(lines: Sequence[str], header: int, stop: int) -> int:
    """Return the first line of what stands right above `header` and is no row: its title, the top of its box."""
    start = header
    width = len(lines[header].split())
    while start > max(stop, header - _TITLE_LINES):
        above = lines[start - 1]
        if not above.strip():
            break
        if "|" in lines[header]:
            if (_bars(above) and not is_rule(above)) or (is_rule(above) and is_rule(lines[start])):
                break  # a row of the table above, or the bottom of its box
        elif len(above.split()) > _TITLE_WORDS or 2 * len(above.split()) >= width:
            break
        start -= 1
    return start


def _of_other_shape(lines: Sequence[str], header: int, stop: int) -> list[int]:
    """Return the lines below a blank one from which on there are fewer than half as many words as in the `header`."""
    width = len(lines[header].split())
    for at in range(header + 2, stop):
        if lines[at].strip() and not lines[at - 1].strip() and 2 * len(lines[at].split()) < width:
            return [at]
    return []


def _indented(lines: Sequence[str], header: int, stop: int) -> list[int]:
    """Return where below rows that all begin at the margin most lines are indented: what another command has printed."""
    filled = [at for at in range(header + 1, stop) if lines[at].strip()]
    first = next((number for number, at in enumerate(filled) if lines[at][0] in " \t"), len(filled))
    below = filled[first:]
    if first < _ROWS or len(below) < _ROWS or 2 * sum(1 for at in below if lines[at][0] in " \t") < len(below):
        return []
    title = filled[first - 1]
    return [title if len(lines[title].split()) <= _TITLE_WORDS else below[0]]


def _bars(line: str) -> int:
    return line.strip().strip("|").count("|")
