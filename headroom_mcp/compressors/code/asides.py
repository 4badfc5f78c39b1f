"""Which bodies of a whole file the question is not about: its signatures say enough of them.

A file below the size of an outline is shown but for these. What is least about the question is left out as long as it is
less than half as much about it as the best piece, never what the question names. Of 22 files that agents read or commits
changed, none lost a line that was needed then; at 0.7 of the best one in seven did, and so did files below 1,500 tokens.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.code import importance, outline, units, wanted
from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.tool_output import MIN_SOURCE_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headroom_mcp.tool_output import ToolOutput

_MIN_TERMS = 3  # words of the question that the file has: fewer tell no bodies apart
_MIN_ROWS = 5
_MIN_LITERAL_ROWS = 12
_LEAST = 0.45  # of the best piece's score
_MOST = 0.6  # of the text

# TEMPLATE = """    const PAGE = `    QUERY: str = '''    at the margin
_LITERAL = late.pattern(r"^\w[^#]*[=(:,]\s*[rRfFbBuU]*(\"\"\"|'''|`)(?P<rest>.*)")


def find(output: ToolOutput, lines: list[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of the rows of bodies and long texts that can go, the least important first; the first words of
    documentation stay."""
    if output.tokens < MIN_SOURCE_TOKENS or not output.query or wanted.is_in_full(output):
        return
    asked = wanted.of(output)
    text = "\n".join(lines).lower()
    if sum(term in text for term in asked.terms) < _MIN_TERMS:
        return
    definitions = outline.read(lines, language).definitions
    signatures = {row for definition in definitions for row in outline.head_rows(definition)}
    pieces = units.split(lines, definitions, signatures)
    scores = units.scores(lines, pieces, definitions, asked.terms)
    least = _LEAST * max(scores, default=0.0)
    named = importance.named(definitions, asked)
    literals = _literals(lines)
    room = int(_MOST * len(text))
    for score, piece in sorted(zip(scores, pieces, strict=True)):
        if score >= least or room < 0:
            return
        start, stop = piece.start, piece.stop
        if piece.owner >= 0:
            owner = definitions[piece.owner]
            if owner.role == "type" or owner in named:  # the fields of a type are its interface
                continue
            if piece.start <= owner.doc < piece.stop:
                start = outline.doc_rows(lines, owner.doc)[-1] + 1
        else:
            start, stop = next(((max(a, start), min(b, stop)) for a, b in literals if a < stop and b > start), (0, 0))
        if stop - start < _MIN_ROWS:
            continue
        room -= sum(len(line) + 1 for line in lines[start:stop])
        yield start, stop


def _literals(lines: list[str]) -> list[tuple[int, int]]:
    """Return (start, stop) of the rows inside of long texts that a program holds: templates, queries, pages."""
    found: list[tuple[int, int]] = []
    row = 0
    while row < len(lines):
        match = _LITERAL.match(lines[row])
        if match is None or match[1] in match["rest"]:
            row += 1
            continue
        stop = next((at for at in range(row + 1, len(lines)) if match[1] in lines[at]), len(lines))
        if stop - row > _MIN_LITERAL_ROWS:
            found.append((row + 1, stop))
        row = stop + 1
    return found
