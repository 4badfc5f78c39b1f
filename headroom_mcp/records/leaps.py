"""Leaps in what rises from record to record: an hour without a line in a log that writes every second, the sequence numbers
that are missing in a trace.

    09:00:01 poll done
    09:00:03 poll done        the end of one stretch
    12:41:20 poll done        and the beginning of the next
    09:00:..                  steps of seconds are usual here, hours are not

A slot rises if hardly any of its values is less than the one before. What is usual is asked of its own steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain, islice, pairwise
from operator import sub

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records import values
from headroom_mcp.records.slots import Slot

_MIN_RECORDS = 20
_CONTEXTS = ("column", "key", "after", "left")  # the others hold the same atoms, of some of the records
_SAMPLE = 30
_MAX_FALLS = 0.02  # share of steps back: threads write out of turn
_FALLS_SAMPLED = 2
_TIMES_USUAL = 10.0  # as far beyond nearly all steps
_NEARLY_ALL = 0.95
_MAX_LEAPS = 3  # more of them are how it goes
_LEAST_RISING = 0.5  # share of steps that rise, in a number: one that stands still is no counter
_DAY_S = 86_400.0

Sort = Literal["dated", "clock", "number", ""]
"""How the values of a slot are read: date and time, time of day, number; "" for none of these."""

# 2026-03-04T09:15:30.250Z · 2026/03/04 · 20260304T091530
_DATED = late.pattern(
    r"(?<!\d)((?:19|20)\d\d)[-/.]?(\d\d)[-/.]?(\d\d)(?:[T_ :-]?(\d\d):?(\d\d)(?::?(\d\d(?:[.,]\d+)?))?)?(?!\d)"
)
# 09:15:30,250 · 04/Mar/2026:09:15:30
_CLOCK = late.pattern(r"(?<![\d.])(\d{1,2}):(\d\d)(?::(\d\d(?:[.,]\d+)?))?(?![\d:])")


class Leap(NamedTuple):
    """The record at one end of a leap, its value, and how unlikely the leap is, in nats."""

    row: int
    value: str
    score: float


def find(slot: Slot) -> list[Leap]:
    """Return both ends of each leap in `slot`, the later ones first; none where it does not rise, or often leaps."""
    if slot.total < _MIN_RECORDS or len(slot.counts) * 2 < _MIN_RECORDS or slot.context not in _CONTEXTS:
        return []
    sort = _sort(list(islice(slot.counts, _SAMPLE)))
    if not sort:
        return []
    rows, told = _in_order(slot)
    sampled = _figures(told[:_SAMPLE], sort)
    if sum(1 for before, after in pairwise(sampled) if after < before) > _FALLS_SAMPLED:
        return []
    figures = _figures(told, sort)
    if len(figures) < len(told):
        return []
    steps = list(map(sub, figures[1:], figures))
    if sort == "clock":
        steps = [step + _DAY_S if step < -_DAY_S / 2 else step for step in steps]  # past midnight
    if sum(1 for step in steps if step < 0) > _MAX_FALLS * len(steps):
        return []
    if sort == "number" and sum(1 for step in steps if step > 0) < _LEAST_RISING * len(steps):
        return []
    return _ends_of_leaps(rows, told, steps)


def _ends_of_leaps(rows: Sequence[int], told: Sequence[str], steps: Sequence[float]) -> list[Leap]:
    usual = sorted(steps)[int(len(steps) * _NEARLY_ALL)]
    # Where nearly all are of one second, or one number, the next one is near.
    least = _TIMES_USUAL * (max(usual, 1.0) if usual == int(usual) else usual)
    far = [at for at, step in enumerate(steps) if step > least]
    if not far or len(far) > _MAX_LEAPS:
        return []
    score = math.log(len(steps) / len(far))
    return [Leap(rows[at + end], told[at + end], score) for end in (1, 0) for at in far]


def _in_order(slot: Slot) -> tuple[Sequence[int], Sequence[str]]:
    """Return the records of `slot` as they come, and their values."""
    if len(slot.columns) == 1:
        return slot.columns[0]
    pairs = sorted(chain.from_iterable(zip(rows, column, strict=True) for rows, column in slot.columns))
    return [row for row, _ in pairs], [value for _, value in pairs]


def _sort(sample: Sequence[str]) -> Sort:
    if all(map(_DATED.search, sample)):
        return "dated"
    if all(map(_CLOCK.search, sample)):
        return "clock"
    return "number" if None not in values.numbers(sample) else ""


def _figures(told: Sequence[str], sort: Sort) -> list[float]:
    """Return the values `told` as numbers, times in seconds; fewer of them where one cannot be read."""
    if sort == "number":
        return [figure for figure in values.numbers(told) if figure is not None]
    search = _DATED.search if sort == "dated" else _CLOCK.search
    figures: list[float] = []
    for value in told:
        match = search(value)
        if match is None:
            return figures
        *days, hour, minute, second = match.groups()
        of_day = 3600 * int(hour or 0) + 60 * int(minute or 0) + float((second or "0").replace(",", "."))
        figures.append(of_day + (_DAY_S * _days(*map(int, days)) if days else 0.0))
    return figures


def _days(year: int, month: int, day: int) -> int:
    """Return the number of a day, counted as if the year began in March: leap days are last."""
    year, month = (year - 1, month + 12) if month < 3 else (year, month)
    return 365 * year + year // 4 - year // 100 + year // 400 + (153 * (month - 3) + 2) // 5 + day
