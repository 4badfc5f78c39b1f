"""Which rows of a table matter, by the statistics of their fields and by the query; never by a keyword in a key.

Reasons, strongest first: the query names it · an error-like value · a row unlike the others (see `unlike`) · a change of
category along the rows · first and last.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator

from headroom_mcp import late
from headroom_mcp.compressors.json import events
from headroom_mcp.compressors.json.parse import Embedded, Num, Value
from headroom_mcp.compressors.json.query import Match, Query, stems_of
from headroom_mcp.compressors.json.reduce import Sampled
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.records import values
from headroom_mcp.text import failure_words

Add = Callable[[int, float, str], None]
Leaves = dict[str, Value]
"""Dotted path → value, for the objects of a row; arrays are not entered."""

# What a failing thing's value says; 200 rows of "error": null say nothing.
_ERROR = late.pattern(rf"{failure_words.STATES.pattern}|\bhigh\b", re.IGNORECASE)  # of a severity
_WARNING = late.pattern(r"\bwarn(?:ing)?\b", re.IGNORECASE)
_ERROR_KEY = late.pattern(r"(?:^|[._])(?:is_?)?(?:error|err|failed|failure|exception)s?$", re.IGNORECASE)
_OK_KEY = late.pattern(r"(?:^|[._])(?:ok|success|succeeded|passed|ready|healthy|valid)$", re.IGNORECASE)
_STATUS_KEY = late.pattern(r"(?:^|[._])(?:status|code|status_?code|http_?status|exit_?code)$", re.IGNORECASE)
_SCORE_KEY = late.pattern(r"(?:^|[._])(?:score|grade|rating|health|quality|coverage)$", re.IGNORECASE)
_NUMBER = late.pattern(r"-?\d{1,15}(?:\.\d+)?\Z")
_DATE = late.pattern(r"\d{4}-\d\d-\d\d(?:[T ][\d:.]+Z?)?\Z")
_MAX_LONG_TEXT = 2_000
_LONG_TABLE = 40
_SAMPLED_EVENTS = 30
_MAX_STATES = 8
_OFTENER = 4
_IN_ORDER = 0.8
_MAX_EVENT_FIELDS = 16  # rows with more are records of things, not of what happened
_LOW_SCORE = 0.5
_MAX_DEPTH = 6
_MAX_LISTED, _MAX_LABEL = 12, 40
_NEXT = 0.9
_MAX_QUESTION_CHARS = 300  # longer, it is the description of a task, whose words meet labels by chance
_MAX_OUTLIERS = 3
_NAMED_SCORE = 2.0  # as much as an exact value
_PER_NAT = 2.0  # what an unlikely row is worth beside failures and answers


class Marked(NamedTuple):
    """A row's importance: `score` orders rows, `why` names the strongest reason ("query", "error", …, "" for none)."""

    score: float
    why: str
    match: Match


def leaves(value: Value) -> Leaves:
    """Return what stands in a row by dotted path: its objects are entered, arrays and empty objects are values."""
    found: Leaves = {}
    if type(value) is tuple:
        _add_leaves(found, value, "", 0)
    return found


def _add_leaves(found: Leaves, value: Value, prefix: str, depth: int) -> None:
    for key, item in value:
        name = key if "." not in key else f'"{key}"'
        path = prefix + name
        if type(item) is tuple and item and depth < _MAX_DEPTH and not _is_map(item):
            _add_leaves(found, item, path + ".", depth + 1)
        else:
            while path in found:
                path += "'"  # a duplicate key
            found[path] = item


def _is_map(value: Value) -> bool:
    """Tell whether an object is keyed by ids: its values are objects that begin with the same fields."""
    if len(value) < 2:
        return False
    first, second = value[0][1], value[1][1]
    return (
        type(first) is tuple
        and type(second) is tuple
        and len(first) > 1
        and [k for k, _ in first] == [k for k, _ in second]
    )


def strings_of(value: Value) -> list[str]:
    """Return every string and number below `value`, keys not."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is str or kind is Num:
            found.append(item)
        elif kind is tuple:
            stack.extend([inner for _, inner in reversed(item)])
        elif kind is list:
            stack.extend(reversed(item))
        elif kind is Embedded:
            stack.append(item.value)
        elif kind is Sampled:
            stack.extend(reversed(item.rows))
    return found


def words_of(value: Value) -> str:
    """Return keys and values below `value` as one text, for ranking."""
    found: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is str or kind is Num:
            found.append(item)
        elif kind is tuple:
            for key, inner in reversed(item):
                stack.append(inner)
                found.append(key)
        elif kind is list:
            stack.extend(reversed(item))
        elif kind is Embedded:
            stack.append(item.value)
        elif kind is Sampled:
            found.extend(item.keys or ())
            stack.extend(reversed(item.rows))
    return " ".join(found)


def error_level(value: Value) -> int:
    """Return 2 where a value below says that something failed, 1 where it warns, 0 otherwise."""
    level = 0
    stack: list[tuple[str, Value]] = [("", value)]
    while stack:
        key, item = stack.pop()
        kind = type(item)
        if kind is str:
            if len(item) <= _MAX_LONG_TEXT:
                if _ERROR.search(item):
                    return 2
                if _WARNING.search(item):
                    level = 1
        elif kind is tuple:
            stack.extend(item)
        elif kind is list:
            stack.extend([(key, inner) for inner in item])
        elif kind is Sampled:
            stack.extend([(key, inner) for inner in item.rows])
        elif kind is bool:
            if (item and _ERROR_KEY.search(key)) or (not item and _OK_KEY.search(key)):
                return 2
        elif kind is Num and len(item) == 3 and item >= "400" and item < "600" and _STATUS_KEY.search(key):
            return 2
    return level


def category_columns(rows: list[Leaves]) -> dict[str, Counter[str]]:
    """Return the columns whose values repeat: path → value → count. At most a third as many values as rows, or eight."""
    total = len(rows)
    counts: dict[str, Counter[str]] = {}
    dropped: set[str] = set()
    limit = max(2, min(12, total // 3))
    for row in rows:
        for path, value in row.items():
            if path in dropped:
                continue
            text = category(value)
            if text is None:
                dropped.add(path)
                counts.pop(path, None)
                continue
            counter = counts.get(path)
            if counter is None:
                counter = counts[path] = Counter()
            counter[text] += 1
            if len(counter) > limit:
                dropped.add(path)
                del counts[path]
    return {
        path: counter for path, counter in counts.items() if len(counter) > 1 and sum(counter.values()) >= total * 0.5
    }


def category(value: Value) -> str | None:
    if type(value) is str:
        return value if 0 < len(value) <= 40 else None
    if value is True:
        return "true"
    if value is False:
        return "false"
    return str(value) if type(value) is Num and len(value) <= 4 else None


def standing_out(rows: list[Leaves]) -> set[int]:
    """Return the few rows of a long table that stand out of the rest, which is background then: their state says that they
    failed or, in a log, they have a state that hardly any other has, or fields of their own. None where many do."""
    if len(rows) < _LONG_TABLE:
        return set()
    states = category_columns(rows)
    few = max(1, len(rows) // 20)
    found = failed = _of_states(
        rows, {path: {value for value in counts if _ERROR.search(value)} for path, counts in states.items()}, few
    )
    if is_log(rows):
        rare = {path: _rare_states(counts, len(rows)) for path, counts in states.items() if len(counts) <= _MAX_STATES}
        found = found | _of_states(rows, rare, few)
        having = Counter(name for row in rows for name in row)
        own = {index for index, row in enumerate(rows) if any(having[name] <= few for name in row)}
        found |= own if len(own) <= few else set()
        few = max(1, len(rows) // 50) if found - failed else few
    return found if len(found) <= few else set()


def _of_states(rows: list[Leaves], wanted: dict[str, set[str]], few: int) -> set[int]:
    """Return the rows with one of the `wanted` values of a column, of each column only if they are few."""
    found: set[int] = set()
    for path, states in wanted.items():
        if states:
            having = {index for index, row in enumerate(rows) if category(row.get(path)) in states}
            found |= having if len(having) <= few else set()
    return found


def _rare_states(counts: Counter[str], total: int) -> set[str]:
    """Return the values of a column that one row in fifty has at most, and of the others each many more."""
    most = max(1, total // 50)
    rare = {value for value, count in counts.items() if count <= most}
    others = [count for count in counts.values() if count > most]
    return rare if others and min(others) >= _OFTENER * most else set()


def is_log(rows: list[Leaves]) -> bool:
    """Tell whether many rows are events in their order: of their few fields one says when each of them happened."""
    sample = rows[:: len(rows) // _SAMPLED_EVENTS + 1]
    if len(rows) < _LONG_TABLE or sum(map(len, sample)) > _MAX_EVENT_FIELDS * len(sample):
        return False
    for name in {name: None for row in sample for name in row}:
        times = [str(cell) for row in sample if type(cell := row.get(name)) in (str, Num) and values.is_time(str(cell))]
        if len(times) < len(sample):
            continue
        rising = sum(1 for a, b in itertools.pairwise(times) if a < b)
        falling = sum(1 for a, b in itertools.pairwise(times) if a > b)
        if max(rising, falling) >= _IN_ORDER * (len(times) - 1):
            return True
    return False


def numbers(rows: list[Leaves]) -> dict[str, list[tuple[float, int]]]:
    """Return the numeric columns: path → (value, row). Numbers in strings count where the whole column is numeric."""
    found: dict[str, list[tuple[float, int]]] = {}
    mixed: set[str] = set()
    for index, row in enumerate(rows):
        for path, value in row.items():
            if type(value) is Num or (type(value) is str and _NUMBER.match(value)):
                if _NUMBER.match(value):
                    found.setdefault(path, []).append((float(value), index))
            elif value is not None:
                mixed.add(path)
    return {path: values for path, values in found.items() if path not in mixed and len(values) >= 3}


def asks_only_for(items: list[Value], few: set[int], query: Query) -> bool:
    """Tell whether the question is about the `few` rows, if it is surely about any."""
    return query.failures or all(index in few for index, match in enumerate(_matches(items, query)) if match.sure)


def surely_asked_for(items: list[Value], query: Query) -> int:
    """Return how many of `items` the question is surely about."""
    return sum(1 for match in _matches(items, query) if match.sure)


def _names(item: Value) -> Iterator[str]:
    """Yield what a row may be called, in lower case: its short texts, and the last part of a path that is its key."""
    if not isinstance(item, tuple):
        return
    for pair in item:
        if isinstance(pair, tuple) and len(pair) == 2 and type(pair[1]) is str and len(pair[1]) <= 120:
            yield pair[1].lower()
            if pair[0] == "key":
                yield pair[1].lower().rpartition("/")[2]


def _listed(item: Value) -> Iterator[str]:
    """Yield the short texts of what a row lists, in lower case: its labels, its owners."""
    for _, value in item if isinstance(item, tuple) else ():
        if type(value) is list and len(value) <= _MAX_LISTED:
            yield from (text.lower() for text in strings_of(value)[: 4 * _MAX_LISTED] if 1 < len(text) <= _MAX_LABEL)


def _matches(items: list[Value], query: Query) -> list[Match]:
    """Return how well each row answers the question."""
    exact = None
    if query.exact:
        exact = [frozenset([text.lower() for text in strings_of(item) if len(text) <= 120]) for item in items]
    if not query.stems:
        return query.match([""] * len(items), exact)
    texts, names = [words_of(item) for item in items], [frozenset(_names(item)) for item in items]
    said = [stems_of(text) for text in texts]
    called = [names]
    if len(query.text) <= _MAX_QUESTION_CHARS:
        called.append([frozenset(_listed(item)) for item in items])
    found = query.match(texts, exact, called, said)
    for part in query.parts():
        matches = part.match(texts, exact if part.exact else None, called, said)
        found = list(map(_better, found, _as_good(matches, found)))
    spoken_of = [at for at, item in enumerate(items) if query.speaks_of(_key(item))]
    if len(spoken_of) == 1:  # "a scheme with an implicit flow and its security" is oauth2ImplicitSecurity
        [at] = spoken_of
        found[at] = found[at]._replace(score=found[at].score + _NAMED_SCORE, exact=found[at].exact + 1)
    return found


def _as_good(matches: list[Match], whole: list[Match]) -> list[Match]:
    """Return `matches` for a part of a question with scores next to those of the `whole` one: what surely answers a part is an
    answer, after what answers all of it."""
    best = max((match.score for match in matches if match.sure), default=0.0)
    most = max((match.score for match in whole), default=0.0)
    if not best:
        return matches
    return [match._replace(score=match.score * _NEXT * most / best) if match.sure else match for match in matches]


def _better(one: Match, other: Match) -> Match:
    return max(one, other, key=lambda match: (match.sure, match.score))


def _key(item: Value) -> str:
    """Return the key under which a row stands in an object, "" for a row of an array."""
    first = item[0] if isinstance(item, tuple) and item else None
    return first[1] if isinstance(first, tuple) and first[0] == "key" and type(first[1]) is str else ""


def mark(items: list[Value], rows: list[Leaves], query: Query, unlike: dict[int, float]) -> list[Marked]:
    """Return the importance of each row: `items` the rows, `rows` their leaves (an empty dict for what is no object),
    `unlike` how unlikely a row is among the others, in nats."""
    total = len(items)
    scores = [0.0] * total
    why = [""] * total

    def add(index: int, amount: float, reason: str) -> None:
        if amount > scores[index]:
            why[index] = reason
        scores[index] += amount

    matches = _matches(items, query)
    for index, match in enumerate(matches):
        if match.score > 0:
            add(index, (50.0 if match.sure else 12.0) * match.score, "query")
    levels = _errors_by_column(items, rows)
    weight = 1.5 if query.failures else 1.0
    for index, level in enumerate(levels):
        if level:
            add(index, (40.0 if level == 2 else 20.0) * weight, "error")
    for index in events.beside(rows, {index for index, level in enumerate(levels) if level == 2}):
        add(index, 40.0 * weight, "error")
    categories = category_columns(rows)
    for path, counter in categories.items():
        previous = None
        for index, row in enumerate(rows):
            value = row.get(path)
            text = category(value) if value is not None else None
            if previous is not None and text != previous and len(counter) <= 4 and total >= 20:
                add(index, 1.0, "change")
            previous = text
    for index in standing_out(rows):
        add(index, 40.0, "error")
    for index, nats in unlike.items():
        add(index, _PER_NAT * nats, "rare")
    _mark_low_scores(rows, 3.0 if query.failures else 1.0, add)
    _mark_named(rows, query, add)
    for path, column in numbers(rows).items():
        _mark_extremes(path, column, query, add)
    if query.largest or query.smallest:
        for path, column in _dates(rows).items():
            _mark_extremes(path, column, query, add)
    for index in (0, 1, total - 1):
        if 0 <= index < total:
            add(index, 5.0, "edge")
    return [Marked(*row) for row in zip(scores, why, matches, strict=True)]


def _errors_by_column(items: list[Value], rows: list[Leaves]) -> list[int]:
    """Return each row's error level. A column in which most rows sound like errors tells none apart, and is passed over:
    a name, a namespace, the text of a rule."""
    total = len(rows)
    levels = [0] * total
    columns: dict[str, list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        if not row and items[index]:
            levels[index] = error_level(items[index])
        for path, value in row.items():
            if value is None or (type(value) is Num and "ode" not in path and "tatus" not in path):
                continue
            level = error_level(((path, value),))
            if level:
                columns.setdefault(path, []).append((index, level))
    for hits in columns.values():
        if len(hits) <= max(1, total // 2):
            for index, level in hits:
                levels[index] = max(levels[index], level)
    for column in _shares(rows):
        for score, index in column:
            if score == 1.0:  # full marks: what sounds like an error is the name of a column, or how bad it would be
                levels[index] = min(levels[index], 1)
    return levels


def _mark_named(rows: list[Leaves], query: Query, add: Add) -> None:
    """Mark rows that have a field the query names and most rows lack, each of its values once."""
    if not query.stems:
        return
    having: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for path in row:
            having.setdefault(path, []).append(index)
    for path, indexes in having.items():
        if len(indexes) > 0.6 * len(rows) or not query.names(path.rpartition(".")[2]):
            continue
        seen: set[str] = set()
        for index in indexes:
            value = rows[index][path]
            if type(value) is str and value not in seen:
                seen.add(value)
                add(index, 25.0, "named")


def _mark_low_scores(rows: list[Leaves], weight: float, add: Add) -> None:
    """Mark the rows that fall short where most rows have full marks: a score from 0 to 1 that is mostly 1."""
    for column in _shares(rows):
        low = [(score, index) for score, index in column if score < _LOW_SCORE]
        if len(low) <= len(rows) / 2:
            for score, index in low:
                add(index, (20.0 - 10.0 * score) * weight, "score")


def _shares(rows: list[Leaves]) -> list[list[tuple[float, int]]]:
    """Return the columns of scores from 0 to 1 in which at least two rows have full marks: (score, row)."""
    columns: dict[str, list[tuple[float, int]]] = {}
    for index, row in enumerate(rows):
        for path, value in row.items():
            if type(value) is Num and _SCORE_KEY.search(path) and _NUMBER.match(value):
                columns.setdefault(path, []).append((float(value), index))
    return [
        column
        for column in columns.values()
        if sum(1 for score, _ in column if score == 1.0) >= 2 and all(0.0 <= score <= 1.0 for score, _ in column)
    ]


def _dates(rows: list[Leaves]) -> dict[str, list[tuple[float, int]]]:
    """Return the columns of dates that begin with the year: the place of each in the order of their text, by row."""
    columns: dict[str, list[tuple[str, int]]] = {}
    for index, row in enumerate(rows):
        for path, value in row.items():
            if type(value) is str and _DATE.match(value):
                columns.setdefault(path, []).append((value, index))
    found: dict[str, list[tuple[float, int]]] = {}
    for path, dated in columns.items():
        if len(dated) * 2 > len(rows) and len({len(value) for value, _ in dated}) == 1:
            order = {value: float(at) for at, value in enumerate(sorted({value for value, _ in dated}))}
            found[path] = [(order[value], index) for value, index in dated]
    return found


def _mark_extremes(path: str, column: list[tuple[float, int]], query: Query, add: Add) -> None:
    ordered = sorted(column)
    named = query.names(path)
    extremes = 60.0 if named else 25.0
    if query.largest and (named or not _looks_like_id(column)):
        for value, index in ordered[-_MAX_OUTLIERS:]:
            if value != ordered[len(ordered) // 2][0]:
                add(index, extremes, "extreme")
    if query.smallest and (named or not _looks_like_id(column)):
        for value, index in ordered[:_MAX_OUTLIERS]:
            if value != ordered[len(ordered) // 2][0]:
                add(index, extremes, "extreme")


def _looks_like_id(column: list[tuple[float, int]]) -> bool:
    """Tell whether a numeric column counts or stamps its rows: all different and (nearly) sorted, or huge."""
    values = [value for value, _ in column]
    if len(set(values)) < len(values) * 0.98:
        return False
    rising = sum(1 for a, b in itertools.pairwise(values) if b >= a)
    return rising >= 0.9 * (len(values) - 1) or min(values) > 1e8
