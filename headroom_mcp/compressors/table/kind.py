"""Tables: CSV, TSV, Markdown, psql, and the columns that ps, df, docker and kubectl print.

Keeps the header, the rows that the question is about, rows in a bad state, the extremes of numbers, rare categories and
the first and last rows; a line above them says how many rows there are and what their columns hold, with exact counts.

    1,460 rows, 6 columns; weather: sun 714, fog 411, rain 259 … · temp_max: -1.6 … 35.6
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.compressors import _by_record, _unasked
from headroom_mcp.compressors.table import rest, several
from headroom_mcp.compressors.table import rows as _rows
from headroom_mcp.compressors.table.rows import Table
from headroom_mcp.facts import find as facts_module
from headroom_mcp.facts import tool_errors, unlike
from headroom_mcp.late import re
from headroom_mcp.query import failures
from headroom_mcp.query import pieces as asked
from headroom_mcp.records import find, summary, survey
from headroom_mcp.records.slots import Slot
from headroom_mcp.records.survey import Survey
from headroom_mcp.text import failure_words, marker, tokens
from headroom_mcp.text import lines as lines_module
from headroom_mcp.text import parts as render
from headroom_mcp.text.lines import by_shape
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SMALL_TOKENS = 1_600  # below, without a match for the question, every row stays: any of them may be the one wanted
_MATCHED_TOKENS = 700  # below, even an answer is no reason to leave the other rows out
_FIRST_ROWS = 3
_LAST_ROWS = 2
_GAP_TOKENS = 13
_MAX_STATISTICS_ROWS = 20_000  # beyond, statistics are of every n-th row, and say so
_MAX_COLUMNS = 24
_MIN_ROWS = 6
_FIRST_LINES = 12  # a header further down may be one of several
# So many rows, so well understood, are safe to fold in a small table.
_KNOWN_TOKENS, _KNOWN_ROWS, _KNOWN = 700, 40, 0.97
_MAX_FIGURES = 4  # numbers of a row whose columns are not known
_MAX_SAID_TOKENS = 220
_MAX_BAD_ROWS = 25
_MIN_SHARE = 100  # tokens of one table of several
_MANY_TIMES = 2  # the budget, for several tables
_MAX_BETWEEN = 12  # lines among the rows that are none
_BEST = 3  # matches come before rows that lack what is asked for
_FEW_SHARE = 4
_MAX_TOTALS = 3
# | TOTAL |   2417 |   Total  …   Grand total:
_TOTAL = late.pattern(r"^\W{0,4}(?:grand |sub)?totals?\b", re.IGNORECASE)
# import time:   154
_LABEL = late.pattern(r"([^\d:=]{2,40}[:=])\s*\d")
_NEGATIVE = late.pattern(
    r"\b(?:no|without|lacks?|lacking|missing|unset|undefined|none|never|not have)\b", re.IGNORECASE
)
# Au=None   | null |   never
_NOTHING = late.pattern(r"(?<![\w.-])(?:none|null|nil|never|n/a|<none>|unset|missing)(?![\w.-])", re.IGNORECASE)
# The states in which a thing that runs is in trouble. Only in the columns of commands: in a file the words are data.
_BAD_STATE = late.pattern(
    r"\b(?:CrashLoopBackOff|(?:Err)?ImagePull(?:BackOff)?|(?:Run)?ContainerError|Error|Failed|failed|Evicted|OOMKilled|NotReady|"
    r"Pending|Unknown|unhealthy|Terminating|degraded|dead|not-found|zombie|defunct)\b|Exited \([1-9]|0/[1-9]\d* "
)


def score(output: ToolOutput) -> float:
    """Return how surely the text is a table: by its form."""
    lines = output.lines
    if len(lines) < 5:
        return 0.0
    table = _rows.read(lines[:400])
    match table.form:
        case "delimited":
            return 0.7 if len(table.names) > 2 else 0.45
        case "piped":
            return (
                0.75
                if all("|" in line or "+" in line for line in lines[table.header_stop : table.header_stop + 3])
                else 0.3
            )
        case "columns" | "pairs" if find.in_blocks(lines):
            return 0.01
        case "columns" if table.names and table.header_stop <= _FIRST_LINES:
            return 0.5
        case "columns":
            return 0.4 if table.names else 0.25
        case "pairs":
            return 0.2
        case _:
            return 0.01  # a hinted command may print a table too ragged to be known as one


def facts(output: ToolOutput) -> list[Fact]:
    """Return complaints of the tool, and in the columns of a command the rows in a bad state."""
    return [*tool_errors.find(output.lines), *(Fact(i, 0, "rows in a bad state", i, i + 1) for i in _bad(output))]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep the rows that tell something, by their line numbers; say what the others hold, of each table by itself."""
    if _unasked.is_read_whole(output):
        return None
    table = _rows.read(output.lines)
    starts = several.starts(output.lines) if table.form in ("piped", "columns", "none") else [0]
    return _one(output, table, budget, output.tokens) if len(starts) < 2 else _each(output, starts, budget)


def _each(output: ToolOutput, starts: Sequence[int], budget: int) -> Compressed | None:
    """Return several tables, each in short by itself; where that is too much, the records of all as a list."""
    lines = output.lines
    parts: list[Part] = []
    for start, stop in pairwise([*starts, len(lines)]):
        piece = output.section(start, stop)
        share = max(_MIN_SHARE, budget * piece.tokens // max(1, output.tokens))
        table = _rows.read(piece.lines)
        # What stands beside tables and is none, in a form nobody knows, is as short as any output that is shown as it came.
        small = start > 0 and table.form == "none" and not output.query and piece.tokens < _SMALL_TOKENS
        found = None if small else _one(piece, table, share, output.tokens)
        of_piece = found.parts if found is not None else [Part(0, stop - start, "keep")]
        parts.extend(part._replace(start=part.start + start, stop=part.stop + start) for part in of_piece)
    if all(part.action == "keep" for part in parts) and output.tokens < _SMALL_TOKENS:
        return None
    if tokens.estimate(render.render(lines, parts)) > max(_MANY_TIMES * budget, _KNOWN_TOKENS):
        return _by_record.compress(output, budget, "list")
    return Compressed(parts)


def _one(output: ToolOutput, table: Table, budget: int, whole: int) -> Compressed | None:
    """Return the lines of one table in short, None where they are few, no table, or the `whole` output is small (tokens)."""
    lines = output.lines
    if len(table.records) < 6:
        return None
    rows = _row_texts(lines, table)
    matches = _matches(output, rows, budget)
    if whole < (_MATCHED_TOKENS if matches else _KNOWN_TOKENS):
        return None
    columns = _columns(lines, table)
    surveyed = survey.of_records(lines, table.records, columns)
    if whole < _SMALL_TOKENS and not matches and not _is_known(table, surveyed):
        return None
    between = _between(lines, table)
    if len(between) > max(_MAX_BETWEEN, len(table.records) // 10):
        return _by_record.compress(output, budget, "list")
    said = _said(output, table, columns)
    choice = _by_record.Choice(surveyed, output.offset)
    header = _header(lines, table.header_stop, budget // 3)
    room = budget - _cost(lines, header) - tokens.estimate(said)
    choice.take(_totals(lines, table), output.tokens, whole=True)  # a few rows that say what all come to
    measures = [_bare(slot) for slot in columns] or _figures(rows)
    choice.take(unlike.meant(output.query, choice.survey, measures), room // 2 - choice.spent, whole=True)
    choice.take(matches[:1], output.tokens, whole=True)  # the best match stays whatever it costs: it is the answer
    choice.take(matches[1:], room - choice.spent, whole=True)
    count = len(table.records)
    choice.take([*range(min(_FIRST_ROWS, count)), *range(max(0, count - _LAST_ROWS), count)], room - choice.spent)
    row_of = {record.start: row for row, record in enumerate(table.records)}
    choice.take((row_of[i] for i in _bad(output) if i in row_of), room // 2 - choice.spent)
    if facts_module.may_count_tests(lines):
        from headroom_mcp.facts import test_totals

        choice.take((row_of[i] for i in test_totals.conclusions(lines) if i in row_of), room // 3)
    if output.query:
        choice.take(_by_record.ends(output.query, measures), room - choice.spent)
    choice.take_unlike(room)
    if choice.spent < room // 2 and not output.query:
        choice.take(_tops(measures), room // 2 - choice.spent)
    if len(choice.shown) == count:
        return None
    shown = [row for row in matches if row in choice.shown]
    parts = _parts(output, table, choice, header, shown, between)
    alone = whole == output.tokens  # of several tables, all are short
    if alone and not output.query and (short := rest.told(rows, columns, choice.shown, output.tokens)):
        below = table.records[-1].stop
        at = next((at for at, part in enumerate(parts) if part.start >= below), len(parts))
        parts.insert(at, Part(below, below, "render", short))
    return Compressed([Part(0, 0, "render", said or _gap(output.offset, parts)), *parts])


def _totals(lines: Sequence[str], table: Table) -> list[int]:
    """Return the last rows that a rule parts from those above, or whose name is a total: they say what all rows come to."""
    last = len(table.records) - 1
    if _TOTAL.match(lines[table.records[last].start]):
        return [last]
    for count in range(1, min(_MAX_TOTALS, last) + 1):
        row = last + 1 - count
        ruled = range(table.records[row - 1].start, table.records[row].start)  # in columns, a rule is a row
        if any(_rows.is_rule(lines[at]) for at in ruled):
            above = range(table.records[0].start + 1, table.records[row - 1].start)  # but for the one below the header
            return [] if any(_rows.is_rule(lines[at]) for at in above) else [*range(row, last + 1)]
    return []


def _between(lines: Sequence[str], table: Table) -> list[int]:
    """Return the lines among the rows that are none: neither blank nor a rule."""
    rows = {line for record in table.records for line in range(record.start, record.stop)}
    among = range(table.header_stop, table.records[-1].stop)
    return [at for at in among if at not in rows and lines[at].strip() and not _rows.is_rule(lines[at])]


def _gap(offset: int, parts: Sequence[Part]) -> str:
    """Return the marker of all lines that `parts` do not show; where nothing is said of columns."""
    gone = [part for part in parts if part.is_gone]
    count = sum(part.stop - part.start for part in gone)
    return marker.gap_among(count, offset + gone[0].start, offset + gone[-1].stop)


def _is_known(table: Table, surveyed: Survey) -> bool:
    """Tell whether the rows are many, and of values only that repeat, or are numbers, times and ids: no row has a name by
    which it may be wanted."""
    return len(table.records) >= _KNOWN_ROWS and surveyed.understood >= _KNOWN


def _tops(columns: Sequence[Slot]) -> list[int]:
    """Return the rows with the largest numbers of each column: unasked, a measure is read from its top."""
    from headroom_mcp.records import extremes

    return extremes.of_each(columns, [False] * len(columns), largest=True, smallest=False)


def _bare(slot: Slot) -> Slot:
    """Return a column without the words that each of its cells begins with: "import time:   154" holds the measure 154."""
    (rows, cells), *_ = slot.columns
    head = _LABEL.match(cells[0]) if cells else None
    if head is None or not all(cell.startswith(head.group(1)) for cell in cells):
        return slot
    bare = Slot("column", slot.name)
    bare.add(rows, [cell[len(head.group(1)) :].strip() for cell in cells], {})
    return bare


def _figures(rows: Sequence[str]) -> list[Slot]:
    """Return the numbers of rows whose columns are not known: the first of each row, the second …"""
    columns: list[Slot] = []
    numbers = [[word.strip("|:,;") for word in row.split() if word[:1].isdigit()] for row in rows]
    for at in range(min(_MAX_FIGURES, max(map(len, numbers), default=0))):
        slot = Slot("column")
        of_rows = [row for row, words in enumerate(numbers) if len(words) > at]
        slot.add(of_rows, [numbers[row][at] for row in of_rows], {})
        columns.append(slot)
    return columns


def _parts(
    output: ToolOutput,
    table: Table,
    choice: _by_record.Choice,
    header: range,
    matches: Sequence[int],
    between: Sequence[int],
) -> list[Part]:
    """Return the header, the rows by their numbers, and what stands around the rows as it is."""
    lines = output.lines
    last = table.records[-1].stop
    above = set(between)
    for row in matches:
        above.update(_heading_above(lines, table.records[row].start, table.header_stop))
    parts: list[Part] = []
    if header:
        parts.append(Part(0, header.stop, "keep"))
    if table.header_stop > len(header):
        parts.append(Part(len(header), table.header_stop, "omit"))
    rows = choice.parts(table.header_stop, last)
    parts.extend(_with_headings(output, rows, sorted(above)) if above else rows)
    if last < len(lines):
        parts.append(Part(last, len(lines), "keep"))
    return parts


def _with_headings(output: ToolOutput, parts: Sequence[Part], above: Sequence[int]) -> list[Part]:
    """Return `parts` with the lines `above`, titles and headers among the rows, shown by number."""
    lines = output.lines
    found: list[Part] = []
    for part in parts:
        position = part.start
        for line in above if not part.text else ():
            if part.start <= line < part.stop:
                if line > position:
                    found.append(part._replace(start=position, stop=line))
                found.append(
                    Part(line, line + 1, "render", f"{output.offset + line + 1}\t{lines[line]}", lossless=True)
                )
                position = line + 1
        if position < part.stop or part.start == part.stop:
            found.append(part._replace(start=position))
    return found


def _header(lines: Sequence[str], stop: int, room: int) -> range:
    """Return the lines of the header that are shown: all, if there is room, else the first ones."""
    return range(stop) if _cost(lines, range(stop)) <= room else range(min(stop, 3))


def _is_file(output: ToolOutput) -> bool:
    return bool(output.path) or output.command.split(" ", 1)[0] in ("cat", "head", "tail", "sed", "awk")


def _row_texts(lines: Sequence[str], table: Table) -> list[str]:
    if all(record.stop - record.start == 1 for record in table.records):
        return [lines[record.start] for record in table.records]
    return [" ".join(lines[record.start : record.stop]) for record in table.records]


def _matches(output: ToolOutput, rows: Sequence[str], budget: int) -> list[int]:
    """Return the rows that the question is about, best first, as many as most of the budget may hold."""
    if not output.query:
        return []
    plain = [row.replace("\\_", "_") for row in rows]  # Markdown's tables escape what a question does not
    found = asked.best(output.query, plain, 60)
    found = list(
        dict.fromkeys([*found[:_BEST], *_lacking(output.query, plain), *found[_BEST:], *_failing(output, plain)])
    )
    kept: list[int] = []
    room = budget * 4 // 5
    for row in found:
        room -= tokens.estimate(rows[row]) + _GAP_TOKENS
        if room < 0 and kept:
            break
        kept.append(row)
    return kept


def _lacking(question: str, rows: Sequence[str]) -> list[int]:
    """Return the few rows with a cell that says "none", where the question is after what is not there: "no encryption"."""
    if not _NEGATIVE.search(question):
        return []
    found = [row for row, text in enumerate(rows) if _NOTHING.search(text)]
    return found if len(found) * _FEW_SHARE <= len(rows) else []


def _heading_above(lines: Sequence[str], row: int, header_stop: int) -> list[int]:
    """Return the header nearest above `row`, where an output holds several tables."""
    for index in range(row - 1, max(header_stop, row - 2_000) - 1, -1):
        if not lines[index].strip():
            below = index + 1
            return [i for i in (below, below + 1) if i < row and _rows.is_heading(lines[i])]
    return []


def _cost(lines: Sequence[str], indexes: set[int] | range) -> int:
    return sum(tokens.estimate(lines[i]) + 1 for i in indexes)


def _columns(lines: Sequence[str], table: Table) -> list[Slot]:
    """Return the cells of all rows by column; none where a form has no columns. Of a very long table every n-th row."""
    count = len(table.records)
    width = min(len(table.names), _MAX_COLUMNS)
    if width < 2 or table.form == "pairs":
        return []
    step = max(1, -(-count // _MAX_STATISTICS_ROWS))
    numbers: list[int] = []
    every: list[list[str]] = []
    read = table.records if step == 1 else table.records[::step]
    for row, fields in zip(range(0, count, step), _rows.cells_of_all(lines, table, read), strict=True):
        if len(fields) >= width:
            numbers.append(row)
            every.append(fields)
    found: list[Slot] = []
    for at, name in enumerate(table.names[:width]):
        of_column = [fields[at].strip() for fields in every]
        slot = Slot("column", name.strip()[:40])
        slot.add(numbers, of_column, Counter(of_column))
        found.append(slot)
    return found if len(numbers) >= _MIN_ROWS else []


def _said(output: ToolOutput, table: Table, columns: Sequence[Slot]) -> str:
    """Return a sentence about all rows: how many, and what their columns hold; "" where nothing can be said of these."""
    if not columns:
        return ""
    count = len(table.records)
    head = f"[… {count:,} rows, {len(table.names)} columns"
    read = columns[0].total
    if read < count:
        head += f"; of {read:,} of them"
    told: list[str] = []
    for slot in columns:
        said = summary.of(slot, lambda row: output.offset + table.records[row].start + 1)
        if said and tokens.estimate("".join(told)) < _MAX_SAID_TOKENS:
            told.append(f"{slot.name}: {said}")
    return f"{head}; {' · '.join(told)} …]" if told else ""


def _failing(output: ToolOutput, rows: Sequence[str]) -> list[int]:
    """Return the rows that tell of failures where the question is about these, unless most do."""
    if _is_file(output) or not failures.asked(output.query):
        return []
    alike = by_shape(rows)
    failing = [failure_words.is_failure(shape) for shape in alike.shapes]
    found = [row for row, shape in enumerate(alike.of) if failing[shape]]
    return found if len(found) * 2 <= len(rows) else []


def _bad(output: ToolOutput) -> list[int]:
    """Return the lines of a command's table that name a bad state, unless half of them do."""
    if _is_file(output):
        return []
    alike = lines_module.alike(output.lines)
    states = [_BAD_STATE.search(shape) is not None for shape in alike.shapes]
    bad = [i for i, shape in enumerate(alike.of) if states[shape]]
    return bad[:_MAX_BAD_ROWS] if len(bad) <= max(_MAX_BAD_ROWS, len(output.lines) // 10) else []
