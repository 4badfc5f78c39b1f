"""The records that a superlative means: the ends of the slot that it speaks of.

Which slot is meant is told by its name or header, by the units of its values ("12 ms" is a time, "3.4G" a size), and by the
words before it ("took", "in"). A slot whose values all differ by one is a counter, and nobody asks for its largest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
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
    if not dated and not numeric:
        return [], 0.0
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
    return values.number(value.replace(" ", "").removesuffix("bytes").strip("\"'[](),"))


def _figures(column: _Column, *, falling: bool) -> list[tuple[float, int]]:
    """Return the numbers of a column by record; an age is the greater, the older a thing is."""
    sign = -1.0 if falling else 1.0
    return [
        (sign * figure, row)
        for row, value in zip(column.rows, column.values, strict=True)
        if (figure := _figure(value)) is not None
    ]


def _dates(column: _Column) -> list[tuple[float, int]]:
    """Return the places of a column's dates in the order of their text, in which dates that begin with the year stand."""
    order = {value: float(at) for at, value in enumerate(sorted(set(column.values)))}
    return [(order[value], row) for row, value in zip(column.rows, column.values, strict=True)]


def _is_counter(told: Sequence[str]) -> bool:
    """Tell whether sampled numbers rise all the way: line numbers, ids that are given one after another, a clock."""
    figures = [figure for value in told if (figure := _figure(value)) is not None]
    rising = all(low <= high for low, high in pairwise(figures))
    return len(figures) > 4 and rising and len(set(figures)) * 2 > len(figures)
