"""What the values of a slot are, in a few words, each of them counted over all values.

    status: 200 ×380, 304 ×18, 503 ×2 (at 120, 340) · amount: 7.85 … 900.66 · host: always db-1 · id: 400 different

Nothing is said that was not computed over every value the slot holds; extremes are written as the text writes them.
"""

from __future__ import annotations

from collections.abc import Callable

from headroom_mcp import late
from headroom_mcp.records import values
from headroom_mcp.records.slots import Slot
from headroom_mcp.text import marker

# 2026-03-01, 2026-03-01T12:00:00Z
_YEAR_FIRST = late.pattern(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$")
_MAX_CATEGORIES = 12  # more are not listed
_LISTED = 8
_EACH = 3  # a value of a category comes so often on average, at least
_FEW = 3  # so rare a value is told with its places
_MAX_VALUE_CHARS = 40


def of(slot: Slot, line_of: Callable[[int], int]) -> str:
    """Return what `slot` holds, "" where that cannot be said shortly; `line_of` gives the line number of a record."""
    counts = slot.counts
    if len(counts) == 1:
        value = next(iter(counts)).strip()
        return f"always {_short(value)}" if value else ""
    times = _range_of_times(counts)
    if times:
        return times
    if len(counts) <= _MAX_CATEGORIES and slot.total >= _EACH * len(counts):
        return _categories(slot, line_of)
    figures = _figures(counts)
    if figures:
        low, high = min(figures, key=lambda v: figures[v]), max(figures, key=lambda v: figures[v])
        return f"{low.strip()} … {high.strip()}"
    if len(counts) == slot.total:
        return ""
    value, count = max(counts.items(), key=lambda item: item[1])
    if count * 2 > slot.total:
        others = marker.counted(len(counts) - 1, "other value")
        return f"{_short(value.strip()) or '(empty)'} ×{count:,}, {others}"
    return ""


def _figures(counts: dict[str, int]) -> dict[str, float]:
    """Return the number that each value is; nothing where one is none."""
    figures: dict[str, float] = {}
    if values.number(next(iter(counts)).strip("\"'").strip()) is None:
        return figures
    for value, figure in zip(counts, values.numbers([value.strip("\"'").strip() for value in counts]), strict=True):
        if figure is None:
            return {}
        figures[value] = figure
    return figures


def places(slot: Slot, wanted: str) -> list[int]:
    """Return the records in which `slot` holds the value `wanted`, rising."""
    return sorted(
        row for rows, column in slot.columns for row, value in zip(rows, column, strict=True) if value == wanted
    )


def _categories(slot: Slot, line_of: Callable[[int], int]) -> str:
    most = sorted(slot.counts.items(), key=lambda item: (-item[1], item[0]))
    shown = most if len(most) <= _LISTED else [*most[: _LISTED - 2], *most[-2:]]
    told: list[str] = []
    for value, count in shown:
        said = f"{_short(value.strip()) or '(empty)'} ×{count:,}"
        if count <= _FEW and count * 20 < slot.total:
            said += f" (at {', '.join(str(line_of(row)) for row in places(slot, value))})"
        told.append(said)
    if len(most) > len(shown):
        more = len(most) - len(shown)
        told.insert(_LISTED - 2, marker.counted(more, "other value"))
    return ", ".join(told)


def _range_of_times(counts: dict[str, int]) -> str:
    """Return the first and the last of values that are all written alike, the year first: then their order is that of text."""
    if len(counts) < 3 or any(_YEAR_FIRST.match(value) is None for value in counts):
        return ""
    return f"{min(counts)} … {max(counts)}" if len(set(map(len, counts))) == 1 else ""


def _short(value: str) -> str:
    value = marker.plain(value)
    return value if len(value) <= _MAX_VALUE_CHARS else f"{value[: _MAX_VALUE_CHARS - 1]}…"
