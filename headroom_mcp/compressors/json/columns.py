"""Which columns of a table are worth their tokens when not all of it can be shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json import select
from headroom_mcp.compressors.json.parse import Embedded, Num, Value
from headroom_mcp.compressors.json.query import Query
from headroom_mcp.compressors.json.reduce import Sampled
from headroom_mcp.compressors.json.select import Leaves
from headroom_mcp.compressors.json.table import same

_TOKENS_PER_CHAR = 0.34
_SAMPLE = 60
_MAX_CONSTANTS = 10
_MAX_CONSTANT_CHARS = 60
_MAX_TEXT_CHARS = 160  # a cell's cost is judged up to here; longer ones are clipped
_MIN_ROW_TOKENS = 26
_MAX_FIELDS = 45
_MAX_ROW_TOKENS = 90
_CONTAINERS = (tuple, list, Embedded, Sampled)
_HEX = late.pattern(r"[0-9a-fA-F-]{8,}\Z")
_STAMP = late.pattern(r"\d{4}-\d\d-\d\d[T ]|\d\d:\d\d:\d\d")
_DIGITS = late.pattern(r"\d+\Z")
_WORDS = late.pattern(r"[^\W\d_]{3,}")
# I_kwDOABII585o8Q, 01J9ZQ5T8R3V: one token, no word in it, letters and digits in turns; or very long, as keys are.
_ONE_TOKEN = late.pattern(r"[\w+/=-]{12,}\Z")
_A_WORD = late.pattern(r"(?:\A|[-_./])[^\W\d_]{4,}(?:[-_./]|\Z)")
_MIN_KEY_CHARS = 24
_TURNS = late.pattern(r"(?<=[^\W\d_])\d|(?<=\d)[^\W\d_]")
_MIN_TURNS = 4


def alike(rows: Sequence[Value]) -> bool:
    """Tell whether `rows` are objects that share most of their keys: a table, though perhaps a ragged one."""
    if len(rows) < 2 or not all(type(row) is tuple for row in rows):
        return False
    step = max(1, len(rows) // 200)
    sample = rows[::step]
    counts: Counter[str] = Counter()
    for row in sample:
        counts.update({key for key, _ in row})
    total = sum(counts.values())
    frequent = sum(count for count in counts.values() if count * 2 >= len(sample))
    return total > 0 and frequent >= 0.5 * total


def is_deep(rows: Sequence[Value]) -> bool:
    """Tell whether rows are documents rather than records: more fields than columns, or arrays more than anything."""
    leaves = [select.leaves(row) for row in rows]
    fields = {name for row in leaves for name in row}
    if len(fields) > _MAX_FIELDS:
        return True
    sizes = [0, 0]
    for row in leaves:
        for value in row.values():
            size = value.chars if type(value) is Sampled else len(str(value))
            sizes[type(value) in _CONTAINERS] += size if type(value) in _CONTAINERS else min(size, _MAX_TEXT_CHARS)
    return sizes[1] > 2 * sizes[0]


def constants(rows: list[Leaves]) -> dict[str, Value]:
    """Return the short scalars that are the same in every row."""
    first = next((row for row in rows if row), {})
    found: dict[str, Value] = {}
    for name, value in first.items():
        if type(value) in _CONTAINERS or len(str(value)) > _MAX_CONSTANT_CHARS:
            continue
        if all(name in row and same(row[name], value) for row in rows):
            found[name] = value
            if len(found) >= _MAX_CONSTANTS:
                break
    return found


def pick(
    rows: list[Leaves],
    fixed: dict[str, Value],
    row_room: int,
    query: Query,
    keys: list[str] | None,
    first: Sequence[int] = (),
) -> list[str]:
    """Return the columns that say most for their cost, in the order of the fields. `row_room` is in tokens a row;
    `first` are the most important rows, whose fields count as well as those of a sample of all."""
    step = max(1, len(rows) // _SAMPLE)
    sample = [(index, rows[index]) for index in sorted({*range(0, len(rows), step), *first})]
    order = dict.fromkeys(name for _, row in sample for name in row)
    room = min(_MAX_ROW_TOKENS if len(rows) > 8 else 3 * _MAX_ROW_TOKENS, max(_MIN_ROW_TOKENS, row_room))
    judged: list[tuple[float, int, float, str]] = []
    sentences: list[tuple[float, int, str]] = []
    places: list[tuple[float, int, str]] = []
    stamped = handled = False
    every = 0.0
    names: list[str] = []
    for position, name in enumerate(order):
        if name in fixed:
            continue
        values = [row[name] for _, row in sample if name in row]
        if keys is not None and all(row.get(name) == keys[index] for index, row in sample if name in row):
            continue  # the key says it already
        worth, cost = _judge(values, len(sample))
        if query.names(name):
            worth += 3.0
        elif not stamped and values and type(values[0]) is str and _STAMP.match(values[0]):
            stamped = True  # when something happened: once is enough
            worth = max(worth, 1.0)
        elif not handled and _is_handle(values, len(sample)):
            handled = True  # what people call a row by: without it nobody can speak of it, or ask for it
            worth = max(worth, _HANDLE_WORTH)
        every += cost + 0.3
        names.append(name)
        if worth >= _SENTENCE_WORTH and _are_sentences(values):
            sentences.append((worth, -position, name))
        if _differ(values):
            places.append((worth, -position, name))
        if worth >= _LEAST_WORTH:
            spent = cost * len(values) / len(sample)  # an empty cell costs a comma
            judged.append((worth / (spent + 4.0) ** 0.5, position, spent + 0.3, name))
    if every <= room:
        return names
    picked: list[tuple[int, str]] = []
    left = float(room)
    for _, position, cost, name in sorted(judged, key=lambda item: (-item[0], item[1])):
        if picked and cost > left:
            continue
        left -= cost
        picked.append((position, name))
    # What happened, in words, and where: a row without it is a code, and fewer rows with it say more.
    for telling in (sentences, places if sentences else []):
        if telling and not any((-at, name) in picked for _, at, name in telling):
            _, at, name = max(telling)
            picked.append((-at, name))
    return [name for _, name in sorted(picked)]


_LEAST_WORTH = 0.9
_SENTENCE_WORTH, _MIN_BLANKS = 2.8, 2
_DIFFERENT, _MOSTLY = 0.2, 0.5


def _are_sentences(values: list[Value]) -> bool:
    """Tell whether most of the values are texts of three words or more, short enough to be shown."""
    said = [
        value
        for value in values
        if type(value) is str and value.count(" ") >= _MIN_BLANKS and len(value) <= _MAX_TEXT_CHARS
    ]
    return 2 * len(said) > len(values)


def _differ(values: list[Value]) -> bool:
    """Tell whether most of the values are numbers that stand in no other row."""
    numbers = {str(value) for value in values if type(value) is Num}
    return len(numbers) > _MOSTLY * len(values)


_HANDLE_WORTH = 2.2
_MAX_HANDLE_CHARS = 7  # a longer number is a machine's


def _is_handle(values: list[Value], rows: int) -> bool:
    """Tell whether every row has a short whole number of its own here: the number of an issue, of a ticket, of a line."""
    if len(values) < rows or len(set(map(str, values))) < len(values) or len(values) < _MIN_HANDLES:
        return False
    return all(type(value) is Num and value.isdigit() and len(value) <= _MAX_HANDLE_CHARS for value in values)


_MIN_HANDLES = 4  # of fewer rows, all numbers differ by chance


def _is_opaque(text: str) -> bool:
    """Tell whether a value is for machines: a hash, a link, an id in which letters and digits take turns."""
    if "://" in text or _HEX.match(text):
        return True
    if not _ONE_TOKEN.match(text) or _A_WORD.search(text):
        return False
    return len(text) >= _MIN_KEY_CHARS or len(_TURNS.findall(text)) >= _MIN_TURNS


def _judge(values: list[Value], rows: int) -> tuple[float, float]:
    """Return what a column is worth to a reader and what a cell costs: names, states, words and figures more than
    hashes, links and stamps."""
    scalars = [value for value in values if type(value) not in _CONTAINERS]
    if not scalars:
        return 0.4, 6.0
    texts = [str(value) for value in scalars]
    cost = sum([min(len(text), _MAX_TEXT_CHARS) for text in texts]) / len(texts) * _TOKENS_PER_CHAR + 1
    distinct = len(set(texts))
    worth = 0.6
    if distinct == 1:
        worth = 0.3
    elif all(type(value) is Num or value is None for value in scalars):
        worth = 1.0 if any("." in text or len(text) < 9 for text in texts) else 0.6
        worth += _DIFFERENT * distinct / len(texts)  # of a line and a column, the line says where
    else:
        opaque = sum(map(_is_opaque, texts))
        wordy = sum(1 for text in texts if _WORDS.search(text) and not _HEX.match(text))
        if opaque > 0.5 * len(texts) or all(_DIGITS.match(text) for text in texts):
            worth = 0.4
        elif wordy > 0.5 * len(texts):
            worth = 1.6
            if any(" " in text for text in texts):
                worth += 1.2
            if distinct > 0.9 * len(texts) and cost < 16:
                worth += 1.5
        elif sum(1 for text in texts if _STAMP.match(text)) > 0.5 * len(texts):
            worth = 0.5
        if 1 < distinct <= max(2, rows // 3):
            worth += 0.4
    failing = sum(1 for value in scalars if select.error_level(value))
    if failing and failing <= 0.7 * len(scalars):
        worth += 3.0
    if len(values) < 0.3 * rows:
        worth *= 0.6
    return worth, cost
