"""Leaps in what rises from record to record: an hour without a line in a log that writes every second, the sequence numbers
that are missing in a trace.

    09:00:01 poll done
    09:00:03 poll done        the end of one stretch
    12:41:20 poll done        and the beginning of the next
    09:00:..                  steps of seconds are usual here, hours are not

A slot rises if hardly any of its values is less than the one before. What is usual is asked of its own steps. Where they rise,
one that falls far back stands out of turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import chain, compress, islice, pairwise
from operator import sub

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records import values
from headroom_mcp.records.slots import Slot

_MIN_RECORDS = 20
_CONTEXTS = ("column", "key", "after", "left")  # the others hold the same atoms, of some of the records
_SAMPLE = 30
_MAX_FALLS = 0.021  # share of steps back: threads write out of turn
_FALLS_SAMPLED = 2
_TIMES_USUAL = 10.0  # as far beyond nearly all steps
_NEARLY_ALL = 0.95
_MAX_LEAPS = 3  # more of them are how it goes
_FALLS_FAR = 5.0  # times what nearly all steps rise by: threads that write out of turn fall back less
_MOSTLY = 0.9  # of the values are of one sort: heads and rules stand among them
_LEAST_RISING = 0.5  # share of steps that rise, in a number: one that stands still is no counter
_DAY_S = 86_400.0
_QUOTES = "\"'"

Sort = Literal["dated", "clock", "digits", "number", ""]
"""How the values of a slot are read: date and time, time of day, the same without colons, number; "" for none of these."""

# 2026-03-04T09:15:30.250Z · 2026/03/04 · 20260304T091530 · 2026.03.04-09.15.30 · 2026-03-04@09:15:30
_DATED = late.pattern(
    r"(?<!\d)((?:19|20)\d\d)[-/.]?(\d\d)[-/.]?(\d\d)(?:[T_ :@/-]?(\d\d)[:.]?(\d\d)(?:[:.]?(\d\d(?:[.,]\d+)?))?)?(?!\d)"
)
# 09:15:30,250 · 04/Mar/2026:09:15:30 · 9h15m30s · 9時15分30秒
_CLOCK = late.pattern(r"(?<![\d.])(\d{1,2})(?::|h|時|时|시)(\d\d)(?:(?::|m|分|분)(\d\d(?:[.,]\d+)?)?)?(?![\d:])")
# 09.15.30 · 091530.25 · 0304091530: month and day, or year, month and day, before the time of day · 04-Mar-26 09.15.30 AM
_DIGITS = late.pattern(
    r"(?:[\w.-]{5,9}[ :])?(?:(\d\d)?(0\d|1[0-2])([0-2]\d|3[01]))?([01]\d|2[0-3])(\.?)([0-5]\d)\5([0-5]\d)(?:\.\d{1,3})?(?: [AP]M)?"
)


class Leap(NamedTuple):
    """The record at one end of a leap, its value, and how unlikely the leap is, in nats."""

    row: int
    value: str
    score: float


class Course(NamedTuple):
    """The leaps of a slot, and whether its values rise."""

    leaps: list[Leap]
    rises: bool


_NO_COURSE = Course([], False)


def find(slot: Slot, numbers: Callable[[], Sequence[float | None]]) -> Course:
    """Return both ends of each leap in `slot`, the later ones first, and what stands out of turn; none where it does not rise,
    or often leaps. `numbers` says what its different values are, in order, if these are asked for."""
    if slot.total < _MIN_RECORDS or len(slot.counts) * 2 < _MIN_RECORDS or slot.context not in _CONTEXTS:
        return _NO_COURSE
    sample = list(islice(slot.counts, _SAMPLE))
    quoted = sample[0][:1] in _QUOTES
    sort = _sort(_bare(sample) if quoted else sample)
    if not sort:
        return _NO_COURSE
    _, longest = max(slot.columns, key=lambda column: len(column[0]))
    first = longest[:_SAMPLE]
    sampled = [figure for figure in _figures(_bare(first) if quoted else first, sort) if figure is not None]
    if sum(1 for before, after in pairwise(sampled) if after < before) > _FALLS_SAMPLED:
        return _NO_COURSE
    if sort == "number" and _known(slot, numbers()) < _MOSTLY * slot.total:
        return _NO_COURSE
    rows, told = in_order(slot)
    if quoted and sort == "digits":
        told = _bare(told)
    read = _numbers(slot, told, numbers()) if sort == "number" else _figures(told, sort)
    figures = [figure for figure in read if figure is not None]
    if len(figures) < len(told):
        if len(figures) < _MOSTLY * len(told):
            return _NO_COURSE
        known = [figure is not None for figure in read]
        rows, told = list(compress(rows, known)), list(compress(told, known))
    steps = list(map(sub, figures[1:], figures))
    if sort in ("clock", "digits"):
        steps = [step + _DAY_S if -_DAY_S < step < -_DAY_S / 2 else step for step in steps]  # past midnight
    falls = [at for at, step in enumerate(steps) if step < 0]
    if len(falls) > _MAX_FALLS * len(steps):
        return _NO_COURSE
    if sort == "number" and sum(1 for step in steps if step > 0) < _LEAST_RISING * len(steps):
        return _NO_COURSE
    usual = sorted(steps)[int(len(steps) * _NEARLY_ALL)]
    found = [
        *_ends_of_leaps(rows, told, steps, usual),
        *_out_of_turn(rows, told, figures, falls, usual, dated=sort == "dated"),
    ]
    return Course(found, rises=True)


def _ends_of_leaps(rows: Sequence[int], told: Sequence[str], steps: Sequence[float], usual: float) -> list[Leap]:
    # Where nearly all are of one second, or one number, the next one is near.
    least = _TIMES_USUAL * (max(usual, 1.0) if usual == int(usual) else usual)
    far = [at for at, step in enumerate(steps) if step > least]
    if not far or len(far) > _MAX_LEAPS:
        return []
    score = math.log(len(steps) / len(far))
    return [Leap(rows[at + end], told[at + end], score) for end in (1, 0) for at in far]


def _out_of_turn(
    rows: Sequence[int],
    told: Sequence[str],
    figures: Sequence[float],
    falls: Sequence[int],
    usual: float,
    *,
    dated: bool,
) -> list[Leap]:
    """Return the records that are far behind the one before, or far ahead of all that follow."""
    odd: list[int] = []
    for at in falls:
        if figures[at] - figures[at + 1] <= _FALLS_FAR * usual:
            continue
        if at and figures[at + 1] >= figures[at - 1]:
            odd.append(at)
        elif at + 2 == len(figures) or figures[at + 2] >= figures[at]:
            odd.append(at + 1)
        elif dated:
            odd.append(at + 1)  # the clock was set back; a number that goes on from there begins anew
    if len(odd) > _MAX_LEAPS:
        return []
    return [Leap(rows[at], told[at], math.log(len(rows) / len(odd))) for at in odd]


def in_order(slot: Slot) -> tuple[Sequence[int], Sequence[str]]:
    """Return the records of `slot` as they come, and their values."""
    if len(slot.columns) == 1:
        return slot.columns[0]
    rows = list(chain.from_iterable(of_column for of_column, _ in slot.columns))
    told = list(chain.from_iterable(column for _, column in slot.columns))
    if _follow_each_other(slot):  # a head, and what stands below it
        return rows, told
    order = sorted(range(len(rows)), key=rows.__getitem__)
    return list(map(rows.__getitem__, order)), list(map(told.__getitem__, order))


def _follow_each_other(slot: Slot) -> bool:
    """Tell whether each column of a slot begins below the end of the one before."""
    return all(above[-1] < below[0] for (above, _), (below, _) in pairwise(slot.columns))


def _bare(told: Sequence[str]) -> Sequence[str]:
    return [value.strip(_QUOTES) for value in told]


def _sort(sample: Sequence[str]) -> Sort:
    least = _MOSTLY * len(sample)
    sorts: tuple[tuple[Sort, Callable[[str], object]], ...] = (
        ("dated", _DATED.search),
        ("clock", _CLOCK.search),
        ("digits", _DIGITS.fullmatch),
    )
    for sort, reads in sorts:
        if sum(1 for value in sample if reads(value)) >= least:
            return sort
    return "number" if len(sample) - values.numbers(sample).count(None) >= least else ""


def _known(slot: Slot, numbers: Sequence[float | None]) -> int:
    """Return how many values of a slot are numbers, by what its different ones are."""
    if None not in numbers:
        return slot.total
    return sum(count for count, figure in zip(slot.counts.values(), numbers, strict=True) if figure is not None)


def _numbers(slot: Slot, told: Sequence[str], numbers: Sequence[float | None]) -> Sequence[float | None]:
    """Return the `told` values of a slot as numbers, which are those of its different ones."""
    if len(numbers) == len(told) and _follow_each_other(slot):  # no value comes again: they are in order as they are
        return numbers
    return list(map(dict(zip(slot.counts, numbers, strict=True)).__getitem__, told))


def _figures(told: Sequence[str], sort: Sort) -> Sequence[float | None]:
    """Return the values `told` as numbers, times in seconds; None for one that cannot be read."""
    if sort == "number":
        return values.numbers(told)
    if sort == "digits":
        return list(map(_of_digits, told))
    search = _DATED.search if sort == "dated" else _CLOCK.search
    figures: list[float | None] = []
    for match in map(search, told):
        if match is None:
            figures.append(None)
            continue
        *days, hour, minute, second = match.groups()
        of_day = 3600 * int(hour or 0) + 60 * int(minute or 0) + float((second or "0").replace(",", "."))
        figures.append(of_day + (_DAY_S * _days(*map(int, days)) if days else 0.0))
    return figures


def _of_digits(value: str) -> float | None:
    match = _DIGITS.fullmatch(value)
    if match is None:
        return None
    year, month, day, hour, _, minute, second = match.groups()
    of_day = 3600.0 * int(hour) + 60 * int(minute) + int(second)
    return of_day + (_DAY_S * _days(2000 + int(year or 0), int(month), int(day)) if month else 0.0)


def _days(year: int, month: int, day: int) -> int:
    """Return the number of a day, counted as if the year began in March: leap days are last."""
    year, month = (year - 1, month + 12) if month < 3 else (year, month)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day
