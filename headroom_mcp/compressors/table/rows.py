"""Tables read into records: which lines belong together, and what their columns hold.

delimited     CSV, TSV, ";" and "|"; a quoted field may go on over several lines
piped         Markdown and psql: a rule of dashes under the header
columns       ps, df, kubectl, docker, netstat: a header over columns set apart by spaces
pairs         sysctl, env: key: value
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.table import aligned
from headroom_mcp.compressors.table.aligned import Span
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records.find import Record

Form = Literal["delimited", "piped", "columns", "pairs", "none"]

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 60
_APART = late.pattern(r" {2,}|\t")
_MAX_HEADER_LINES = 40
# | --- | :--: |    ----+-----    +----+----+    ==== ====
_RULE = late.pattern(r"^[\s|+]*[-=:]{2}[-=:|+\s]*$")
_RULED = frozenset("-=:|+")
# words, no sentence: PID USER %CPU COMMAND
_HEADING_WORD = late.pattern(r"^[A-Za-z%#_][\w%()./:#+-]*$")
# (400 rows) · 400 rows in set (0.01 sec)
_OWN_COUNT = late.pattern(r"\s*(?:\(\d[\d,]* rows?\)\s*|\d[\d,]* rows? in set\b.*)$")
_PAIR = late.pattern(r"^[\w.%/@\[\] -]{1,80}?(?:: |=| = |:$)")
_NUMBER = late.pattern(r"^[-+]?\$?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?%?$")


class Table(NamedTuple):
    """`header_stop`: the first line after the header. `names`: the columns, as far as they are known. `spans`: where they
    stand in a line, for columns set apart by blanks. Rules and what stands below the last row belong to no record."""

    form: Form
    delimiter: str
    header_stop: int
    names: list[str]
    records: list[Record]
    spans: Sequence[Span] = ()


def read(lines: Sequence[str]) -> Table:
    """Return the table that `lines` are; form "none" where they are none."""
    first = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    rule = next((i for i in range(first, min(len(lines), first + 6)) if is_rule(lines[i])), -1)
    if rule >= 0 and rule + 1 < len(lines) and ("|" in lines[rule + 1] or "+" in lines[rule] or "|" in lines[rule]):
        header = next((line for line in reversed(lines[:rule]) if line.strip(" |+-=")), "")
        if not header and rule + 2 < len(lines):  # +---+ above the header, too
            header, rule = lines[rule + 1], rule + 2
        names = _cells(header, "|")
        bars = len(names) - 1
        below = (at for at in range(rule + 1, len(lines)) if _bars(lines[at]) == bars)
        rows = [Record(at, at + 1) for at in below if not is_rule(lines[at])]  # some draw a rule below every group
        if len(names) > 1:
            return Table("piped", "|", rule + 1, names, rows)
    delimiter, share = delimiter_of(lines[first : first + 4 * _SAMPLE])
    if share >= 0.7:
        records = _delimited_records(lines, first)
        if records:
            head = records[0]
            names = split_record(lines, head, delimiter)
            if _is_row(lines, records, names, delimiter):
                return Table("delimited", delimiter, first, [f"column {i + 1}" for i in range(len(names))], records)
            return Table("delimited", delimiter, head.stop, [name.strip() for name in names], records[1:])
    header_at = _column_header(lines)
    if header_at >= 0:
        rows = _filled(lines, header_at + 1)
        columns = aligned.spans(lines[header_at], lines[header_at + 1 :])
        names = [lines[header_at][start:stop].strip() for start, stop in columns]
        if len(names) > 1:
            return Table("columns", "", header_at + 1, names, rows, columns)
    sampled = [line for line in lines[:: max(1, len(lines) // 200)] if line.strip()]
    indented = sum(1 for line in sampled if line[:1] in (" ", "\t"))
    if (
        len(sampled) > 5
        and sum(1 for line in sampled if _PAIR.match(line)) > 0.8 * len(sampled)
        and indented * 4 < len(sampled)  # pairs within pairs are a document
    ):
        return Table("pairs", "", 0, [], _filled(lines, 0))
    if len(sampled) > 5 and _even_columns(sampled) > 0.7:
        return Table("columns", "", 0, [], _filled(lines, 0))
    return Table("none", "", 0, [], _filled(lines, 0))


def delimiter_of(lines: Sequence[str]) -> tuple[str, float]:
    """Return the delimiter of sampled lines and the share of records that have as many fields as the first."""
    best, best_share = "", 0.0
    records = _delimited_records(lines, 0)[:_SAMPLE]
    if len(records) < 3:
        return best, best_share
    for delimiter in _DELIMITERS:
        counts = [len(split_record(lines, record, delimiter)) for record in records]
        width = counts[0]
        if width < 2:
            continue
        share = sum(1 for count in counts if count == width) / len(counts)
        if share > best_share and not (width == 2 and _are_labels(lines, records, delimiter)):
            best, best_share = delimiter, share
    if best == "," and best_share < 0.9 and any(", " in line for line in lines[:5]):
        return best, best_share / 2  # sentences have commas, too
    return best, best_share


def _are_labels(lines: Sequence[str], records: Sequence[Record], delimiter: str) -> bool:
    """Tell whether what stands before the delimiter are labels, "author:": then it is not a column, and records go on over lines."""
    first = [lines[record.start].partition(delimiter)[0] for record in records if delimiter in lines[record.start]]
    return sum(1 for cell in first if cell.endswith(":")) * 2 > len(first)


def split_record(lines: Sequence[str], record: Record, delimiter: str) -> list[str]:
    """Return the fields of a delimited record, unquoted."""
    text = lines[record.start] if record.stop - record.start == 1 else "\n".join(lines[record.start : record.stop])
    if '"' not in text:
        return text.split(delimiter)
    import csv

    try:
        rows = list(csv.reader(text.split("\n") if "\n" not in text else [text], delimiter=delimiter))
    except csv.Error:
        return text.split(delimiter)
    return rows[0] if rows else []


def cells(lines: Sequence[str], table: Table, record: Record) -> list[str]:
    """Return the fields of a record of any form, as far as they can be told apart."""
    match table.form:
        case "delimited":
            return split_record(lines, record, table.delimiter)
        case "piped":
            return _cells(lines[record.start], "|")
        case "columns":
            return aligned.cells(lines[record.start], table.spans) if table.spans else []
        case _:
            return []


def cells_of_all(lines: Sequence[str], table: Table, records: Sequence[Record]) -> list[list[str]]:
    """Return the fields of each record (see `cells`): those of quoted lines by one reader, where each line is a record to it."""
    if table.form == "delimited" and len(records) > 1 and all(stop - start == 1 for start, stop in records):
        texts = [lines[start] for start, _ in records]
        if any('"' in text for text in texts):
            import csv

            try:
                found = list(csv.reader(texts, delimiter=table.delimiter))
            except csv.Error:
                found = []
            if len(found) == len(records):
                return found
    return [cells(lines, table, record) for record in records]


def _is_row(lines: Sequence[str], records: Sequence[Record], names: Sequence[str], delimiter: str) -> bool:
    """Tell whether the first record is a row like the others: it holds a number, or a cell comes again below."""
    if any(_NUMBER.match(name.strip()) for name in names):
        return True
    for record in records[1:_SAMPLE]:
        below = split_record(lines, record, delimiter)
        if any(cell.strip() == name.strip() != "" for name, cell in zip(names, below, strict=False)):
            return True
    return False


def is_heading(line: str) -> bool:
    """Tell whether `line` looks like the header of columns: words only, several, most with a capital."""
    words = line.split()
    if len(words) < 2 or len(words) > 30 or not all(_HEADING_WORD.match(word) for word in words):
        return False
    return sum(1 for word in words if not word[:1].islower()) >= 0.7 * len(words)


def _single(start: int, stop: int) -> list[Record]:
    return [Record(i, i + 1) for i in range(start, stop)]


def _filled(lines: Sequence[str], start: int) -> list[Record]:
    """Return the rows from `start` on: neither blank lines nor what a program says of how many rows it printed."""
    return [
        record
        for record in _single(start, len(lines))
        if lines[record.start].strip() and not _OWN_COUNT.match(lines[record.start])
    ]


def _delimited_records(lines: Sequence[str], first: int) -> list[Record]:
    """Return records, a quoted field's lines together."""
    records: list[Record] = []
    start = first
    quotes = 0
    for index in range(first, len(lines)):
        line = lines[index]
        if '"' in line:
            quotes += line.count('"')
        elif not quotes and not line.strip(" "):  # tabs alone are a row of empty cells
            start = index + 1
            continue
        if quotes % 2 == 0:
            records.append(Record(start, index + 1))
            start, quotes = index + 1, 0
    if start < len(lines):
        if len(lines) - start > 200:  # a stray quote, not a field
            return [*records, *_single(start, len(lines))]
        records.append(Record(start, len(lines)))
    return records


def is_rule(line: str) -> bool:
    """Tell whether a line is a rule between rows: it ends in one of its marks, or is none without a closer look."""
    return line.rstrip()[-1:] in _RULED and _RULE.match(line) is not None


def _bars(line: str) -> int:
    """Return how many bars part the cells of a line."""
    return line.strip().strip("|").count("|")


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip(delimiter).split(delimiter)]


def _column_header(lines: Sequence[str]) -> int:
    """Return the index of the header over columns near the top, -1 where there is none."""
    for index, line in enumerate(lines[:_MAX_HEADER_LINES]):
        if not is_heading(line):
            continue
        rows = [row for row in lines[index + 1 : index + 1 + _SAMPLE] if row.strip()]
        width = len(line.split())
        fitting = sum(1 for row in rows if len(row.split()) >= min(width, 3) - 1 and not is_heading(row))
        if len(rows) >= 3 and fitting >= 0.7 * len(rows) and (width > 2 or "  " in line.strip()):
            return index
    return -1


def _even_columns(lines: Sequence[str]) -> float:
    """Return the share of lines set in columns by runs of spaces or tabs, as many columns in most of them."""
    counts: dict[int, int] = {}
    for line in lines:
        columns = len(_APART.split(line.strip()))
        if columns > 2:
            counts[columns] = counts.get(columns, 0) + 1
    return sum(sorted(counts.values())[-3:]) / len(lines) if counts else 0.0
