"""A value in the compact form, from which it can be rebuilt (the grammar stands in the package's docstring)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from headroom_mcp import late
from headroom_mcp.compressors.json import labels as labelling
from headroom_mcp.compressors.json.derive import Asked
from headroom_mcp.compressors.json.labels import Labels, Path
from headroom_mcp.compressors.json.parse import Embedded, Num, Value, quote
from headroom_mcp.compressors.json.repeated import Repeats
from headroom_mcp.compressors.json.table import Column, Columns, Row, columns_of, keyed_rows, same
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import tokens

_UNSAFE = r",\"\[\]{}()\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff…"
# A string that needs no quotes: nothing that ends a cell, opens a form or could be a number, a literal or an escape.
_BARE = late.pattern(rf"(?![!*&@ -])[^{_UNSAFE}]*[^{_UNSAFE} ]\Z")
_BARE_KEY = late.pattern(r"[\w$/.@+~#-]+(?: [\w$/.@+~#-]+)*\Z")
_LITERAL = late.pattern(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?\Z|(?:true|false|null|NaN|-?Infinity)\Z")
_BREAK_CHARS = 100  # entries of the outer objects go on lines of their own from this length on
_LEGENDS = (
    ("copy", "a~\"…{b}\": a is this text with the row's b in it, {*} the row's key"),
    ("once", "a<b: an empty a is that of the earlier row with the same b"),
)
_ROWS_AT_ONCE = 1_000  # written before their length is looked at
_MIN_ALL = 3  # keys with one value between them


def encode(
    value: Value, level: int = 0, *, named: bool = False, asked: Asked | None = None, label_tokens: float | None = None
) -> str:
    """Return the compact form of `value`. `level` 0 and 1 write long entries on lines of their own; `named` writes what
    occurs again only once (`&1 value`, then `*1`); with `asked`, columns that follow from others are not written; `label_tokens`
    may be spent on cells that stand with their names (None: none does)."""
    return _Writer(Repeats(value) if named else None, asked, label_tokens).block(value, level)


class TooLong(Exception):
    """What has been written so far is more than whoever asked has use for."""


class Limit(NamedTuple):
    """More than so many characters that are more than so many tokens need not be written to their end."""

    chars: int
    tokens: int


def lossless(
    value: Value,
    asked: Asked,
    spoken_of: Callable[[str], bool] | None = None,
    label_tokens: float | None = None,
    limit: Limit | None = None,
) -> tuple[str, str]:
    """Return the compact form of `value` with all that it need not repeat left to names and other columns, and before it
    a line that explains the columns of that kind ("" where there are none). Strings that are `spoken_of` stay in place;
    `label_tokens` as for `encode`. Raises: TooLong beyond the `limit`."""
    writer = _Writer(Repeats(value, spoken_of), asked, label_tokens, limit)
    written = writer.block(value, 0)
    legend = [said for form, said in _LEGENDS if form in writer.forms]
    return ("(" + " · ".join(legend) + ")\n" if legend else ""), written


def inline(value: Value) -> str:
    """Return the compact form of `value` on one line, without tables."""
    return _PLAIN.inline(value)


def string(text: str) -> str:
    """Return a string bare where it cannot be mistaken, quoted otherwise."""
    if _BARE.match(text) and not _LITERAL.match(text):
        return text
    return quote(text)


def key_text(key: str) -> str:
    """Return an object's key, quoted where it is not a plain name."""
    return key if _BARE_KEY.match(key) else quote(key)


def map_key(key: str) -> str:
    """Return a key that is data, as the keys of a row's objects of objects are: a name in quotes, told from columns."""
    return quote(key) if key.isidentifier() else key_text(key)


def word(text: str) -> str:
    """Return a string bare even where it looks like a number: where nothing else can stand."""
    return text if _BARE.match(text) else quote(text)


def scalar(value: Value) -> str:
    """Return a value that is neither an object nor an array, or JSON within a string (after "@json")."""
    return _PLAIN.block(value, 9)


class _Writer:
    """Writes one value, in reading order, so that a name is given where its value first stands."""

    def __init__(
        self,
        repeats: Repeats | None,
        asked: Asked | None = None,
        label_tokens: float | None = None,
        limit: Limit | None = None,
    ) -> None:
        self.label_tokens = label_tokens  # left for names of cells; None: none has a name
        self.limit = limit
        self.repeats = repeats
        self.asked = asked
        self.forms: set[str] = set()
        # By the columns' identity: the columns, and the values met of those that others follow.
        self.known: dict[int, tuple[Columns, set[tuple[str, type, str]]]] = {}

    def block(self, value: Value, level: int) -> str:
        kind = type(value)
        mark = ""
        if self.repeats is not None and (kind is str or kind is tuple or kind is list):
            mark = self.repeats.mark(value)
            if mark.startswith("*"):
                return mark
        if kind is str:
            return mark + string(value)
        if kind is tuple:
            return mark + self._object(value, level)
        if kind is list:
            columns = columns_of(value, asked=self.asked)
            if columns is not None:
                return mark + self._table(value, columns)
            return mark + "[" + _join([self.block(item, level + 1) for item in value], level) + "]"
        if kind is Num:
            return str(value)
        if kind is Embedded:
            return f"@json{value.style} " + self.block(value.value, 9)
        return "null" if value is None else "true" if value else "false"

    def _object(self, value: Value, level: int) -> str:
        rows = keyed_rows(value)
        if rows is not None and len({key for key, _ in value}) == len(value):
            columns = columns_of(rows, keys=[key for key, _ in value], asked=self.asked)
            if columns is not None and not columns.odd:
                return self._keyed_table(value, rows, columns)
        if _one_value(value):
            return self._all(value)
        entries = [key_text(key) + ":" + self.block(item, level + 1) for key, item in value]
        return "{" + _join(entries, level) + "}"

    def inline(self, value: Value) -> str:
        kind = type(value)
        mark = ""
        if self.repeats is not None and (kind is str or kind is tuple or kind is list):
            mark = self.repeats.mark(value)
            if mark.startswith("*"):
                return mark
        return mark + self._inline_unmarked(value)

    def _inline_unmarked(self, value: Value) -> str:
        kind = type(value)
        if kind is str:
            return string(value)
        if kind is tuple:
            if _one_value(value):
                return self._all(value)
            return "{" + ",".join([key_text(key) + ":" + self.inline(item) for key, item in value]) + "}"
        if kind is list:
            return "[" + ",".join([self.inline(item) for item in value]) + "]"
        if kind is Embedded:
            return f"@json{value.style} " + self.inline(value.value)
        return self.block(value, 9)

    def _all(self, value: Value) -> str:
        return f"{{all({self.inline(value[0][1])}):" + ",".join([string(key) for key, _ in value]) + "}"

    def _header(self, columns: Columns, labels: Labels | None = None, above: Path = ()) -> str:
        return "{" + ",".join([self._column(column, labels, above) for column in columns.columns]) + "}"

    def _column(self, column: Column, labels: Labels | None, above: Path) -> str:
        name = _column_name(column.name)
        label = ":" if labels is not None and (*above, column.name) in labels.names else ""
        if column.form == "const":
            return f"{name}={self.inline(column.value)}"
        self.forms.add(column.form)
        if column.form == "copy":
            before, source, after = column.value
            return f"{name}~" + quote(f"{_braced(before)}{{{source}}}{_braced(after)}")
        if column.form == "once":
            return f"{name}<{_column_name(column.value)}"
        if column.form == "text":
            return f"{name}^{quote(column.value)}"
        if column.columns is None:
            return name + label
        if column.form == "object":
            return name + self._header(column.columns, labels, (*above, column.name))
        inner = self._header(column.columns)
        if column.form == "maybe":
            return f"{name}?{inner}{label}"
        return f"{name}[{inner}]{label}" if column.form == "list" else f"{name}{{*{inner}}}{label}"

    def _table(self, rows: Sequence[Value], columns: Columns) -> str:
        odd = columns.odd
        regular = [dict(row) for index, row in enumerate(rows) if index not in odd]
        labels = self._labels(regular, columns, keyed=False)
        head = f"[{len(rows)} rows {self._header(columns, labels)}{self._gone(labels)}:"
        lines = self._within_limit(
            "!" + self.inline(row) if index in odd else self._row(row, columns, labels)
            for index, row in enumerate(rows)
        )
        return f"{head}\n{_between(labels).join(lines)}\n]"

    def _keyed_table(self, value: Value, rows: Sequence[Value], columns: Columns) -> str:
        labels = self._labels([dict(row) for row in rows], columns, keyed=True)
        head = f"{{{len(rows)} keyed {self._header(columns, labels)}{self._gone(labels)}:"
        lines = self._within_limit(self._row(row, columns, labels, [string(key)]) for key, row in value)
        return f"{head}\n{_between(labels).join(lines)}\n}}"

    def _within_limit(self, written: Iterator[str]) -> list[str]:
        """Return the rows of a table. Raises: TooLong as soon as they alone are beyond the limit."""
        if self.limit is None:
            return list(written)
        lines: list[str] = []
        while more := list(islice(written, _ROWS_AT_ONCE)):
            lines += more
            if sum(map(len, lines)) > self.limit.chars and tokens.estimate("".join(lines)) > self.limit.tokens:
                raise TooLong
        return lines

    def _labels(self, rows: Sequence[Row], columns: Columns, *, keyed: bool) -> Labels | None:
        """Return the labels of a table of `rows`; None where it has none."""
        if self.label_tokens is None:
            return None
        labels = labelling.of(rows, columns, self.label_tokens, keyed=keyed)
        if labels is not None:
            self.label_tokens -= labels.cost
        return labels

    def _gone(self, labels: Labels | None) -> str:
        """Return what the line above the rows says of values that are not written."""
        if labels is None:
            return ""
        said = [
            f"{labels.names[path]}={self.inline(value)}"
            for path, value in labels.gone.items()
            if value is not labelling.ABSENT
        ]
        return ", where not written " + " ".join(said) if said else ""

    def _row(self, row: Value, columns: Columns, labels: Labels | None = None, key: Sequence[str] = ()) -> str:
        """Return the cells of a row, after its `key` where it has one."""
        cells = [*key]
        labelled: list[str] = []
        self._add_cells(cells, labelled, dict(row), columns, labels, ())
        return ", ".join([",".join(cells), *labelled] if cells else labelled)

    def _add_cells(
        self,
        cells: list[str],
        labelled: list[str],
        row: dict[str, Value],
        columns: Columns,
        labels: Labels | None,
        above: Path,
    ) -> None:
        for name, form, given, inner in columns.columns:
            if form == "const" or form == "copy":
                continue
            if labels is not None and (label := labels.names.get((*above, name))) is not None:
                self._add_labelled(labelled, label, row, labels.gone, (*above, name), form, inner)
                continue
            if name not in row:
                cells.append("")
                continue
            value = row[name]
            if form == "once" and not self._is_new(columns, name, row[given]):
                cells.append("")
                continue
            if form == "text":
                cells.append(word(value[len(given) :]))
                continue
            if form == "object" and inner is not None:
                self._add_cells(cells, labelled, dict(value), inner, labels, (*above, name))
            elif value is None or inner is None:
                cells.append(self.inline(value))
            else:
                cells.append(self._formed(value, form, inner))

    def _add_labelled(
        self,
        labelled: list[str],
        label: str,
        row: dict[str, Value],
        gone: dict[Path, Value],
        path: Path,
        form: str,
        inner: Columns | None,
    ) -> None:
        value = row.get(path[-1], labelling.ABSENT)
        if value is labelling.ABSENT or (path in gone and labelling.is_usual(value, gone[path])):
            return
        cell = self.inline(value) if value is None or inner is None else self._formed(value, form, inner)
        if type(value) is str and cell == value and " " in value:
            cell = quote(value)  # its words are told from the names around it
        labelled.append(f"{label}={cell}")

    def _is_new(self, columns: Columns, name: str, source: Value) -> bool:
        """Tell whether this is the first row written of these columns with this value in the column `name` follows."""
        _, known = self.known.setdefault(id(columns), (columns, set()))
        key = (name, type(source), str(source))
        new = key not in known
        known.add(key)
        return new

    def _formed(self, value: Value, form: str, inner: Columns) -> str:
        mark = self.repeats.mark(value) if self.repeats is not None else ""
        if mark.startswith("*"):
            return mark
        if form == "maybe":
            return mark + (self._item(value, inner) if inner.fits(value) else self._inline_unmarked(value))
        if form == "list":
            return mark + "[" + ",".join([self._item(item, inner) for item in value]) + "]"
        return mark + "{" + ",".join([map_key(key) + ":" + self._item(item, inner) for key, item in value]) + "}"

    def _item(self, value: Value, columns: Columns) -> str:
        return f"({self._row(value, columns)})" if columns.fits(value) else self.inline(value)


_PLAIN = _Writer(None)


def _between(labels: Labels | None) -> str:
    return "\n\n" if labels is not None and labels.all_named else "\n"


def _column_name(name: str) -> str:
    return quote(name) if "~" in name else key_text(name)


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _join(entries: list[str], level: int) -> str:
    if level > 1 or sum(map(len, entries)) < _BREAK_CHARS:
        return ",".join(entries)
    return ",\n".join(entries)


def _one_value(value: Value) -> bool:
    """Tell whether all keys of an object have the same short value: a set, written as its names."""
    if len(value) < _MIN_ALL:
        return False
    first = value[0][1]
    if type(first) in (tuple, list) and first:
        return False
    return type(first) is not Embedded and all(same(item, first) for _, item in value)
