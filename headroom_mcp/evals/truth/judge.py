"""One output through the flow, and what holds of its short form."""

from __future__ import annotations

import re

from headroom_mcp.evals.truth import runs, walk
from headroom_mcp.evals.truth.findings import Findings, number
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.flow import footer
from headroom_mcp.flow.plan import plan_within
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker, opened
from headroom_mcp.text.lines import split_lines
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import View

_REF = "0" * 12
_TOLD = re.compile(r"([\d,]+) (passed|failed|skipped|xfailed or xpassed)\b")


def judge(given: Input, settings: Settings) -> Findings | None:
    """Return what holds of the short form of `given`; None where nothing of it is left out."""
    output = ToolOutput(given.text, given.tool_name, given.tool_input, given.query)
    if output.tokens < settings.min_tokens:
        return None
    planned = plan_within(output, settings, View(limits.limit_chars(given.tool_name)))
    if planned is None or all(part.action == "keep" for part in planned.parts):
        return None
    shown = footer.added(planned, _REF, "")
    wrapper = opened.opened(given.text, given.tool_name)
    lines = split_lines("\n".join(wrapper.lines) + "\n") if wrapper else output.lines
    findings = walk.check(
        walk.Checked(lines, output.command, planned, shown, _overwritten(given, len(lines)), wrapper is not None)
    )
    if given.made is not None and len(given.made.told) <= len(lines):
        _verdicts(given.made, shown, findings)
    return findings


def _overwritten(given: Input, kept: int) -> int:
    """Return how many states of lines later ones overwrite at most: all that a return begins, less the lines that are left;
    states that say nothing or the same again may not be counted."""
    states = [state for line in given.text.split("\n") for state in line.rstrip("\r").split("\r") if state.strip()]
    filled = sum(1 for line in given.text.split("\n") if line.strip())
    return len(states) - filled


def _verdicts(made: runs.Made, shown: str, findings: Findings) -> None:
    """Check what markers say of tests by the names of the tests between their lines."""
    if not runs.says_in_line(made):
        return  # the verdict stands on another line than the name
    for row in shown.split("\n"):
        lines = marker.gap_range(row)
        if lines is None:
            continue
        note = row.partition(" · ")[2]
        least, most = runs.counted(made, lines[0] - 1, lines[1])
        told = {word: number(count) for count, word in _TOLD.findall(note)}
        for word in most.keys() | told.keys():
            said = told.get(word, 0)
            if told:
                findings.that(
                    least[word] <= said <= most[word], f"{said} {word} of {row}", f"{least[word]} to {most[word]}"
                )
