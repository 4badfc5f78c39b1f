"""Tables in disguise: rows that are arrays, the names of their cells elsewhere; objects that each stand in an array alone.

    {"columns": ["id", "name"], "rows": [[1, "a"], [2, "b"]]}         names beside the rows, or the "name" of objects there
    {"range": "A1:B3", "values": [["id", "name"], [1, "a"], …]}       names in the first row
    {"values": [[1930000000, "11"], [1930000060, "14"], …]}           none: then by their places, from 0
    {"go_info": [{"type": "gauge"}], "up": [{"type": "gauge"}], …}    one object in each array

Such rows become plain objects, so that all that is known about tables holds for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Embedded, Num, Value
from headroom_mcp.late import NamedTuple

_MIN_ROWS = 4
_MIN_CELLS = 2
_MIN_PLACED, _MAX_PLACED = 24, 8  # rows, and cells of each, that are a table although nothing names the cells
_MAX_DEPTH = 5
_MAX_NAME_CHARS = 80
_NAMES_OF = ("name", "column_name", "columnName", "column", "field", "key", "title", "label")
_HAS_DIGIT = late.pattern(r"\d")


class Named(NamedTuple):
    """A value in which rows have names, and what is said about that ("" where no row was an array)."""

    value: Value
    note: str


def named(value: Value) -> Named:
    """Return `value` with every table whose rows are arrays as a table of objects."""
    notes: dict[str, None] = {}
    changed = _named(value, "", notes, 0)
    return Named(changed, "(" + "; ".join(notes) + ")\n" if notes else "")


def _named(value: Value, key: str, notes: dict[str, None], depth: int) -> Value:
    if depth > _MAX_DEPTH:
        return value
    if type(value) is Embedded:
        inner = _named(value.value, key, notes, depth + 1)
        return value if inner is value.value else value._replace(value=inner)
    if type(value) is tuple:
        return _object(value, notes, depth)
    if type(value) is list and _width(value):
        return _headed(value, key, notes)
    if type(value) is list and len(value) <= _MIN_ROWS:
        return [_named(item, key, notes, depth + 1) for item in value]
    return value


def _object(value: Value, notes: dict[str, None], depth: int) -> Value:
    if len(value) >= _MIN_ROWS and all(_is_single(item) for _, item in value):
        notes["objects below their keys: each the only one of an array"] = None
        return tuple([(key, item[0]) for key, item in value])
    pairs: list[tuple[str, Value]] = []
    changed = False
    for key, item in value:
        shown = item
        if type(item) is list and (width := _width(item)):
            beside = next((found for other, held in value if other != key and (found := _names(held, width))), None)
            if beside is None:
                shown = _headed(item, key, notes)
            else:
                notes[f"{key or 'the rows'}: arrays, their cells named here as beside them"] = None
                shown = _rows(item, beside)
        elif type(item) in (tuple, list, Embedded):
            shown = _named(item, key, notes, depth + 1)
        changed = changed or shown is not item
        pairs.append((key, shown))
    return tuple(pairs) if changed else value


def _is_single(item: Value) -> bool:
    return type(item) is list and len(item) == 1 and type(item[0]) is tuple and len(item[0]) > 1


def _width(value: Sequence[Value]) -> int:
    """Return how many cells the longest of some rows has, 0 where `value` is not rows of cells, most of them scalars.

    A row may have fewer: what writes sheets leaves empty cells at the end of a row out.
    """
    if len(value) < _MIN_ROWS or type(value[0]) is not list or any(type(row) is not list for row in value):
        return 0
    width = max(map(len, value))
    sample = value[:: len(value) // 50 + 1]
    cells = [cell for row in sample for cell in row]
    nested = sum(1 for cell in cells if type(cell) in (tuple, list))
    return width if width >= _MIN_CELLS and nested * 4 <= len(cells) and len(cells) * 2 >= len(sample) * width else 0


def _headed(value: Sequence[Value], key: str, notes: dict[str, None]) -> Value:
    """Return rows named by the first of them, where that is a head; `value` where it is none."""
    names = _names(value[0], max(map(len, value)))
    if names is None or any(_HAS_DIGIT.match(name) for name in names):
        return _placed(value, key, notes)
    others = value[1:]
    told_apart = 0
    for at, name in enumerate(names):
        cells = [row[at] for row in others if at < len(row)]
        if any(type(cell) is str and cell == name for cell in cells):
            return value
        some = [cell for cell in cells if cell is not None and cell != ""]
        if some and not _HAS_DIGIT.search(name):
            told_apart += all(type(cell) is not str or _HAS_DIGIT.search(cell) for cell in some)
    if not told_apart:
        return value
    notes[f"{key or 'the rows'}: arrays, their cells named here as in the first of them, which is not counted"] = None
    return _rows(others, names)


def _placed(value: Sequence[Value], key: str, notes: dict[str, None]) -> Value:
    """Return many rows of as many scalars each as objects whose names are the places of their cells; others as they are."""
    width = len(value[0])
    if len(value) < _MIN_PLACED or width > _MAX_PLACED:
        return value
    if any(len(row) != width or any(type(cell) in (tuple, list, Embedded) for cell in row) for row in value):
        return value
    notes[f"{key or 'the rows'}: arrays, their cells named by their places from 0"] = None
    return _rows(value, [str(at) for at in range(width)])


def _names(held: Value, width: int) -> list[str] | None:
    """Return the `width` names that `held` is, as strings or as the names of objects; None where it is something else."""
    if type(held) is not list or len(held) != width:
        return None
    names = [_name(item) for item in held]
    if not all(names) or len(set(names)) != width:
        return None
    return names


def _name(item: Value) -> str:
    if type(item) is tuple:
        fields = dict(item)
        item = next((fields[name] for name in _NAMES_OF if name in fields), "")
    return item if type(item) is str and type(item) is not Num and len(item) <= _MAX_NAME_CHARS else ""


def _rows(rows: Sequence[Value], names: list[str]) -> list[Value]:
    return [tuple(zip(names, row, strict=False)) for row in rows]
