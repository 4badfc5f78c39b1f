"""The records of an output that are unlike its others (see `records`), as facts: the last to be put back, in any kind."""

from __future__ import annotations

from headroom_mcp.query import bm25
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact

_MIN_UNDERSTOOD = 0.5  # of text that is less understood, nobody knows what is usual in it
_MAX_RECORD_LINES = 12


def asked_for(output: ToolOutput) -> list[Fact]:
    """Return the records that a superlative of the question means: the three longest, the last."""
    if not bm25.may_compare(output.query):
        return []
    from headroom_mcp.query import superlatives

    wanted = superlatives.read(output.query)
    if not wanted:
        return []
    from headroom_mcp.records import extremes

    survey = output.survey
    meant = (survey.records[row] for row in extremes.of(survey, wanted))
    return [Fact(at, 1, "answers", at, stop) for at, stop in meant if stop - at <= _MAX_RECORD_LINES]


def find(output: ToolOutput) -> list[Fact]:
    """Return the records unlike the others, the most unlike first; none for running text."""
    survey = output.survey
    if survey.understood < _MIN_UNDERSTOOD:
        return []
    from headroom_mcp.records import survey as survey_module

    found = asked_for(output)
    for one in survey_module.telling(survey):
        if len(survey.texts[one.record].split()) < 2:
            continue  # a name alone: every list of names is full of unusual ones
        start, stop = survey.records[one.record]
        if stop - start <= _MAX_RECORD_LINES:
            found.append(Fact(start, 3, "unusual lines", start, stop))
    return found
