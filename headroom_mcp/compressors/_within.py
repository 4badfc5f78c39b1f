"""A piece of an output that is shown another way than what stands around it."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import NamedTuple
from headroom_mcp.types import Part


class Piece(NamedTuple):
    """Lines `start` … `stop - 1` of an output, the parts that show them, by the lines of that output, and what these cost."""

    start: int
    stop: int
    parts: list[Part]
    tokens: int


def moved(parts: Sequence[Part], lines: int) -> list[Part]:
    """Return `parts` of a text that begins `lines` lines further down in another."""
    return [part._replace(start=part.start + lines, stop=part.stop + lines) for part in parts]


def spliced(parts: Sequence[Part], pieces: Sequence[Piece]) -> list[Part]:
    """Return `parts`, which keep the lines of all `pieces`, with these as they are shown."""
    made: list[Part] = []
    left = list(pieces)
    for part in parts:
        position = part.start
        while part.action == "keep" and left and part.start <= left[0].start < part.stop:
            piece = left.pop(0)
            if piece.start > position:
                made.append(Part(position, piece.start, "keep"))
            made.extend(piece.parts)
            position = piece.stop
        if position < part.stop or part.start == part.stop:
            made.append(part._replace(start=position))
    return made
