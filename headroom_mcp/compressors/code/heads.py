"""Outlines of languages that need no grammar: a line that looks like a heading begins an entry, which goes on until the
next heading that is no deeper. A table's `HEADS` says what headings look like; `MORE` (optional) which lines right below
belong to them (the name and version of a package in a lock file).
"""

from __future__ import annotations

from types import ModuleType

from headroom_mcp.late import re

_MAX_MORE_ROWS = 3


def definitions(lines: list[str], module: ModuleType) -> list[tuple[str, str, int, int, int]]:
    """Return (name, role, start, head_stop, stop) of the entries of `lines`, in row order."""
    heads: re.Pattern[str] = module.HEADS
    more: re.Pattern[str] | None = getattr(module, "MORE", None)
    found: list[tuple[str, int, int, int]] = []
    for row, line in enumerate(lines):
        match = heads.match(line)
        if match is None:
            continue
        stop = row + 1
        name = match["name"]
        while more is not None and stop < len(lines) and stop - row <= _MAX_MORE_ROWS:
            below = more.match(lines[stop])
            if below is None:
                break
            name = name if below["name"] is None else below["name"]
            stop += 1
        found.append((name.strip("\"' "), row, stop, len(line) - len(line.lstrip())))
    entries: list[tuple[str, str, int, int, int]] = []
    ends = _ends([(row, indent) for _, row, _, indent in found], len(lines))
    for (name, row, stop, _), end in zip(found, ends, strict=True):
        entries.append((name, "function", row, stop, max(stop, end)))
    return entries


def _ends(heads: list[tuple[int, int]], total: int) -> list[int]:
    """Return the row at which each entry ends, from the (row, indent) of the headings."""
    ends = [total] * len(heads)
    open_: list[int] = []
    for at, (row, indent) in enumerate(heads):
        while open_ and heads[open_[-1]][1] >= indent:
            ends[open_.pop()] = row
        open_.append(at)
    return ends
