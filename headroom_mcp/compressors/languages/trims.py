"""What a reader of a short piece of source does not miss: licence headers, and docstrings after their first paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headroom_mcp import relevance

_MIN_DOC_ROWS = 8  # what goes must be worth its marker
_MIN_LICENCE_ROWS = 6
_SHOWN_DOC_ROWS = 4
_MAX_DOC_ROWS = 400  # a quote that is never closed is no docstring

#     """Text…    r'''Text…
_QUOTES = re.compile(r"^\s*[rRuU]?(\"\"\"|''')")
_LICENCE = re.compile(r"\b(?:licen[cs]e|copyright|warranty|redistribut)", re.IGNORECASE)
_COMMENT = ("#", "//", "/*", "*", "--", ";")
_DOCS = frozenset("doc docs docstring docstrings documentation documented example examples doctest".split())


def find(lines: list[str], query: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, stop, what it is) of the rows that can go, in order. Questions about documentation trim none."""
    wanted = relevance.query_terms(query)
    licence = _licence(lines)
    if licence is not None:
        yield licence
    if _DOCS.isdisjoint(wanted):
        yield from _docstrings(lines)


def _licence(lines: list[str]) -> tuple[int, int, str] | None:
    """Return the rows of a licence at the top of the file, after its first line."""
    row = 0
    while row < len(lines) and (lines[row].startswith(_COMMENT) or lines[row].startswith(" *")):
        row += 1
    if row - 1 < _MIN_LICENCE_ROWS or len(_LICENCE.findall(" ".join(lines[:row]))) < 2:
        return None
    return 1, row, "licence"


def _docstrings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    row = 0
    while row < len(lines):
        match = _QUOTES.match(lines[row])
        if match is None:
            row += 1
            continue
        quotes = match[1]
        if lines[row].count(quotes) > 1 or not _opens(lines, row):
            row += 1
            continue
        close = next(
            (at for at in range(row + 1, min(len(lines), row + _MAX_DOC_ROWS)) if quotes in lines[at]), len(lines)
        )
        if close == len(lines):
            return  # the slice ends inside: nothing after this is certain
        first = _after_first_paragraph(lines, row, close)
        if close - first >= _MIN_DOC_ROWS:
            yield first, close, "docstring"
        row = close + 1


def _opens(lines: list[str], row: int) -> bool:
    """Tell whether a docstring can begin here: at the top, or after the ":" of a signature."""
    before = next((lines[at].rstrip() for at in range(row - 1, -1, -1) if lines[at].strip()), ":")
    return before.endswith(":") or before.startswith("#")


def _after_first_paragraph(lines: list[str], row: int, close: int) -> int:
    at = row + 1
    while at < close and at - row < _SHOWN_DOC_ROWS and lines[at].strip():
        at += 1
    return at
