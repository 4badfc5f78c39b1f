"""The notes of commands' filters: how many lines of a gap the rules of a note match, by the filters' own files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from headroom_mcp.compressors.command import kind as command_kind
from headroom_mcp.compressors.command.filter_rules import Filter
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
    notes = _notes(gap.held, chosen, rules)
    if note in known:
        held = notes.count(note)
        findings.that(held == gap.stop - gap.start, note, f"{held} of {gap.stop - gap.start} lines")
        return True
    if not re.fullmatch(rf"[\d,]+ lines? of (?:{names})(?:, [\d,]+ of (?:{names}))*", note):
        return False
    for count, said in re.findall(rf"([\d,]+)(?: lines?)? of ({names})", note):
        held = notes.count(said)
        findings.that(number(count) == held, f"{count} {said}", held)
    return True


def _notes(lines: Sequence[str], chosen: Filter, rules: list[tuple[re.Pattern[str], str]]) -> list[str]:
    """Return the note of each line; of one that goes on below another that of the other."""
    goes_on = {drop.note: drop.then for drop in chosen.drop if drop.then is not None}
    notes: list[str] = []
    for line in lines:
        then = goes_on.get(notes[-1]) if notes else None
        if then is not None and then.search(line):
            notes.append(notes[-1])
        else:
            notes.append(next((said for pattern, said in rules if pattern.search(line)), ""))
    return notes
