"""The gate: no compressor's mistake may hide a fact.

It compares the facts of the original with what a compressor shows and puts back what is missing, in rank order, as far
as the room goes; what does not fit is counted in the marker of the gap it falls into.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from headroom_mcp.text import tokens
from headroom_mcp.types import Fact, Part


def restore(lines: Sequence[str], parts: Sequence[Part], facts: Sequence[Fact], room_tokens: int) -> list[Part]:
    """Return `parts` with the facts they leave out put back as kept lines.

    `room_tokens` bounds what is added. Facts that lie in rendered parts are the compressor's own care. Left-out failures
    that find no room are counted in the note of their gap ("12 failures").
    """
    gap_of = _gaps_by_line(parts)
    wanted: dict[int, set[int]] = {}
    missed: dict[int, dict[str, int]] = {}
    left = room_tokens
    for fact in facts:
        gap = gap_of(fact.line)
        if gap is None or fact.line in wanted.get(gap, ()):
            continue
        block = [i for i in range(fact.start, fact.stop) if gap_of(i) == gap]
        cost = tokens.estimate("\n".join(lines[i] for i in block)) + 2
        if cost <= left:
            left -= cost
            wanted.setdefault(gap, set()).update(block)
        elif fact.rank == 0:
            counts = missed.setdefault(gap, {})
            counts[fact.kind] = counts.get(fact.kind, 0) + 1
    if not wanted and not missed:
        return list(parts)
    restored: list[Part] = []
    for index, part in enumerate(parts):
        if index in wanted or index in missed:
            restored.extend(_split(part, sorted(wanted.get(index, ())), missed.get(index, {})))
        else:
            restored.append(part)
    return restored


def _split(part: Part, kept: list[int], missed: dict[str, int]) -> list[Part]:
    note = part.note
    if missed:
        note = ", ".join(
            [*([note] if note else []), *(f"{count} {_unit(kind, count)} among them" for kind, count in missed.items())]
        )
    pieces: list[Part] = []
    position = part.start
    for line in kept:
        if line > position:
            pieces.append(Part(position, line, "omit"))
        if pieces and pieces[-1].action == "keep" and pieces[-1].stop == line:
            pieces[-1] = Part(pieces[-1].start, line + 1, "keep")
        else:
            pieces.append(Part(line, line + 1, "keep"))
        position = line + 1
    if position < part.stop:
        pieces.append(Part(position, part.stop, "omit"))
    # The note speaks of the whole gap, so it goes to its largest piece.
    gaps = [i for i, piece in enumerate(pieces) if piece.action == "omit"]
    if note and gaps:
        largest = max(gaps, key=lambda i: (pieces[i].stop - pieces[i].start, -i))
        pieces[largest] = pieces[largest]._replace(note=note)
    return pieces


def _unit(kind: str, count: int) -> str:
    return kind.removesuffix("s") if count == 1 else kind


def _gaps_by_line(parts: Sequence[Part]) -> Callable[[int], int | None]:

    starts = [part.start for part in parts if part.stop > part.start]
    indexes = [i for i, part in enumerate(parts) if part.stop > part.start]

    def gap_of(line: int) -> int | None:
        at = bisect_right(starts, line) - 1
        if at < 0:
            return None
        index = indexes[at]
        return index if parts[index].action == "omit" else None

    return gap_of
