"""Arrays of scalars, and large arrays of which only some entries are at hand, within a room."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.compressors.json import encode, select
from headroom_mcp.compressors.json.parse import Num, Value
from headroom_mcp.compressors.json.reduce import Sampled
from headroom_mcp.compressors.json.rows import table
from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.text import marker, tokens

if TYPE_CHECKING:
    from headroom_mcp.compressors.json.thin import Thinner


def array_of_scalars(thinner: Thinner, value: Sequence[Value], room: int) -> str:
    """Return an array of scalars: as many as fit of the first, the matching and the last."""
    shown = [thinner.scalar(item, max(10, room // 4)) for item in value]
    costs = [tokens.estimate(item) + 1 for item in shown]
    total = len(value)
    matches = thinner.query.match([str(item) for item in value])
    levels = [select.error_level(item) for item in value]
    few_errors = sum(1 for found in levels if found) <= max(3, total // 10)

    def priority(index: int) -> tuple[float, int]:
        score = 3.0 * matches[index].score
        score += levels[index] if few_errors else 0.0
        edge = min(index, (total - 1 - index) * 3)
        return (-score, edge)

    left = room - 20
    kept: set[int] = set()
    for index in sorted(range(total), key=priority):
        if costs[index] > left:
            break
        left -= costs[index]
        kept.add(index)
    if not kept:
        thinner.left_values += total
        return marker.gap_of(total, "value", "", _spread(list(value)))
    out: list[str] = []
    gap: list[int] = []
    for index in range(total + 1):
        if index < total and index not in kept:
            gap.append(index)
            continue
        if gap:
            thinner.left_values += len(gap)
            note = _spread([value[i] for i in gap])
            out.append(marker.gap_of(len(gap), "value", marker.ranges(gap), note))
            gap = []
        if index < total:
            out.append(shown[index])
    return "[" + ",".join(out) + "]"


def sampled(thinner: Thinner, value: Sampled, room: int, path: str) -> str:
    """Return a large array or object of which only some entries are at hand."""
    if any(value.rows) and all(type(row) is tuple for row in value.rows):
        return table(thinner, value.rows, room, path, value.keys, value)
    labels = [f"{encode.key_text(key)}:" for key in value.keys] if value.keys else [""] * len(value.rows)
    open_close = "{}" if value.keys else "[]"
    shown: list[str] = []
    at: list[int] = []
    left = room - 30
    # From both ends: what is left out lies in the middle, or between matches.
    order = sorted(range(len(value.rows)), key=lambda i: min(i, 3 * (len(value.rows) - 1 - i)))
    for position in order:
        cost = thinner.cost(value.rows[position]) + len(labels[position]) // 3 + 2
        if cost > left:
            continue
        left -= cost
        at.append(position)
    last = -1
    values = 0
    for position in sorted(at):
        index = value.indexes[position]
        if index > last + 1:
            shown.append(_gap_between(last + 1, index, value))
        values += thinner.count(value.rows[position])
        shown.append(labels[position] + thinner.thin(value.rows[position], max(12, room // 8), path, 9))
        last = index
    if last + 1 < value.total:
        shown.append(_gap_between(last + 1, value.total, value))
    thinner.left_values += value.values - values
    return open_close[0] + ",".join(shown) + open_close[1]


def _spread(values: list[Value]) -> str:
    """Return the least and the greatest of left-out numbers, "" for anything else."""
    if len(values) < 3 or not all(type(value) is Num for value in values):
        return ""
    try:
        ordered = sorted(values, key=float)
    except (ValueError, OverflowError):
        return ""
    return f"from {ordered[0]} to {ordered[-1]}"


def _gap_between(start: int, stop: int, array: Sampled) -> str:
    count = stop - start
    keyed = array.keys is not None
    where = "" if keyed else f"{start}-{stop - 1}" if count > 1 else str(start)
    return marker.gap_of(count, "key" if keyed else "value", where, array.spread)
