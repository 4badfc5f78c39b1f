"""A short form read beside its parts and its original, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from headroom_mcp.compressors import _folders
from headroom_mcp.evals.truth import counts, gaps, renders
from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.flow.plan import Plan
from headroom_mcp.text import columns, opened
from headroom_mcp.types import Part, Section

_GAP = re.compile(r"\[… (lines?) (\d+)(?:-(\d+))?(?: · (.*))?\]")
_TEXT = re.compile(r"\(\d+\) .*:")
_BARE_FOOTER = re.compile(r"\[headroom [0-9a-f]{12,}\]")
_FOOTER = re.compile(r"\[headroom [0-9a-f]{12,}: (.*?)(?:; headroom_retrieve)?\]")


_PATHS = re.compile(r"\[paths: …/ for (/.*/)\]")


class Checked(NamedTuple):
    """An original, where it came from, what was planned for it and the text that is shown; `overwritten`: how many states of its
    lines a terminal would at most not show any more; `wrapped`: the lines are those of texts in a wrapper."""

    lines: Sequence[str]
    command: str
    planned: Plan
    shown: str
    overwritten: int = 0
    wrapped: bool = False


def check(given: Checked) -> Findings:
    """Return what holds of the statements in the text shown."""
    findings = Findings()
    given = _with_whole_paths(given, findings)
    body, _, foot = given.shown.rpartition("\n")
    rows = body.split("\n")
    position = at = kept = 0
    closer = any(part.text == columns.HEAD for part in given.planned.parts)
    for section, parts in _by_section(given.planned):
        drawn: list[renders.Render] = []
        for part in parts:
            findings.that(part.start == position, f"a part begins at line {part.start + 1}", position + 1)
            position = part.stop
            if part.action == "keep":
                size = part.stop - part.start
                same = rows[at : at + size] == list(given.lines[part.start : part.stop])
                findings.that(same, f"lines {part.start + 1}-{part.stop} as they are")
                at += size
                kept += size
                if part.text:
                    at += part.text.count("\n") + 1
                    findings.unknown(part.text)
            elif part.action == "omit":
                _gap(rows[at], part, given, section.kind, findings)
                at += 1
            elif part.text:
                size = part.text.count("\n") + 1
                findings.that("\n".join(rows[at : at + size]) == part.text, "a render as it is")
                at += size
            told = "(below" in part.text or _TEXT.fullmatch(part.text) or opened.DIVIDED in part.text
            if given.wrapped and part.start == part.stop and told:
                # the wrapper, whose texts stand below it, the name of one of them, or that long lines are divided
                findings.that(True, part.text)
            elif part.action != "omit":
                drawn.append(renders.Render(part, part.text))
        renders.check(given.lines, section, drawn, findings, closer=closer)
    findings.that(position == len(given.lines), f"{position} lines in all", len(given.lines))
    findings.that(at == len(rows), "nothing else is said", rows[at : at + 3])
    _footer(foot, given, body, findings)
    return findings


def _with_whole_paths(given: Checked, findings: Findings) -> Checked:
    """Return what is shown with the folder in the place of the mark that stands for it, and check that nothing else is so marked."""
    parts = given.planned.parts
    head = next((part for part in parts if part.start == part.stop and _PATHS.fullmatch(part.text)), None)
    match = _PATHS.fullmatch(head.text) if head is not None else None
    if head is None or match is None:
        return given
    findings.that(not any(_folders.MARK in line for line in given.lines), head.text, "the mark stands in the original")
    whole = [part._replace(text=part.text.replace(_folders.MARK, match[1])) for part in parts if part is not head]
    shown = given.shown.replace(f"{head.text}\n", "", 1).replace(_folders.MARK, match[1])
    return given._replace(planned=given.planned._replace(parts=whole), shown=shown)


def _by_section(planned: Plan) -> Iterator[tuple[Section, list[Part]]]:
    """Yield each section with its parts. A part without lines between two sections begins the later one, unless the
    earlier one, which began with a part that has a tail, has no end yet."""
    parts = list(planned.parts)
    at = 0
    for number_of, section in enumerate(planned.sections):
        held: list[Part] = []
        while at < len(parts):
            part = parts[at]
            if part.start == part.stop == section.stop and held and held[-1].stop == section.stop:
                last = number_of == len(planned.sections) - 1
                if not (last or any(renders.has_tail(one.text) for one in held)):
                    break
                held.append(part)
                at += 1
                if not last:
                    break
                continue
            if (part.start >= section.stop and part.stop > section.stop) or (held and part.start >= section.stop):
                break
            held.append(part)
            at += 1
        yield section, held


def _gap(row: str, part: Part, given: Checked, kind: str, findings: Findings) -> None:
    """Check a marker in place."""
    match = _GAP.fullmatch(row)
    if not findings.that(match is not None, row, "a marker") or match is None:
        return
    first, last = int(match[2]), int(match[3] or match[2])
    findings.that((first == last) == (match[1] == "line"), row)
    findings.that((first, last) == (part.start + 1, part.stop), row, (part.start + 1, part.stop))
    if match[4]:
        gaps.check(match[4], gaps.Gap(given.lines, part.start, part.stop, kind, given.command), findings)


def _footer(row: str, given: Checked, body: str, findings: Findings) -> None:
    """Check the last line: how many lines are left out or in short, of how many."""
    parts, total, overwritten = given.planned.parts, len(given.lines), given.overwritten
    if _BARE_FOOTER.fullmatch(row):  # nothing is left out but what stands above, or what is told in place
        findings.that(given.planned.lacks_nothing or given.planned.told_in_place, row)
        return
    match = _FOOTER.fullmatch(row)
    if not findings.that(match is not None, row, "a footer") or match is None:
        return
    said = match[1]
    true = counts.of(given.lines, parts, body)
    told = 0
    for claim in said.split(", ") if not re.search(r"\d,\d", said) else re.split(r", (?=[\d]|all|rearr)", said):
        if found := re.fullmatch(r"([\d,]+) of ([\d,]+) lines (left out|in short)", claim):
            may_be = true.left_out if found[3] == "left out" else true.in_short
            findings.that(number(found[1]) in may_be and number(found[2]) == total, claim, true)
            told += number(found[1])
        elif found := re.fullmatch(r"([\d,]+) of ([\d,]+) [\w ]+ left out", claim):
            findings.that(0 < number(found[1]) <= number(found[2]), claim)
        elif found := re.fullmatch(r"([\d,]+) overwritten states? left out", claim):
            findings.that(0 < number(found[1]) <= overwritten, claim, f"at most {overwritten}")
        elif found := re.fullmatch(r"all ([\d,]+) lines", claim):
            findings.that(true.changed == 0 and number(found[1]) == total, claim, total)
        elif re.fullmatch(r"all [\d,]+ [\w ]+", claim) or claim == "rearranged":
            findings.that(true.changed == 0, claim)
        else:
            findings.unknown(claim)
    findings.that(told == true.changed, row, true)
