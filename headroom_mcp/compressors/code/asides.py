"""Which bodies of a short file the question is not about: their signatures say enough of them.

A file below the size of an outline is shown but for these. A body goes as a whole, where its best piece is much less about the
question than the best of the file; so do long texts that a program holds. Never what the question names, and nothing where it
is not sure what the question is about. Short bodies stay: what an agent writes next has words of them, and little is saved.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.code import aim, importance, outline, trims, wanted
from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.tool_output import MIN_SOURCE_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headroom_mcp.tool_output import ToolOutput

_MIN_ROWS = 10
_MIN_LITERAL_ROWS = 12
_LEAST = 0.5  # of the best piece's score
_MOST = 0.6  # of the text

# TEMPLATE = """    const PAGE = `    QUERY: str = '''    at the margin
_LITERAL = late.pattern(r"^\w[^#]*[=(:,]\s*[rRfFbBuU]*(\"\"\"|'''|`)(?P<rest>.*)")


def find(output: ToolOutput, lines: list[str], language: str) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of the rows of bodies and long texts that can go, the least important first; the first words of
    documentation stay."""
    if output.tokens < MIN_SOURCE_TOKENS or not output.query or wanted.is_in_full(output):
        return
    if trims.is_about_documentation(output.query):
        return
    aimed = aim.take(output, lines, language)
    if aimed.best < aim.HALF_SURE:
        return
    definitions = aimed.outline.definitions
    named = importance.named(definitions, aimed.asked)
    of_body: dict[int, float] = {}
    for score, piece in zip(aimed.scores, aimed.pieces, strict=True):
        of_body[piece.owner] = max(score, of_body.get(piece.owner, 0.0))
    literals = _literals(lines)
    room = int(_MOST * len(output.text))
    for score, piece in sorted(zip(aimed.scores, aimed.pieces, strict=True)):
        start, stop = piece.start, piece.stop
        if piece.owner >= 0:
            owner = definitions[piece.owner]
            if owner.role == "type" or owner in named:  # the fields of a type are its interface
                continue
            score = of_body[piece.owner]
            if piece.start <= owner.doc < piece.stop:
                start = outline.doc_rows(lines, owner.doc)[-1] + 1
            if owner.stop - max(start, owner.head_stop) < _MIN_ROWS:
                continue
        else:
            start, stop = next(((max(a, start), min(b, stop)) for a, b in literals if a < stop and b > start), (0, 0))
        if score >= _LEAST * aimed.best or stop <= start:
            continue
        room -= sum(len(line) + 1 for line in lines[start:stop])
        if room < 0:
            return
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
