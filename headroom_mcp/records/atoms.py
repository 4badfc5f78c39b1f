r"""A record as atoms and the form that holds them together.

    2026-03-01 12:00:03 INFO [api] msg="took 3 ms" status=200
    atoms   2026-03-01 · 12:00:03 · INFO · api · msg · "took 3 ms" · status · 200
    form    "␂ ␂ ␂ [␂] ␂=␂ ␂=␂"

An atom is a word, a number, an id, a path or a quoted string; what stands between atoms (blanks, brackets, bars, commas,
"=", a ":" at a word's end) is the form. Blanks count as one, however many they are: columns are padded.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re

ATOM = "\x02"  # stands for an atom in a form
BREAK = "\x01"  # stands for a line break inside a record: a form has none

_APART = ',;|()\\[\\]{}<>=\\"`：，。；、（）「」【】\x01\x02'
# 12:30:05,718 | "quoted" | 'quoted' | word, ids:with:colons, 12:30:05
_ATOMS = late.pattern(
    rf"(\d\d:\d\d:\d\d,\d+|\"[^\"\n\x01]*\"|'[^'\n\x01]*'(?!\w)|[^\s{_APART}':][^\s{_APART}:]*(?::[^\s{_APART}:]+)*)"
)
_BLANKS = late.pattern(r"[ \t]{2,}|\t")
# The parts of one atom: runs of letters and of digits; a longer run of hex digits is one part.
_PARTS = late.pattern(r"([0-9a-f]{4,}|[^\W\d_]+|\d+)")


class Atoms(NamedTuple):
    """The form of each record and the atoms of all of them, in order: a form with n marks takes the next n."""

    forms: list[str]
    atoms: list[str]


def read(records: Sequence[str]) -> Atoms:
    """Return the forms and atoms of `records`."""
    return _read(records, _ATOMS)


def read_parts(values: Sequence[str]) -> Atoms:
    """Return the same of single atoms, taken apart: "req-1042.tmp" is "req", "1042" and "tmp"."""
    return _read(values, _PARTS)


def _read(records: Sequence[str], pattern: re.Pattern[str]) -> Atoms:
    text = "\n".join(records)
    if ATOM in text or BREAK in text:  # somebody's own control characters
        return _read([record.replace(ATOM, " ").replace(BREAK, " ") for record in records], pattern)
    if len(records) and text.count("\n") != len(records) - 1:
        text = "\n".join(record.replace("\n", BREAK) for record in records)
    pieces = pattern.split(text)  # what stands between, an atom, what stands between, …
    return Atoms(_BLANKS.sub(" ", ATOM.join(pieces[::2])).split("\n"), pieces[1::2])
