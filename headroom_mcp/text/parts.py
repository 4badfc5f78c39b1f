"""From parts to what the model reads, and the checks that parts are what they claim to be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import sub

from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Note, Omission, Part

_HEAD_CHARS, _TAIL_CHARS = 10, 6


def render(lines: Sequence[str], parts: Iterable[Part], *, numbered: int = 0) -> str:
    """Return the text of `parts` over `lines`: kept lines verbatim, gaps as markers in place, renders as they are.

    `numbered` writes "N<TAB>line" for kept lines, N from that number on, as file viewers do (0: no numbers).
    """
    shown: list[str] = []
    for part in parts:
        if part.action == "keep":
            if numbered:
                shown.extend(f"{number + numbered}\t{lines[number]}" for number in range(part.start, part.stop))
            else:
                shown.extend(lines[part.start : part.stop])
            if part.text:
                shown.append(part.text)
        elif part.action == "render":
            if part.text:
                shown.append(part.text)
        else:
            shown.append(marker.gap(part.start, part.stop, part.note))
    return "\n".join(shown)


def omissions(parts: Iterable[Part]) -> tuple[Omission, ...]:
    """Return what is not shown, in line order. A lossless render omits nothing."""
    return tuple(
        Omission(part.start + 1, part.stop, part.note)
        for part in parts
        if part.stop > part.start and (part.action == "omit" or (part.action == "render" and not part.lossless))
    )


def from_kept(kept: Iterable[int], total: int, note: Note | dict[int, str] | None = None) -> list[Part]:
    """Return parts that keep the lines `kept` (0-based, any order) of `total` and leave out the rest.

    `note` says what a gap held: a function of its lines, or by its first line.
    """

    def said(start: int, stop: int) -> str:
        if note is None:
            return ""
        return note.get(start, "") if isinstance(note, dict) else note(start, stop)

    parts: list[Part] = []
    position = 0
    for start, stop in runs(kept):
        if start > position:
            parts.append(Part(position, start, "omit", note=said(position, start)))
        parts.append(Part(start, stop, "keep"))
        position = stop
    if position < total:
        parts.append(Part(position, total, "omit", note=said(position, total)))
    return parts


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return the runs of neighbouring `rows` (any order) as (start, stop)."""
    rising = sorted(rows)
    if not rising:
        return []
    first = [0, *(at for at, step in enumerate(map(sub, rising[1:], rising), 1) if step > 1), len(rising)]
    return [(rising[start], rising[stop - 1] + 1) for start, stop in pairwise(first)]


def without(parts: Sequence[Part], cuts: Sequence[tuple[int, int]], said: str, note: str) -> list[Part]:
    """Return `parts` without those of their kept lines that the runs `cuts` hold (start, stop; rising). `said` stands where the
    first was, and `note` is why the model need not see them."""
    made: list[Part] = []
    for part in parts:
        position = part.start
        for start, stop in cuts if part.action == "keep" else ():
            if not part.start <= start < part.stop:
                continue
            if start > position:
                made.append(Part(position, start, "keep"))
            if said:
                made.append(Part(start, start, "render", said, lossless=True))
                said = ""
            made.append(Part(start, stop, "render", note=note))
            position = stop
        if position < part.stop or part.start == part.stop:
            made.append(part._replace(start=position))
    return made


def cut(parts: Sequence[Part], cuts: Sequence[tuple[int, int]], note: str = "") -> list[Part]:
    """Return `parts` with what they keep of the runs `cuts` (start, stop; rising) left out, and `note` in the marker.

    A cut beside a gap becomes part of it and takes its note: two markers in a row tell no more than one.
    """
    made: list[tuple[Part, bool]] = []  # with whether it is a cut
    for part in parts:
        position = part.start
        for start, stop in cuts if part.action == "keep" else ():
            start, stop = max(start, part.start), min(stop, part.stop)
            if start >= stop:
                continue
            if start > position:
                made.append((Part(position, start, "keep"), False))
            made.append((Part(start, stop, "omit", note=note), True))
            position = stop
        if position < part.stop or part.start == part.stop or part.text:
            made.append((part._replace(start=position), False))
    return _without_cuts_beside_gaps(made)


def _without_cuts_beside_gaps(made: Sequence[tuple[Part, bool]]) -> list[Part]:
    joined: list[Part] = []
    before_is_cut = False
    for part, is_cut in made:
        before = joined[-1] if joined else None
        touches = before is not None and before.action == part.action == "omit" and not before.above and not part.above
        if before is not None and touches and (is_cut or before_is_cut or not (before.note or part.note)):
            own = part if before_is_cut else before
            joined[-1] = own._replace(start=before.start, stop=part.stop)
            is_cut = is_cut and before_is_cut
        else:
            joined.append(part)
        before_is_cut = is_cut
    return joined


def close_cheap_gaps(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """Return `parts` with every gap shown that costs no more than the marker that stands for it."""
    closed: list[Part] = []
    for part in parts:
        if part.action == "omit" and _is_cheap(lines, part):
            part = Part(part.start, part.stop, "keep")
        if (
            closed
            and closed[-1].action == part.action == "keep"
            and closed[-1].stop == part.start
            and not closed[-1].text
        ):
            closed[-1] = Part(closed[-1].start, part.stop, "keep", part.text)
        else:
            closed.append(part)
    return closed


def check(parts: Sequence[Part], total: int) -> None:
    """Raise ValueError unless `parts` cover lines 0 … total - 1 exactly once, in order."""
    position = 0
    for part in parts:
        if part.start != position or part.stop < part.start:
            msg = f"parts do not partition the lines: expected a part at {position}, got {part}"
            raise ValueError(msg)
        position = part.stop
    if position != total:
        msg = f"parts end at line {position} of {total}"
        raise ValueError(msg)


def run_alike(lines: Sequence[str], parts: Sequence[Part]) -> bool:
    """Tell whether three kept lines in a row begin or end with the same characters."""
    for part in parts:
        if part.action == "keep" and part.stop - part.start > 2:
            rows = lines[part.start : part.stop]
            for ends in ([row[:_HEAD_CHARS] for row in rows], [row[-_TAIL_CHARS:] for row in rows]):
                if any(a == b == c and a.strip() for a, b, c in zip(ends, ends[1:], ends[2:], strict=False)):
                    return True
    return False


def kept_twice(lines: Sequence[str], parts: Sequence[Part]) -> int:
    """Return how many kept lines with something in them are kept above, word for word."""
    kept = [line for part in parts if part.action == "keep" for line in lines[part.start : part.stop] if line]
    return len(kept) - len(set(kept))


def _is_cheap(lines: Sequence[str], part: Part) -> bool:
    cost = marker.GAP_TOKENS + (tokens.estimate(part.note) if part.note else 0)
    if part.stop - part.start > 4 * cost:
        return False
    chars = 0
    for line in lines[part.start : part.stop]:
        chars += len(line) + 1
        if chars > 8 * cost:
            return False
    return tokens.estimate("\n".join(lines[part.start : part.stop])) <= cost
