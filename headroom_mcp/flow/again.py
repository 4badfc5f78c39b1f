"""Lines that an output says twice: where a run of kept lines stands above word for word, it is said to.

Error: connect ECONNREFUSED 127.0.0.1:4173              Error: connect ECONNREFUSED 127.0.0.1:4173
Call log:                                               Call log:
  - GET http://127.0.0.1:4173/healthz           →         - GET http://127.0.0.1:4173/healthz
Retry #1                                                Retry #1
Error: connect ECONNREFUSED 127.0.0.1:4173              [… lines 5-7 · as above from "Error: connect ECONNREFUSED 127.0.0.1:4173"]
…
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import NamedTuple
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Part

_KEY_LINES, _LEAST_LINES = 3, 6  # fewer are frames of a trace, which read worse with holes
_QUOTED_CHARS = 60
_MIN_GAIN = 12  # tokens


class _Run(NamedTuple):
    """Kept lines `start` … `stop - 1` that stand above from line `first` on."""

    start: int
    stop: int
    first: int


def folded(lines: Sequence[str], parts: Sequence[Part]) -> list[Part]:
    """Return `parts` without the runs of kept lines that are kept above, word for word; each is said to stand there."""
    found = iter(_runs(lines, parts))
    run = next(found, None)
    made: list[Part] = []
    for part in parts:
        position = part.start
        while run is not None and part.action == "keep" and part.start <= run.start < part.stop:
            if run.start > position:
                made.append(Part(position, run.start, "keep"))
            made.append(Part(run.start, run.stop, "omit", note=said(lines, run.first)))
            position = run.stop
            run = next(found, None)
        if position < part.stop or part.start == part.stop or part.text:
            made.append(part._replace(start=position))
    return made


def said(lines: Sequence[str], first: int) -> str:
    """Return the note of lines that stand above from line `first` on."""
    begins = lines[first].strip()
    return f'as above from "{begins if len(begins) <= _QUOTED_CHARS else begins[:_QUOTED_CHARS] + "…"}"'


def _runs(lines: Sequence[str], parts: Sequence[Part]) -> list[_Run]:
    """Return the runs of kept lines that are kept above, in order; each lies in one part."""
    seen: dict[
        tuple[str, ...], tuple[int, int]
    ] = {}  # the first place of some lines in a row, and the end of their part
    found: list[_Run] = []
    for part in parts:
        if part.action != "keep" or part.stop - part.start < _KEY_LINES:
            continue
        at = part.start
        while at + _KEY_LINES <= part.stop:
            key = tuple(lines[at : at + _KEY_LINES])
            first, end = seen.setdefault(key, (at, part.stop))
            stop = at
            while first < at and stop < part.stop and first + stop - at < min(at, end):
                if lines[stop] != lines[first + stop - at]:
                    break
                stop += 1
            if stop - at >= _LEAST_LINES and _is_worth(lines, at, stop, first):
                found.append(_Run(at, stop, first))
                at = stop
            else:
                at += 1
    return found


def _is_worth(lines: Sequence[str], start: int, stop: int, first: int) -> bool:
    if not any(map(str.isalnum, lines[start])) or marker.is_gap(lines[start]):
        return False  # nothing by which the reader finds the place
    cost = marker.GAP_TOKENS + tokens.estimate(said(lines, first))
    return tokens.estimate("\n".join(lines[start:stop])) >= cost + _MIN_GAIN
