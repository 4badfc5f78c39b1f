"""A table within a room: the rows the query is about and failures whole, the others in the columns that say most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json import columns as columns_module
from headroom_mcp.compressors.json import encode, select, unlike
from headroom_mcp.compressors.json.parse import Value, dumps
from headroom_mcp.compressors.json.reduce import Sampled
from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, tokens

if TYPE_CHECKING:
    from headroom_mcp.compressors.json.thin import Thinner

_WHOLE_SHARE = 0.7  # of the room may go to the rows that the query is about
_WHOLE_MATCH = 0.6  # of the best match makes another row worth showing whole
_MAX_WHOLE = 12
_AROUND_SHARE = 0.4  # of the room at most for the others, where it is known which rows the query is about
_FAILING_TOKENS = 160  # a longer row would cost others their place
_MOST_UNLIKE = 3  # rows, where many are unlike the others
_FAILING_SHARE = 0.4  # of the room may go to failing rows with fields of their own and to those unlike the others
_OWN_SHARE = 0.25  # of the rows at most have a field that is a failure's own
_OF_SORTS_TOKENS = 450  # whatever the room, for one of each sort of failures
_MAX_SORTS, _MIN_BLANKS = 4, 2
_NUMBERS = late.pattern(r"\d+")
_FAILED_SCORE = 40.0
_FAILED_SHARE = 0.6
# The longest cells of marked rows and of the others, by the room there is: an error's message is worth more than a
# thousand rows without one.
_CELL_CHARS = ((400, 400), (400, 160), (400, 60), (160, 60))
_SAMPLED_FIRST = 40
_MAX_FIRST = 15  # of them from the top, where half of the room is left
_MAX_UNMARKED = 6  # rows that nothing distinguishes, shown as examples
_MINIFIED_TOKENS = 900  # a record up to this size is shown as the JSON it is, a larger one in the compact form


def table(
    thinner: Thinner,
    rows: Sequence[Value],
    room: int,
    path: str,
    keys: list[str] | None,
    sampled: Sampled | None = None,
) -> str:
    """Return a table within `room`: the rows the query is about whole, the others in the columns that fit.

    `rows` are all rows, or those at hand of a `sampled` table.
    """
    held = len(rows)
    total = sampled.total if sampled else held
    indexes = sampled.indexes if sampled else list(range(held))
    all_values = sampled.values if sampled else sum(map(thinner.count, rows))
    leaf_rows = [select.leaves(row) for row in rows]
    named = [(("key", key), *row) for key, row in zip(keys, rows, strict=True)] if keys else list(rows)
    found_unlike = (
        unlike.Unlike({at: sampled.unlike.get(index, 0.0) for at, index in enumerate(indexes)}, frozenset())
        if sampled
        else unlike.of(rows)
    )
    marks = select.mark(named, leaf_rows, thinner.query, found_unlike.scores)
    lines: dict[int, str] = {}
    left = room - 40
    left -= _add_whole_rows(thinner, lines, rows, marks, left, path)
    left -= _add_sorts_of_failures(lines, rows, leaf_rows, marks, left)
    left -= _add_telling_rows(thinner, lines, rows, leaf_rows, marks, found_unlike.by_id, left)
    if held > _MAX_WHOLE and any(found.match.sure for found in marks):
        left = min(left, int(room * _AROUND_SHARE))
    left_before = thinner.left_values  # thinned whole rows count what they leave out themselves
    categories = sampled.categories if sampled else select.category_columns(leaf_rows)
    constants = columns_module.constants(leaf_rows) if held > 1 else {}
    if sampled:
        constants = {name: value for name, value in constants.items() if name in sampled.constants}
    rest = [i for i in sorted(range(held), key=lambda i: (-marks[i].score, i)) if i not in lines]
    picked = columns_module.pick(
        leaf_rows, constants, max(0, left) // max(1, len(rest)), thinner.query, keys, rest[:_SAMPLED_FIRST]
    )
    label_costs = [2 + len(key) // 3 for key in keys] if keys else [3] * held
    shown = _rows_that_fit(thinner, rest, leaf_rows, marks, picked, label_costs, left)
    values_shown = sum(thinner.count(rows[index]) for index in lines)
    for index, (line, cells_shown) in shown.items():
        lines[index] = line
        values_shown += cells_shown + (len(constants) if leaf_rows[index] else 0)
    thinner.left_values = left_before + all_values - values_shown
    fields = dict.fromkeys(name for row in leaf_rows for name in row)
    if sampled:
        fields.update(dict.fromkeys(sorted(sampled.fields)))
    hidden = [name for name in fields if name not in picked and name not in constants]
    out = [_table_head(thinner, total, picked, constants, hidden if shown else [], categories, keys is not None)]
    for index in sorted(lines):
        label = encode.string(keys[index]) if keys else str(indexes[index])
        out.append(f"{label}:{lines[index]}")
    if len(lines) < total:
        if keys:
            gone = [keys[i] for i in range(held) if i not in lines]
            where = text.clip_middle(",".join(gone[:12]), 160) + (",…" if total - len(lines) > 12 else "")
        else:
            where = marker.ranges_but(sorted(indexes[i] for i in lines), total)
        # Of failures that have no room at all, what one says is worth more than how many there are of which sort.
        note = "" if lines else _what_failed(list(rows))
        note = note or _tally(total, [leaf_rows[i] for i in lines], categories)
        out.append(marker.gap_of(total - len(lines), "row", where, note))
    out.append("}" if keys else "]")
    return "\n".join(out)


def _rows_that_fit(
    thinner: Thinner,
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
            lines[index] = _row(thinner, leaf_rows[index], picked, longest)
            left -= tokens.estimate(lines[index][0]) + label_costs[index]
            if left < 0:
                break
        else:
            return lines
    lines = {}
    left = room
    plain = sorted(index for index in rest if marks[index].why in ("", "change"))
    examples = plain[:: max(1, len(plain) // _MAX_UNMARKED)][:_MAX_UNMARKED]
    # What is listed is mostly listed in an order: of equals the first say more than the others. Where something has
    # failed, that is what the reader needs.
    has_failed = any(mark.why == "error" for mark in marks)
    first = [] if has_failed else [index for index in plain[:_MAX_FIRST] if index not in examples]
    for index in [*(index for index in rest if marks[index].why not in ("", "change")), *examples, *first]:
        if index in first and left < room // 2:
            break
        marked = marks[index].why not in ("", "change")
        line = _row(thinner, leaf_rows[index], picked, _CELL_CHARS[0][0] if marked else _CELL_CHARS[-1][1])
        cost = tokens.estimate(line[0]) + label_costs[index]
        if cost > left:
            if left < 30:
                break
            continue
        left -= cost
        lines[index] = line
    return lines


def _what_failed(value: Value) -> str:
    """Return what a failing thing below `value`, which is not entered, says of itself; "" for none."""
    from headroom_mcp.compressors.json import failing

    return failing.said(value)


def _row(thinner: Thinner, row: select.Leaves, picked: list[str], chars: int) -> tuple[str, int]:
    """Return a row's cells and how many of its values they show."""
    cells: list[str] = []
    shown = 0
    for name in picked:
        if name not in row:
            cells.append("")
            continue
        value = row[name]
        if type(value) in (tuple, list) and value and thinner.size(value) > chars:
            cells.append(marker.gap_of(thinner.count(value), "value", "", _what_failed(value)))
            continue
        shown += thinner.count(value)
        cell = encode.inline(value)
        cells.append(cell if len(cell) <= chars else text.clip_middle(cell, chars))
    return ",".join(cells), shown


def _add_whole_rows(
    thinner: Thinner, lines: dict[int, str], rows: Sequence[Value], marks: list[select.Marked], room: int, path: str
) -> int:
    """Put what the query surely asks for into `lines`, whole where it fits; return the tokens spent.

    The one best record may take more than the room: an agent that misses a field of it asks for everything again.
    """
    spent = 0
    best = sorted((i for i, found in enumerate(marks) if found.match.sure), key=lambda i: -marks[i].match.score)
    failed = [i for i, found in enumerate(marks) if found.why == "error" and found.score >= _FAILED_SCORE]
    if len(failed) <= max(1, len(rows) // 25):
        # Few rows failed among many: what they say has no columns in the others.
        for index in sorted(failed, key=lambda i: (-marks[i].score, i)):
            whole = dumps(rows[index])
            cost = tokens.estimate(whole) + 3
            if spent + cost <= max(room * _FAILED_SHARE, _OF_SORTS_TOKENS if not spent else 0):
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
        limit = max(int(room * _WHOLE_SHARE) - spent, 0 if len(lines) > len(shown_already) else thinner.generous)
        whole = dumps(rows[index])
        cost = tokens.estimate(whole) + 3
        if cost > _MINIFIED_TOKENS:
            whole = encode.encode(rows[index], 2)
            cost = tokens.estimate(whole) + 3
        if cost > limit:
            if len(lines) > len(shown_already) or limit < 40:
                break
            whole = thinner.thin(rows[index], limit - 3, f"{path}[{index}]", 9)
            cost = tokens.estimate(whole) + 3
        spent += cost
        lines[index] = whole
    return spent


def _add_sorts_of_failures(
    lines: dict[int, str],
    rows: Sequence[Value],
    leaf_rows: list[select.Leaves],
    marks: list[select.Marked],
    room: int,
) -> int:
    """Put one of each sort of failing rows with fields of their own into `lines`, whole; return the tokens spent.

    What the failure says stands in those fields, which have no column: of alike ones the first says it for the others. Where
    many rows have fields that few others have, as parts of a report do, such a field tells of no failure.
    """
    having = Counter(name for row in leaf_rows for name in row)
    own = {name for name, times in having.items() if times <= len(rows) * _OWN_SHARE}
    if not 0 < sum(not own.isdisjoint(row) for row in leaf_rows) <= len(rows) * _OWN_SHARE:
        return 0
    spent = 0
    sorts: set[str] = set()
    apart = _with_a_state_of_their_own(leaf_rows, own)
    for index in sorted(range(len(rows)), key=lambda i: (i not in lines, -marks[i].score, i)):
        if own.isdisjoint(leaf_rows[index]) or (
            marks[index].why not in ("error", "query", "rare") and index not in apart
        ):
            continue
        says = _says(leaf_rows[index], own)
        if not says or says in sorts:
            continue
        if index not in lines:
            whole = dumps(rows[index])
            cost = tokens.estimate(whole) + 3
            if spent + cost > max(room * _FAILING_SHARE, _OF_SORTS_TOKENS):
                continue
            spent += cost
            lines[index] = whole
        sorts.add(says)
        if len(sorts) >= _MAX_SORTS:
            break
    return spent


def _with_a_state_of_their_own(rows: list[select.Leaves], own: set[str]) -> set[int]:
    """Return the rows that hold one of the fields `own` if just these rows have some state, whatever its name: level 50."""
    holding = {frozenset(index for index, row in enumerate(rows) if name in row) for name in own}
    for path, states in select.category_columns(rows).items():
        for state in states:
            having = frozenset(index for index, row in enumerate(rows) if select.category(row.get(path)) == state)
            if having in holding:
                return set(having)
    return set()


def _says(row: select.Leaves, own: set[str]) -> str:
    """Return the first sentence in the row's `own` fields, its numbers alike; "" where they hold none."""
    for name, value in row.items():
        if name in own and type(value) is str and value.strip().count(" ") >= _MIN_BLANKS:
            return _NUMBERS.sub("0", value.strip().partition("\n")[0])
    return ""


def _add_telling_rows(
    thinner: Thinner,
    lines: dict[int, str],
    rows: Sequence[Value],
    leaf_rows: list[select.Leaves],
    marks: list[select.Marked],
    by_id: frozenset[int],
    room: int,
) -> int:
    """Put the failing rows that have fields of their own, and few that are unlike the others, into `lines`, whole; return the
    tokens spent.

    The columns of the table are those that tell the others apart: a failure's code and remedy stand beside them, and so do
    the id and the time of what is unlike the others.
    """
    having = Counter(name for row in leaf_rows for name in row)
    few = max(1, len(rows) // 20)
    failed: list[int] = []
    unlike_others: list[int] = []
    for index, found in enumerate(marks):
        if index in lines:
            continue
        if found.why == "rare":
            unlike_others.append(index)
        elif found.why in ("error", "query") and any(having[name] <= few for name in leaf_rows[index]):
            failed += [index] if select.error_level(rows[index]) == 2 else []
    spent = 0
    # Where many are unlike the others, those that only their ids and times tell.
    if len(unlike_others) > few:
        unlike_others = [index for index in unlike_others if index in by_id][:_MOST_UNLIKE]
    for telling in (failed if len(failed) <= few else [], unlike_others):
        for index in sorted(telling, key=lambda i: (-marks[i].score, i)):
            whole = dumps(rows[index])
            cost = tokens.estimate(whole) + 3
            if cost <= _FAILING_TOKENS and spent + cost <= room * _FAILING_SHARE:
                spent += cost
                lines[index] = whole
    return spent


def _table_head(
    thinner: Thinner,
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
