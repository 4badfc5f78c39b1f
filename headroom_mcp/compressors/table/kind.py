"""Tables: CSV, TSV, Markdown, psql, and the columns that ps, df, docker and kubectl print.

Keeps the header, the rows that the question is about, rows in a bad state, the extremes of numbers, rare categories and
the first and last rows; a line above them says how many rows there are and what their columns hold, with exact counts.

    1,460 rows, 6 columns; weather: sun 714, fog 411, rain 259 … · temp_max: -1.6 … 35.6
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp.compressors.table import rows as _rows
from headroom_mcp.compressors.table.rows import Table
from headroom_mcp.facts import tool_errors
from headroom_mcp.query import pieces as asked
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_SMALL_TOKENS = 1_600  # below, without a match for the question, every row stays: any of them may be the one wanted
_MATCHED_TOKENS = 700  # below, even an answer is no reason to leave the other rows out
_FIRST_ROWS = 3
_LAST_ROWS = 2
_GAP_TOKENS = 13
_MAX_STATISTICS_ROWS = 20_000  # beyond, statistics are of every n-th row, and say so
_MAX_COLUMNS = 24
_MAX_CATEGORIES = 12
_MAX_SAID_TOKENS = 220
_MAX_BAD_ROWS = 25
# The states in which a thing that runs is in trouble. Only in the columns of commands: in a file the words are data.
_BAD_STATE = re.compile(
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
        case "columns":
            return 0.5 if table.names else 0.25
        case "pairs":
            return 0.2
        case _:
            return 0.01  # a hinted command may print a table too ragged to be known as one


def facts(output: ToolOutput) -> list[Fact]:
    """Return complaints of the tool, and in the columns of a command the rows in a bad state."""
    found = tool_errors.find(output.lines)
    if _is_file(output):
        return found
    bad = [i for i, line in enumerate(output.lines) if _BAD_STATE.search(line)]
    if len(bad) <= max(_MAX_BAD_ROWS, len(output.lines) // 10):
        found.extend(Fact(i, 0, "rows in a bad state", i, i + 1) for i in bad[:_MAX_BAD_ROWS])
    return found


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Keep the rows that tell something; say what the others hold."""
    lines = output.lines
    table = _rows.read(lines)
    if len(table.records) < 6:
        return None
    rows = _row_texts(lines, table)
    matches = _matches(output, rows, budget)
    if output.tokens < (_MATCHED_TOKENS if matches else _SMALL_TOKENS):
        return None
    said, telling = _statistics(lines, table)
    kept: set[int] = set(range(table.header_stop))
    if _cost(lines, kept) > budget // 3:
        kept = set(range(min(table.header_stop, 3)))
    room = budget - _cost(lines, kept) - tokens.estimate(said)
    count = len(table.records)
    ends = [*range(min(_FIRST_ROWS, count)), *range(max(0, count - _LAST_ROWS), count)]
    for position, row in enumerate([*matches, *ends, *telling]):
        record = table.records[row]
        block = range(record.start, record.stop)
        cost = _cost(lines, block) + _GAP_TOKENS
        if cost > room and position:  # the best match stays whatever it costs: it is the answer
            continue
        room -= cost
        kept.update(block)
        if row in matches:
            kept.update(_heading_above(lines, record.start, table.header_stop))
    if len(kept) >= len(lines):
        return None
    parts = render.from_kept(kept, len(lines))
    if said:
        parts.insert(0, Part(0, 0, "render", text=said))
    return Compressed(parts)


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
    found = asked.best(output.query, rows, 60)
    kept: list[int] = []
    room = budget * 4 // 5
    for row in found:
        room -= tokens.estimate(rows[row]) + _GAP_TOKENS
        if room < 0 and kept:
            break
        kept.append(row)
    return kept


def _heading_above(lines: Sequence[str], row: int, header_stop: int) -> list[int]:
    """Return the header nearest above `row`, where an output holds several tables."""
    for index in range(row - 1, max(header_stop, row - 2_000) - 1, -1):
        if not lines[index].strip():
            below = index + 1
            return [i for i in (below, below + 1) if i < row and _rows.is_heading(lines[i])]
    return []


def _cost(lines: Sequence[str], indexes: set[int] | range) -> int:
    return sum(tokens.estimate(lines[i]) + 1 for i in indexes)


def _statistics(lines: Sequence[str], table: Table) -> tuple[str, list[int]]:
    """Return a sentence about all rows, and the rows that tell most: extremes, then rare categories."""
    count = len(table.records)
    width = min(len(table.names), _MAX_COLUMNS)
    head = f"[… {count:,} rows" + (f", {len(table.names)} columns" if table.form in ("delimited", "piped") else "")
    if not width or table.form == "pairs":
        return f"{head} …]", []
    step = max(1, -(-count // _MAX_STATISTICS_ROWS))
    columns: list[list[str]] = [[] for _ in range(width)]
    numbers: list[int] = []
    for row in range(0, count, step):
        fields = _rows.cells(lines, table, table.records[row])
        if len(fields) < width:
            continue
        numbers.append(row)
        for at in range(width):
            columns[at].append(fields[at])
    if len(numbers) < 6:
        return f"{head} …]", []
    if step > 1:
        head += f", every {step}th looked at"
    told: list[str] = []
    extremes: list[int] = []
    rare: list[int] = []
    for name, values in zip(table.names, columns, strict=False):
        said, rows_min_max, rows_rare = _column(values, numbers)
        if said and tokens.estimate("".join(told)) < _MAX_SAID_TOKENS:
            told.append(f"{name.strip()[:40]}: {said}")
        extremes.extend(rows_min_max)
        rare.extend(rows_rare)
    said = f"{head}; {' · '.join(told)} …]" if told else f"{head} …]"
    return said, list(dict.fromkeys([*extremes[:16], *rare[:12]]))


def _column(values: Sequence[str], rows: Sequence[int]) -> tuple[str, list[int], list[int]]:
    """Return what a column holds, the rows of its extremes, and the rows of its rare categories."""
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    if len(counts) == 1:
        value = values[0].strip()
        return (f"always {value[:40]}" if value else "", [], [])
    if len(counts) <= _MAX_CATEGORIES and len(values) >= 3 * len(counts):
        most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        said = ", ".join(f"{value.strip()[:30] or '(empty)'} {count:,}" for value, count in most[:8])
        few = {value for value, count in most if count <= max(1, len(values) // 200)}
        return (
            f"{said}{' …' if len(most) > 8 else ''}",
            [],
            [row for row, value in zip(rows, values, strict=True) if value in few][:4],
        )
    figures = [
        (number, row) for value, row in zip(values, rows, strict=True) if (number := _rows.number(value)) is not None
    ]
    if len(figures) >= 0.8 * len(values):
        ordered = sorted(figures)
        (low, low_row), (high, high_row) = ordered[0], ordered[-1]
        # A running number has extremes that tell nothing.
        sequence = sum(1 for (a, _), (b, _) in pairwise(figures) if b > a) > 0.95 * len(figures)
        return f"{low:,g} … {high:,g}", [] if sequence else [low_row, high_row], []
    return "", [], []
