"""A value in the compact form within a budget: what matters whole, the rest in fewer columns or counted.

Each omission stands where it is, in the marker's grammar, with exact counts; rows are counted from 0, as in a JSON path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import marker, text, tokens
from headroom_mcp.jsonform import columns as columns_module
from headroom_mcp.jsonform import encode, select
from headroom_mcp.jsonform.columns import alike
from headroom_mcp.jsonform.parse import Embedded, Num, Value, dumps
from headroom_mcp.jsonform.query import Query
from headroom_mcp.jsonform.reduce import Sampled
from headroom_mcp.jsonform.table import keyed_rows

_TOKENS_PER_CHAR = 0.3
_SIZE_POWER = 0.4
_WHOLE_SHARE = 0.7  # of the room may go to the rows that the query is about
_FAILING_TOKENS = 160  # a longer row would cost others their place
_FAILING_SHARE = 0.25  # of the room may go to failing rows with fields of their own
_WHOLE_MATCH = 0.6  # of the best match makes another row worth showing whole
_MAX_WHOLE = 12
_FAILED_SCORE = 40.0
_FAILED_SHARE = 0.4
# The longest cells of marked rows and of the others, by the room there is: an error's message is worth more than a
# thousand rows without one.
_CELL_CHARS = ((400, 400), (400, 160), (400, 60), (160, 60))
_MAX_NAMED_GAPS = 4  # the names of what is left out are worth their tokens where there are few gaps
_WHOLE_SCALAR_TOKENS = 50
_SAMPLED_FIRST = 40
_FEW_ROWS = 12  # so few rows are entered one by one, if there is room to say something about each
_FEW_ROW_TOKENS = 100
_MAX_UNMARKED = 6  # rows that nothing distinguishes, shown as examples
_MINIFIED_TOKENS = 900  # a record up to this size is shown as the JSON it is, a larger one in the compact form


class Thinner:
    """One thinning of one document: the query, what has been left out so far, and sizes computed once."""

    def __init__(self, query: str, generous: int = 0) -> None:
        self.query = Query(query)
        self.generous = generous
        self.left_values = 0
        self._sizes: dict[int, int] = {}
        self._counts: dict[int, int] = {}

    def thin(self, value: Value, room: int, path: str = "$", level: int = 0) -> str:
        """Return `value` in at most about `room` tokens."""
        kind = type(value)
        if kind is Sampled:
            return self._sampled(value, room, path)
        if kind is not tuple and kind is not list:
            return self._scalar(value, room)
        if self.size(value) * 0.12 <= room and not self._holds_samples(value):
            whole = encode.encode(value, level)
            if tokens.estimate(whole) <= room:
                return whole
        if kind is tuple:
            rows = keyed_rows(value) if len(value) >= 4 else None
            if rows is not None and alike(rows):
                return self._table(rows, room, path, [key for key, _ in value])
            return self._object(value, room, path, level)
        if alike(value):
            few = len(value) <= _FEW_ROWS and room >= _FEW_ROW_TOKENS * len(value)
            if not (few and columns_module.is_deep(value)):
                return self._table(value, room, path, None)
            return self._few_rows(value, room, path, level)
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
        if kind is Sampled:
            return int(value.chars)
        return self.size(value.value) if kind is Embedded else 5

    def count(self, value: Value) -> int:
        """Return how many scalars (and empty objects and arrays) are in `value`."""
        kind = type(value)
        if kind is Sampled:
            return int(value.values)
        if kind is Embedded:
            return self.count(value.value)
        if (kind is not tuple and kind is not list) or not value:
            return 1
        known = self._counts.get(id(value))
        if known is None:
            items = [item for _, item in value] if kind is tuple else value
            known = self._counts[id(value)] = sum(map(self.count, items))
        return known

    def _holds_samples(self, value: Value) -> bool:
        kind = type(value)
        if kind is tuple:
            return any(self._holds_samples(item) for _, item in value)
        if kind is list:
            return any(self._holds_samples(item) for item in value)
        return kind is Sampled or (kind is Embedded and self._holds_samples(value.value))

    def _sampled(self, value: Sampled, room: int, path: str) -> str:
        """Return a large array or object of which only some entries are at hand."""
        if any(value.rows) and all(type(row) is tuple for row in value.rows):
            return self._table(value.rows, room, path, value.keys, value)
        labels = [f"{encode.key_text(key)}:" for key in value.keys] if value.keys else [""] * len(value.rows)
        open_close = "{}" if value.keys else "[]"
        shown: list[str] = []
        at: list[int] = []
        left = room - 30
        # From both ends: what is left out lies in the middle, or between matches.
        order = sorted(range(len(value.rows)), key=lambda i: min(i, 3 * (len(value.rows) - 1 - i)))
        for position in order:
            cost = self._cost(value.rows[position]) + len(labels[position]) // 3 + 2
            if cost > left:
                continue
            left -= cost
            at.append(position)
        last = -1
        values = 0
        for position in sorted(at):
            index = value.indexes[position]
            if index > last + 1:
                shown.append(_gap_between(last + 1, index, value))
            values += self.count(value.rows[position])
            shown.append(labels[position] + self.thin(value.rows[position], max(12, room // 8), path, 9))
            last = index
        if last + 1 < value.total:
            shown.append(_gap_between(last + 1, value.total, value))
        self.left_values += value.values - values
        return open_close[0] + ",".join(shown) + open_close[1]

    def _cost(self, value: Value) -> int:
        return int(self.size(value) * _TOKENS_PER_CHAR) + 1

    def _scalar(self, value: Value, room: int) -> str:
        if type(value) is Embedded:
            whole = "" if self._holds_samples(value.value) else encode.scalar(value)
            return whole if whole and tokens.estimate(whole) <= room else "@json " + self.thin(value.value, room, "", 9)
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

    def _few_rows(self, value: Sequence[Value], room: int, path: str, level: int) -> str:
        """Return a short array of similar objects, each entered by itself; the one that is surely asked for whole."""
        marks = select.mark(list(value), [select.leaves(row) for row in value], self.query)
        sure = sorted((i for i, found in enumerate(marks) if found.match.sure), key=lambda i: -marks[i].match.score)
        whole = sure[0] if sure and self._cost(value[sure[0]]) <= self.generous else -1
        weights = [1.0 + found.score / 10 for found in marks]
        return "[" + self._entries([""] * len(value), list(value), room, path, level, weights, whole) + "]"

    def _list(self, value: Sequence[Value], room: int, path: str, level: int) -> str:
        if all(type(item) is not tuple and type(item) is not list for item in value):
            return self._scalars(value, room)
        return "[" + self._entries([""] * len(value), list(value), room, path, level) + "]"

    def _entries(
        self,
        labels: list[str],
        items: list[Value],
        room: int,
        path: str,
        level: int,
        weights: list[float] | None = None,
        whole: int = -1,
    ) -> str:
        """Return entries within `room`: small ones whole, the rest by what the query and failures make of them, which
        `weights` may say. The entry `whole` gets all it needs."""
        weights = weights or self._weights(labels, items)
        costs = [self._cost(item) for item in items]
        shown = set(range(len(items)))
        # More entries than room for their names: the important ones, the first and the last.
        name_costs = [3 + len(label) // 4 for label in labels]
        # A clipped link or id is of no use: a short scalar is shown whole or not at all.
        container = max(14, min(60, room // (2 * len(items))))
        least = [
            cost if type(item) not in (tuple, list) and cost <= _WHOLE_SCALAR_TOKENS else min(cost, container)
            for item, cost in zip(items, costs, strict=True)
        ]
        floor = [cost + name for cost, name in zip(least, name_costs, strict=True)]
        if sum(floor) > room:
            shown = set()
            left = room - 15
            order = sorted(range(len(items)), key=lambda i: (-weights[i], i))
            for index in order:
                if left - floor[index] < 0:
                    break
                left -= floor[index]
                shown.add(index)
        kept = sorted(shown)
        asked = whole if whole >= 0 else self._asked(labels, items, costs, kept)
        rooms = _share(
            [costs[i] for i in kept],
            [least[i] for i in kept],
            [weights[i] for i in kept],
            room - sum(name_costs[i] for i in shown),
        )
        rooms = [self.generous if i == asked else got for i, got in zip(kept, rooms, strict=True)]
        out: list[str] = []
        gap: list[int] = []
        gaps = sum(1 for i in range(len(items)) if i not in shown and (i == 0 or i - 1 in shown))

        def close_gap() -> None:
            if gap:
                out.append(self._gap_of_entries(labels, items, gap, gaps <= _MAX_NAMED_GAPS))
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

    def _asked(self, labels: list[str], items: list[Value], costs: list[int], kept: list[int]) -> int:
        """Return the one entry that the query calls by its name and that may be shown whole, else -1."""
        named = [
            i for i in kept if type(items[i]) is tuple and costs[i] > 40 and self.query.calls(labels[i].rstrip(":"))
        ]
        if len(named) == 1 and costs[named[0]] <= self.generous and keyed_rows(items[named[0]]) is None:
            return named[0]
        return -1

    def _gap_of_entries(self, labels: list[str], items: list[Value], gap: list[int], with_names: bool) -> str:
        values = sum(self.count(items[i]) for i in gap)
        self.left_values += values
        if labels[0]:
            names = ",".join([labels[i][:-1] for i in gap[:8]])
            where = text.clip_middle(names, 80) + (",…" if len(gap) > 8 else "")
            return marker.gap_of(len(gap), "key", where if with_names else "")
        return f"[… {len(gap):,} {'item' if len(gap) == 1 else 'items'}: {marker.ranges(gap)}]"

    def _weights(self, labels: list[str], items: list[Value]) -> list[float]:
        if len(items) == 1:
            return [1.0]
        # A larger part says more, though not in proportion: a tenth of the document is not a tenth of what it tells.
        weights = [self._cost(item) ** _SIZE_POWER for item in items]
        query = self.query
        if query.stems:
            texts = [f"{label} {select.words_of(item)}" for label, item in zip(labels, items, strict=True)]
            weights = [1.0 + 4.0 * match.score for match in query.match(texts)]
            weights = [weight * self._cost(item) ** 0.1 for weight, item in zip(weights, items, strict=True)]
            weights = [
                weight + (20.0 if query.names(label) else 0.0) for weight, label in zip(weights, labels, strict=True)
            ]
        levels = [select.error_level(item) for item in items]
        if any(levels) and sum(1 for found in levels if found) <= len(items) / 2:
            bonus = 4.0 if query.failures else 1.0
            weights = [weight + bonus * found / 2 for weight, found in zip(weights, levels, strict=True)]
        return weights

    def _scalars(self, value: Sequence[Value], room: int) -> str:
        """Return an array of scalars: as many as fit of the first, the matching and the last."""
        shown = [self._scalar(item, max(10, room // 4)) for item in value]
        costs = [tokens.estimate(item) + 1 for item in shown]
        total = len(value)
        matches = self.query.match([str(item) for item in value])
        levels = [select.error_level(item) for item in value]
        few_errors = sum(1 for found in levels if found) <= max(3, total // 10)

        def priority(index: int) -> tuple[float, int]:
            score = 3.0 * matches[index].score
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
        if not kept:
            self.left_values += total
            return marker.gap_of(total, "value", "", _spread(list(value)))
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
        self, rows: Sequence[Value], room: int, path: str, keys: list[str] | None, sampled: Sampled | None = None
    ) -> str:
        """Return a table within `room`: the rows the query is about whole, the others in the columns that fit.

        `rows` are all rows, or those at hand of a `sampled` table.
        """
        held = len(rows)
        total = sampled.total if sampled else held
        indexes = sampled.indexes if sampled else list(range(held))
        all_values = sampled.values if sampled else sum(map(self.count, rows))
        leaf_rows = [select.leaves(row) for row in rows]
        named = [(("key", key), *row) for key, row in zip(keys, rows, strict=True)] if keys else list(rows)
        marks = select.mark(named, leaf_rows, self.query)
        lines: dict[int, str] = {}
        left = room - 40
        left -= self._add_whole_rows(lines, rows, marks, left, path)
        left -= self._add_failing_rows(lines, rows, leaf_rows, marks, left)
        left_before = self.left_values  # thinned whole rows count what they leave out themselves
        categories = sampled.categories if sampled else select.category_columns(leaf_rows)
        constants = columns_module.constants(leaf_rows) if held > 1 else {}
        if sampled:
            constants = {name: value for name, value in constants.items() if name in sampled.constants}
        rest = [i for i in sorted(range(held), key=lambda i: (-marks[i].score, i)) if i not in lines]
        picked = columns_module.pick(
            leaf_rows, constants, max(0, left) // max(1, len(rest)), self.query, keys, rest[:_SAMPLED_FIRST]
        )
        label_costs = [2 + len(key) // 3 for key in keys] if keys else [3] * held
        shown = self._rows_that_fit(rest, leaf_rows, marks, picked, label_costs, left)
        values_shown = sum(self.count(rows[index]) for index in lines)
        for index, (line, cells_shown) in shown.items():
            lines[index] = line
            values_shown += cells_shown + (len(constants) if leaf_rows[index] else 0)
        self.left_values = left_before + all_values - values_shown
        fields = dict.fromkeys(name for row in leaf_rows for name in row)
        if sampled:
            fields.update(dict.fromkeys(sorted(sampled.fields)))
        hidden = [name for name in fields if name not in picked and name not in constants]
        out = [self._table_head(total, picked, constants, hidden if shown else [], categories, keys is not None)]
        for index in sorted(lines):
            label = encode.string(keys[index]) if keys else str(indexes[index])
            out.append(f"{label}:{lines[index]}")
        if len(lines) < total:
            if keys:
                gone = [keys[i] for i in range(held) if i not in lines]
                where = text.clip_middle(",".join(gone[:12]), 160) + (",…" if total - len(lines) > 12 else "")
            else:
                where = marker.ranges_but(sorted(indexes[i] for i in lines), total)
            note = _tally(total, [leaf_rows[i] for i in lines], categories)
            out.append(marker.gap_of(total - len(lines), "row", where, note))
        out.append("}" if keys else "]")
        return "\n".join(out)

    def _rows_that_fit(
        self,
        rest: list[int],
        leaf_rows: list[select.Leaves],
        marks: list[select.Marked],
        picked: list[str],
        label_costs: list[int],
        room: int,
    ) -> dict[int, tuple[str, int]]:
        """Return the lines of rows by index, with the values each shows: all of `rest` if there is room, with cells as
        long as that allows; otherwise the marked ones in order, and a few of the others."""
        for marked_chars, chars in _CELL_CHARS:
            lines: dict[int, tuple[str, int]] = {}
            left = room
            for index in rest:
                why = marks[index].why
                longest = chars if why in ("", "change", "edge") else marked_chars
                if why in ("error", "query"):
                    longest = _CELL_CHARS[0][0]
                lines[index] = self._row(leaf_rows[index], picked, longest)
                left -= tokens.estimate(lines[index][0]) + label_costs[index]
                if left < 0:
                    break
            else:
                return lines
        lines = {}
        left = room
        plain = sorted(index for index in rest if marks[index].why in ("", "change"))
        examples = plain[:: max(1, len(plain) // _MAX_UNMARKED)][:_MAX_UNMARKED]
        for index in [*(index for index in rest if marks[index].why not in ("", "change")), *examples]:
            marked = marks[index].why not in ("", "change")
            line = self._row(leaf_rows[index], picked, _CELL_CHARS[0][0] if marked else _CELL_CHARS[-1][1])
            cost = tokens.estimate(line[0]) + label_costs[index]
            if cost > left:
                if left < 30:
                    break
                continue
            left -= cost
            lines[index] = line
        return lines

    def _row(self, row: select.Leaves, picked: list[str], chars: int) -> tuple[str, int]:
        """Return a row's cells and how many of its values they show."""
        cells: list[str] = []
        shown = 0
        for name in picked:
            if name not in row:
                cells.append("")
                continue
            value = row[name]
            if type(value) in (tuple, list) and value and self.size(value) > chars:
                cells.append(f"[… {self.count(value)} values]")
                continue
            shown += self.count(value)
            cell = encode.inline(value)
            cells.append(cell if len(cell) <= chars else text.clip_middle(cell, chars))
        return ",".join(cells), shown

    def _add_whole_rows(
        self, lines: dict[int, str], rows: Sequence[Value], marks: list[select.Marked], room: int, path: str
    ) -> int:
        """Put what the query surely asks for into `lines`, whole where it fits; return the tokens spent.

        The one best record may take more than the room: an agent that misses a field of it asks for everything again.
        """
        spent = 0
        best = sorted((i for i, found in enumerate(marks) if found.match.sure), key=lambda i: -marks[i].match.score)
        failed = [i for i, found in enumerate(marks) if found.why == "error" and found.score >= _FAILED_SCORE]
        if len(failed) <= max(1, len(rows) // 25):
            # Few rows failed among many: what they say has no columns in the others.
            for index in failed:
                whole = dumps(rows[index])
                cost = tokens.estimate(whole) + 3
                if spent + cost <= room * _FAILED_SHARE:
                    spent += cost
                    lines[index] = whole
        if not best:
            return spent
        least = _WHOLE_MATCH * marks[best[0]].match.score
        shown_already = set(lines)
        for index in best[:_MAX_WHOLE]:
            if index in shown_already:
                continue
            if marks[index].match.score < least:
                break
            limit = max(int(room * _WHOLE_SHARE) - spent, 0 if len(lines) > len(shown_already) else self.generous)
            whole = dumps(rows[index])
            cost = tokens.estimate(whole) + 3
            if cost > _MINIFIED_TOKENS:
                whole = encode.encode(rows[index], 2)
                cost = tokens.estimate(whole) + 3
            if cost > limit:
                if len(lines) > len(shown_already) or limit < 40:
                    break
                whole = self.thin(rows[index], limit - 3, f"{path}[{index}]", 9)
                cost = tokens.estimate(whole) + 3
            spent += cost
            lines[index] = whole
        return spent

    def _add_failing_rows(
        self,
        lines: dict[int, str],
        rows: Sequence[Value],
        leaf_rows: list[select.Leaves],
        marks: list[select.Marked],
        room: int,
    ) -> int:
        """Put the failing rows that have fields of their own into `lines`, whole; return the tokens spent.

        The columns of the table are those that tell the others apart: a failure's code and remedy stand beside them.
        """
        having = Counter(name for row in leaf_rows for name in row)
        few = max(1, len(rows) // 20)
        failing = [
            index
            for index, found in enumerate(marks)
            if found.why in ("error", "query")
            and index not in lines
            and any(having[name] <= few for name in leaf_rows[index])
            and select.error_level(rows[index]) == 2
        ]
        spent = 0
        if len(failing) > few:
            return spent
        for index in sorted(failing, key=lambda i: (-marks[i].score, i)):
            whole = dumps(rows[index])
            cost = tokens.estimate(whole) + 3
            if cost <= _FAILING_TOKENS and spent + cost <= room * _FAILING_SHARE:
                spent += cost
                lines[index] = whole
        return spent

    def _table_head(
        self,
        total: int,
        names: list[str],
        constants: dict[str, Value],
        hidden: list[str],
        categories: dict[str, Counter[str]],
        keyed: bool,
    ) -> str:
        fixed = [f"{name}={encode.inline(value)}" for name, value in constants.items()]
        head = f"{{{total} keyed {{" if keyed else f"[{total} rows {{"
        head += ",".join([*names, *fixed]) + "}"
        spread = [
            f"{path}: " + ", ".join([f"{count} {encode.string(value)}" for value, count in counter.most_common(8)])
            for path, counter in sorted(categories.items(), key=lambda item: len(item[1]))[:2]
            if len(counter) <= 8
        ]
        if spread:
            head += " · " + "; ".join(spread)
        if hidden:
            shown = _names(hidden)
            head += f"\n[… {len(hidden)} {'field' if len(hidden) == 1 else 'fields'} of each row: {shown}]"
        return head + ("" if hidden else ":")


def _names(fields: list[str]) -> str:
    """Return the names of left-out fields, those of one object together where there are many."""
    if len(fields) <= 16:
        return ",".join(fields)
    groups: Counter[str] = Counter(name.partition(".")[0] for name in fields)
    names = [name if count == 1 else f"{name}.* ({count:,})" for name, count in groups.items()]
    return ",".join(names[:24]) + (",…" if len(names) > 24 else "")


def _share(costs: list[int], least: list[int], weights: list[float], room: int) -> list[int]:
    """Return how much of `room` each entry gets: all it needs if it needs little, otherwise by weight, never less than
    `least`."""
    rooms = list(least)
    left = float(max(0, room - sum(least)))
    order = sorted(range(len(costs)), key=lambda i: (costs[i] - least[i]) / weights[i])
    weight_left = sum(weights[i] for i in order if costs[i] > least[i])
    for index in order:
        need = (costs[index] - least[index]) * 1.3
        if need <= 0:
            rooms[index] = costs[index] + costs[index] // 3 + 2
            continue
        share = left * weights[index] / weight_left if weight_left > 0 else 0.0
        got = min(need, share)
        rooms[index] = least[index] + int(got) + (2 if got == need else 0)
        left -= got
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


def _tally(total: int, shown: list[select.Leaves], categories: dict[str, Counter[str]]) -> str:
    """Return what the rows that are not `shown` were, by the column with the fewest values: "93 INFO, 1 WARN"."""
    if not categories:
        return ""
    path = min(categories, key=lambda name: (len(categories[name]), name))
    found = Counter(categories[path])
    found["without"] += total - sum(categories[path].values())
    for row in shown:
        found[select.category(row.get(path)) or "without"] -= 1
    counts = sorted(
        ((value, count) for value, count in found.items() if count > 0), key=lambda item: (-item[1], item[0])
    )
    return ", ".join([f"{count:,} {value}" for value, count in counts])


def _gap_between(start: int, stop: int, array: Sampled) -> str:
    count = stop - start
    keyed = array.keys is not None
    where = "" if keyed else f"{start}-{stop - 1}" if count > 1 else str(start)
    return marker.gap_of(count, "key" if keyed else "value", where, array.spread)
