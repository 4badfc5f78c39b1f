"""Which columns of a table follow from others, so that their cells need not be written, or not whole.

copy      the same value as another column, or a string made of it: `url~"https://example.org/issues/{number}"`
once      set by another column's value: written where that value is new, `product_id<name`
text      strings that begin alike, or that need no quotes because all are strings: `zip^""`
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Num, Value
from headroom_mcp.late import TYPE_CHECKING

if TYPE_CHECKING:
    from headroom_mcp.compressors.json.table import Column, Row

Asked = Callable[[str, Value, str], bool]
"""Whether the column of this name with such a value is written whole and not in the form "copy" ("once") or "text"."""

KEY = "*"  # stands for the row's key in a template

_MIN_ROWS = 3
_MAX_COLUMNS = 60  # with more, all pairs are too many
_MIN_PREFIX_CHARS = 12
_MIN_PREFIX_SAVING = 160  # characters; less is not worth a reader's second look
_MIN_ONCE_SAVING = 120
_MIN_ONCE_CHARS = 6  # a cell; a shorter one is read faster than looked up
_MIN_ONCE_GROUPS = 3  # two columns of two values go together by chance
_MIN_COPY_SAVING = 24
_DIGITS = late.pattern(r"-?[0-9]+(?:\.[0-9]+)?\Z")


def derive(columns: list[Column], rows: Sequence[Row], keys: Sequence[str] | None, asked: Asked) -> list[Column]:
    """Return `columns` of `rows` (with their `keys`) with the forms "copy", "once" and "text" where that is shorter."""
    if len(rows) < _MIN_ROWS or len(columns) > _MAX_COLUMNS:
        return columns
    cells: dict[str, list[Value]] = {}
    for column in columns:
        if column.form == "cell":
            values = [row[column.name] for row in rows if column.name in row]
            if all(type(value) is str or type(value) is Num for value in values):
                cells[column.name] = values
    full = {name: values for name, values in cells.items() if len(values) == len(rows)}
    found = list(columns)
    sources: set[str] = set()
    derived: set[str] = set()
    lengths = {name: sum(map(len, values)) for name, values in cells.items()}
    distinct = {name: len(set(values)) for name, values in full.items()}
    for name in sorted(full, key=lambda name: -lengths[name]):
        values = full[name]
        if name in sources or asked(name, values[0], "copy"):
            continue
        others = [(lengths[other], other) for other in full if other != name and other not in derived]
        near = [(other, full[other]) for _, other in sorted(others)]
        copied = _copy(values, keys, near)
        # What people read stays where it is: an id follows a name, not a name an id.
        setting = [
            (other, values_of) for other, values_of in near if distinct[name] <= distinct[other] <= len(rows) / 2
        ]
        once = None if copied or any(" " in value for value in values) else _once(values, setting)
        source = copied[1] if copied else once
        if source is not None:
            derived.add(name)
            sources.add(source)
            form = "copy" if copied else "once"
            found[_at(found, name)] = found[_at(found, name)]._replace(form=form, value=copied or once)
    for name, values in cells.items():
        if name not in derived and not asked(name, values[0], "text"):
            prefix = _text(values)
            if prefix is not None:
                found[_at(found, name)] = found[_at(found, name)]._replace(form="text", value=prefix)
    return found


def _at(columns: list[Column], name: str) -> int:
    return next(index for index, column in enumerate(columns) if column.name == name)


def _copy(
    values: list[Value], keys: Sequence[str] | None, others: list[tuple[str, list[Value]]]
) -> tuple[str, str, str] | None:
    """Return what stands before another column's value, its name, and what stands after; None where none gives this."""
    if type(values[0]) is not str or sum(map(len, values)) < _MIN_COPY_SAVING:
        return None
    sources = [(KEY, list(keys)), *others] if keys is not None else others
    for name, source in sources:
        if "{" in name or "}" in name or (name == KEY) != (keys is not None and source is sources[0][1]):
            continue  # not to be told from a brace or from the key
        at = values[0].rfind(source[0]) if source[0] else -1
        if at < 0:
            continue
        before, after = values[0][:at], values[0][at + len(source[0]) :]
        if " " in before or " " in after:
            continue  # words for people are read where they stand
        if all(
            type(value) is str and value == before + text + after for value, text in zip(values, source, strict=True)
        ):
            return before, name, after
    return None


def _once(values: list[Value], others: list[tuple[str, list[Value]]]) -> str | None:
    """Return the column whose value sets this one in all rows, where most rows repeat it."""
    if len(set(values)) < 2 or sum(map(len, values)) < _MIN_ONCE_CHARS * len(values):
        return None
    for name, source in others:
        groups: dict[str, Value] = {}
        for text, value in zip(source, values, strict=True):
            known = groups.setdefault(_typed(text), value)
            if known != value or type(known) is not type(value):
                break
        else:
            saved = sum(map(len, values)) * (len(values) - len(groups)) // len(values)
            if len(groups) >= _MIN_ONCE_GROUPS and saved >= _MIN_ONCE_SAVING:
                return name
    return None


def _typed(value: Value) -> str:
    """Return a key that tells the number 1 from the string "1"."""
    return ("n" if type(value) is Num else "s") + str(value)


def _text(values: list[Value]) -> str | None:
    """Return how all of a column's strings begin; "" where only the quotes of digits can be spared; else None."""
    if len(values) < _MIN_ROWS or any(type(value) is not str for value in values):
        return None
    first, last = str(min(values)), str(max(values))
    alike = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    prefix = first[:alike]
    # A path or a link up to its last part: a stamp or an id cut in two would not be found again.
    prefix = prefix[: prefix.rfind("/") + 1]
    if len(prefix) >= _MIN_PREFIX_CHARS and len(prefix) * (len(values) - 1) >= _MIN_PREFIX_SAVING:
        return prefix
    quoted = sum(1 for value in values if _DIGITS.match(value))
    return "" if quoted * 2 > len(values) and len(set(values)) * 3 > 2 * len(values) else None
