"""One cheap look at every row of a large array: what is said of rows that are not shown is counted here.

Counts values and categories over all rows, and remembers the first rows with a query word, an error word, a rare value,
a field that not all have, or an extreme number.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.compressors.json.parse import Embedded, Num, Value
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.text import failure_words

_MAX_VALUES = 12  # distinct values of a category
_MAX_CATEGORY_CHARS = 40
_MAX_FIELDS = 400
_MAX_NAMED = 200  # values remembered of fields that the query names
_MAX_HITS = 2_000  # rows remembered for one word; more tell nothing apart
_MAX_FIGURE_CHARS = 4  # a longer number is not a category
_NAMED_DEPTH = 2


class Hits:
    """How many rows something was found in, and the first of them."""

    __slots__ = ("count", "first")

    def __init__(self) -> None:
        self.count = 0
        self.first: list[int] = []

    def add(self, index: int) -> None:
        self.count += 1
        if self.count <= _MAX_HITS:
            self.first.append(index)


class Field:
    """What stands at one path: `groups` by value (None once they are too many to be categories), the rows with the
    least and the greatest four numbers, the first row of each text where the query names the field (else None), and the
    rows that have it where the first row has not and its name says something."""

    __slots__ = ("extremes", "greatest", "groups", "inner", "late", "least", "named", "path", "plain")

    def __init__(self, path: str, telling: bool, named: bool) -> None:
        self.path = path
        self.groups: dict[str, Hits] | None = {}
        self.extremes: list[tuple[float, int]] = []
        self.least = float("inf")
        self.greatest = float("-inf")
        self.named: dict[str, int] | None = {} if named else None
        self.late = Hits() if telling else None
        self.inner: dict[str, Field] = {}
        self.plain = False  # a string here is only counted

    def crowd(self) -> None:
        """Take note that there are too many values for categories."""
        self.groups = None
        self.plain = self.named is None and self.late is None


class Survey:
    """What has been seen of some rows: `values` scalars, `fields` in their order, rows with words and with errors, and
    the first row of each text in a field that the query names (`named`)."""

    __slots__ = ("deep", "errors", "fields", "figures", "hits", "naming", "others", "query", "top", "values")

    def __init__(self, items: Sequence[Value], keys: list[str] | None, query: Query) -> None:
        self.query = query
        self.naming = bool(query.stems)
        self.figures = frozenset(value for value in query.exact if value[-1].isdigit())
        self.values = 0
        self.fields: list[Field] = []
        self.top: dict[str, Field] = {}
        self.deep: dict[str, dict[str, int] | None] = {}
        self.others = Field("", False, False)
        self.others.crowd()
        words = [word for word in sorted(query.stems) if len(word) > 2]
        words += [value for value in sorted(query.exact) if value not in query.stems]
        self.hits = {word: Hits() for word in words}
        self.errors = Hits()
        self._look(items, keys)
        self._add_late()

    def categories(self) -> dict[str, dict[str, Hits]]:
        """Return the fields with few short values: path → value → rows."""
        found: dict[str, dict[str, Hits]] = {}
        for field in self.fields:
            if field.groups:
                found[field.path] = field.groups
        return found

    def named(self) -> list[dict[str, int]]:
        """Return the first row of each text, for the fields that the query names and that have not too many texts."""
        found = [field.named for field in self.fields if field.named]
        found += [values for values in self.deep.values() if values]
        return [values for values in found if len(values) < _MAX_NAMED]

    def _look(self, items: Sequence[Value], keys: list[str] | None) -> None:
        baseline = _baseline(items)
        usual_of = [(word, usual) for word, usual in baseline if usual]
        plain = [word for word, usual in baseline if not usual]
        hits = list(self.hits.items())
        values = 0
        for index, item in enumerate(items):
            texts: list[str] = [keys[index]] if keys is not None else []
            values += self._add_row(item, index, texts) if type(item) is tuple and item else _whole(item, texts)
            low = "\n".join(texts).lower()
            for word, rows in hits:
                if word in low:
                    rows.add(index)
            for word in plain:
                if word in low:
                    self.errors.add(index)
                    break
            else:
                for word, usual in usual_of:
                    if low.count(word) > usual:
                        self.errors.add(index)
                        break
        self.values = values

    def _add_row(self, row: Value, index: int, texts: list[str]) -> int:
        """Note a row's fields and those of its objects; put its strings into `texts`; return how many scalars it has."""
        count = 0
        top = self.top
        for key, value in row:
            field = top.get(key) or self._field(top, key, key, index)
            if type(value) is tuple and value:
                inner = field.inner
                for name, item in value:
                    below = inner.get(name) or self._field(inner, name, f"{key}.{name}", index)
                    if below.plain and type(item) is str:
                        texts.append(item)
                        count += 1
                    else:
                        count += self._add_value(below, item, index, texts)
            elif field.plain and type(value) is str:
                texts.append(value)
                count += 1
            else:
                count += self._add_value(field, value, index, texts)
        return count

    def _add_value(self, field: Field, value: Value, index: int, texts: list[str]) -> int:
        kind = type(value)
        count = 1
        groups = field.groups
        if field.late is not None:
            field.late.add(index)
        if kind is str:
            texts.append(value)
            named = field.named
            if named is not None and len(named) < _MAX_NAMED:
                named.setdefault(value, index)
            if groups is None:
                return 1
            if not 0 < len(value) <= _MAX_CATEGORY_CHARS:
                field.crowd()
                return 1
        elif kind is Num:
            if value in self.figures:
                texts.append(value)
            try:
                figure = float(value)
            except (ValueError, OverflowError):
                return 1
            if figure > field.greatest or figure < field.least:
                _add_extreme(field, figure, index)
            if groups is None:
                return 1
            if len(value) > _MAX_FIGURE_CHARS:
                field.crowd()
                return 1
        elif kind is not bool:
            field.crowd()
            if value:
                count = _whole(value, texts)
                if kind is tuple and self.naming:
                    self._add_named(value, index, _NAMED_DEPTH)
            return count
        elif groups is None:
            return 1
        else:
            value = "true" if value else "false"
        rows = groups.get(value)
        if rows is not None:
            rows.count += 1
            if rows.count <= 3:
                rows.first.append(index)
        elif len(groups) >= _MAX_VALUES:
            field.crowd()
        else:
            rows = groups[value] = Hits()
            rows.add(index)
        return 1

    def _field(self, beside: dict[str, Field], name: str, path: str, index: int) -> Field:
        """Return a new field; beyond many of them, one that stands for all others."""
        if len(self.fields) >= _MAX_FIELDS:
            field = self.others
        else:
            telling = index > 0 and self._is_telling(path.lower())
            field = Field(path, telling, self.naming and self.query.names(name))
            self.fields.append(field)
        beside[name] = field
        return field

    def _is_telling(self, low: str) -> bool:
        return any(word in low for word in self.hits) or any(word in low for word in failure_words.STATE_STEMS)

    def _add_named(self, row: Value, index: int, depth: int) -> None:
        """Note the first row of each text in a deeper field that the query names: "which URLs" means every `url`."""
        for key, value in row:
            if type(value) is tuple and depth:
                self._add_named(value, index, depth - 1)
            elif type(value) is str:
                if key not in self.deep and len(self.deep) < _MAX_FIELDS:
                    self.deep[key] = {} if self.query.names(key) else None
                texts = self.deep.get(key)
                if texts is not None and len(texts) < _MAX_NAMED:
                    texts.setdefault(value, index)

    def _add_late(self) -> None:
        """Count the rows with an unusual field whose name says an error or a word of the query."""
        for field in self.fields:
            if field.late is None:
                continue
            low = field.path.lower()
            for word, rows in self.hits.items():
                if word in low:
                    rows.count += field.late.count
                    rows.first = list(dict.fromkeys([*rows.first, *field.late.first]))
            if any(word in low for word in failure_words.STATE_STEMS):
                self.errors.count += field.late.count
                self.errors.first = list(dict.fromkeys([*self.errors.first, *field.late.first]))


def count_of(value: Value) -> int:
    """Return how many scalars (and empty objects and arrays) are in `value`."""
    kind = type(value)
    if not value:
        return 1
    if kind is tuple:
        total = len(value)
        for _, item in value:
            inner = type(item)
            if (inner is tuple or inner is list) and item:
                total += count_of(item) - 1
        return total
    if kind is list:
        total = len(value)
        for item in value:
            inner = type(item)
            if (inner is tuple or inner is list) and item:
                total += count_of(item) - 1
        return total
    if kind is Embedded:
        return count_of(value.value)
    return int(getattr(value, "values", 1))  # a sampled array knows how many


def _whole(value: Value, texts: list[str]) -> int:
    """Put `value`, keys and all, into `texts`; return how many scalars it holds."""
    texts.append(value if type(value) is str else repr(value))
    return count_of(value)


def _add_extreme(field: Field, figure: float, index: int) -> None:
    extremes = field.extremes
    if len(extremes) < 8:
        extremes.append((figure, index))
        extremes.sort()
    elif figure > extremes[-1][0]:
        extremes[4:] = [*extremes[5:], (figure, index)]
    elif figure < extremes[0][0]:
        extremes[:4] = [(figure, index), *extremes[:3]]
    if len(extremes) == 8:
        field.least, field.greatest = extremes[0][0], extremes[-1][0]


def _baseline(items: Sequence[Value]) -> list[tuple[str, int]]:
    """Return the error words with how often they stand in an ordinary row: a field called "error" is not an error."""
    step = max(1, len(items) // 40)
    sample = ["\n".join(_texts(item)).lower() for item in items[::step][:60]]
    usual = []
    for word in failure_words.STATE_STEMS:
        counts = sorted(text.count(word) for text in sample)
        usual.append((word, counts[len(counts) * 3 // 4]))
    return usual


def _texts(item: Value) -> list[str]:
    """Return a row's texts as a survey sees them: the keys of its two upper levels are not part of them."""
    texts: list[str] = []
    if type(item) is not tuple or not item:
        _whole(item, texts)
        return texts
    for _, value in item:
        for _, inner in value if type(value) is tuple else (("", value),):
            if type(inner) is str:
                texts.append(inner)
            elif type(inner) in (tuple, list, Embedded) and inner:
                texts.append(repr(inner))
    return texts
