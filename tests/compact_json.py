"""The way back from the compact form of JSON: a decoder that knows only the grammar in `headroom_mcp.compressors.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from headroom_mcp.compressors.json.parse import Embedded, Num, dumps

_LITERALS = {"true": True, "false": False, "null": None}
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\Z|(?:NaN|-?Infinity)\Z")
_TABLE = re.compile(r"\[([0-9]+) rows (?=\{)")
_KEYED = re.compile(r"\{([0-9]+) keyed (?=\{)")
_BARE = re.compile(r"[^,\[\]{}()\n]*")
_COLUMN_NAME = re.compile(r"[^,=:{}?\[\]~<^]*")
_TEMPLATE = re.compile(r"((?:[^{}]|\{\{|\}\})*)\{([^{}]*)\}((?:[^{}]|\{\{|\}\})*)\Z", re.DOTALL)
_EMPTY = re.compile(r'null|false|""|\[\]|\{\}')
_MISSING = object()
_GIVEN = re.compile(r"&([0-9]+) ")
_USED = re.compile(r"\*([0-9]+)")


def decode(text: str) -> Any:
    """Return the value whose compact form is `text`: objects as tuples of pairs, numbers as `Num`."""
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.names: dict[str, Any] = {}
        self.headers: list[Any] = []  # kept alive: `known` goes by their identity
        self.known: dict[tuple[int, str, Any], Any] = {}

    def document(self) -> Any:
        value = self.value()
        assert self.at == len(self.text), self.text[self.at : self.at + 80]
        return value

    def take(self, expected: str) -> None:
        assert self.text.startswith(expected, self.at), (expected, self.text[self.at : self.at + 80])
        self.at += len(expected)

    def skip_lines(self) -> None:
        while self.text.startswith("\n", self.at):
            self.at += 1

    def quoted(self) -> str:
        value, self.at = json.JSONDecoder().raw_decode(self.text, self.at)
        assert isinstance(value, str)
        return value

    def value(self) -> Any:
        return self.named(self.plain_value)

    def named(self, read: Any) -> Any:
        """Read a value that may be given a name, or be one."""
        match = _USED.match(self.text, self.at)
        if match:
            self.at = match.end()
            return self.names[match.group(1)]
        match = _GIVEN.match(self.text, self.at)
        if match is None:
            return read()
        self.at = match.end()
        value = self.names[match.group(1)] = read()
        return value

    def plain_value(self) -> Any:
        if self.text.startswith("{all(", self.at):
            self.at += 5
            value = self.value()
            self.take("):")
            return tuple((key, value) for key in self.until("}", self.word))
        match = _TABLE.match(self.text, self.at)
        if match:
            self.at = match.end()
            return self.table(int(match.group(1)))
        match = _KEYED.match(self.text, self.at)
        if match:
            self.at = match.end()
            return self.keyed(int(match.group(1)))
        char = self.text[self.at : self.at + 1]
        if char == "{":
            self.at += 1
            return tuple(self.until("}", self.pair))
        if char == "[":
            self.at += 1
            return self.until("]", self.value)
        if char == '"':
            return self.quoted()
        if char == "@":
            return self.embedded()
        return self.bare()

    def until(self, close: str, item: Any) -> list[Any]:
        found = []
        while not self.text.startswith(close, self.at):
            found.append(item())
            if self.text.startswith(",", self.at):
                self.at += 1
                self.skip_lines()
        self.at += 1
        return found

    def word(self) -> str:
        """Read a string that is bare even where it looks like a number."""
        return self.quoted() if self.text.startswith('"', self.at) else str(self.bare())

    def pair(self) -> tuple[str, Any]:
        if self.text.startswith('"', self.at):
            key = self.quoted()
        else:
            stop = self.text.index(":", self.at)
            key = self.text[self.at : stop]
            self.at = stop
        self.take(":")
        return key, self.value()

    def bare(self) -> Any:
        match = _BARE.match(self.text, self.at)
        assert match is not None
        word = match.group()
        self.at = match.end()
        if word in _LITERALS:
            return _LITERALS[word]
        return Num(word) if _NUMBER.match(word) else word

    def embedded(self) -> Embedded:
        match = re.compile(r"@json([s24]?n?) ").match(self.text, self.at)
        assert match is not None
        self.at = match.end()
        return Embedded(self.value(), match.group(1))

    def header(self) -> list[tuple[str, str, Any]]:
        self.take("{")
        return self.until("}", self.column)

    def column(self) -> tuple[str, str, Any]:
        if self.text.startswith('"', self.at):
            name = self.quoted()
        else:
            match = _COLUMN_NAME.match(self.text, self.at)
            assert match is not None
            name = match.group()
            self.at = match.end()
        rest = self.text
        if rest.startswith(":", self.at):
            self.at += 1
            return name, "label", ("cell", None)
        if rest.startswith("=", self.at):
            self.at += 1
            return name, "const", self.value()
        if rest.startswith('~"', self.at):
            self.at += 1
            match = _TEMPLATE.match(self.quoted())
            assert match is not None
            before, source, after = match.groups()
            return name, "copy", (_unbraced(before), source, _unbraced(after))
        if rest.startswith("<", self.at):
            self.at += 1
            if rest.startswith('"', self.at):
                return name, "once", self.quoted()
            match = _COLUMN_NAME.match(rest, self.at)
            assert match is not None
            self.at = match.end()
            return name, "once", match.group()
        if rest.startswith('^"', self.at):
            self.at += 1
            return name, "text", self.quoted()
        if rest.startswith("?{", self.at):
            self.at += 1
            return self.labelled(name, "maybe", self.header())
        if rest.startswith("[{", self.at):
            self.at += 1
            columns = self.header()
            self.take("]")
            return self.labelled(name, "list", columns)
        if rest.startswith("{*{", self.at):
            self.at += 2
            columns = self.header()
            self.take("}")
            return self.labelled(name, "map", columns)
        if rest.startswith("{", self.at):
            return name, "object", self.header()
        return name, "cell", None

    def labelled(self, name: str, form: str, columns: Any) -> tuple[str, str, Any]:
        if not self.text.startswith(":", self.at):
            return name, form, columns
        self.at += 1
        return name, "label", (form, columns)

    def head(self) -> tuple[list[tuple[str, str, Any]], dict[str, Any]]:
        """Read the columns of a table and what holds where it is not written, by label; labels go by leaves or paths."""
        columns = self.header()
        gone: dict[str, Any] = {}
        if self.text.startswith(", where not written ", self.at):
            self.at += len(", where not written ")
            while True:
                stop = self.text.index("=", self.at)
                label, self.at = self.text[self.at : stop], stop + 1
                empty = _EMPTY.match(self.text, self.at)
                assert empty is not None
                gone[label], self.at = _Reader(empty.group()).document(), empty.end()
                if not self.text.startswith(" ", self.at):
                    break
                self.at += 1
        self.take(":\n")
        return columns, gone

    def table(self, count: int) -> list[Any]:
        columns, gone = self.head()
        rows = []
        for at in range(count):
            if at and _all_named(columns):
                self.take("\n")
            if self.text.startswith("!", self.at):
                self.at += 1
                rows.append(self.value())
            else:
                rows.append(self.row(columns, gone=gone))
            self.take("\n")
        self.take("]")
        return rows

    def keyed(self, count: int) -> tuple[Any, ...]:
        columns, gone = self.head()
        pairs = []
        for at in range(count):
            if at and _all_named(columns):
                self.take("\n")
            key = self.word()
            if self.text.startswith(",", self.at) and not self.text.startswith(", ", self.at):
                self.at += 1  # a cell does not begin with a blank: a label follows
            pairs.append((key, self.row(columns, key, gone)))
            self.take("\n")
        self.take("}")
        return tuple(pairs)

    def row(
        self, columns: list[tuple[str, str, Any]], key: str | None = None, gone: dict[str, Any] | None = None
    ) -> tuple[Any, ...]:
        cells = [False]  # whether a cell has been read: the first has no comma before it
        row = self.fields(columns, cells, key)
        before = ", " if cells[0] or key is not None else ""  # a line does not begin with a comma
        for label, path, (form, inner) in _labels(columns):
            value = (gone or {}).get(label, _MISSING)
            mark = f"{before}{label}="
            if self.text.startswith(mark, self.at):
                self.at, before = self.at + len(mark), ", "
                value = self.cell(form, inner)
            row = _put(row, path, value)
        return _complete(row, columns)

    def fields(self, columns: list[tuple[str, str, Any]], cells: list[bool], key: str | None = None) -> tuple[Any, ...]:
        row: dict[str, Any] = {}
        for name, form, inner in columns:
            if form == "const":
                row[name] = inner
                continue
            if form == "object":
                row[name] = self.fields(inner, cells)
                continue
            if form == "label":
                row[name] = _MISSING
                continue
            if form != "copy":
                if cells[0]:
                    self.take(",")
                cells[0] = True
            row[name] = _MISSING if form == "copy" else self.cell(form, inner)
        for name, form, inner in columns:
            if form == "once":
                known = (id(columns), name, (type(row[inner]), str(row[inner])))
                row[name] = self.known[known] if row[name] is _MISSING else row[name]
                self.known[known] = row[name]
        for name, form, inner in columns:
            if form == "copy":
                before, source, after = inner
                row[name] = before + str(key if source == "*" and key is not None else row[source]) + after
        self.headers.append(columns)
        return tuple(row.items())

    def cell(self, form: str, inner: Any) -> Any:
        char = self.text[self.at : self.at + 1]
        if char in ("", ",", "\n", ")"):
            return _MISSING
        if form in ("cell", "once"):
            return self.value()
        if form == "text":
            return inner + self.word()
        return self.named(lambda: self.formed(form, inner))

    def formed(self, form: str, inner: Any) -> Any:
        char = self.text[self.at : self.at + 1]
        if form == "maybe" and char == "(":
            return self.parenthesised(inner)
        if form == "list" and char == "[":
            self.at += 1
            return self.until("]", lambda: self.parenthesised(inner))
        if form == "map" and char == "{":
            self.at += 1
            return tuple(self.until("}", lambda: self.map_pair(inner)))
        return self.value()

    def parenthesised(self, columns: list[tuple[str, str, Any]], key: str | None = None) -> Any:
        if not self.text.startswith("(", self.at):
            return self.value()
        self.take("(")
        row = self.row(columns, key)
        self.take(")")
        return row

    def map_pair(self, columns: list[tuple[str, str, Any]]) -> tuple[str, Any]:
        if self.text.startswith('"', self.at):
            key = self.quoted()
        else:
            stop = self.text.index(":", self.at)
            key = self.text[self.at : stop]
            self.at = stop
        self.take(":")
        return key, self.parenthesised(columns, key)


def _labels(columns: list[tuple[str, str, Any]]) -> list[tuple[str, tuple[str, ...], Any]]:
    """Return label, path and what a cell is of the labelled columns; a label is the last name where no other column has it."""
    leaves = list(_leaves(columns, ()))
    last = [path[-1] for path, _, _ in leaves]
    return [
        (path[-1] if last.count(path[-1]) == 1 else ".".join(path), path, inner)
        for path, form, inner in leaves
        if form == "label"
    ]


def _all_named(columns: list[tuple[str, str, Any]]) -> bool:
    """Tell whether no cell of the columns is without a name: then a blank line stands between rows."""
    return 0 < len(_labels(columns)) == len([*_leaves(columns, ())])


def _leaves(columns: list[tuple[str, str, Any]], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for name, form, inner in columns:
        if form == "object":
            yield from _leaves(inner, (*above, name))
        elif form not in ("const", "copy"):
            yield (*above, name), form, inner


def _put(row: tuple[Any, ...], path: tuple[str, ...], value: Any) -> tuple[Any, ...]:
    """Return `row` with `value` at `path`, which has a place in it."""
    name, *rest = path
    return tuple((key, item if key != name else _put(item, tuple(rest), value) if rest else value) for key, item in row)


def _complete(row: tuple[Any, ...], columns: list[tuple[str, str, Any]]) -> tuple[Any, ...]:
    """Return `row` without the keys it does not have."""
    objects = {name: inner for name, form, inner in columns if form == "object"}
    return tuple(
        (name, _complete(value, objects[name]) if name in objects else value)
        for name, value in row
        if value is not _MISSING
    )


def _unbraced(text: str) -> str:
    return text.replace("{{", "{").replace("}}", "}")


def rebuilt(value: Any) -> Any:
    """Return `value` with JSON in strings put back into its string."""
    if type(value) is tuple:
        return tuple((key, rebuilt(item)) for key, item in value)
    if type(value) is list:
        return [rebuilt(item) for item in value]
    if type(value) is Embedded:
        return dumps(value.value, value.style)
    return value
