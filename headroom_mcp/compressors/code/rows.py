"""Data within source: the rows of a table, a fixture, an enumeration, the `INSERT`s of a dump. An outline has no line for
them, and yet they are most of such a file; the row that is unlike the others is shown, the others are counted.

    DEPOTS = [
    [list of 900 lines; 6 by line number, the others counted below]
    10          ("Albrendar", "AL0", 31, "active"),
    …
    412         ("Tanhiljor", "TA402", 98765, "quarantined"),
    893 of 899× 10-909 like 10
    ]
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from headroom_mcp.compressors import _within
from headroom_mcp.compressors._within import Piece
from headroom_mcp.compressors.code.outline import Definition
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens, written
from headroom_mcp.tool_output import ToolOutput

_OFTEN = 20  # lines written alike in a file
_MIN_ROWS = 40
_MOSTLY_DATA = 0.8  # of the lines
_ROWS_FOR_EACH_FORM = 10
_MOSTLY_ALIKE = 0.6  # share of records of one form
_MAX_BETWEEN = 3  # lines of no frequent form between two rows: an odd row, a comment, a blank line
_MIN_TOKENS = 300  # of a budget: what is usual, what is not, and the count


def find(lines: Sequence[str], definitions: Sequence[Definition]) -> list[tuple[int, int]]:
    """Return the runs of rows (start, stop) of `lines` that are written alike, apart from their values; none of them holds
    one of the `definitions`. In the body of a function a blank line ends a run: what it divides are paragraphs of a program."""
    if len(lines) < _MIN_ROWS:
        return []
    forms = written.forms(lines)
    often = {form for form, count in Counter(forms).items() if form and count >= _OFTEN}
    ends = {definition.start for definition in definitions if definition.stop > definition.head_stop}
    for definition in definitions:
        if definition.role == "function":
            ends.update(row for row in range(definition.head_stop, definition.stop) if not forms[row])
    found: list[tuple[int, int]] = []
    start = last = -1
    for row, form in enumerate(forms):
        if row in ends or (start >= 0 and row - last > _MAX_BETWEEN + 1):
            found.append((start, last + 1))
            start = -1
        if form in often and row not in ends:
            start, last = (row if start < 0 else start), row
    found.append((start, last + 1))
    return [(start, stop) for start, stop in found if start >= 0 and _is_data(forms[start:stop])]


def is_mostly_data(lines: Sequence[str]) -> bool:
    """Tell whether hardly anything in a file is to be read but rows of data."""
    return sum(stop - start for start, stop in find(lines, ())) >= _MOSTLY_DATA * len(lines)


def shortened(output: ToolOutput, lines: list[str], definitions: Sequence[Definition], budget: int) -> list[Piece]:
    """Return the runs of rows of `lines` that are shorter by what is unlike the others, each within its share of `budget`.

    `lines`: those of `output`, without the numbers that a viewer has printed.
    """
    pieces: list[Piece] = []
    for start, stop in find(lines, definitions):
        piece = output.with_lines(lines[start:stop])
        piece.offset = output.offset + start
        if not is_understood(piece):
            continue
        share = max(_MIN_TOKENS, budget * piece.tokens // max(1, output.tokens))
        from headroom_mcp.compressors import _by_record  # few files hold data

        made = _by_record.compress(piece, share, "list")
        if made is None:
            continue
        cost = tokens.estimate(render.render(piece.lines, made.parts))
        if cost * 2 < piece.tokens:
            pieces.append(Piece(start, stop, _within.moved(made.parts, start), cost))
    return pieces


def is_understood(piece: ToolOutput) -> bool:
    """Tell whether it can be known what is usual in rows: most values are few, or numbers, or most rows are written alike."""
    from headroom_mcp.compressors import _by_record

    if _by_record.fits(piece):
        return True
    survey = piece.survey
    most = max((len(group.rows) for group in survey.groups), default=0)
    return most >= _MOSTLY_ALIKE * len(survey.records)


def are_written_alike(lines: Sequence[str]) -> bool:
    """Tell whether there are few ways in which `lines` are written, and many lines for each."""
    return _is_data(written.forms(lines))


def _is_data(forms: Collection[str]) -> bool:
    return len(forms) >= _MIN_ROWS and len(set(forms)) * _ROWS_FOR_EACH_FORM <= len(forms)
