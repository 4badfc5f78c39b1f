"""Large documents, made small enough to be judged field by field: one cheap pass over every row, full statistics for some.

The pass counts (values, categories, constants) over all rows, so what is said of rows that are not shown is exact; it
keeps the rows that a query word, an error word, a rare category or an extreme number sets apart, the first and last, and
an even sample of the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp.jsonform.parse import Embedded, Num, Value
from headroom_mcp.jsonform.query import Query

LARGE_CHARS = 150_000  # below, every field of every row is judged
_ROOM_CHARS = (64_000, 240_000)  # what is left to judge: a sixteenth of the text, within these bounds
_MANY = 60  # entries from which a container is sampled and not entered
_MAX_ROWS = 400
_MAX_VALUES = 12  # distinct values of a category
_MAX_CATEGORY_CHARS = 40
_MAX_FIELDS = 400
_EVEN_SHARE = 4  # one row in so many is there for the even sample
_MAX_DEPTH = 40
_MEASURED = 64
_MIN_ROW_CHARS = 200
_LEAST_SAMPLE_CHARS = 16_000
_MAX_NAMED = 200  # values remembered of fields that the query names
_MAX_HITS = 2_000  # rows remembered for one word; more tell nothing apart
_ERRORS = (
    "error", "fail", "fatal", "critical", "panic", "exception", "denied", "refused", "rejected", "timeout", "timed out",
    "unavailable", "abort", "crash", "unhealthy", "warn", "killed", "backoff",
)  # fmt: skip


class Sampled:
    """A large array, or an object of as many entries (`keys`), of which only some entries are held.

    `indexes` says which (from 0), `total` how many there are, `values` how many scalars all of them hold and `chars`
    about how long they are. `categories`, `constants` and `fields` are of all entries.
    """

    __slots__ = ("categories", "chars", "constants", "fields", "indexes", "keys", "rows", "total", "values")

    def __init__(self, rows: list[Value], indexes: list[int], total: int, keys: list[str] | None) -> None:
        self.rows = rows
        self.indexes = indexes
        self.total = total
        self.keys = keys
        self.values = 0
        self.chars = 0
        self.categories: dict[str, Counter[str]] = {}
        self.constants: set[str] = set()
        self.fields: set[str] = set()


def reduce(value: Value, text_chars: int, query: Query) -> Value:
    """Return `value` with its large arrays sampled. Raises: RecursionError."""
    room = min(_ROOM_CHARS[1], max(_ROOM_CHARS[0], text_chars // 16))
    return _reduced(value, room, query, 0, text_chars)


def size_of(value: Value) -> int:
    """Return about how many characters the compact form takes, by a sample of many entries."""
    kind = type(value)
    if (kind is tuple or kind is list) and len(value) > _MEASURED:
        step = len(value) // _MEASURED + 1
        sample = value[::step]
        return size_of(sample) * len(value) // len(sample)
    if kind is str or kind is Num:
        return len(value) + 2
    if kind is tuple:
        total = 2
        for key, item in value:
            inner = type(item)
            total += len(key) + 3 + (len(item) + 2 if inner is str or inner is Num else size_of(item))
        return total
    if kind is list:
        total = 2
        for item in value:
            inner = type(item)
            total += len(item) + 3 if inner is str or inner is Num else 1 + size_of(item)
        return total
    return size_of(value.value) if kind is Embedded else 5


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
    return value.values if kind is Sampled else 1


def _reduced(value: Value, room: int, query: Query, depth: int, size: int) -> Value:
    kind = type(value)
    if kind is Embedded:
        return Embedded(_reduced(value.value, room, query, depth, size), value.style)
    if (kind is not tuple and kind is not list) or size <= room or depth > _MAX_DEPTH:
        return value
    keys = [key for key, _ in value] if kind is tuple else None
    items = [item for _, item in value] if kind is tuple else value
    if len(items) > _MANY:
        containers = sum(1 for item in items if type(item) in (tuple, list))
        if containers > 0.8 * len(items):
            return _sample_rows(items, keys, room, query)
        if containers < 0.2 * len(items):
            return _sample_scalars(items, keys, room, query)
    sizes = [size_of(item) for item in items]
    weights = [(8.0 if keys and query.names(keys[i]) else 1.0) * sizes[i] ** 0.3 for i in range(len(items))]
    rooms = [0] * len(items)
    left, weight_left = float(room), sum(weights)
    for index in sorted(range(len(items)), key=lambda i: sizes[i] / weights[i]):
        share = left * weights[index] / weight_left
        rooms[index] = int(min(sizes[index], share))
        left -= rooms[index]
        weight_left -= weights[index]
    smaller = [
        item if sizes[i] <= rooms[i] + 2 else _reduced(item, max(400, rooms[i]), query, depth + 1, sizes[i])
        for i, item in enumerate(items)
    ]
    return tuple(zip(keys, smaller, strict=True)) if keys is not None else smaller


def _sample_rows(items: Sequence[Value], keys: list[str] | None, room: int, query: Query) -> Value:
    total = len(items)
    if total <= _MAX_ROWS and room // total >= _MIN_ROW_CHARS:
        # Few and long: all of them, each with less in it.
        smaller = [_reduced(item, room // total, query, 1, size_of(item)) for item in items]
        return tuple(zip(keys, smaller, strict=True)) if keys is not None else smaller
    # Records need fewer candidates than documents need fields.
    room = min(room, max(_LEAST_SAMPLE_CHARS, room // 3))
    words = [word for word in sorted(query.stems) if len(word) > 2]
    words += [value for value in sorted(query.exact) if value not in query.stems]
    hits = [(word, _Hits()) for word in words]
    errors = _Hits()
    baseline = _baseline(items)
    categories: dict[str, dict[str, _Hits]] = {}
    crowded: set[str] = set()
    figures: dict[str, list[tuple[float, int]]] = {}
    fields: set[str] = set()
    named: dict[str, dict[str, int]] = {}
    values = chars = 0
    naming = bool(query.stems)
    for index, item in enumerate(items):
        values += count_of(item)
        low = repr(item).lower()
        if keys is not None:
            low = f"{keys[index].lower()} {low}"
        chars += len(low)
        for word, rows in hits:
            if word in low:
                rows.add(index)
        for word, usual in baseline:
            if word in low and (not usual or low.count(word) > usual):
                errors.add(index)
                break
        if type(item) is tuple:
            _add_fields(item, "", index, categories, crowded, figures, fields)
            if naming:
                _add_named(item, index, named, query, 0)
    found = Sampled([], [], total, None)
    found.values, found.chars, found.fields = values, chars, fields
    for path, groups in categories.items():
        counter = Counter({value: rows.count for value, rows in groups.items()})
        if sum(counter.values()) == total and len(counter) == 1:
            found.constants.add(path)
        elif len(counter) > 1 and sum(counter.values()) >= total * 0.5:
            found.categories[path] = counter
    chosen = _choose(
        total,
        hits,
        errors,
        [rows for rows in named.values() if len(rows) < _MAX_NAMED],
        categories,
        figures,
        max(20, min(_MAX_ROWS, room * total // max(1, chars))),
    )
    held = 0
    for index in chosen:
        held += size_of(items[index])
        if held > room and len(found.indexes) >= 12:
            break
        found.indexes.append(index)
    found.indexes.sort()
    share = max(2_000, room // max(1, len(found.indexes)))
    found.rows = [_reduced(items[index], share, query, 1, size_of(items[index])) for index in found.indexes]
    if keys is not None:
        found.keys = [keys[index] for index in found.indexes]
    return found


class _Hits:
    """How many rows something was found in, and the first of them."""

    __slots__ = ("count", "first")

    def __init__(self) -> None:
        self.count = 0
        self.first: list[int] = []

    def add(self, index: int) -> None:
        self.count += 1
        if self.count <= _MAX_HITS:
            self.first.append(index)


def _baseline(items: Sequence[Value]) -> list[tuple[str, int]]:
    """Return the error words with how often they stand in an ordinary row: a field called "error" is no error."""
    step = max(1, len(items) // 40)
    sample = [repr(item).lower() for item in items[::step][:60]]
    usual = []
    for word in _ERRORS:
        counts = sorted(text.count(word) for text in sample)
        usual.append((word, counts[len(counts) * 3 // 4]))
    return usual


def _add_fields(
    row: Value,
    prefix: str,
    index: int,
    categories: dict[str, dict[str, _Hits]],
    crowded: set[str],
    figures: dict[str, list[tuple[float, int]]],
    fields: set[str],
) -> None:
    for key, value in row:
        path = prefix + key
        kind = type(value)
        if kind is tuple and value and not prefix:
            _add_fields(value, path + ".", index, categories, crowded, figures, fields)
            continue
        if path not in fields and len(fields) < _MAX_FIELDS:
            fields.add(path)
        if kind is Num:
            if path not in figures and len(figures) >= _MAX_FIELDS:
                continue
            try:
                figure = float(value)
            except (ValueError, OverflowError):
                continue
            extremes = figures.get(path)
            if extremes is None:
                extremes = figures[path] = []
            if len(extremes) < 8:
                extremes.append((figure, index))
                extremes.sort()
            elif figure > extremes[-1][0]:
                extremes[4:] = [*extremes[5:], (figure, index)]
            elif figure < extremes[0][0]:
                extremes[:4] = [(figure, index), *extremes[:3]]
            if len(value) > 4:
                crowded.add(path)
        if path in crowded:
            continue
        text = _category(value, kind)
        groups = categories.get(path)
        if groups is None:
            if len(categories) >= _MAX_FIELDS:
                continue
            groups = categories[path] = {}
        rows = groups.get(text) if text is not None else None
        if rows is not None:
            rows.count += 1
            if rows.count <= 3:
                rows.first.append(index)
        elif text is None or len(groups) >= _MAX_VALUES:
            crowded.add(path)
            del categories[path]
        else:
            rows = groups[text] = _Hits()
            rows.add(index)


def _add_named(row: Value, index: int, named: dict[str, dict[str, int]], query: Query, depth: int) -> None:
    """Note the first row of each text in a field that the query names: "which URLs" means every `url`."""
    for key, value in row:
        kind = type(value)
        if kind is tuple:
            if depth < 2:
                _add_named(value, index, named, query, depth + 1)
        elif kind is str:
            values = named.get(key)
            if values is None:
                if len(named) >= _MAX_FIELDS or not query.names(key):
                    named.setdefault(key, _UNNAMED) if len(named) < _MAX_FIELDS else None
                    continue
                values = named[key] = {}
            if values is not _UNNAMED and len(values) < _MAX_NAMED:
                values.setdefault(value, index)


_UNNAMED: dict[str, int] = {}


def _category(value: Value, kind: type) -> str | None:
    if kind is str:
        return value if 0 < len(value) <= _MAX_CATEGORY_CHARS else None
    if kind is Num:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    return None


def _choose(
    total: int,
    hits: list[tuple[str, _Hits]],
    errors: _Hits,
    named: list[dict[str, int]],
    categories: dict[str, dict[str, _Hits]],
    figures: dict[str, list[tuple[float, int]]],
    most: int,
) -> list[int]:
    """Return at most `most` rows, the most telling first."""
    scores: dict[int, float] = {}
    for _, rows in hits:
        # A word that many rows hold tells few of them apart.
        weight = 10.0 * (1.0 - rows.count / total) ** 2 if rows.count <= total // 2 else 0.0
        if weight:
            worth = weight * (3.0 if rows.count <= 8 else 1.0)
            for index in rows.first:
                scores[index] = scores.get(index, 0.0) + worth
    for values in named:
        for index in values.values():
            scores[index] = scores.get(index, 0.0) + 30.0
    if errors.count <= total // 3:
        for index in errors.first:
            scores[index] = scores.get(index, 0.0) + 8.0
    for groups in categories.values():
        for rows in groups.values():
            if rows.count <= max(1, total // 100):
                for index in rows.first[:3]:
                    scores[index] = scores.get(index, 0.0) + 6.0
    for extremes in figures.values():
        for _, index in [*extremes[:3], *extremes[-3:]]:
            scores[index] = scores.get(index, 0.0) + 3.0
    edges = [index for index in (0, 1, 2, total - 2, total - 1) if 0 <= index < total]
    even = list(range(0, total, max(1, total * _EVEN_SHARE // most)))[: most // _EVEN_SHARE]
    telling = sorted(scores, key=lambda index: (-scores[index], index))
    first = telling[: most - len(edges) - len(even)]
    return list(dict.fromkeys([*first[: most // 2], *edges, *first[most // 2 :], *even]))[:most]


def _sample_scalars(items: Sequence[Value], keys: list[str] | None, room: int, query: Query) -> Sampled:
    total = len(items)
    most = max(20, min(_MAX_ROWS, room // 40))
    words = sorted(query.stems | query.exact)
    telling: list[int] = []
    if words:
        for index, item in enumerate(items):
            low = item.lower() if type(item) is str else ""
            if keys is not None:
                low = f"{keys[index].lower()} {low}"
            if low and any(word in low for word in words):
                telling.append(index)
    if len(telling) > total // 3:
        telling = []
    edge = most // 3
    chosen = {*telling[: most // 2], *range(min(edge, total)), *range(max(0, total - edge // 2), total)}
    found = Sampled([], sorted(chosen), total, None)
    found.rows = [
        _reduced(items[index], max(400, room // most), query, 1, size_of(items[index])) for index in found.indexes
    ]
    found.keys = [keys[index] for index in found.indexes] if keys is not None else None
    found.values = sum(map(count_of, items))
    found.chars = total * 10
    return found
