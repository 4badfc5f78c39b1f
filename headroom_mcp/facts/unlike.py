"""The records of an output that are unlike its others (see `records`), or that a question's superlatives mean; as facts they
are the last to be put back, in any kind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from headroom_mcp.facts import frames
from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.query import bm25
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact

if TYPE_CHECKING:
    from headroom_mcp.facts.blocks import Block
    from headroom_mcp.records.slots import Slot
    from headroom_mcp.records.survey import Survey

_MIN_UNDERSTOOD = 0.5  # of text that is less understood, nobody knows what is usual in it
_MAX_RECORD_LINES = 12
_MIN_UNDERSTOOD_WITHIN = 0.6  # of what a block leaves out
_MOSTLY_FRAMES = 0.4
_MIN_LEFT_OUT = 12  # lines of a block
_MAX_OF_BLOCK = 3


def meant(question: str, survey: Survey, columns: Sequence[Slot] = ()) -> list[int]:
    """Return the records that the superlatives of a question mean: the three longest, the last. `columns`: a table's cells."""
    if not bm25.may_compare(question):
        return []
    from headroom_mcp.query import superlatives

    wanted = superlatives.read(question)
    if not wanted:
        return []
    from headroom_mcp.records import extremes

    return extremes.of(survey, wanted, columns)


def find(output: ToolOutput) -> list[Fact]:
    """Return the records unlike the others, the most unlike first; none for running text."""
    survey = output.survey
    if survey.understood < _MIN_UNDERSTOOD:
        return []
    from headroom_mcp.records import survey as survey_module

    asked_for = (survey.records[row] for row in meant(output.query, survey))
    found = [Fact(at, 1, "answers", at, stop) for at, stop in asked_for if stop - at <= _MAX_RECORD_LINES]
    for one in survey_module.telling(survey):
        if len(survey.texts[one.record].split()) < 2:
            continue  # a name alone: every list of names is full of unusual ones
        start, stop = survey.records[one.record]
        if stop - start <= _MAX_RECORD_LINES:
            found.append(Fact(start, 3, "unusual lines", start, stop))
    return found


def of_block(lines: Sequence[str], block: Block) -> Block:
    """Return a long `block` with those lines as essential, too, that are unlike the others in the longest stretch that it
    leaves out: what was printed meanwhile, mostly."""
    marks = [block.start - 1, *block.essential, block.stop]
    start, stop = max(((a + 1, b) for a, b in pairwise(marks)), key=lambda gap: gap[1] - gap[0])
    rest = [i for i in range(start, stop) if lines[i].strip()]
    framed = sum(1 for i in rest if frames.is_frame(lines[i]))
    rest = [i for i in rest if not frames.is_frame(lines[i])]
    if len(rest) < _MIN_LEFT_OUT or framed > _MOSTLY_FRAMES * (len(rest) + framed):
        return block  # a trace and its code is not a record of anything
    from headroom_mcp.records import find as records
    from headroom_mcp.records import survey as survey_module

    found = survey_module.of_records([lines[i] for i in rest], [records.Record(at, at + 1) for at in range(len(rest))])
    if found.understood < _MIN_UNDERSTOOD_WITHIN:
        return block
    telling = [rest[one.record] for one in survey_module.telling(found)]
    return block._replace(essential=tuple(sorted({*block.essential, *telling[:_MAX_OF_BLOCK]})))
