"""Long tables within a document, each in short by itself: the row that answers stays, wherever in the table it stands."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import compressors
from headroom_mcp.compressors._sections import Block
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_MIN_LINES = 12
_MIN_TOKENS = 150  # of a budget: the heading, what is said of the columns and some rows


class TableWithin(NamedTuple):
    """Lines `start` … `stop - 1` of a document, a table, and the parts that show it by the lines of the document."""

    start: int
    stop: int
    parts: list[Part]
    tokens: int


def shortened(output: ToolOutput, found: Sequence[Block], budget: int) -> list[TableWithin]:
    """Return the long tables among the blocks `found` of `output` that are shorter by their rows, each with its share of
    `budget`."""
    tables: list[TableWithin] = []
    for start, stop in _runs(found):
        piece = output.section(start, stop)
        share = max(_MIN_TOKENS, budget * piece.tokens // max(1, output.tokens))
        made = compressors.load("table").compress(piece, share) if stop - start >= _MIN_LINES else None
        if made is None:
            continue
        moved = [part._replace(start=part.start + start, stop=part.stop + start) for part in made.parts]
        cost = tokens.estimate(render.render(output.lines, moved))
        if cost < piece.tokens:
            tables.append(TableWithin(start, stop, moved, cost))
    return tables


def without(found: Sequence[Block], tables: Sequence[TableWithin]) -> list[Block]:
    """Return the blocks `found` that are of no table."""
    return [block for block in found if not any(one.start <= block.start < one.stop for one in tables)]


def spliced(parts: Sequence[Part], tables: Sequence[TableWithin]) -> list[Part]:
    """Return `parts`, which keep the lines of all `tables`, with these in short."""
    made: list[Part] = []
    left = list(tables)
    for part in parts:
        position = part.start
        while part.action == "keep" and left and part.start <= left[0].start < part.stop:
            table = left.pop(0)
            if table.start > position:
                made.append(Part(position, table.start, "keep"))
            made.extend(table.parts)
            position = table.stop
        if position < part.stop or part.start == part.stop:
            made.append(part._replace(start=position))
    return made


def _runs(found: Sequence[Block]) -> list[tuple[int, int]]:
    """Return the lines of each table: the blocks of a long one follow each other."""
    runs: list[tuple[int, int]] = []
    for block in found:
        if block.kind != "table":
            continue
        if runs and runs[-1][1] == block.start:
            runs[-1] = (runs[-1][0], block.stop)
        else:
            runs.append((block.start, block.stop))
    return runs
