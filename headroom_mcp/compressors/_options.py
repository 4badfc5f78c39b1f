"""The names of the options that a help text or a manual page explains: where nobody asks, they say what is left out.

    [… lines 37-377 · options: --cpu-prof, --env-file, --eval]

An explanation is one gap away once its name is known; without the names nobody knows what to ask for.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from headroom_mcp import late
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Part

_MIN_OPTIONS = 8
_MAX_SHARE = 0.2  # of the document's tokens
# "  -c, --check      syntax check": the names stand before two blanks
_EXPLAINED = late.pattern(r"^\s+(-{1,2}[A-Za-z0-9?#].*?)(?:\s{2,}|\t|$)")
_NAME = late.pattern(r"(?<![\w-])-{1,2}[A-Za-z0-9?#][\w-]*(?:\.\w[\w-]*)*")
_MAX_LINE_CHARS = 300
_MAX_CHARS = marker.MAX_NOTE_CHARS - 40


def named(lines: Sequence[str], shown: Container[int], tokens_of_all: int) -> dict[int, str]:
    """Return the names of the options by the lines they are explained on, each name once, without those `shown`; none where
    these are few, or so many that their names are no short form of a document of `tokens_of_all`."""
    found: dict[str, int] = {}
    for row, line in enumerate(lines):
        match = _EXPLAINED.match(line[:_MAX_LINE_CHARS])
        if match:
            found.setdefault(_name(match.group(1)), row)
    hidden = {row: name for name, row in found.items() if row not in shown}
    if len(hidden) < _MIN_OPTIONS or tokens.estimate(", ".join(hidden.values())) > _MAX_SHARE * tokens_of_all:
        return {}
    return hidden


def told(parts: Sequence[Part], options: dict[int, str]) -> list[Part]:
    """Return `parts` whose gaps name the `options` explained in them, after what their notes say; where the names are too many
    for one note, a gap becomes several."""
    made: list[Part] = []
    for part in parts:
        inside = [row for row in options if part.start <= row < part.stop] if part.action == "omit" else []
        position, names = part.start, ""
        for row in inside:
            if names and len(names) + len(options[row]) > _MAX_CHARS - len(part.note):
                made.append(Part(position, row, "omit", note=_said(part.note if position == part.start else "", names)))
                position, names = row, ""
            names = f"{names}, {options[row]}" if names else options[row]
        made.append(part._replace(start=position, note=_said(part.note if position == part.start else "", names)))
    return made


def note(said: str, options: dict[int, str], start: int, stop: int) -> str:
    """Return what a gap of the lines `start` … `stop - 1` says after `said`: the `options` explained in it, as many as there is
    room for."""
    inside = [name for row, name in options.items() if start <= row < stop]
    while inside and len(said) + sum(len(name) + 2 for name in inside) > _MAX_CHARS:
        inside.pop()
    return _said(said, ", ".join(inside))


def _said(said: str, names: str) -> str:
    return ", ".join(filter(None, (said, f"options: {names}" if names else "")))


def _name(written: str) -> str:
    """Return the long one of the names that an option has, else the first: of "-c, --check" the second."""
    names: list[str] = _NAME.findall(written)
    return next((name for name in names if name.startswith("--")), names[0])
