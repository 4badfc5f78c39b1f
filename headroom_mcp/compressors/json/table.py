"""Which arrays are tables: the columns that similar objects share.

Columns keep key order: a row belongs to the table when its keys are a subsequence of the columns. What does not fit is
an odd row, written whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp.compressors.json.derive import Asked, derive
from headroom_mcp.compressors.json.parse import Embedded, Num, Value
from headroom_mcp.late import NamedTuple

Row = dict[str, Value]

_MAX_ODD_SHARE = 0.34
_MAX_SHAPES = 64  # distinct key lists looked at; more means the rows have little in common
_CELL_TOKENS = 0.6  # an empty cell
_KEY_TOKENS = 2.5  # a key written out


class Column(NamedTuple):
    """One column. `form`: "cell" any value · "const" the same everywhere (`value`) · "object" its fields are cells ·
    "maybe" an object or absent or null · "list" an array of objects · "map" an object of objects with the same keys ·
    "copy", "once", "text" see `derive` (`value`: before, source and after; the source; how the strings begin)."""

    name: str
    form: str
    value: Value = None
    columns: Columns | None = None


class Columns(NamedTuple):
    """The columns of a table; `odd` are the indexes of rows that do not fit, `shapes` the key lists that do."""

    columns: tuple[Column, ...]
    odd: frozenset[int]
    shapes: frozenset[tuple[str, ...]] = frozenset()

    def fits(self, row: Value) -> bool:
        """Tell whether `row`, one of those the columns were made of, is written as cells."""
        return type(row) is tuple and tuple([key for key, _ in row]) in self.shapes


def columns_of(
    rows: Sequence[Value],
    max_odd_share: float = _MAX_ODD_SHARE,
    depth: int = 0,
    keys: Sequence[str] | None = None,
    asked: Asked | None = None,
) -> Columns | None:
    """Return the columns of `rows`, None where they are not a table. Fewer than two rows are not a table.

    `keys` are the names of the rows, if they have any. Columns are derived from others only where `asked` is given.
    """
    if len(rows) < 2 or depth > 12:
        return None
    shapes: Counter[tuple[str, ...]] = Counter()
    shape_of: list[tuple[str, ...] | None] = []
    for row in rows:
        if type(row) is tuple and row:
            shape = tuple([key for key, _ in row])
            shapes[shape] += 1
            shape_of.append(shape)
        else:
            shape_of.append(None)
        if len(shapes) > max(_MAX_SHAPES, len(rows) // 2):
            return None
    if not shapes:
        return None
    names = _merge(shapes, len(rows))
    fitting = {shape for shape in shapes if _fits(shape, names)}
    odd = frozenset(i for i, shape in enumerate(shape_of) if shape not in fitting)
    regular = len(rows) - len(odd)
    if regular < 2 or len(odd) > max_odd_share * len(rows):
        return None
    used = {name for shape in fitting for name in shape}
    names = [name for name in names if name in used]
    cells = sum(shapes[shape] * len(shape) for shape in fitting)
    if cells < 0.3 * regular * len(names):
        return None
    # Rows of one or two cells gain nothing when there are only a few of them.
    if regular * len(names) < 4:
        return None
    dicts = [dict(rows[i]) for i in range(len(rows)) if i not in odd] if odd else [dict(row) for row in rows]
    columns = [_column(name, dicts, depth, asked) for name in names]
    if asked is not None:
        if keys is not None and odd:
            keys = [key for i, key in enumerate(keys) if i not in odd]
        columns = derive(columns, dicts, keys, asked)
    return Columns(tuple(columns), odd, frozenset(fitting))


def _merge(shapes: Counter[tuple[str, ...]], total: int) -> list[str]:
    """Return one order of keys in which the frequent shapes are subsequences, where joining them pays."""
    ordered = sorted(shapes.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
    names = list(ordered[0][0])
    if len(set(names)) != len(names):
        clean = [shape for shape, _ in ordered if len(set(shape)) == len(shape)]
        if not clean:
            return []
        names = list(clean[0])
    for shape, count in ordered[:_MAX_SHAPES]:
        known = set(names)
        fresh = [key for key in shape if key not in known]
        if not fresh or len(set(shape)) != len(shape):
            continue
        if len(fresh) * (total - count) * _CELL_TOKENS > count * len(shape) * _KEY_TOKENS:
            continue
        merged = _insert(names, shape)
        if merged is not None:
            names = merged
    return names


def _insert(names: list[str], shape: tuple[str, ...]) -> list[str] | None:
    """Return `names` with the keys of `shape` put in behind their predecessors; None where the orders disagree."""
    merged: list[str] = []
    position = 0
    index = {name: i for i, name in enumerate(names)}
    for key in shape:
        at = index.get(key)
        if at is None:
            merged.append(key)
        elif at < position:
            return None
        else:
            merged.extend(names[position : at + 1])
            position = at + 1
    merged.extend(names[position:])
    return merged


def _fits(shape: tuple[str, ...], names: list[str]) -> bool:
    rest = iter(names)
    return all(key in rest for key in shape)


_ABSENT = object()


def _column(name: str, rows: list[Row], depth: int, asked: Asked | None) -> Column:
    values = [row.get(name, _ABSENT) for row in rows]
    first = values[0]
    if first is not _ABSENT and all(same(value, first) for value in values):
        return Column(name, "const", first)
    present = [value for value in values if value is not _ABSENT]
    some = [value for value in present if value is not None]
    kinds = {type(value) for value in some}
    if kinds == {tuple}:
        sub = _object_column(name, values, some, depth, asked)
        if sub is not None:
            return sub
    elif kinds == {list}:
        items = [item for value in some for item in value]
        if len(items) >= 2 and all(type(item) is tuple for item in items):
            columns = columns_of(items, _MAX_ODD_SHARE, depth + 1, None, asked)
            if columns is not None:
                return Column(name, "list", None, columns)
    return Column(name, "cell")


def _object_column(name: str, values: list[Value], some: list[Value], depth: int, asked: Asked | None) -> Column | None:
    columns = columns_of(some, _MAX_ODD_SHARE, depth + 1, None, asked)
    if columns is not None:
        whole = len(some) == len(values) and not columns.odd and not _repeats(some)
        return Column(name, "object" if whole else "maybe", None, columns)
    items = [item for value in some for _, item in value]
    if len(items) >= 4 and all(type(item) is tuple for item in items):
        keys = [key for value in some for key, _ in value]
        columns = columns_of(items, _MAX_ODD_SHARE, depth + 1, keys, asked)
        if columns is not None:
            return Column(name, "map", None, columns)
    return None


def _repeats(objects: list[Value]) -> bool:
    """Tell whether the same few objects stand in most rows: then each is written once and named after that."""
    texts = list(map(repr, objects))
    return len(set(texts)) <= 0.6 * len(texts) and sum(map(len, texts)) > 90 * len(texts)


def same(a: Value, b: Value) -> bool:
    """Tell whether two values are written alike: 1 is not 1.0, true is not 1, "1" is not 1."""
    kind = type(a)
    if kind is not type(b):
        return False
    if kind is tuple:
        return len(a) == len(b) and all(k == j and same(x, y) for (k, x), (j, y) in zip(a, b, strict=False))
    if kind is list:
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=False))
    if kind is Embedded:
        return bool(a.style == b.style) and same(a.value, b.value)
    if kind is Num or kind is str:
        return bool(str.__eq__(a, b))
    return a is b


def keyed_rows(value: Value) -> list[Value] | None:
    """Return the values of an object of objects that may be a table keyed by id; None for anything else."""
    if type(value) is not tuple or len(value) < 3:
        return None
    rows = [item for _, item in value]
    return rows if all(type(row) is tuple and row for row in rows) else None
