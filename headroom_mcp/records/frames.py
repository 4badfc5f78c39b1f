r"""Lines that a program draws over and over: "\r" takes the cursor back, and the next state overwrites the last.

    uploading part 0 of 400\ruploading part 1 of 400\r … \rpart 250: 403 forbidden\r … \ruploading part 399 of 400

A terminal shows the last state. A state that tells of a failure, or is unlike the others, is not progress and stays with it:

    [… 250 states] part 250: 403 forbidden [… 148 states] uploading part 399 of 400
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import NamedTuple
from headroom_mcp.records import find, survey
from headroom_mcp.text import failure_words, lines, marker, templates

_STATE_CHARS = 400  # of one state, looked at
_MIN_STATES = 12  # fewer do not say what is usual
_MAX_SURVEYED = 4_000
_MIN_UNDERSTOOD = 0.5
_MAX_TOLD = 6  # of one line


class Drawn(NamedTuple):
    """The lines of a text as they are shown, and how many states of them are not."""

    lines: list[str]
    overwritten: int


def read(text: str) -> Drawn:
    """Return the lines of `text`, each by its last state and those before it that tell something."""
    drawn: list[str] = []
    overwritten = 0
    every = text.split("\n")
    if every[-1] == "":
        every.pop()
    for line in every:
        if "\r" not in line.rstrip("\r"):
            drawn.append(lines.clean_line(line))
            continue
        states = [state for piece in line.split("\r") if (state := lines.clean_line(piece)).strip()]
        told = telling(states)
        overwritten += max(0, len(states) - len(told) - 1)
        drawn.append(_drawn(states, told))
    return Drawn(drawn, overwritten)


def telling(states: Sequence[str]) -> list[int]:
    """Return the states before the last that tell of a failure, one of each form, or are unlike the others; rising."""
    before = [state[:_STATE_CHARS] for state in states[:-1]]
    seen = set(templates.masked(states[-1:]))  # what the last state says, too, is not told twice
    told: list[int] = []
    for index, form in enumerate(templates.masked(before)):
        if form not in seen and failure_words.is_failure(before[index]):
            seen.add(form)
            told.append(index)
    if _MIN_STATES <= len(before) <= _MAX_SURVEYED:
        found = survey.of_records(before, [find.Record(at, at + 1) for at in range(len(before))])
        if found.understood >= _MIN_UNDERSTOOD:
            # How a bar begins and ends is not news.
            told += [one.record for one in survey.telling(found) if 1 < one.record < len(before) - 1]
    return sorted(dict.fromkeys(told[:_MAX_TOLD]))


def _drawn(states: Sequence[str], told: Sequence[int]) -> str:
    if not told:
        return states[-1] if states else ""
    pieces: list[str] = []
    position = 0
    for index in [*told, len(states) - 1]:
        if index > position:
            pieces.append(marker.gap_of(index - position, "state", ""))
        pieces.append(states[index].strip())
        position = index + 1
    return " ".join(pieces)
