"""Columns that blanks line up: where every cell is one word, one blank between two says as much as ten.

     30.86    0.001142           2       481        46 newfstatat         30.86 0.001142 2 481        46 newfstatat
     18.49    0.000684           4       149           read          →    18.49 0.000684 4 149           read
     16.70    0.000618           6        90           mmap               16.70 0.000618 6 90           mmap

Blanks go where nobody can miss them: between two cells that hold one word in every line, and before numbers that end at one
place. Next to a cell of several words, or one that may be empty, a line stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.text import tokens
from headroom_mcp.types import Part

HEAD = "[columns one blank apart]"
RULE = "---"
_MIN_ROWS = 2
_BAR = late.pattern(r"[|│]")
# -----+-----   +-----+   ├─────┼─────┤
_RULED = frozenset("-+=─═┌┬┐├┼┤└┴┘╞╪╡╭╮╰╯|│ ")
_LONG = ("---", "===", "───", "═══")
_MIN_LINES = 4
_MAX_COLUMNS = 16
_MAX_CHARS = 400  # of a line that is looked at: no row of a table is longer, and what is not looked at stays
_HEADINGS = 3  # lines above that may have a word in a column where these lines have none
_MAX_ABOVE = 2_000  # lines in which the header is looked for
_MAX_TRIED = 32
MIN_CUT = 12  # blanks that are cut (each run one token, about) in a run of lines that is worth being told of
_GAP = late.pattern(r"(?<=\S)  +(?=\S)|^ +(?=\d)", re.MULTILINE)
_WORD = late.pattern(r"\S+")

Span = tuple[int, int]
_NOWHERE: Span = (-1, -1)


class _Column:
    """Where the words of a column begin and end, -1 where that is not one place, and all that it takes up, from `left` to `right`;
    in how many lines more than one blank stands before it, and its word begins with a digit."""

    __slots__ = ("end", "left", "numbers", "right", "start", "wide")

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.left, self.right = start, end
        self.wide = self.numbers = 0


class _Run(NamedTuple):
    """Lines up to `stop`; before which of their words blanks go, and how many runs of blanks go from all lines; `seen`: how far
    lines were looked at."""

    stop: int
    before: Sequence[int]
    cut: int
    seen: int


def narrowed(lines: Sequence[str], start: int, stop: int) -> dict[int, str]:
    """Return those of lines `start` … `stop - 1` that have columns wider apart than needed, by their index, with one blank
    between these."""
    found: dict[int, str] = {}
    at = start
    top = max(0, start - _MAX_ABOVE)
    begins = _Begins(lines)
    while at < stop:
        if "  " not in lines[at] or not begins.align(at, stop):
            at += 1
            continue
        run = _run(lines, at, stop)
        if run.cut < MIN_CUT:
            at = run.seen if run.seen - at > _MAX_TRIED else at + 1  # nor is there much in lines that end the same run
            continue
        top = _top(lines, top, at)
        before = _without_empty(lines, at, run, top)
        for index in range(at, run.stop) if before else ():
            shorter = _shorter(lines[index], before)
            if shorter != lines[index]:
                found[index] = shorter
        at = run.stop
    return found


def barred(lines: Sequence[str], start: int, stop: int) -> dict[int, str]:
    """Return those of lines `start` … `stop - 1` that are rows of tables drawn with bars and could be shorter, by their index, with
    one blank beside each bar; rules among and around them as RULE."""
    found: dict[int, str] = {}
    at = start
    while at < stop:
        bars = _bars(lines[at])
        end = at + 1
        while len(bars) > 1 and end < stop and (_bars(lines[end]) == bars or _is_rule(lines[end])):
            end += 1
        rows = [index for index in range(at, end) if not _is_rule(lines[index])]
        if len(bars) > 1 and len(rows) >= _MIN_ROWS and _every_cell_is_filled([lines[index] for index in rows], bars):
            begin = at - 1 if at > start and _is_rule(lines[at - 1]) else at
            for index in range(begin, end):
                shorter = RULE if _is_rule(lines[index]) else _beside_bars(lines[index])
                if len(shorter) < len(lines[index]):
                    found[index] = shorter
        at = end
    return found


def _bars(line: str) -> list[int]:
    """Return where the bars of a line stand."""
    return [match.start() for match in _BAR.finditer(line, 0, _MAX_CHARS)] if "|" in line or "│" in line else []


def _beside_bars(line: str) -> str:
    """Return a row with one blank beside each bar."""
    bar = "│" if "│" in line else "|"
    return f" {bar} ".join(map(str.strip, line.split(bar))).strip()


def _is_rule(line: str) -> bool:
    return _RULED.issuperset(line) and any(piece in line for piece in _LONG)


def _every_cell_is_filled(rows: Sequence[str], bars: Sequence[int]) -> bool:
    """Tell whether something stands in each column of some row: the bars of a tree have nothing between them."""
    return all(any(row[left + 1 : right].strip() for row in rows) for left, right in pairwise(bars))


def saved(lines: Sequence[str], parts: Sequence[Part]) -> int:
    """Return how many tokens more than their characters tell are saved by `parts` whose columns stand closer: blanks on end are one
    token, however many they are."""
    fewer = 0.0
    for part in parts:
        if part.action == "render" and part.lossless and part.stop > part.start and part.text:
            before, after = "\n".join(lines[part.start : part.stop]), part.text
            blanks = before.count(" ") - after.count(" ")
            fewer += gaps(before) - gaps(after) - max(0, blanks) * tokens.BLANK_COST
    return max(0, int(fewer))


def gaps(text: str) -> int:
    """Return how many times more than one blank stands between two words of a line, or any before a number that begins one."""
    return sum(1 for _ in _GAP.finditer(text))


class _Begins(dict[int, Span]):
    """Where the first word of a line stands, by its index, looked at once; nowhere where there is none, or tabs before it."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines

    def __missing__(self, at: int) -> Span:
        line = self._lines[at]
        word = None if "\t" in line else _WORD.search(line, 0, _MAX_CHARS)
        found = self[at] = word.span() if word else _NOWHERE
        return found

    def align(self, at: int, stop: int) -> bool:
        """Tell whether the first words of so many lines from `at` on stand in one column that a run may begin there: in most
        texts they do not, and no other word need be looked at."""
        if stop - at < _MIN_LINES:
            return False
        start, end = self[at]
        if end < 0:
            return False
        same_start = same_end = True
        for index in range(at + 1, at + _MIN_LINES):
            begin, over = self[index]
            same_start = same_start and begin == start
            same_end = same_end and over == end
            if not (same_start or same_end):
                return False
        return True


def _run(lines: Sequence[str], start: int, stop: int) -> _Run:
    """Return the run of lines from `start` on out of which most blanks go."""
    columns = [_Column(start, end) for start, end in _words(lines[start])]
    ended = True  # no line has a word more than the columns
    best = _Run(start, (), 0, stop)
    for at in range(start, stop):
        words = _words(lines[at], len(columns) + 1)
        ended = ended and len(words) == len(columns)
        aligned = _aligned(lines[at], words, columns)
        if not aligned:
            return best._replace(seen=at)
        ended = ended and aligned == len(words)
        del columns[aligned:]
        if at + 1 - start >= _MIN_LINES:
            count = at + 1 - start
            before = [column for column in range(aligned) if _may_go(columns, column, count, ended=ended)]
            cut = sum(columns[column].wide for column in before)
            if cut > best.cut:
                best = _Run(at + 1, before, cut, stop)
    return best


def _top(lines: Sequence[str], known: int, at: int) -> int:
    """Return the first line of the paragraph of line `at`, not above the one that is `known` of an earlier line."""
    while at > known and lines[at - 1].strip():
        at -= 1
    return at


def _without_empty(lines: Sequence[str], start: int, run: _Run, top: int) -> list[int]:
    """Return before which words of a run blanks may go: not where something stands above or below these, as a header does over
    a column in which all of the lines have nothing. The header stands at the `top` of the paragraph, or right above."""
    columns = [_Column(begin, end) for begin, end in _words(lines[start])]
    for line in lines[start : run.stop]:
        _aligned(line, _words(line), columns)
    headings = lines[top : min(top + _HEADINGS, start)]
    around = [*headings, *lines[max(0, start - _HEADINGS) : start], *lines[run.stop : run.stop + 1]]
    others = [span for line in around for span in _over(_words(line), columns)]
    kept: list[int] = []
    for at in run.before:
        left = columns[at - 1].right if at else 0
        if not any(left < begin and end < columns[at].left for begin, end in others):
            kept.append(at)
    return kept if sum(columns[at].wide for at in kept) >= MIN_CUT else []


def _over(words: Sequence[Span], columns: Sequence[_Column]) -> Sequence[Span]:
    """Return the words of a line that stands in the same columns, none of any other: of a header most stand over a column."""
    inside = sum(1 for start, end in words if any(start < one.right and one.left < end for one in columns))
    return words if inside * 3 >= len(words) * 2 else ()


def _words(line: str, most: int = _MAX_COLUMNS) -> list[Span]:
    """Return where the first words of a line stand, `most` of them; none of one with tabs, which nobody knows how wide they are."""
    if "\t" in line:
        return []
    return [match.span() for match in islice(_WORD.finditer(line, 0, _MAX_CHARS), min(most, _MAX_COLUMNS))]


def _aligned(line: str, words: Sequence[Span], columns: Sequence[_Column]) -> int:
    """Return how many first words of a line stand in the columns, which know of them then."""
    aligned = 0
    stop = -1  # where the word before ends; none: what a line is indented by is wide
    for (start, end), column in zip(words, columns, strict=False):
        column.start = column.start if column.start == start else -1
        column.end = column.end if column.end == end else -1
        if column.start < 0 and column.end < 0:
            break
        column.left, column.right = min(column.left, start), max(column.right, end)
        column.wide += start > stop + 1
        column.numbers += line[start].isdigit()
        stop = end
        aligned += 1
    return aligned


def _may_go(columns: Sequence[_Column], at: int, count: int, *, ended: bool) -> bool:
    """Tell whether the blanks before a column say nothing in `count` lines, the first of which may be a header."""
    column = columns[at]
    if column.numbers >= count - 1 and column.start < 0:
        return True
    return at > 0 and all(_is_cell(columns, one, ended=ended) for one in (at - 1, at))


def _is_cell(columns: Sequence[_Column], at: int, *, ended: bool) -> bool:
    """Tell whether a column is one word in every line: wide blanks set it apart from its neighbours in some."""
    follows = columns[at + 1].wide > 0 if at + 1 < len(columns) else ended
    return follows and (at == 0 or columns[at].wide > 0)


def _shorter(line: str, before: Sequence[int]) -> str:
    """Return `line` with one blank at most before those words, none before the first."""
    words = _words(line)
    shorter, position = "", 0
    for column in before:
        start = words[column][0]
        stop = words[column - 1][1] if column else 0
        shorter += line[position:stop] + " " * (column > 0)
        position = start
    return shorter + line[position:]
