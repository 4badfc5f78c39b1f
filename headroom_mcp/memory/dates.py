"""When a question is about: "last May", "in June 2023", "yesterday", "2023-05-08" as a stretch of time.

A note's own time is when it was made. English only, like the stop words; a question without a date costs one search.
"""

from __future__ import annotations

import calendar
import time

from headroom_mcp import late
from headroom_mcp.late import re

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS.update({name.lower(): number for number, name in enumerate(calendar.month_abbr) if name})
_WORDS_TOO = frozenset(
    {"may", "march", "mar", "jan", "dec", "sep", "apr", "jun", "jul", "aug", "oct", "nov", "feb", "august"}
)
_DAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_DAY_S = 86_400.0
_MONTH_WORD = "|".join(sorted(_MONTHS, key=len, reverse=True))

# 2023-05-08, 2023-05
_ISO = late.pattern(r"\b((?:19|20)\d\d)-(\d\d?)(?:-(\d\d?))?\b")
# 8 May 2023, 8th of May, May 8, 2023, May 2023, last May, in May
_DAY_FIRST = late.pattern(
    rf"\b(\d\d?)(?:st|nd|rd|th)?(?: of)? ({_MONTH_WORD})\b\.?,?(?: ((?:19|20)\d\d))?", re.IGNORECASE
)
_MONTH_FIRST = late.pattern(
    rf"\b(in|last|this|since|during|of)? ?\b({_MONTH_WORD})\b\.?(?: (\d\d?)(?:st|nd|rd|th)?\b(?!\d))?,?(?: ((?:19|20)\d\d))?",
    re.IGNORECASE,
)
_YEAR = late.pattern(r"\b(?:in|since|during|of|year) ((?:19|20)\d\d)\b", re.IGNORECASE)
# yesterday, today, 3 days ago, last week, this month, last Tuesday
_RELATIVE = late.pattern(
    r"\b(?:(yesterday|today)|(\d+|a|an|one|two|three) (day|week|month|year)s? ago|(last|this|past) (week|month|year)|"
    rf"(?:last|on) ({'|'.join(_DAYS)}))\b",
    re.IGNORECASE,
)
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}
_SPAN_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


def window(text: str, now_s: float) -> tuple[float, float] | None:
    """Return the first stretch of time that `text` names, as start and end in seconds since 1970; None without one.

    A month or day without a year is the last one before `now_s`. Raises nothing: an impossible date is not a date.
    """
    text = text[:4_000]
    try:
        return _iso(text) or _named(text, now_s) or _relative(text, now_s)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(text: str) -> tuple[float, float] | None:
    match = _ISO.search(text)
    if match is None:
        return None
    year, month, day = match.groups()
    return _span(int(year), int(month), int(day) if day else None)


def _named(text: str, now_s: float) -> tuple[float, float] | None:
    match = _DAY_FIRST.search(text)
    if match is not None:
        day, month, year = match.groups()
        return _last_before(now_s, _MONTHS[month.lower()], int(day), year)
    for match in _MONTH_FIRST.finditer(text):
        lead, month, day, year = match.groups()
        # "may", "march", "mar" are months only where something says so
        if month.lower() in _WORDS_TOO and not (lead or day or year) and (month.islower() or not match.start(2)):
            continue
        return _last_before(now_s, _MONTHS[month.lower()], int(day) if day else None, year)
    match = _YEAR.search(text)
    if match is not None:
        year_number = int(match.group(1))
        return _at(year_number, 1, 1), _at(year_number + 1, 1, 1)
    return None


def _relative(text: str, now_s: float) -> tuple[float, float] | None:
    match = _RELATIVE.search(text)
    if match is None:
        return None
    word, count, unit, which, span, weekday = (group.lower() if group else "" for group in match.groups())
    today = now_s - now_s % _DAY_S
    if word:
        start = today - (_DAY_S if word == "yesterday" else 0)
        return start, start + _DAY_S
    if count:
        days = (_NUMBERS.get(count) or int(count)) * _SPAN_DAYS[unit]
        slack = max(1, _SPAN_DAYS[unit] // 2)
        return today - (days + slack) * _DAY_S, today - (days - slack - 1) * _DAY_S
    if which:
        days = _SPAN_DAYS[span]
        start = today - (2 * days if which == "last" else days) * _DAY_S
        return start, today + _DAY_S
    back = (time.gmtime(now_s).tm_wday - _DAYS[weekday]) % 7 or 7
    return today - back * _DAY_S, today - (back - 1) * _DAY_S


def _last_before(now_s: float, month: int, day: int | None, year: str | None) -> tuple[float, float]:
    if year:
        return _span(int(year), month, day)
    this_year = time.gmtime(now_s).tm_year
    span = _span(this_year, month, day)
    return span if span[0] <= now_s else _span(this_year - 1, month, day)


def _span(year: int, month: int, day: int | None) -> tuple[float, float]:
    if day:
        start = _at(year, month, day)
        return start, start + _DAY_S
    return _at(year, month, 1), _at(year + month // 12, month % 12 + 1, 1)


def _at(year: int, month: int, day: int) -> float:
    if not (1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]):
        msg = f"{year}-{month}-{day} is not a date"
        raise ValueError(msg)
    return float(calendar.timegm((year, month, day, 0, 0, 0)))
