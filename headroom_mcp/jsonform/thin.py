"""A value in the compact form within a budget: what matters whole, the rest in fewer columns or counted.

Each omission stands where it is, in the marker's grammar, with exact counts; rows are counted from 0, as in a JSON path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import marker, text, tokens
from headroom_mcp.jsonform import encode, select
from headroom_mcp.jsonform.parse import Embedded, Num, Value, dumps
from headroom_mcp.jsonform.query import Query
from headroom_mcp.jsonform.table import Column, Columns, columns_of, keyed_rows

_TOKENS_PER_CHAR = 0.34
_WHOLE_SHARE = 0.7  # of the room may go to the rows that the query is about
_WHOLE_MATCH = 0.6  # of the best match makes another row worth showing whole
_MAX_WHOLE = 12
_CELL_CHARS = 60
_MARKED_CELL_CHARS = 400  # an error's message is worth more than a thousand rows without one
_MIN_ROW_TOKENS = 6
_ABSENT = object()


class Thinner:
    """One thinning of one document: the query, what has been left out so far, and sizes computed once."""

    def __init__(self, query: str) -> None:
        self.query = Query(query)
        self.left_values = 0
        self.left_rows = 0
        self._sizes: dict[int, int] = {}
        self._counts: dict[int, int] = {}

    def thin(self, value: Value, room: int, path: str = "$", level: int = 0) -> str:
        """Return `value` in at most about `room` tokens."""
        kind = type(value)
        if kind is not tuple and kind is not list:
            return self._scalar(value, room)
        if self.size(value) * 0.12 <= room:
            whole = encode.encode(value, level)
            if tokens.estimate(whole) <= room:
                return whole
        if kind is tuple:
            rows = keyed_rows(value) if len(value) >= 4 else None
            if rows is not None:
                columns = columns_of(rows)
                if columns is not None:
                    return self._table(rows, columns, room, path, level, [key for key, _ in value])
            return self._object(value, room, path, level)
        columns = columns_of(value)
        if columns is not None:
            return self._table(value, columns, room, path, level, None)
        return self._list(value, room, path, level)

    def size(self, value: Value) -> int:
        """Return about how many characters the compact form takes."""
        kind = type(value)
        if kind is str or kind is Num:
            return len(value) + 2
        if kind is tuple:
            known = self._sizes.get(id(value))
            if known is None:
                known = 2 + sum([len(key) + 3 + self.size(item) for key, item in value])
                self._sizes[id(value)] = known
            return known
        if kind is list:
            known = self._sizes.get(id(value))
            if known is None:
                known = 2 + sum([1 + self.size(item) for item in value])
                self._sizes[id(value)] = known
            return known
        return self.size(value.value) if kind is Embedded else 5

    def count(self, value: Value) -> int:
        """Return how many scalars (and empty objects and arrays) are in `value`."""
        kind = type(value)
        if (kind is not tuple and kind is not list) or not value:
            return 1
        known = self._counts.get(id(value))
        if known is None:
            items = [item for _, item in value] if kind is tuple else value
            known = self._counts[id(value)] = sum(map(self.count, items))
        return known

    def _cost(self, value: Value) -> int:
        return int(self.size(value) * _TOKENS_PER_CHAR) + 1

    def _scalar(self, value: Value, room: int) -> str:
        if type(value) is Embedded:
            whole = encode.scalar(value)
            return whole if tokens.estimate(whole) <= room else "@json " + self.thin(value.value, room, "", 9)
        shown = encode.scalar(value)
        chars = max(24, int(room / _TOKENS_PER_CHAR))
        return shown if len(shown) <= chars else text.clip_middle(shown, chars)

    def _left_out(self, value: Value) -> str:
        """Return the marker for a container that is not entered."""
        count = self.count(value)
        self.left_values += count
        unit = "value" if count == 1 else "values"
        if type(value) is tuple:
            names = ",".join([key for key, _ in value[:6]])
            return f"[… {count:,} {unit}: {text.clip_middle(names, 60)}{',…' if len(value) > 6 else ''}]"
        return f"[… {count:,} {unit}: {len(value):,} items]" if count != len(value) else f"[… {count:,} {unit}]"

    def _object(self, value: Value, room: int, path: str, level: int) -> str:
        labels = [encode.key_text(key) + ":" for key, _ in value]
        return "{" + self._entries(labels, [item for _, item in value], room, path, level) + "}"

    def _list(self, value: Sequence[Value], room: int, path: str, level: int) -> str:
        if all(type(item) is not tuple and type(item) is not list for item in value):
            return self._scalars(value, room)
        return "[" + self._entries([""] * len(value), list(value), room, path, level) + "]"

    def _entries(self, labels: list[str], items: list[Value], room: int, path: str, level: int) -> str:
        """Return entries within `room`: small ones whole, the rest by what the query and failures make of them."""
        weights = self._weights(labels, items)
        costs = [self._cost(item) for item in items]
        shown = set(range(len(items)))
        # More entries than room for their names: the important ones, the first and the last.
        name_costs = [3 + len(label) // 4 for label in labels]
        floor = [min(cost, 14) + name for cost, name in zip(costs, name_costs, strict=False)]
        if sum(floor) > room:
            shown = set()
            left = room - 15
            order = sorted(range(len(items)), key=lambda i: (-weights[i], i))
            for index in order:
                if left - floor[index] < 0:
                    break
                left -= floor[index]
                shown.add(index)
        rooms = _share(
            [costs[i] for i in sorted(shown)],
            [weights[i] for i in sorted(shown)],
            room - sum(name_costs[i] for i in shown),
        )
        out: list[str] = []
        gap: list[int] = []

        def close_gap() -> None:
            if gap:
                out.append(self._gap_of_entries(labels, items, gap))
                gap.clear()

        share = iter(rooms)
        for index, item in enumerate(items):
            if index not in shown:
                gap.append(index)
                continue
            close_gap()
            got = next(share)
            if type(item) in (tuple, list) and item and got < 12 and costs[index] > got:
                out.append(labels[index] + self._left_out(item))
            else:
                out.append(labels[index] + self.thin(item, got, f"{path}.{labels[index][:-1]}", level + 1))
        close_gap()
        joint = ",\n" if level <= 1 and sum(map(len, out)) > 100 else ","
        return joint.join(out)

    def _gap_of_entries(self, labels: list[str], items: list[Value], gap: list[int]) -> str:
        values = sum(self.count(items[i]) for i in gap)
        self.left_values += values
        if labels[0]:
            names = ",".join([labels[i][:-1] for i in gap[:8]])
            where = text.clip_middle(names, 80) + (",…" if len(gap) > 8 else "")
            return f"[… {len(gap):,} {'key' if len(gap) == 1 else 'keys'}: {where}]"
        return f"[… {len(gap):,} {'item' if len(gap) == 1 else 'items'}: {marker.ranges(gap)}]"

    def _weights(self, labels: list[str], items: list[Value]) -> list[float]:
        weights = [1.0] * len(items)
        query = self.query
        if query.words:
            texts = [f"{label} {select.words_of(item)}" for label, item in zip(labels, items, strict=False)]
            scores = query.rank(texts)
            best = max(scores, default=0.0)
            if best > 0:
                weights = [1.0 + 6.0 * score / best for score in scores]
            weights = [
                weight + (2.0 if query.names(label) else 0.0) for weight, label in zip(weights, labels, strict=False)
            ]
        levels = [select.error_level(item) for item in items]
        if any(levels) and sum(1 for found in levels if found) <= len(items) / 2:
            bonus = 4.0 if query.failures else 1.0
            weights = [weight + bonus * found / 2 for weight, found in zip(weights, levels, strict=False)]
        return weights

    def _scalars(self, value: Sequence[Value], room: int) -> str:
        """Return an array of scalars: as many as fit of the first, the matching and the last."""
        shown = [self._scalar(item, max(10, room // 4)) for item in value]
        costs = [tokens.estimate(item) + 1 for item in shown]
        total = len(value)
        matches: list[float] = self.query.rank([str(item) for item in value]) if self.query.words else [0.0] * total
        best = max(matches, default=0.0)
        levels = [select.error_level(item) for item in value]
        few_errors = sum(1 for found in levels if found) <= max(3, total // 10)

        def priority(index: int) -> tuple[float, int]:
            score = 3.0 * matches[index] / best if best else 0.0
            score += levels[index] if few_errors else 0.0
            edge = min(index, (total - 1 - index) * 3)
            return (-score, edge)

        left = room - 20
        kept: set[int] = set()
        for index in sorted(range(total), key=priority):
            if costs[index] > left:
                break
            left -= costs[index]
            kept.add(index)
        out: list[str] = []
        gap: list[int] = []
        for index in range(total + 1):
            if index < total and index not in kept:
                gap.append(index)
                continue
            if gap:
                self.left_values += len(gap)
                note = _spread([value[i] for i in gap])
                out.append(marker.gap_of(len(gap), "value", marker.ranges(gap), note))
                gap = []
            if index < total:
                out.append(shown[index])
        return "[" + ",".join(out) + "]"

    def _table(
        self,
        rows: Sequence[Value],
        columns: Columns,
        room: int,
        path: str,
        level: int,
        keys: list[str] | None,
    ) -> str:
        """Return a table within `room`: the rows the query is about whole, the others in the columns that fit."""
        total = len(rows)
        leaf_rows = [select.leaves(row) if type(row) is tuple else {} for row in rows]
        labelled = [
            ((("key", key), *row) if keys else row) for key, row in zip(keys or [""] * total, rows, strict=False)
        ]
        marks = select.mark(labelled if keys else list(rows), leaf_rows, self.query)
        order = sorted(range(total), key=lambda i: (-marks[i].score, i))
        lines: dict[int, str] = {}
        left = room - 30
        if self.query.words:
            left = self._add_whole_rows(lines, rows, marks, left, path)
        categories = select.category_columns(leaf_rows)
        rest = total - len(lines)
        picked = _pick_columns(columns, rows, leaf_rows, max(_MIN_ROW_TOKENS, left // max(1, rest)), self.query)
        names = [name for name, _ in picked]
        label_costs = [1 + len(key) // 3 for key in keys] if keys else [2] * total
        compact: list[int] = []
        for index in order:
            if index in lines:
                continue
            before = self.left_values
            if index in columns.odd:
                line = "!" + self._clipped(rows[index], 300)
            else:
                chars = _MARKED_CELL_CHARS if marks[index].why in ("error", "rare", "extreme", "query") else _CELL_CHARS
                line = ",".join([self._cell(rows[index], column_path, chars) for _, column_path in picked])
            cost = tokens.estimate(line) + label_costs[index] + 1
            if cost > left:
                self.left_values = before
                break
            left -= cost
            lines[index] = line
            compact.append(index)
        # Fields of a row that have no column here; containers in cells have counted themselves.
        constants = sum(1 for _ in _constants(columns))
        for index in compact:
            if index not in columns.odd:
                cells = [self._at(rows[index], column_path) for _, column_path in picked]
                shown_here = sum(self.count(cell) for cell in cells if cell is not _ABSENT)
                self.left_values += self.count(rows[index]) - shown_here - constants
        hidden = _hidden_fields(columns, {column_path for _, column_path in picked})
        out = [self._table_head(total, columns, names, hidden, categories, keys is not None)]
        for index in sorted(lines):
            label = encode.string(keys[index]) if keys else str(index)
            out.append(f"{label}:{lines[index]}")
        gone = [index for index in range(total) if index not in lines]
        if gone:
            self.left_rows += len(gone)
            self.left_values += sum(self.count(rows[i]) for i in gone)
            if keys:
                where = text.clip_middle(",".join([keys[i] for i in gone[:12]]), 160) + (",…" if len(gone) > 12 else "")
            else:
                where = marker.ranges(gone)
            out.append(marker.gap_of(len(gone), "row", where, _tally(gone, leaf_rows, categories)))
        out.append("}" if keys else "]")
        return "\n".join(out)

    def _add_whole_rows(
        self, lines: dict[int, str], rows: Sequence[Value], marks: list[select.Marked], room: int, path: str
    ) -> int:
        """Put the best matches into `lines`, whole where they fit; return the room that is left."""
        left = int(room * _WHOLE_SHARE)
        spent = 0
        best = sorted(
            (i for i, found in enumerate(marks) if found.match >= _WHOLE_MATCH), key=lambda i: -marks[i].match
        )
        for index in best[:_MAX_WHOLE]:
            whole = dumps(rows[index])
            cost = tokens.estimate(whole) + 3
            if cost > left:
                if lines or left < 40:
                    break
                whole = self.thin(rows[index], left - 3, f"{path}[{index}]", 9)
                cost = tokens.estimate(whole) + 3
            left -= cost
            spent += cost
            lines[index] = whole
        return room - spent

    def _table_head(
        self,
        total: int,
        columns: Columns,
        names: list[str],
        hidden: list[str],
        categories: dict[str, Counter[str]],
        keyed: bool,
    ) -> str:
        constants = [f"{encode.key_text(name)}={encode.scalar(value)}" for name, value in _constants(columns)]
        head = f"{{{total} keyed {{" if keyed else f"[{total} rows {{"
        head += ",".join([*names, *constants]) + "}"
        spread = [
            f"{path}: " + ", ".join([f"{count} {encode.string(value)}" for value, count in counter.most_common(8)])
            for path, counter in sorted(categories.items(), key=lambda item: len(item[1]))[:2]
            if len(counter) <= 8
        ]
        if spread:
            head += " · " + "; ".join(spread)
        if hidden:
            shown = text.clip_middle(",".join(hidden), 200)
            head += f"\n[… {len(hidden)} {'field' if len(hidden) == 1 else 'fields'} of each row: {shown}]"
        return head + ("" if hidden else ":")

    def _cell(self, row: Value, column_path: tuple[str, ...], chars: int) -> str:
        value = self._at(row, column_path)
        return "" if value is _ABSENT else self._clipped(value, chars)

    def _at(self, row: Value, column_path: tuple[str, ...]) -> Value:
        value = row
        for name in column_path:
            if type(value) is not tuple:
                return _ABSENT
            for key, item in value:
                if key == name:
                    value = item
                    break
            else:
                return _ABSENT
        return value

    def _clipped(self, value: Value, chars: int) -> str:
        kind = type(value)
        if kind is tuple or kind is list:
            if self.size(value) <= chars:
                return encode.inline(value)
            self.left_values += self.count(value)
            return f"[… {self.count(value)} values]"
        shown = encode.inline(value)
        return shown if len(shown) <= chars else text.clip_middle(shown, chars)


def _share(costs: list[int], weights: list[float], room: int) -> list[int]:
    """Return how much of `room` each entry gets: all it needs if it needs little, otherwise by weight."""
    rooms = [0] * len(costs)
    left = float(max(0, room))
    weight_left = sum(weights)
    for index in sorted(range(len(costs)), key=lambda i: costs[i] / weights[i]):
        share = left * weights[index] / weight_left if weight_left else 0.0
        need = costs[index] * 1.15
        rooms[index] = int(min(need, share)) if need <= share else int(share)
        if need <= share:
            rooms[index] = costs[index] + costs[index] // 3 + 2
        left -= min(need, share)
        weight_left -= weights[index]
    return rooms


def _spread(values: list[Value]) -> str:
    """Return the least and the greatest of left-out numbers, "" for anything else."""
    if len(values) < 3 or not all(type(value) is Num for value in values):
        return ""
    try:
        ordered = sorted(values, key=float)
    except (ValueError, OverflowError):
        return ""
    return f"from {ordered[0]} to {ordered[-1]}"


def _tally(gone: list[int], rows: list[select.Leaves], categories: dict[str, Counter[str]]) -> str:
    """Return what the left-out rows were, by the column with the fewest values: "93 INFO, 1 WARN"."""
    if not categories:
        return ""
    path = min(categories, key=lambda name: (len(categories[name]), name))
    found: Counter[str] = Counter()
    for index in gone:
        found[select.category(rows[index].get(path)) or "without"] += 1
    return ", ".join(
        [f"{count:,} {value}" for value, count in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
    )


def _constants(columns: Columns, prefix: str = "") -> list[tuple[str, Value]]:
    """Return the short constants of a table, nested ones with dotted names."""
    found: list[tuple[str, Value]] = []
    for column in columns.columns:
        if column.form == "const":
            if type(column.value) not in (tuple, list, Embedded) and len(str(column.value)) <= 60:
                found.append((prefix + column.name, column.value))
        elif column.form == "object" and column.columns is not None:
            found.extend(_constants(column.columns, f"{prefix}{column.name}."))
    return found[:12]


def _cells(columns: Columns, prefix: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Column]]:
    found: list[tuple[tuple[str, ...], Column]] = []
    for column in columns.columns:
        if column.form == "object" and column.columns is not None:
            found.extend(_cells(column.columns, (*prefix, column.name)))
        elif column.form != "const":
            found.append(((*prefix, column.name), column))
    return found


def _hidden_fields(columns: Columns, shown: set[tuple[str, ...]]) -> list[str]:
    fields = [".".join(path) for path, _ in _cells(columns) if path not in shown]
    known = {name for name, _ in _constants(columns)}
    fields.extend(name for name in _constant_names(columns) if name not in known)
    return fields


def _constant_names(columns: Columns, prefix: str = "") -> list[str]:
    names: list[str] = []
    for column in columns.columns:
        if column.form == "const":
            names.append(prefix + column.name)
        elif column.form == "object" and column.columns is not None:
            names.extend(_constant_names(column.columns, f"{prefix}{column.name}."))
    return names


def _pick_columns(
    columns: Columns, rows: Sequence[Value], leaf_rows: list[select.Leaves], row_room: int, query: Query
) -> list[tuple[str, tuple[str, ...]]]:
    """Return the columns that say most for their cost, in their order: (name, path)."""
    step = max(1, len(rows) // 40)
    sample = [row for row in leaf_rows[::step] if row][:60]
    row_room = min(row_room, 80) if row_room > 14 else 14
    judged: list[tuple[float, int, int]] = []
    cells = _cells(columns)
    identity_found = False
    for position, (path, column) in enumerate(cells):
        name = ".".join(path)
        values = [row[name] for row in sample if name in row]
        if column.form == "cell" and values:
            texts = [str(value) for value in values]
            cost = sum(min(len(item), _CELL_CHARS) for item in texts) // len(texts) * _TOKENS_PER_CHAR + 1
            worth = _worth(texts, len(sample))
            if not identity_found and len(set(texts)) > 0.9 * len(texts) and cost < 14 and worth >= 1.0:
                identity_found = True
                worth += 3.0
        else:
            cost, worth = 6.0, 0.3
        if query.names(name):
            worth += 4.0
        judged.append((worth / (cost + 2.0), position, int(cost) + 1))
    picked: set[int] = set()
    left = row_room
    for _, position, cost in sorted(judged, key=lambda item: (-item[0], item[1])):
        if picked and cost > left:
            continue
        left -= cost
        picked.add(position)
    return [(".".join(path), path) for position, (path, _) in enumerate(cells) if position in picked]


def _worth(texts: list[str], rows: int) -> float:
    """Return how much a column tells a reader: names, states and words more than hashes, links and stamps."""
    distinct = len(set(texts))
    if distinct == 1:
        return 0.2
    average = sum(map(len, texts)) / len(texts)
    letters = sum(1 for item in texts if item.replace(" ", "").replace("-", "").replace("_", "").isalpha())
    opaque = sum(1 for item in texts if len(item) >= 20 and " " not in item)
    links = sum(1 for item in texts if "://" in item)
    if opaque + links > len(texts) * 0.6:
        return 0.3
    worth = 1.0
    if letters > len(texts) * 0.6:
        worth += 1.0
    if any(" " in item for item in texts) and average > 12:
        worth += 1.5
    if distinct <= max(2, rows // 3):
        worth += 0.8
    if len(texts) < rows * 0.3:
        worth *= 0.5
    return worth
