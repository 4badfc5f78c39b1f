"""What is shown in another form: which reader knows it, and the rows that any of them may hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from headroom_mcp.evals.truth.findings import Findings, is_clipped, number
from headroom_mcp.text import columns
from headroom_mcp.types import Part, Section


class Render(NamedTuple):
    """A part that is not left out, and its text ("" for kept lines)."""

    part: Part
    text: str


# 2023-03-01T12:00:00.0000000Z: what a CI service puts into every line
_STAMP = re.compile(r"\ufeff?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]?\d*Z? ?")
_TAILED = re.compile(r"\[(?:(?:log|list) of |access log of )")


def has_tail(head: str) -> bool:
    """Tell whether what begins with `head` ends with a table of counts."""
    return _TAILED.match(head) is not None


def check(
    lines: Sequence[str], section: Section, drawn: Sequence[Render], findings: Findings, *, closer: bool = False
) -> None:
    """Check the renders of one section of `lines`; `closer`: columns may stand closer, as is said above."""
    from headroom_mcp.evals.truth import compact, digests, fields, listings, records, tables

    if section.kind == "code":
        drawn = _without_data(lines, section, drawn, findings)
    first = next((render.text for render in drawn if render.text), "")
    if not first:
        return
    at_head = [render for render in drawn if render.text][:2]
    head = next((render.text for render in at_head if _TAILED.match(render.text)), "")
    if head.startswith("[access log"):
        records.check_requests(lines, section, drawn, findings)
        return
    if head:
        records.check(lines, section, drawn, findings)
        return
    if match := fields.HEAD.fullmatch(first):
        fields.check(lines, match, [render.part for render in drawn if render.part.stop > render.part.start], findings)
        drawn = [render for render in drawn if render.text != first]
    usual = listings.usual(drawn)
    for render in drawn:
        held = lines[render.part.start : render.part.stop]
        if (
            not render.text
            or render.text == "\n".join(held)
            or is_unpadded(render, held)
            or (closer and is_closer(render, held, findings))
        ):
            continue
        if below(render, held, findings, closer=closer):
            continue
        if usual is not None:
            listings.check(lines, render, usual, findings)
        elif section.kind == "json":
            compact.check(lines, render.part, findings)
        elif section.kind == "table" or tables.REST.match(render.text):
            tables.check(lines, section, render, drawn, findings)
        elif section.kind in digests.READERS:
            digests.READERS[section.kind](lines, section, render, findings)
        else:
            plain(lines, section, render, findings)


def _without_data(lines: Sequence[str], section: Section, drawn: Sequence[Render], findings: Findings) -> list[Render]:
    """Check the rows of data within source, each run a section of its own, and return what is left of `drawn`."""
    from headroom_mcp.evals.truth import records

    left: list[Render] = []
    data: list[Render] = []
    for render in drawn:
        if not data and not (render.part.start == render.part.stop and has_tail(render.text)):
            left.append(render)
            continue
        data.append(render)
        if len(data) > 1 and render.part.start == render.part.stop:
            run = section._replace(start=data[0].part.start, stop=render.part.stop)
            records.check(lines, run, data, findings)
            data = []
    return [*left, *data]


# a rule, however drawn
_RULE = re.compile(r"[^\w<>#(){}\[\]]*[-─═=]{3}[^\w<>#(){}\[\]]*")
_NUMBER = re.compile(r" *\d+\t")


def is_unpadded(render: Render, held: Sequence[str]) -> bool:
    """Tell whether `render` is numbered lines in full, without the blanks before their numbers."""
    rows = render.text.split("\n")
    return render.part.action == "render" and rows == [line.lstrip(" ") for line in held if _NUMBER.match(line)]


def is_closer(render: Render, held: Sequence[str], findings: Findings) -> bool:
    """Check lines whose columns stand closer, and the head above them; tell whether `render` is one of these."""
    part = render.part
    if render.text == columns.HEAD:
        return findings.that(part.start == part.stop, render.text)
    rows = render.text.split("\n")
    return part.action == "render" and part.stop > part.start and _words(rows) == _words(held) and rows != list(held)


def _words(rows: Sequence[str]) -> list[list[str]]:
    """Return the words of each row, without the bars at its ends; of a rule that it is one."""
    return [[columns.RULE] if _RULE.fullmatch(row) else row.replace("│", "|").strip(" |").split() for row in rows]


_BELOW = re.compile(r'\[the next ([\d,]+) lines (?:begin with "([^"]*)")?(?: and )?(?:end with "([^"]*)")?\]')


def below(render: Render, held: Sequence[str], findings: Findings, *, closer: bool = False) -> bool:
    """Check lines that stand below what they begin and end with; tell whether `render` is that."""
    head, *rows = render.text.split("\n")
    match = _BELOW.fullmatch(head)
    if match is None:
        return False
    findings.that(number(match[1]) == len(rows), head, len(rows))
    rows = [f"{match[2] or ''}{row}{match[3] or ''}" for row in rows]
    findings.that(rows == list(held) or (closer and _words(rows) == _words(held)), head)
    return True


_SAID = (
    (
        re.compile(r"\[(?:.*: this(?:, and the time,| is) cut from the head of each line|times cut from the lines)\]"),
        "cut",
    ),
    (re.compile(r"\[code frames cut below: [\d,]+\]"), "cut"),
    (re.compile(r"\[the ends of [\d,]+ of the [\d,]+ rows below are cut\]"), "cut"),
    (re.compile(r"\[the time stamps at the head of the lines are cut\]"), "cut"),
    (re.compile(r"\[… (?P<count>[\d,]+) lines? in (?P<first>\d+)-(?P<last>\d+)(?:, like (?P<like>\d+))?\]"), "block"),
    (re.compile(r"\[… (?P<count>[\d,]+) more failures\]"), "more"),
)


def plain(lines: Sequence[str], section: Section, render: Render, findings: Findings) -> None:
    """Check rows that are lines of the original, whole or in part, and what is said between them."""
    part = render.part
    held = [lines[i] for i in range(part.start, part.stop)]
    shown = 0
    for row in render.text.split("\n"):
        if not row.startswith("[… ") and is_shown(row, held):
            shown += 1
            continue
        for pattern, what in _SAID:
            match = pattern.fullmatch(row)
            if match:
                _said(what, match, lines, section, shown, part, findings)
                break
        else:
            if not _in_part(row, held, findings):
                findings.unknown(f"{section.kind}: {row}")


def is_shown(row: str, held: Sequence[str]) -> bool:
    """Tell whether `row` is one of the lines `held`, with or without what stands at its head, or its beginning."""
    bare = row.strip()
    if not bare:
        return True
    if any(bare == _STAMP.sub("", line).strip() for line in held):
        return True
    return any(line == row or line.endswith(row) for line in held) or (any(bare in line for line in held))


def _said(
    what: str,
    match: re.Match[str],
    lines: Sequence[str],
    section: Section,
    shown: int,
    part: Part,
    findings: Findings,
) -> None:
    if what == "cut":
        findings.that(section.stop > section.start, match.group())
        return
    count = number(match["count"])
    if what == "more":
        findings.that(0 < count < len(lines), match.group())
        return
    first, last = int(match["first"]) - 1, int(match["last"])
    findings.that((first, last) == (part.start, part.stop), match.group(), (part.start + 1, part.stop))
    findings.that(count == last - first - shown, match.group(), f"{last - first - shown} of {last - first}")
    if match["like"]:
        findings.that(0 <= int(match["like"]) - 1 < first, match.group())


def _in_part(row: str, held: Sequence[str], findings: Findings) -> bool:
    """Check a long line shown in part; tell whether `row` is one."""
    if " chars …]" in row:
        holds = any(is_clipped(row, line) or is_clipped(row, line.strip()) or _ends_clipped(row, line) for line in held)
        findings.that(holds, row)
        return True
    if "sentence" in row and "[… " in row:
        pieces = re.split(r" ?\[… \d+ sentences? …\] ?", row)
        findings.that(any(all(piece.strip() in line for piece in pieces) for line in held), row)
        return True
    return False


def _ends_clipped(row: str, line: str) -> bool:
    """Tell whether `row` is the clipped end of `line`, whose head is cut."""
    head = row[: row.index("[… ")]
    at = line.find(head)
    return at >= 0 and is_clipped(row, line[at:])
