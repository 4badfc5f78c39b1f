"""A value in the compact form, from which it can be rebuilt (the grammar stands in the package's docstring)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_mcp.jsonform.parse import Embedded, Num, Value, dumps, quote
from headroom_mcp.jsonform.table import Column, Columns, columns_of, keyed_rows

# A string that needs no quotes: nothing that ends a cell, opens a form or could be a number, a literal or an escape.
_BARE = re.compile(
    r"(?![!*&@ -])[^,\"\[\]{}()\\\x00-\x1f\x7f\u2028\u2029\ud800-\udfff…]*[^,\"\[\]{}()\\\x00- \x7f\u2028\u2029\ud800-\udfff…]\Z"
)
_BARE_KEY = re.compile(r"[\w$/.@+~#-]+(?: [\w$/.@+~#-]+)*\Z")
_LITERAL = re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?\Z|(?:true|false|null|NaN|-?Infinity)\Z")
_BREAK_CHARS = 100  # entries of the outer objects go on lines of their own from this length on


def encode(value: Value, level: int = 0) -> str:
    """Return the compact form of `value`. `level` 0 and 1 write long entries on lines of their own."""
    kind = type(value)
    if kind is str:
        return string(value)
    if kind is tuple:
        rows = keyed_rows(value)
        if rows is not None:
            columns = columns_of(rows)
            if columns is not None and not columns.odd and len({key for key, _ in value}) == len(value):
                return _keyed_table(value, rows, columns)
        entries = [key_text(key) + ":" + encode(item, level + 1) for key, item in value]
        return "{" + _join(entries, level) + "}"
    if kind is list:
        columns = columns_of(value)
        if columns is not None:
            return _table(value, columns)
        return "[" + _join([encode(item, level + 1) for item in value], level) + "]"
    return scalar(value)


def _join(entries: list[str], level: int) -> str:
    if level > 1 or sum(map(len, entries)) < _BREAK_CHARS:
        return ",".join(entries)
    return ",\n".join(entries)


def string(text: str) -> str:
    """Return a string bare where it cannot be mistaken, quoted otherwise."""
    if _BARE.match(text) and not _LITERAL.match(text):
        return text
    return quote(text)


def key_text(key: str) -> str:
    """Return an object's key, quoted where it is not a plain name."""
    return key if _BARE_KEY.match(key) else quote(key)


def scalar(value: Value) -> str:
    """Return a value that is no object and no array, or JSON within a string (after "@json")."""
    kind = type(value)
    if kind is Num:
        return str(value)
    if kind is str:
        return string(value)
    if kind is Embedded:
        return f"@json{value.style} " + encode(value.value, 9)
    return "null" if value is None else "true" if value else "false"


def header(columns: Columns) -> str:
    """Return the columns as they stand at the head of a table."""
    return "{" + ",".join([_column_text(column) for column in columns.columns]) + "}"


def _column_text(column: Column) -> str:
    name = key_text(column.name)
    if column.form == "const":
        return f"{name}={inline(column.value)}"
    if column.columns is None:
        return name
    inner = header(column.columns)
    if column.form == "object":
        return name + inner
    if column.form == "maybe":
        return f"{name}?{inner}"
    return f"{name}[{inner}]" if column.form == "list" else f"{name}{{*{inner}}}"


def _table(rows: Sequence[Value], columns: Columns) -> str:
    lines = [f"[{len(rows)} rows {header(columns)}:"]
    odd = columns.odd
    for index, row in enumerate(rows):
        lines.append("!" + inline(row) if index in odd else row_text(row, columns))
    lines.append("]")
    return "\n".join(lines)


def _keyed_table(value: Value, rows: Sequence[Value], columns: Columns) -> str:
    lines = [f"{{{len(rows)} keyed {header(columns)}:"]
    for key, row in value:
        lines.append(f"{string(key)},{row_text(row, columns)}")
    lines.append("}")
    return "\n".join(lines)


def row_text(row: Value, columns: Columns) -> str:
    """Return the cells of one row that fits `columns`, separated by commas."""
    cells: list[str] = []
    _add_cells(cells, dict(row), columns)
    return ",".join(cells)


def _add_cells(cells: list[str], row: dict[str, Value], columns: Columns) -> None:
    for name, form, _, inner in columns.columns:
        if form == "const":
            continue
        if name not in row:
            cells.append("")
            continue
        value = row[name]
        if form == "object" and inner is not None:
            _add_cells(cells, dict(value), inner)
        elif value is None or inner is None:
            cells.append(inline(value))
        elif form == "maybe":
            cells.append(f"({row_text(value, inner)})")
        elif form == "list":
            cells.append("[" + ",".join([f"({row_text(item, inner)})" for item in value]) + "]")
        else:
            cells.append("{" + ",".join([f"{key_text(key)}:({row_text(item, inner)})" for key, item in value]) + "}")


def inline(value: Value) -> str:
    """Return a value on one line, without tables."""
    kind = type(value)
    if kind is tuple:
        return "{" + ",".join([key_text(key) + ":" + inline(item) for key, item in value]) + "}"
    if kind is list:
        return "[" + ",".join([inline(item) for item in value]) + "]"
    if kind is Embedded:
        return quote(dumps(value.value, value.style))
    return scalar(value)
