"""The notes of commands' filters: how many lines of a gap the rules of a note match, by the filters' own files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headroom_mcp.compressors.command import kind as command_kind
from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.tool_output import ToolOutput

if TYPE_CHECKING:
    from headroom_mcp.evals.truth.gaps import Gap


def check(note: str, gap: Gap, findings: Findings) -> bool:
    """Check a note of one filter of the gap's command; tell whether it is one."""
    chosen = command_kind.filter_of(ToolOutput("", "Bash", {"command": gap.command}))
    if chosen is None:
        return False
    rules = [(drop.lines, drop.note) for drop in chosen.drop] + [(fold.lines, fold.note) for fold in chosen.fold]
    known = sorted({said for _, said in rules if said}, key=len, reverse=True)
    names = "|".join(map(re.escape, known))
    if note in known:
        held = sum(1 for line in gap.held if _note_of(line, rules) == note)
        findings.that(held == gap.stop - gap.start, note, f"{held} of {gap.stop - gap.start} lines")
        return True
    if not re.fullmatch(rf"[\d,]+ lines? of (?:{names})(?:, [\d,]+ of (?:{names}))*", note):
        return False
    for count, said in re.findall(rf"([\d,]+)(?: lines?)? of ({names})", note):
        held = sum(1 for line in gap.held if _note_of(line, rules) == said)
        findings.that(number(count) == held, f"{count} {said}", held)
    return True


def _note_of(line: str, rules: list[tuple[re.Pattern[str], str]]) -> str:
    return next((said for pattern, said in rules if pattern.search(line)), "")
