"""What a reader of a short piece of source does not miss: licence headers, and documentation after its first paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headroom_mcp import late
from headroom_mcp.query import bm25

_MIN_DOC_ROWS = 8  # what goes must be worth its marker
_MIN_LICENCE_ROWS = 6
_SHOWN_DOC_ROWS = 4
_MAX_DOC_ROWS = 400  # a quote that is never closed is no docstring

#     """Text…    r'''Text…
_QUOTES = late.pattern(r"^\s*[rRuU]?(\"\"\"|''')")
_LICENCE = late.pattern(r"\b(?:licen[cs]e|copyright|warranty|redistribut)", re.IGNORECASE)
_COMMENT = ("#", "//", "/*", "*", "--", ";")
_DOCS = frozenset("doc docs docstring docstrings documentation documented example examples doctest".split())


def find(lines: list[str], query: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, stop, what it is) of the rows that can go, in order. Questions about documentation trim none."""
    wanted = bm25.query_terms(query)
    licence = _licence(lines)
    if licence is not None:
        yield licence
    if not _DOCS.isdisjoint(wanted):
        return
    start = licence[1] if licence is not None else 0
    if any(_QUOTES.match(line) for line in lines):
        yield from _docstrings(lines)
    else:
        yield from _doc_comments(lines, start)


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


def _doc_comments(lines: list[str], start: int) -> Iterator[tuple[int, int, str]]:
    """Yield what follows the first paragraph of `/** … */` blocks and of runs of `///`."""
    row = start
    while row < len(lines):
        head = lines[row].lstrip()
        if head.startswith("/**") and "*/" not in head:
            close = next((at for at in range(row + 1, min(len(lines), row + _MAX_DOC_ROWS)) if "*/" in lines[at]), -1)
            if close < 0:
                return
        elif head.startswith(("///", "//!")):
            close = row + 1
            while close < len(lines) and lines[close].lstrip().startswith(("///", "//!")):
                close += 1
        else:
            row += 1
            continue
        first = row + 1
        while first < close and first - row < _SHOWN_DOC_ROWS and lines[first].strip(" \t*/!"):
            first += 1
        if close - first >= _MIN_DOC_ROWS:
            yield first, close, "documentation"
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
