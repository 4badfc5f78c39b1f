"""Columns of fixed width with nothing between them: where each begins is told by which characters stand at which place.

    02203107140949014D7FDC0000002145DUNLIN    SENT
    02203107140949024A90FC0000001615IBIS      NOMINAL
    ──────────────▏    ▏         ▏        ▏            digits, digits and letters, digits from zeros on, letters, letters

Atoms (see `atoms`) end at blanks and signs; such records have a dozen fields in two of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records.slots import Slot

_MIN_RECORDS, _SAMPLE = 20, 400
_ONE_LENGTH = 0.9  # of the records are as long
_MIN_CHARS, _MAX_CHARS = 16, 400
_GLUED = late.pattern(r"[^\W_]{10,}")  # a word so long in most of the records
_LOOKED_AT, _MOST = 20, 0.8
_FEW = 0.03  # of the records: what is odd in one is no rule
_SOME = 0.1
_MANY_DIGITS, _FEW_DIGITS = 5, 3  # different ones at a place: the last of a number, the first of another
_OF_DATE, _OF_CLOCK = 8, 6
_MIN_TOUCHING, _COLUMNS_A_WORD = 2, 1.5
# 20310714094901 · 20310714
_DATE = late.pattern(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CLOCK = late.pattern(r"(?:[01]\d|2[0-3])[0-5]\d[0-5]\d")

_TOUCHING: frozenset[str] = frozenset(("digits", "letters", "both"))

Sort = Literal["digits", "letters", "both", "blank", "sign"]


class _Place(NamedTuple):
    """What stands at one place of the records: of which sort, which share of it is blank, how many digits differ, and whether
    nearly all are zeros."""

    sort: Sort
    blank: float
    digits: int
    zeros: bool


class Columns(NamedTuple):
    """The columns of records as slots, and the records with their columns apart."""

    found: list[Slot]
    apart: list[str]


def of(records: Sequence[str]) -> Columns | None:
    """Return the columns of `records`; None where they are no records of fixed width with fields that touch."""
    if len(records) < _MIN_RECORDS:
        return None
    looked_at = records[:: len(records) // _LOOKED_AT]
    if sum(1 for record in looked_at if _GLUED.search(record[:_MAX_CHARS])) < _MOST * len(looked_at):
        return None
    width, times = Counter(map(len, records)).most_common(1)[0]
    if times < _ONE_LENGTH * len(records) or not _MIN_CHARS <= width <= _MAX_CHARS:
        return None
    rows = [at for at, record in enumerate(records) if len(record) == width and "\n" not in record]
    told = [records[at] for at in rows]
    edges = _columns(told[:: max(1, len(told) // _SAMPLE)], width) if len(told) >= _MIN_RECORDS else []
    if not edges:
        return None
    columns = [[record[start:stop].strip() for record in told] for start, stop in edges]
    found: list[Slot] = []
    for column in columns:
        slot = Slot("column")
        slot.add(rows, column, Counter(column))
        if len(slot.counts) > 1:
            found.append(slot)
    apart = list(records)
    for at, cells in zip(rows, zip(*columns, strict=True), strict=True):
        apart[at] = "  ".join(cells)
    return Columns(found, apart)


def _columns(sample: Sequence[str], width: int) -> list[tuple[int, int]]:
    """Return where the columns of `sample` begin and end, if several touch."""
    places = list(map(_place, zip(*sample, strict=True)))
    starts = {0}
    touching = 0
    within = 0  # a date ends here
    for at in range(width):
        if at < within:
            continue
        size = _digits_of_time(sample, places, at)
        if size or at == within or (at and _begins(places, at)):
            starts.add(at)
            touching += at > 0 and _TOUCHING.issuperset((places[at - 1].sort, places[at].sort))
        within = at + size if size else within
    if touching < _MIN_TOUCHING:
        return []
    for at in sorted(starts):
        if places[at].sort == "blank":  # before numbers of several lengths, which are aligned to the right
            stop = next((stop for stop in range(at, width) if places[stop].sort != "blank"), at)
            if places[stop].sort == "digits":
                starts.discard(stop)
    edges = sorted({*starts, width})
    found = [
        (start, stop) for start, stop in pairwise(edges) if any(place.sort in _TOUCHING for place in places[start:stop])
    ]
    # In sentences of one form, too, words stand below words.
    words = sum(len(record.split()) for record in sample)
    return found if words * _COLUMNS_A_WORD <= len(found) * len(sample) else []


def _place(chars: Sequence[str]) -> _Place:
    counts = Counter(chars)
    total = len(chars)
    few = _FEW * total
    digits = sum(count for char, count in counts.items() if char.isdigit())
    letters = sum(count for char, count in counts.items() if char.isalpha())
    blank = counts[" "]
    sort: Sort = "sign"
    if digits > few and letters > few:
        sort = "both"
    elif digits > few:
        sort = "digits"
    elif letters > few:
        sort = "letters"
    elif blank >= total - few:
        sort = "blank"
    different = sum(1 for char, count in counts.items() if char.isdigit() and count > few / 3)
    return _Place(sort, blank / total, different, counts["0"] >= total - few)


def _begins(places: Sequence[_Place], at: int) -> bool:
    """Tell whether a column begins at place `at`."""
    before, here = places[at - 1], places[at]
    if before.sort != here.sort:
        return True
    if here.sort != "digits":
        return here.blank <= _FEW and before.blank >= _SOME  # after names of several lengths
    if before.blank <= _FEW and here.blank >= _SOME:
        return True  # before numbers of several lengths
    # 0941|0000002145 · 2145|1
    return (here.zeros and before.digits >= _MANY_DIGITS) or (
        before.digits > _MANY_DIGITS and here.digits <= _FEW_DIGITS
    )


def _digits_of_time(sample: Sequence[str], places: Sequence[_Place], at: int) -> int:
    """Return how many digits at place `at` are a date in every record, with the time of day or without; 0 where they are none."""
    if any(place.sort != "digits" for place in places[at : at + _OF_DATE]):
        return 0
    if not all(_DATE.match(record, at) for record in sample):
        return 0
    clocks = {record[at + _OF_DATE : at + _OF_DATE + _OF_CLOCK] for record in sample}
    return _OF_DATE + _OF_CLOCK if len(clocks) > 1 and all(map(_CLOCK.fullmatch, clocks)) else _OF_DATE
