"""The gate: no compressor's mistake may hide a fact.

It compares the facts of the original with what a compressor shows and puts back what is missing, in rank order, as far
as the room goes; what does not fit is counted in the marker of the gap it falls into. What a gap's marker says is said
last: of a gap from which lines were put back, of what is left of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from headroom_mcp.late import NamedTuple
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Fact, Note, Part

FAILURES, QUOTED = "failures", "lines with words of failure"
BY_WORDS = (FAILURES, QUOTED)
"""The kinds of facts that are known by words, of what a run says and of what somebody wrote."""
Missed = dict[str, list[int]]
"""By kind of fact, the lines of left-out failures that found no room."""


class Restored(NamedTuple):
    """Parts with facts put back, their gaps without notes where they are new, and the failures that found no room."""

    parts: list[Part]
    missed: Missed


def put_back(lines: Sequence[str], parts: Sequence[Part], facts: Sequence[Fact], room_tokens: int) -> Restored:
    """Return `parts` with the facts they leave out put back as kept lines; no gap says anything new yet (see `say`).

    `room_tokens` bounds what is added. Facts that lie in rendered parts are the compressor's own care.
    """
    gap_of = _gaps_by_line(parts)
    wanted: dict[int, set[int]] = {}
    missed: dict[str, set[int]] = {}
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
            missed.setdefault(fact.kind, set()).add(fact.line)
    restored: list[Part] = []
    for index, part in enumerate(parts):
        if index in wanted:
            restored.extend(_split(part, sorted(wanted[index])))
        else:
            restored.append(part)
    return Restored(restored, {kind: sorted(at) for kind, at in missed.items()})


def say(
    lines: Sequence[str], parts: Sequence[Part], before: Sequence[Part], note: Note | None, missed: Missed
) -> list[Part]:
    """Return `parts` with notes: a gap that is one of those `before` keeps its own, `note` speaks of the others, and
    failures of the kinds that were `missed` in a gap are counted in it."""
    own = {(part.start, part.stop): part.note for part in before if part.action == "omit"}
    said: list[Part] = []
    for part in parts:
        if part.action == "omit":
            known = own.get((part.start, part.stop))
            told = known if known is not None else note(part.start, part.stop) if note else ""
            told = with_counts(lines, part.start, part.stop, told, missed) if missed else told
            part = part if told == part.note else part._replace(note=told)
        said.append(part)
    return said


def with_counts(lines: Sequence[str], start: int, stop: int, told: str, missed: Missed) -> str:
    """Return the note `told` of the left-out lines `start` … `stop - 1` with the counts of `missed` failures in them."""
    counts = [
        marker.among(_count(lines, kind, at, start, stop), kind)
        for kind, at in missed.items()
        if _within(at, start, stop)
    ]
    return ", ".join([*([told] if told else []), *counts])


def _count(lines: Sequence[str], kind: str, missed: Sequence[int], start: int, stop: int) -> int:
    """Return how many of the lines are of a `kind` of fact. Of those known by their words, facts are a few of each
    template: all of them are counted."""
    if kind not in BY_WORDS:
        return _within(missed, start, stop)
    from headroom_mcp.facts import find

    telling = {start + index for index in find.all_failures(lines[start:stop])}
    return len(telling.union(line for line in missed if start <= line < stop))


def _within(rising: Sequence[int], start: int, stop: int) -> int:
    """Return how many of the numbers lie from `start` to `stop - 1`."""
    return bisect_left(rising, stop) - bisect_left(rising, start)


def _split(part: Part, kept: Sequence[int]) -> list[Part]:
    """Return a gap as the lines `kept` and the gaps between them."""
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
    return pieces


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
