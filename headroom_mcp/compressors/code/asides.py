"""Which bodies of a whole file the question is not about: its signatures say enough of them.

A file below the size of an outline is shown but for these. What is least about the question is left out as long as it is
less than half as much about it as the best piece, never what the question names. Of 22 files that agents read or commits
changed, none lost a line that was needed then; at 0.7 of the best one in seven did, and so did files below 1,500 tokens.
"""

from __future__ import annotations

from headroom_mcp.compressors.code import importance, outline, units, wanted
from headroom_mcp.late import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headroom_mcp.tool_output import ToolOutput

MIN_TOKENS = 1_500
_MIN_TERMS = 4  # a question of one or two words tells no bodies apart
_MIN_ROWS = 5
_LEAST = 0.45  # of the best piece's score
_MOST = 0.6  # of the text


def find(output: ToolOutput, lines: list[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of the rows of bodies that can go, the least important first; the first words of documentation
    stay."""
    asked = wanted.of(output)
    if output.tokens < MIN_TOKENS or len(asked.terms) < _MIN_TERMS or not output.query:
        return
    definitions = outline.read(lines, language).definitions
    signatures = {row for definition in definitions for row in outline.head_rows(definition)}
    pieces = units.split(lines, definitions, signatures)
    scores = units.scores(lines, pieces, definitions, asked.terms)
    least = _LEAST * max(scores, default=0.0)
    named = importance.named(definitions, asked)
    room = int(_MOST * sum(len(line) + 1 for line in lines))
    for score, piece in sorted(zip(scores, pieces, strict=True)):
        if score >= least or room < 0:
            return
        owner = definitions[piece.owner] if piece.owner >= 0 else None
        if owner is None or owner.role == "type" or owner in named or piece.stop - piece.start < _MIN_ROWS:
            continue
        start = piece.start
        if piece.start <= owner.doc < piece.stop:
            start = outline.doc_rows(lines, owner.doc)[-1] + 1
        room -= sum(len(line) + 1 for line in lines[start : piece.stop])
        yield start, piece.stop
