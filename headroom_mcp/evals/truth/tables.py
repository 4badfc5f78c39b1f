"""What the line above a table says: how many rows, and what their columns hold."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence

from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.evals.truth.records import numbered
from headroom_mcp.evals.truth.renders import Render, plain
from headroom_mcp.types import Section

_HEAD = re.compile(
    r"\[… ([\d,]+) (?:rows|lines)(?:, ([\d,]+) columns)?(?:; of ([\d,]+) of them)?(?:; (.*))? …\]", re.DOTALL
)
# [the 93 rows left out, by id,status · below /srv/]
REST = re.compile(r"\[the ([\d,]+) rows left out, by (.*?)(?: · below (\S+))?\]\n", re.DOTALL)
_JOINTS = (" ", ",", ";", "|")
_GAP = re.compile(r"\[… ([\d,]+) lines? in (\d+)-(\d+)\]")
# (400 rows) · 400 rows in set
_OWN_COUNT = re.compile(r"^\((\d+) rows?\)$|^(\d+) rows? in set")
_OTHERS = re.compile(r"(?:^|, )[\d,]+ other values?(?=, |$)")
_CATEGORY = re.compile(r"(?:^|, )((?:(?! ×).)+?) ×([\d,]+)(?: \(at ([\d, ]+)\))?(?=, |$)")


def check(lines: Sequence[str], section: Section, render: Render, drawn: Sequence[Render], findings: Findings) -> None:
    """Check the line above a table, or a row of it; of several tables in one section (`drawn`) that from there on."""
    if (gap := _GAP.fullmatch(render.text)) is not None:
        shown = {at for one in drawn if one.text or one.part.action == "keep" for at in range(*one.part[:2])}
        hidden = [at for at in range(int(gap[2]) - 1, int(gap[3])) if at not in shown]
        findings.that(number(gap[1]) == len(hidden), render.text, len(hidden))
        return
    if (rest := REST.match(render.text)) is not None:
        _rest(lines, section, render, rest, drawn, findings)
        return
    head = _HEAD.fullmatch(render.text)
    if head is not None:
        above = [one.part.start for one in drawn if one.text[:2] == "[…" and one.part.start > render.part.start]
        start = render.part.start if render.part.start == render.part.stop else section.start
        section = section._replace(start=start, stop=min([section.stop, *above]))
        if head[2] and head[4]:
            _one_header(lines[section.start : section.stop], render.text, findings)
    if head is None:
        _row(lines, section, render, findings)
        return
    held = lines[section.start : section.stop]
    count = number(head[1])
    own = [int(found[1] or found[2]) for line in held if (found := _OWN_COUNT.match(line.strip()))]
    filled = sum(1 for line in held if line.strip())
    findings.that(count <= filled, render.text, f"{filled} lines")
    if len(own) == 1 and " rows" in head.group()[:24]:
        findings.that(count == own[0], f"{count} rows", f"({own[0]} rows)")
    table = _delimited(held)
    if table and head[2] and len(table[0]) == number(head[2]):
        findings.that(count in (len(table), len(table) - 1), f"{count} rows", len(table))
    read = number(head[3]) if head[3] else count
    for claim in re.split(r" · (?=[^·]*: )", head[4] or ""):
        if claim:
            _column(
                held,
                section,
                table if head[2] and table and len(table[0]) == number(head[2]) else [],
                claim,
                read,
                count,
                findings,
            )


def _one_header(held: Sequence[str], said: str, findings: Findings) -> None:
    """Check that of the lines counted as one table no second is a header: words without figures that has come before, or
    that begins what stands below a blank line or a title."""
    headers: set[str] = set()
    for at, line in enumerate(held):
        words = line.replace("|", " ").split()
        if len(words) < 3 or not all(word[0].isupper() for word in words) or re.search(r"\d", line):
            continue
        above = held[at - 1] if at else ""
        if line in headers or (headers and not above.strip()):
            findings.that(False, said, f"another header: {line.strip()}")
            return
        headers.add(line)


def _rest(
    lines: Sequence[str],
    section: Section,
    render: Render,
    head: re.Match[str],
    drawn: Sequence[Render],
    findings: Findings,
) -> None:
    """Check rows in short: each is of a line of its own that is not shown, in the order of these, and has words of it only."""
    rows = render.text[head.end() :].split("\n")
    findings.that(number(head[1]) == len(rows), head.group(), f"{len(rows)} rows below it")
    seen = {at for one in drawn if one.text or one.part.action == "keep" for at in range(*one.part[:2])}
    hidden = iter([at for at in range(section.start, section.stop) if at not in seen and lines[at].strip()])
    for row in rows:
        at = next((at for at in hidden if _holds(lines[at], row, head[3] or "")), None)
        if at is None:
            findings.that(False, row, "no line that is left out holds it")
            return
    findings.that(True, head.group())


def _holds(line: str, row: str, folder: str) -> bool:
    told = folder + row
    return told in line or any(all(_has_cell(line, cell.strip()) for cell in told.split(joint)) for joint in _JOINTS)


def _has_cell(line: str, cell: str) -> bool:
    """Tell whether `cell` stands in `line` as a whole: a 7 is not that of 17."""
    return re.search(rf"(?<!\w){re.escape(cell)}(?!\w)", line) is not None


def _row(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    said, mark, _ = render.text.partition("\t")
    if not (mark and said.isdigit()):
        plain(lines, section, render, findings)
        return
    numbered(lines, render, findings)


def _delimited(held: Sequence[str]) -> list[list[str]]:
    """Return the cells of delimited rows, by the delimiter that gives most rows the same number of cells."""
    filled = [line for line in held if line.strip()]
    for delimiter in (",", "\t", ";"):
        rows = list(csv.reader(filled, delimiter=delimiter))
        widths = Counter(map(len, rows))
        width, most = widths.most_common(1)[0]
        if width > 1 and most * 10 >= 9 * len(rows):
            return rows
    return []


def _column(
    held: Sequence[str], section: Section, table: list[list[str]], claim: str, read: int, count: int, findings: Findings
) -> None:
    """Check what is said of one column: exactly where the table is delimited, else as far as its lines tell."""
    name, _, said = claim.partition(": ")
    cells = _cells(table, name) if read == count else None
    if said.startswith("always "):
        value = said.removeprefix("always ").removesuffix("…")
        if cells is not None:
            findings.that(all(cell.strip().startswith(value) for cell in cells), claim, Counter(cells).most_common(2))
        else:
            without = sum(1 for line in held if line.strip() and value not in line)
            rows = sum(1 for line in held if value in line)
            findings.that(rows >= read, claim, f"in {rows} lines, {without} without")
        return
    counts = _CATEGORY.findall(_OTHERS.sub("", said))
    if counts:
        _categories(held, section, cells, claim, counts, read, findings)
        return
    ends = said.split(" … ")
    if len(ends) == 2:
        for end in ends:
            findings.that(any(end in line for line in held), claim)
        if cells is not None:
            figures = [(_figure(cell), cell) for cell in cells if _figure(cell) is not None]
            low, high = _figure(ends[0]), _figure(ends[1])
            if figures and low is not None and high is not None:
                true = (min(figures)[0], max(figures)[0])
                findings.that((low, high) == true and len(figures) == len(cells), claim, true)
        return
    findings.unknown(f"table: {claim}")


def _categories(
    held: Sequence[str],
    section: Section,
    cells: list[str] | None,
    claim: str,
    counts: list[tuple[str, str, str]],
    read: int,
    findings: Findings,
) -> None:
    true = Counter(cell.strip() for cell in cells) if cells is not None else None
    told = 0
    for value, count, at in counts:
        told += number(count)
        value = value.strip()
        if true is not None and not value.endswith("…"):
            held_by = true["" if value == "(empty)" else value]
            findings.that(number(count) == held_by, f"{value} ×{count} of {claim[:60]}", held_by)
        elif value != "(empty)":
            standing = sum(1 for line in held if value.rstrip("…") in line)
            findings.that(number(count) <= standing, f"{value} ×{count} of {claim[:60]}", f"in {standing} lines")
        for place in at.split(", ") if at else ():
            line = held[int(place) - 1 - section.start] if section.start < int(place) <= section.stop else ""
            findings.that(value == "(empty)" or value.rstrip("…") in line, f"{value} at {place}", line[:80])
    others = re.search(r"([\d,]+) other values?", claim)
    if true is not None and others:
        findings.that(number(others[1]) == len(true) - len(counts), claim, f"{len(true) - len(counts)} others")
    findings.that(told == read if not others else told < read, claim, f"{told} of {read}")


def _cells(table: list[list[str]], name: str) -> list[str] | None:
    """Return the cells below the header `name` ("column 3" where there is none), None where they cannot be told."""
    if not table:
        return None
    numbered = re.fullmatch(r"column (\d+)", name)
    if numbered:
        at = int(numbered[1]) - 1
        rows = table
    else:
        at = next((i for i, cell in enumerate(table[0]) if cell.strip()[:40] == name), -1)
        rows = table[1:]
    width = len(table[0])
    if at < 0 or any(len(row) != width for row in rows):
        return None
    return [row[at] for row in rows]


def _figure(cell: str) -> float | None:
    try:
        return float(cell.strip())
    except ValueError:
        return None
