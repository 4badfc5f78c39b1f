"""The records of an output that are unlike its others (see `records`), as facts: the last to be put back, in any kind."""

from __future__ import annotations

from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact

_MIN_UNDERSTOOD = 0.5  # of text that is less understood, nobody knows what is usual in it
_MAX_RECORD_LINES = 12


def find(output: ToolOutput) -> list[Fact]:
    """Return the records unlike the others, the most unlike first; none for running text."""
    survey = output.survey
    if survey.understood < _MIN_UNDERSTOOD:
        return []
    from headroom_mcp.records import survey as survey_module

    found: list[Fact] = []
    for one in survey_module.telling(survey):
        if len(survey.texts[one.record].split()) < 2:
            continue  # a name alone: every list of names is full of unusual ones
        start, stop = survey.records[one.record]
        if stop - start <= _MAX_RECORD_LINES:
            found.append(Fact(start, 3, "unusual lines", start, stop))
    return found
