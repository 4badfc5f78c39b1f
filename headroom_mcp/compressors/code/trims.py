"""What a reader of a short piece of source does not miss: licence headers, and documentation after its first paragraph.

Of the lines that 319 patches of released software change, one in forty stands in what goes here, a tenth of the text; the
rest of a file is as likely to be needed as it is long, so that no more of it can go unasked (three quarters of a file shown
lose one needed line in four).
"""

from __future__ import annotations

from collections.abc import Iterator

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.query import bm25

_MIN_DOC_ROWS = 4  # what goes must be worth its marker
_MIN_LICENCE_ROWS = 6
_MAX_OPENING_ROWS = 3  # "<?php", "#!" and blank lines above a licence
_SHOWN_DOC_ROWS = 4
_MAX_DOC_ROWS = 400  # a quote that is never closed is not a docstring

#     """Text…    r'''Text…    @doc """
_QUOTES = late.pattern(r"^\s*(?:@\w*doc\s+)?(?:[rRuU]|~[sS])?(\"\"\"|''')")
_LICENCE = late.pattern(r"\b(?:licen[cs]e|copyright|warrant|redistribut|liab(?:le|ility))", re.IGNORECASE)
_MAX_HEAD_ROWS = 20  # one parameter a line
_WORD = late.pattern(r"\w+")
# def name    class Name    func name
_DEFINED = late.pattern(r"\b(?:def|class|fn|func|function|struct|interface|type) (\w+)")
_COMMENT = ("#", "//", "/*", "*", "--", ";")
_DOCS = frozenset(
    (
        "doc docs docstring docstrings docblock docblocks documentation documented example examples doctest javadoc jsdoc "
        "phpdoc godoc comment comments typo typos wording spelling"
    ).split()
)
_MAX_SHORT_QUERY_TERMS = 40  # a whole bug report has a word about documentation somewhere
#     def f(    class C    ) -> None:
_PYTHON_HEAD = late.pattern(r"^\s*(?:(?:async\s+)?def\b|class\b|[)\]])")


def find(lines: list[str], query: str, *, from_top: bool = True) -> Iterator[tuple[int, int, str]]:
    """Yield (start, stop, what it is) of the rows that can go, in order. Questions about documentation trim none, and what
    speaks of a name in the question stays. `from_top`: the first line is the first of its file."""
    licence = _licence(lines) if from_top else None
    if licence is not None:
        yield licence
    if from_top and not query.strip():
        return  # nobody knows what a whole file was read for: in one of four it was for what its documentation says
    if is_about_documentation(query):
        return
    start = licence[1] if licence is not None else 0
    names = frozenset(word for word in _WORD.findall(query) if _is_name(word))
    if names:  # documentation speaks of what it documents, asked for or not
        names = names.difference(_DEFINED.findall("\n".join(lines)))
    asked = frozenset(_WORD.findall(query)) if from_top else frozenset()  # who chose a range chose a body
    by_quotes = any(_QUOTES.match(line) for line in lines)
    for trim in _docstrings(lines, from_top=from_top) if by_quotes else _doc_comments(lines, start):
        if names.isdisjoint(_WORD.findall("\n".join(lines[trim[0] : trim[1]]))) and not _is_of(asked, lines, trim[0]):
            yield trim


def is_about_documentation(query: str) -> bool:
    """Tell whether a question, no whole bug report, is about what the program says of itself."""
    wanted = bm25.query_terms(query)
    return len(wanted) <= _MAX_SHORT_QUERY_TERMS and not _DOCS.isdisjoint(wanted)


def _is_of(asked: frozenset[str], lines: list[str], row: int) -> bool:
    """Tell whether the docstring that goes on at `row` is of a definition that the question names."""
    head = "\n".join(lines[max(0, row - _SHOWN_DOC_ROWS - _MAX_HEAD_ROWS) : row])
    defined = _DEFINED.findall(head)
    return bool(defined) and defined[-1] in asked


def _licence(lines: list[str]) -> tuple[int, int, str] | None:
    """Return the rows of a licence at the top of the file, after its first line."""
    first = 0
    while first < min(len(lines), _MAX_OPENING_ROWS) and (
        not lines[first].strip() or lines[first].startswith(("<?php", "#!"))
    ):
        first += 1
    row = first
    while row < len(lines) and (lines[row].startswith(_COMMENT) or lines[row].startswith(" *")):
        row += 1
    told = first + 1 if any(map(str.isalnum, lines[first] if first < row else "")) else first + 2
    start, stop = _span_of_licence(lines, first, row)
    start = max(told, start)
    if stop - start < _MIN_LICENCE_ROWS or len(_LICENCE.findall(" ".join(lines[start:stop]))) < 2:
        return None
    return start, stop, "licence"


def _span_of_licence(lines: list[str], first: int, end: int) -> tuple[int, int]:
    """Return the rows from the first paragraph of a comment (rows `first` … `end - 1`) that speaks of a licence to the end of the
    last: what stands above and below may say what the file is for."""
    start = stop = at = first
    for row in range(first, end + 1):
        if row < end and any(map(str.isalnum, lines[row])):
            continue
        if _LICENCE.search(" ".join(lines[at:row])):
            start, stop = (start if stop > first else at), row
        at = row + 1
    closes = stop == end - 1  # with the mark that ends the comment
    return start, end if closes else stop


def _docstrings(lines: list[str], *, from_top: bool) -> Iterator[tuple[int, int, str]]:
    row = 0
    while row < len(lines):
        match = _QUOTES.match(lines[row])
        if match is None:
            row += 1
            continue
        quotes = match[1]
        if lines[row].count(quotes) > 1 or not _opens(lines, row, from_top=from_top):
            row += 1
            continue
        close = next(
            (at for at in range(row + 1, min(len(lines), row + _MAX_DOC_ROWS)) if quotes in lines[at]), len(lines)
        )
        if close == len(lines):
            return  # the slice ends inside: nothing after this is certain
        first = _after_first_paragraph(lines, row, close)
        if _is_cut(lines, row, close):
            row += 1
            continue
        if close - first >= _MIN_DOC_ROWS:
            yield first, close, "docstring"
        row = close + 1


def _is_cut(lines: list[str], row: int, close: int) -> bool:
    """Tell whether something is missing between the quotes at `row` and `close`, which are of two docstrings then: what
    the reader's own tool cut out of the middle begins and ends at the margin."""
    indent = _indent(lines[row])
    return any(line.strip() and _indent(line) < indent for line in lines[row + 1 : close + 1])


def _doc_comments(lines: list[str], start: int) -> Iterator[tuple[int, int, str]]:
    """Yield what follows the first paragraph of `/* … */` blocks and of runs of `///`."""
    row = start
    while row < len(lines):
        head = lines[row].lstrip()
        if head.startswith("/*") and "*/" not in head:
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


def _opens(lines: list[str], row: int, *, from_top: bool) -> bool:
    """Tell whether a docstring begins at `row`: at the top of a file, or deeper than the signature that ends above it.

    A window may begin inside a docstring: quotes that nothing of the window explains close one.
    """
    if lines[row].lstrip().startswith("@"):
        return True  # @doc """
    indent = _indent(lines[row])
    above = row - 1
    while above >= 0 and (not lines[above].strip() or lines[above].lstrip().startswith("#")):
        above -= 1
    if above < 0:
        return from_top and indent == 0
    if not lines[above].rstrip().endswith(":"):
        return False
    head = above
    while head > above - _MAX_HEAD_ROWS and head > 0 and not _PYTHON_HEAD.match(lines[head]):
        head -= 1
    return bool(_PYTHON_HEAD.match(lines[head])) and _indent(lines[head]) < indent


def _is_name(word: str) -> bool:
    """Tell a word that only a program has: user_id, userId, HttpError."""
    return "_" in word.strip("_") or (word != word.lower() and any(map(str.isupper, word[1:])) and not word.isupper())


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _after_first_paragraph(lines: list[str], row: int, close: int) -> int:
    at = row + 1
    while at < close and at - row < _SHOWN_DOC_ROWS and lines[at].strip():
        at += 1
    return at
