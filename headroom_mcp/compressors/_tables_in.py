"""Long tables within a document, each in short by itself: the row that answers stays, wherever in the table it stands."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import compressors
from headroom_mcp.compressors import _within
from headroom_mcp.compressors._sections import Block
from headroom_mcp.compressors._within import Piece
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput

_MIN_LINES = 12
_MIN_TOKENS = 150  # of a budget: the heading, what is said of the columns and some rows


def shortened(output: ToolOutput, found: Sequence[Block], budget: int) -> list[Piece]:
    """Return the long tables among the blocks `found` of `output` that are shorter by their rows, each with its share of
    `budget`."""
    tables: list[Piece] = []
    for start, stop in _runs(found):
        piece = output.section(start, stop)
        share = max(_MIN_TOKENS, budget * piece.tokens // max(1, output.tokens))
        made = compressors.load("table").compress(piece, share) if stop - start >= _MIN_LINES else None
        if made is None:
            continue
        moved = _within.moved(made.parts, start)
        cost = tokens.estimate(render.render(output.lines, moved))
        if cost < piece.tokens:
            tables.append(Piece(start, stop, moved, cost))
    return tables


def without(found: Sequence[Block], tables: Sequence[Piece]) -> list[Block]:
    """Return the blocks `found` that are of no table."""
    return [block for block in found if not any(one.start <= block.start < one.stop for one in tables)]


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
