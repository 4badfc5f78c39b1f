"""The records that a superlative means: the ends of the slot that it speaks of.

Which slot is meant is told by its name or header, by the units of its values ("12 ms" is a time, "3.4G" a size), and by the
words before it ("took", "in"). A slot whose values all differ by one is a counter, and nobody asks for its largest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.records import values
from headroom_mcp.records.slots import Slot
from headroom_mcp.records.survey import Survey
from headroom_mcp.types import Superlative

_NAMES = {
    "time": ("duration", "elapsed", "took", "time", "latency", "seconds", "secs", "ms", "runtime", "wait", "delay", "in", "after"),
    "size": ("size", "bytes", "length", "mem", "memory", "rss", "weight", "kb", "mb", "lines", "volume", "read", "wrote"),
    "date": ("date", "created", "updated", "modified", "started", "time", "timestamp", "at", "since", "age", "ts", "when"),
}  # fmt: skip
_TIME_UNIT = late.pattern(r"\d ?(?:ns|us|µs|ms|s|secs?|m|mins?|h|d)$")
_SIZE_UNIT = late.pattern(r"\d ?(?:[kKMGT]i?[bB]?|[bB]|bytes)$")
_WORD = late.pattern(r"[^\W\d_]{4,}")
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
# notAfter=May 12 23:59:00 2025 GMT · Date:   Thu Nov 26 15:38:11 2026 +0000 · Nov 3, 2026
_MONTH_FIRST = late.pattern(rf"\b{_MONTH}\.? +(\d\d?)(?:,? +(\d\d?:\d\d(?::\d\d)?))?(?: +[A-Z]{{3,4}})?,? +(\d{{4}})\b")
# [26/Nov/2026:10:00:00 +0000] · Date: Thu, 26 Nov 2026 15:38:11 +0000
_DAY_FIRST = late.pattern(rf"\b(\d\d?)[ /-]{_MONTH}\.?[ /-](\d{{4}})\b(?:[ :](\d\d?:\d\d(?::\d\d)?))?")
_LABEL = late.pattern(r"([^\W\d]\w{1,30})\W{0,12}(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},? +)?$")
_BEFORE_CHARS = 60
_MOSTLY = 0.8
_SAMPLE = 60
_MAX_GUESSES = 5  # slots, where nothing tells which is meant
_OUTERMOST = 5  # records from each end of a column


class _Column(NamedTuple):
    """Values by record, with the name of their slot where it has one, and the words that all the records share."""

    name: str
    rows: Sequence[int]
    values: Sequence[str]
    shared: frozenset[str] = frozenset()


def of(survey: Survey, wanted: Sequence[Superlative], columns: Sequence[Slot] = ()) -> list[int]:
    """Return the records of `survey` that the superlatives `wanted` mean, the outermost first; `columns` are the cells of a
    table, where it is one."""
    found: dict[int, None] = {}
    for one in wanted:
        if one.measure == "place":
            found.update(dict.fromkeys(_by_place(survey, one)))
            continue
        ends = [
            sorted(figures, key=lambda item: (-item[0], item[1]) if one.end == "most" else item)[: one.how_many]
            for figures in _meant(survey, columns, one)[:_MAX_GUESSES]
        ]
        found.update((row, None) for outermost in zip_longest(*ends) for _, row in filter(None, outermost))
    return list(found)


def _meant(survey: Survey, columns: Sequence[Slot], one: Superlative) -> list[list[tuple[float, int]]]:
    """Return the figures, by record, of the slot that a superlative means; of each that it may mean as well as another."""
    best: dict[str, list[tuple[float, int]]] = {}
    best_worth = 0.0
    for column in _columns(survey, columns):
        figures, worth = _judged(column, one)
        if not worth or worth < best_worth:
            continue
        if worth > best_worth:
            best, best_worth = {}, worth
        # Slots of one name, or that speak of what is asked, are the same one in records of several forms.
        name = column.name or ("" if _speaks_of(column, one) else f"nameless {len(best)}")
        best[name] = best.get(name, []) + figures
    return list(best.values())


def of_each(columns: Sequence[Slot], named: Sequence[bool], *, largest: bool, smallest: bool) -> list[int]:
    """Return the records with the largest or smallest figures of every column of numbers, those of the columns that are
    `named` first."""
    found: list[tuple[bool, int, int]] = []
    for at, slot in enumerate(columns):
        rows, cells = slot.columns[0]
        figures = _figures(_Column(slot.name, rows, cells), falling=False)
        if len(figures) * 2 < len(rows):
            continue
        outermost = sorted(figures, reverse=True)[:_OUTERMOST] if largest else []
        outermost += sorted(figures)[:_OUTERMOST] if smallest else []
        found.extend((not named[at], at, row) for _, row in outermost)
    return [row for _, _, row in sorted(found, key=lambda item: item[:2])]


def _by_place(survey: Survey, one: Superlative) -> list[int]:
    """Return the first or last records that hold a word said beside the superlative, else the first or last of all."""
    words = [word.removesuffix("s") for word in one.about if len(word) > 3]
    texts = [text.lower() for text in survey.texts]
    counts = {word: sum(1 for text in texts if word in text) for word in words}
    telling = [word for word in words if 0 < counts[word] * 2 <= len(texts)]
    rows = [row for row, text in enumerate(texts) if any(word in text for word in telling)] if telling else []
    if not rows:
        rows = list(range(len(texts)))
    return rows[: one.how_many] if one.end == "first" else rows[: -one.how_many - 1 : -1]


def _columns(survey: Survey, columns: Sequence[Slot]) -> Iterator[_Column]:
    for slot in columns:
        for rows, cells in slot.columns:
            yield _Column(slot.name, rows, cells)
    for group in survey.groups:
        if len(group.rows) < 2:
            continue
        said = (cells[0] for cells, counts in zip(group.columns, group.counts, strict=True) if len(counts) == 1)
        shared = frozenset(word.lower() for cell in said for word in _WORD.findall(cell))
        for at, cells in enumerate(group.columns):
            before = group.columns[at - 1] if at else ()
            name = before[0].strip("\"'") if before and len(group.counts[at - 1]) == 1 else ""
            after = group.columns[at + 1] if at + 1 < len(group.columns) else ()
            unit = after[0] if after and len(group.counts[at + 1]) == 1 and _is_unit(after[0]) else ""
            yield _Column(name, group.rows, [f"{cell} {unit}" for cell in cells] if unit else cells, shared)
    yield from _written_dates(survey.texts)


def _written_dates(texts: Sequence[str]) -> Iterator[_Column]:
    """Yield the dates with a month's name, the year first, of records most of which have one: "May 12 23:59:00 2025 GMT" is
    four values that say nothing alone."""
    found: list[tuple[int, str, str]] = []
    for row, text in enumerate(texts):
        match = _spelt(text)
        if match is not None:
            label = _LABEL.search(text[max(0, match.start() - _BEFORE_CHARS) : match.start()])
            found.append((row, _year_first(match), label[1] if label else ""))
    if found and len(found) >= _MOSTLY * len(texts):
        rows, dates, labels = zip(*found, strict=True)
        yield _Column(labels[0] if len(set(labels)) == 1 else "", rows, dates)


def _spelt(text: str) -> re.Match[str] | None:
    """Return the first date with a month's name in `text`."""
    return _MONTH_FIRST.search(text) or _DAY_FIRST.search(text)


def _year_first(match: re.Match[str]) -> str:
    """Return a date as "2025-05-12 23:59:00", in which form dates sort by their text."""
    one, two, three, four = match.groups()
    (month, day, clock, year) = (one, two, three, four) if one.isalpha() else (two, one, four, three)
    hour = (clock or "0:00").zfill(8 if clock and clock.count(":") > 1 else 5)
    return f"{year}-{_MONTHS.index(month.lower()) + 1:02}-{int(day):02} {hour}"


def _speaks_of(column: _Column, one: Superlative) -> bool:
    """Tell whether all records of a column hold a word that is said beside the superlative: the longest pause."""
    return any(
        len(word) > 3 and (word in column.shared or word.removesuffix("s") in column.shared) for word in one.about
    )


def _is_unit(word: str) -> bool:
    return _TIME_UNIT.search(f"1 {word}") is not None or _SIZE_UNIT.search(f"1 {word}") is not None


def _judged(column: _Column, one: Superlative) -> tuple[list[tuple[float, int]], float]:
    """Return the figures of a column by record, and how surely it is the one that is meant (0: it is not)."""
    sample = [value.strip("\"'[]()") for value in column.values[:: max(1, len(column.values) // _SAMPLE)]]
    told = [value for value in sample if value.strip()]
    if not told or len(set(told)) < 2:
        return [], 0.0
    name = column.name.lower().strip("%_ :=")
    dated = sum(map(values.is_time, told)) >= _MOSTLY * len(told)
    numeric = sum(1 for value in told if _figure(value) is not None) >= _MOSTLY * len(told)
    if dated if one.measure != "date" else not (dated or (numeric and name in _NAMES["date"])):
        return [], 0.0
    if not numeric and (not dated or all(map(str.isalpha, told))):
        return [], 0.0  # names of months and days have no order of their own
    worth = 1.0
    if name and any(name == word or (len(word) > 3 and word.removesuffix("s") in name) for word in one.about):
        worth += 8.0
    if one.measure in _NAMES and any(name == word or (len(word) > 3 and word in name) for word in _NAMES[one.measure]):
        worth += 4.0
    if _speaks_of(column, one):
        worth += 2.0
    pattern = {"time": _TIME_UNIT, "size": _SIZE_UNIT}.get(one.measure)
    if pattern is not None and sum(1 for value in told if pattern.search(value)) >= _MOSTLY * len(told):
        worth += 4.0
    if numeric and not dated and (_is_counter(told) or name in ("id", "pid", "port", "line", "code", "status")):
        worth = max(0.1, worth - 3.0)
    figures = _dates(column) if dated else _figures(column, falling=one.measure == "date" and name == "age")
    return figures, worth


def _figure(value: str) -> float | None:
    return values.number(_bare(value))


def _bare(value: str) -> str:
    return value.replace(" ", "").removesuffix("bytes").strip("\"'[](),")


def _figures(column: _Column, *, falling: bool) -> list[tuple[float, int]]:
    """Return the numbers of a column by record; an age is the greater, the older a thing is."""
    sign = -1.0 if falling else 1.0
    text = "".join(column.values)
    bare = text.isascii() and text.replace(".", "").isdecimal()  # as most columns of numbers are
    told = values.numbers(column.values if bare else list(map(_bare, column.values)))
    return [(sign * figure, row) for row, figure in zip(column.rows, told, strict=True) if figure is not None]


def _dates(column: _Column) -> list[tuple[float, int]]:
    """Return the places of a column's dates in the order of their text, in which dates that begin with the year stand, as
    those with a month's name are made to."""
    keys = {value: _year_first(match) if (match := _spelt(value)) else value for value in set(column.values)}
    order = {value: float(at) for at, value in enumerate(sorted(keys, key=keys.__getitem__))}
    return [(order[value], row) for row, value in zip(column.rows, column.values, strict=True)]


def _is_counter(told: Sequence[str]) -> bool:
    """Tell whether sampled numbers rise all the way: line numbers, ids that are given one after another, a clock."""
    figures = [figure for value in told if (figure := _figure(value)) is not None]
    rising = all(low <= high for low, high in pairwise(figures))
    return len(figures) > 4 and rising and len(set(figures)) * 2 > len(figures)
