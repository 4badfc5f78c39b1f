"""What events say of a thing that failed: the state stands in one row, the assertion in another, and both name the test.

{"Action":"output","Test":"TestAdd","Output":"    stock_test.go:3: quantity 3, want 4\\n"}
{"Action":"fail","Test":"TestAdd","Elapsed":0}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Set

from headroom_mcp.compressors.json.parse import Num, Value
from headroom_mcp.text.lines import by_shape

_MIN_ROWS, _MIN_NAMES = 20, 6
_MAX_ROWS_EACH = 12  # on average: a service has more rows than a test
_TIMES_USUAL, _MOSTLY_USUAL = 3, 0.6  # things have about as many rows each, most of them
_MAX_FAILED = 3  # one row in three; more, and what failed is what is usual
_MAX_NAMES, _MAX_SAID = 12, 6  # failed things, and rows of each
_MAX_NAME_CHARS, _MIN_TEXT_CHARS = 200, 12


def beside(rows: Collection[dict[str, Value]], failed: Set[int]) -> list[int]:
    """Return the rows that say something of their own about what failed in one of the rows `failed`."""
    if len(rows) < _MIN_ROWS or not failed or len(failed) * _MAX_FAILED > len(rows):
        return []
    named = _named(rows, failed)
    if not named:
        return []
    names = [name for name, of_name in named.items() if not of_name.isdisjoint(failed)][:_MAX_NAMES]
    said = _said(rows, named)
    times = Counter(text for of_row in said.values() for text in of_row)
    found: list[int] = []
    for name in names:
        own = [row for row in sorted(named[name]) if any(times[text] <= len(names) for text in said.get(row, ()))]
        found += [row for row in own if row not in failed][:_MAX_SAID]
    return found


def _named(rows: Collection[dict[str, Value]], failed: Set[int]) -> dict[str, set[int]]:
    """Return the rows by the name of what they are about; none where no column, or pair of columns such as "testID" and
    "test.id", tells so. Of what failed most has a row that says something else: it began."""
    columns: dict[str, dict[str, set[int]]] = {}
    for at, row in enumerate(rows):
        for path, value in row.items():
            # A number names a thing where its field says so: "testID", but no column, line or size.
            if (type(value) is str or (type(value) is Num and path.lower().endswith("id"))) and len(
                value
            ) <= _MAX_NAME_CHARS:
                column = columns.setdefault(path.replace(".", "").replace("_", "").lower(), {})
                column.setdefault(value, set()).add(at)
    fit: list[dict[str, set[int]]] = []
    for column in columns.values():
        sizes = sorted(map(len, column.values()))
        held = sum(sizes)
        usual = sum(size for size in sizes if size <= _TIMES_USUAL * sizes[len(sizes) // 2])
        several = sum(len(of_name) > 1 for of_name in column.values())
        failing = sum(not of_name.isdisjoint(failed) for of_name in column.values())
        if (
            len(column) >= _MIN_NAMES
            and held <= _MAX_ROWS_EACH * len(column)
            and several * 2 > len(column)
            and usual >= _MOSTLY_USUAL * held  # of rules of a linter one has most rows
            and 0 < failing * 2 <= len(column)
            and 2 * sum(not of_name <= failed for of_name in column.values() if not of_name.isdisjoint(failed))
            >= failing
        ):
            fit.append(column)
    return max(fit, key=len, default={})


def _said(rows: Collection[dict[str, Value]], named: dict[str, set[int]]) -> dict[int, list[str]]:
    """Return the texts in each row that has any, without its name and with one digit for all."""
    name_of = {row: name for name, of_name in named.items() for row in of_name}
    places: list[int] = []
    texts: list[str] = []
    for at, row in enumerate(rows):
        for value in row.values():
            if at in name_of and type(value) is str and len(value) >= _MIN_TEXT_CHARS and value != name_of[at]:
                places.append(at)
                texts.append(value.replace(name_of[at], "").replace("\n", " "))
    said: dict[int, list[str]] = {}
    for at, text in zip(places, by_shape(texts).every, strict=True):
        said.setdefault(at, []).append(text)
    return said
