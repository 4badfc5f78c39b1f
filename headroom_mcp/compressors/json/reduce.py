"""Large documents, made small enough to be judged field by field: one cheap pass over every row, full statistics for some.

The pass counts (values, categories, constants) over all rows, so what is said of rows that are not shown is exact; it
keeps the rows that a query word, an error word, a rare category or an extreme number sets apart, the first and last, and
an even sample of the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json import unlike
from headroom_mcp.compressors.json.parse import Document, Embedded, Num, Value, loads
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.compressors.json.survey import Hits, Survey, count_of

LARGE_CHARS = 150_000  # below, every field of every row is judged
_ROOM_CHARS = (64_000, 240_000)  # what is left to judge: a sixteenth of the text, within these bounds
_MANY = 60  # entries from which a container is sampled and not entered
_MAX_ROWS = 400
_CHUNK_CHARS = 200_000
_NUMBER_NEXT = late.pattern(r"\s*[-0-9]")
_EVEN_SHARE = 4  # one row in so many is there for the even sample
_MAX_DEPTH = 40
_MEASURED = 64
_MIN_ROW_CHARS = 60
_LEAST_SAMPLE_CHARS = 16_000


class Sampled:
    """A large array, or an object of as many entries (`keys`), of which only some entries are held.

    `indexes` says which (from 0), `total` how many there are, `values` how many scalars all of them hold and `chars`
    about how long they are. `categories`, `constants` and `fields` are of all entries, `unlike` says how unlikely an entry
    is among all of them.
    """

    __slots__ = (
        "categories", "chars", "constants", "fields", "indexes", "keys", "rows", "spread", "total", "unlike", "values",
    )  # fmt: skip

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
        self.unlike: dict[int, float] = {}
        self.spread = ""  # the least and the greatest of all numbers

    def __repr__(self) -> str:
        """The usual form holds an address, which differs from process to process; lengths of texts are compared."""
        return f"[{self.total} sampled]"


def reduce(value: Value, text_chars: int, query: Query) -> Value:
    """Return `value` with its large arrays sampled. Raises: RecursionError."""
    room = min(_ROOM_CHARS[1], max(_ROOM_CHARS[0], text_chars // 16))
    return _reduced(value, room, query, 0, text_chars)


def plain_numbers(text: str) -> Document | None:
    """Return a large text that is one array of numbers, of which the first and last are held; None for any other.

    A number is an object of a hundred bytes, ten times its text: they are never all there at once.
    """
    start, stop = len(text) - len(text.lstrip()), len(text.rstrip()) - 1
    if (
        stop - start <= LARGE_CHARS
        or text[start] != "["
        or text[stop] != "]"
        or not _NUMBER_NEXT.match(text, start + 1)
    ):
        return None
    edge = _MAX_ROWS // 3
    first: list[Value] = []
    last: list[Value] = []
    least, greatest = ("inf", "-inf")
    total = 0
    at = start + 1
    while at <= stop:
        end = text.find(",", min(stop, at + _CHUNK_CHARS), stop)
        end = stop if end < 0 else end
        try:
            values = loads(f"[{text[at:end]}]")
        except ValueError:
            return None
        if not values or any(type(value) is not Num for value in values):
            return None
        total += len(values)
        least, greatest = min([least, *values], key=float), max([greatest, *values], key=float)
        first += values[: max(0, edge - len(first))]
        last = [*last, *values[-(edge // 2) :]][-(edge // 2) :]
        at = end + 1
    found = Sampled([*first, *last], [*range(edge), *range(total - edge // 2, total)], total, None)
    found.values, found.chars, found.spread = total, stop - start, f"all from {least} to {greatest}"
    return Document(start, stop + 1, found)


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
            return _sample_rows(items, keys, room, query, size)
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


def _sample_rows(items: Sequence[Value], keys: list[str] | None, room: int, query: Query, size: int) -> Value:
    total = len(items)
    if total <= _MAX_ROWS and room // total >= _MIN_ROW_CHARS:
        # Few and long: all of them, each with less in it.
        smaller = [_reduced(item, room // total, query, 1, size_of(item)) for item in items]
        return tuple(zip(keys, smaller, strict=True)) if keys is not None else smaller
    # Records need fewer candidates than documents need fields.
    room = min(room, max(_LEAST_SAMPLE_CHARS, room // 3))
    seen = Survey(items, keys, query)
    found = Sampled([], [], total, None)
    found.values, found.chars, found.fields = seen.values, size, {field.path for field in seen.fields}
    categories = seen.categories()
    for path, groups in categories.items():
        counter = Counter({value: rows.count for value, rows in groups.items()})
        if sum(counter.values()) == total and len(counter) == 1:
            found.constants.add(path)
        elif len(counter) > 1 and sum(counter.values()) >= total * 0.5:
            found.categories[path] = counter
    found.unlike = unlike.of(items).scores
    chosen = _choose(total, seen, categories, found.unlike, max(20, min(_MAX_ROWS, room * total // max(1, size))))
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


def _choose(
    total: int, seen: Survey, categories: dict[str, dict[str, Hits]], unlikely: dict[int, float], most: int
) -> list[int]:
    """Return at most `most` rows, the most telling first."""
    scores: dict[int, float] = {}
    for rows in seen.hits.values():
        # A word that many rows hold tells few of them apart.
        weight = 10.0 * (1.0 - rows.count / total) ** 2 if rows.count <= total // 2 else 0.0
        if weight:
            worth = weight * (3.0 if rows.count <= 8 else 1.0)
            for index in rows.first:
                scores[index] = scores.get(index, 0.0) + worth
    for values in seen.named():
        for index in values.values():
            scores[index] = scores.get(index, 0.0) + 30.0
    if seen.errors.count <= total // 3:
        for index in seen.errors.first:
            scores[index] = scores.get(index, 0.0) + 8.0
    for index, nats in unlikely.items():
        scores[index] = scores.get(index, 0.0) + nats
    for groups in categories.values():
        for rows in groups.values():
            if rows.count <= max(1, total // 100):
                for index in rows.first[:3]:
                    scores[index] = scores.get(index, 0.0) + 6.0
    for field in seen.fields:
        for _, index in [*field.extremes[:3], *field.extremes[-3:]]:
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
