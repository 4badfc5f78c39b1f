"""Which cells of a table are written with their names, `minutes=286`: a model that counts commas miscounts.

A name costs two or three tokens in each row, with the comma before it: where blanks alone stood between cells, models took
those of rows nearby far more often. It is paid for by cells that need not be written at all, since the line above the
rows says what holds where nothing is written (`held=null`), and up to some tokens a document by its readers: a long
table is searched rather than read, and the rows of a question are shown as JSON.

    [14 rows {number:,title:,comments:,held:,repository=acme/widgets}, where not written held=null:
    number=4012, title="harvest ignores the limit", comments=6

    number=4013, title="stable never returns", comments=34, held=kesliver
    ]

Where all cells have names, a blank line stands between rows, which costs no token, and `false`, then `null` and what is empty is
written as far as there is room: models read on into the next row, and took `locked=true` of a row nearby for that of a row in
which nothing was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Num, Value
from headroom_mcp.compressors.json.table import Column, Columns, Row
from headroom_mcp.late import NamedTuple

Path = tuple[str, ...]

ABSENT = object()
_PLAIN_NAME = late.pattern(r"[A-Za-z_][\w.-]*\Z")
_EMPTY: tuple[Value, ...] = (None, False, "", [], ())
_FORMS = ("cell", "maybe", "list", "map")
_MIN_ROWS, _MIN_CELLS = 3, 3  # one cell behind what a row is known by is not mistaken
_QUOTES_TOKENS = 1.5  # of a text, so that its words are told from names
_MARK_TOKENS = 0.5  # of a name in the line above the rows
_EMPTY_TOKENS, _COMMA_TOKENS = 2.0, 0.6
_NAME_CHARS = 5  # a token
_BETWEEN_TOKENS = 1.0  # the "=" behind a name; the comma before it stands without names, too


class Labels(NamedTuple):
    """`names`: how the cells of a column are labelled, by its path. `gone`: what need not be written, by path; `ABSENT`
    where that is a key which the row has not. `cost` in tokens, beside the same table without. `all_named`: no cell
    is without a name; then a blank line stands between rows, without which models read on into the next."""

    names: dict[Path, str]
    gone: dict[Path, Value]
    cost: float
    all_named: bool


class _Judged(NamedTuple):
    path: Path
    extra: float
    gone: Value
    has_gone: bool
    written_out: float  # what it costs beyond `extra` to leave nothing out
    is_number: bool


def of(rows: Sequence[Row], columns: Columns, room: float, *, keyed: bool) -> Labels | None:
    """Return the labels of a table that is written with all its `rows`, None where it is written without.

    `room` is what they may cost, in tokens. The first cell of a row is what it is known by: it has a name where all others
    have one. The key of a row (`keyed`) has none.
    """
    if len(rows) < _MIN_ROWS:
        return None
    leaves = list(_leaves(columns, (), rows))
    if len(leaves) < _MIN_CELLS - keyed:
        return None
    first = leaves[0][0] if not keyed else ()
    sources = _sources(columns)  # are read before what follows from them
    judged = [
        found
        for path, column, values in leaves
        if path[-1] not in sources and (found := _judge(path, column, values)) is not None
    ]
    left = room
    chosen: list[_Judged] = []
    for found in sorted(
        judged, key=lambda one: (one.path == first, one.extra > 0, not one.is_number, one.extra, one.path)
    ):
        if found.extra > max(0.0, left) or (found.path == first and len(chosen) < len(leaves) - 1):
            continue
        left -= found.extra
        chosen.append(found)
    if not chosen:
        return None
    last = [path[-1] for path, _, _ in leaves]
    order = {path: at for at, (path, _, _) in enumerate(leaves)}
    chosen.sort(key=lambda one: order[one.path])
    names = {one.path: one.path[-1] if last.count(one.path[-1]) == 1 else ".".join(one.path) for one in chosen}
    if len(set(names.values())) < len(names):
        return None
    gone = {one.path: one.gone for one in chosen if one.has_gone}
    all_named = len(chosen) == len(leaves)
    if all_named:
        for found in sorted(chosen, key=lambda one: (one.gone is not False, one.written_out)):
            if found.path in gone and found.gone is not ABSENT and found.written_out <= left:
                left -= found.written_out
                del gone[found.path]
    return Labels(names, gone, max(0.0, room - left), all_named)


def _leaves(columns: Columns, above: Path, rows: Sequence[Row]) -> Iterator[tuple[Path, Column, list[Value]]]:
    """Yield the columns that have cells of their own, with their values in `rows`."""
    for column in columns.columns:
        path = (*above, column.name)
        if column.form == "object" and column.columns is not None:
            yield from _leaves(column.columns, path, [dict(row[column.name]) for row in rows])
        elif column.form not in ("const", "copy"):
            yield path, column, [row.get(column.name, ABSENT) for row in rows]


def _sources(columns: Columns) -> set[str]:
    """Return the names of columns from which others follow."""
    found: set[str] = set()
    for column in columns.columns:
        if column.form == "copy":
            found.add(column.value[1])
        elif column.form == "once":
            found.add(column.value)
        elif column.form == "object" and column.columns is not None:
            found |= _sources(column.columns)
    return found


def _judge(path: Path, column: Column, values: list[Value]) -> _Judged | None:
    """Return what labels would cost in a column, in tokens; None where it can have none."""
    if column.form not in _FORMS or not all(_PLAIN_NAME.match(name) for name in path):
        return None
    gone, count = _usual(values)
    written = len(values) - count
    name = max(1.0, len(path[-1]) / _NAME_CHARS) + _BETWEEN_TOKENS
    cell = _COMMA_TOKENS if gone is ABSENT else _EMPTY_TOKENS
    said = name + cell + 2 if count and gone is not ABSENT else 0
    quoted = sum(1 for value in values if type(value) is str and " " in value)
    extra = written * name + quoted * _QUOTES_TOKENS - count * cell + _MARK_TOKENS + said
    scalars = all(type(value) not in (tuple, list) for value in values)
    if extra > 0 and not scalars:
        return None
    some = [value for value in values if value is not ABSENT and value is not None]
    written_out = count * (name + cell) - said
    return _Judged(path, extra, gone, count > 0, written_out, all(type(value) in (Num, bool) for value in some))


def _usual(values: Sequence[Value]) -> tuple[Value, int]:
    """Return what need not be written, and how often it comes: a missing key, or else null, false or what is empty.

    No other value, however common: of a row without `state=open`, models read the `state=closed` of a row nearby.
    """
    absent = sum(1 for value in values if value is ABSENT)
    if absent:
        return ABSENT, absent
    best: tuple[Value, int] = (None, 0)
    for empty in _EMPTY:
        count = sum(1 for value in values if is_usual(value, empty))
        if count > best[1]:
            best = (empty, count)
    return best


def is_usual(value: Value, usual: Value) -> bool:
    """Tell whether `value` is the one that need not be written."""
    return type(value) is type(usual) and bool(value == usual)
