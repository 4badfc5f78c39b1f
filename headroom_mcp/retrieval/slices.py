"""Slices of an original: by lines, by query, by JSON path, or page by page. Never everything at once.

Each slice is verbatim; a line before it says what it is and a line after it how to go on.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.query import bm25
from headroom_mcp.store.rows import Original
from headroom_mcp.text import opened, parts, returns, tokens
from headroom_mcp.types import SliceError

# "120-180", "120", "120-", "-50" (the last 50 lines)
_RANGE = late.pattern(r"^\s*(?:(\d{1,12})\s*)?(?:(-)\s*)?(?:(\d{1,12})\s*)?$")
# "7:4001-6000", "7:4001-": characters of line 7, where a line is no unit to read by (minified JSON, base64)
_CHARACTERS = late.pattern(r"^\s*(\d{1,12})\s*:\s*(\d{1,12})\s*(?:-\s*)?(?:(\d{1,12})\s*)?$")
_CONTEXT_LINES = 2
_LONG_LINE_CHARS = 2_000  # a longer line is searched and shown in pieces
_PIECE_CHARS = 400
_SEPARATORS = " ,;}]>"


def cut(
    original: Original,
    *,
    query: str | None,
    lines: str | None,
    json_path: str | None,
    max_tokens: int,
    opens: bool = True,
) -> str:
    """Return the slice asked for, at most about `max_tokens` tokens. Raises: SliceError.

    `opens`: where the original is a wrapper around text, the lines are those of the text (see `text.opened`).
    """
    if json_path:
        from headroom_mcp.retrieval import json_path as jsonpath

        return _page_of(jsonpath.select_text(original.text, json_path), f"{json_path} of {original.ref}", max_tokens)
    wrapper = opened.opened(original.text, original.tool_name) if opens else None
    if wrapper is not None:
        page = cut_lines(original, wrapper.lines, query, lines, max_tokens)
        if wrapper.outer == opened.DIVIDED:
            return f"{page}\n{opened.DIVIDED}"
        where = ", ".join([inner.path or "the JSON string" for inner in wrapper.texts[:4]])
        more = ", …" if len(wrapper.texts) > 4 else ""
        return f"{page}\n[these are lines of the text in {where}{more}; json_path reaches what stands around it]"
    text_lines = returns.as_line_ends(original.text).split("\n")
    if text_lines and text_lines[-1] == "":
        text_lines.pop()
    return cut_lines(original, text_lines, query, lines, max_tokens)


def cut_lines(original: Original, text_lines: list[str], query: str | None, lines: str | None, max_tokens: int) -> str:
    """Return the slice of `text_lines`, the lines of `original` or of the text it wraps. Raises: SliceError."""
    if lines and (characters := _CHARACTERS.match(lines)):
        return _characters_page(original.ref, text_lines, characters, max_tokens)
    if lines:
        try:
            first, last = _parse_range(lines, len(text_lines))
        except SliceError:
            rows = _rows(original, lines, max_tokens)
            if not rows:
                raise
            return rows
        page = _numbered_page(original.ref, text_lines, first, last, max_tokens)
        return f"{page}{_rows_note(original, lines)}"
    if query:
        return _matching(original.ref, text_lines, query, max_tokens)
    return _numbered_page(original.ref, text_lines, 1, len(text_lines), max_tokens)


def _rows(original: Original, lines: str, max_tokens: int) -> str:
    """Return the rows that a range which no lines have must mean, where there are such; else ""."""
    from headroom_mcp.retrieval import json_path as jsonpath

    path = _rows_path(original, lines)
    try:
        return path and _page_of(jsonpath.select_text(original.text, path), f"{path} of {original.ref}", max_tokens)
    except SliceError:
        return ""


def _rows_note(original: Original, lines: str) -> str:
    """Return a line that says how rows are asked for, where what was shown counted rows and not lines; else ""."""
    path = _rows_path(original, lines)
    return f'\n[these are lines of the text; a marker that counts rows means json_path="{path}"]' if path else ""


def _rows_path(original: Original, lines: str) -> str:
    """Return the path of what `lines` would mean if a marker's rows were meant: those of the longest array; "" for no JSON."""
    first, dash, last = lines.replace(" ", "").partition("-")
    if "json" not in original.kind.split("+") or not first.isdigit() or not (last or first).isdigit():
        return ""
    from headroom_mcp.retrieval import json_path as jsonpath

    path = jsonpath.longest_array(original.text)
    stop = int(last or first) + 1
    return f"{path}[{int(first)}:{stop if last or not dash else ''}]" if path else ""


def _parse_range(lines: str, total: int) -> tuple[int, int]:
    match = _RANGE.match(lines)
    if match is None or not (match.group(1) or match.group(3)):
        msg = f'lines={lines!r} is not a range; write lines="120-180", "120", "120-" or "-50" for the last 50.'
        raise SliceError(msg)
    head, dash, tail = match.groups()
    if not head:
        first, last = max(1, total - int(tail) + 1), total
    else:
        first = int(head)
        last = first if not dash else int(tail) if tail else total
    if first < 1 or first > total or last < first:
        msg = f"lines={lines!r} lies outside this original, which has lines 1-{total}."
        raise SliceError(msg)
    return first, min(last, total)


def _numbered_page(ref: str, text_lines: list[str], first: int, last: int, max_tokens: int) -> str:
    total = len(text_lines)
    if not total:
        return f"[{ref}: the original is empty]"
    room = max_tokens
    stop = first - 1
    while stop < last and (room := room - tokens.estimate(text_lines[stop]) - 1) >= 0:
        stop += 1
    if stop < first:
        return _characters(ref, text_lines, first, 1, len(text_lines[first - 1]), max_tokens)
    shown = "\n".join(text_lines[first - 1 : stop])
    head = f"[{ref}: lines {first}-{stop} of {total}]"
    if stop < last:
        return f'{head}\n{shown}\n[go on with lines="{stop + 1}-{last}", or give a query]'
    return f"{head}\n{shown}"


def _characters_page(ref: str, text_lines: list[str], match: re.Match[str], max_tokens: int) -> str:
    line, first = int(match[1]), int(match[2])
    if not 1 <= line <= len(text_lines):
        msg = f"lines={match.string!r}: this original has lines 1-{len(text_lines)}."
        raise SliceError(msg)
    size = len(text_lines[line - 1])
    last = min(size, int(match[3])) if match[3] else size
    if not 1 <= first <= last:
        msg = f"lines={match.string!r}: line {line} has characters 1-{size}."
        raise SliceError(msg)
    return _characters(ref, text_lines, line, first, last, max_tokens)


def _characters(ref: str, text_lines: list[str], line: int, first: int, last: int, max_tokens: int) -> str:
    """Return characters `first` … `last` (1-based) of the line `line`, as many as fit, and how to go on."""
    text = text_lines[line - 1][first - 1 : last]
    room = max(200, len(text) * max_tokens // max(1, tokens.estimate(text)))
    stop = min(last, first - 1 + room)
    head = f"[{ref}: line {line} of {len(text_lines)}, characters {first}-{stop} of {len(text_lines[line - 1])}]"
    size, total = len(text_lines[line - 1]), len(text_lines)
    on = f"{line}:{stop + 1}-" if stop < last else f"{line + 1}-{total}" if stop == size and line < total else ""
    rest = f'\n[go on with lines="{on}", or give a query]' if on else ""
    return f"{head}\n{text[: stop - first + 1]}{rest}"


class _Piece(NamedTuple):
    """A line (0-based), or characters `start` … `stop - 1` of a long one."""

    line: int
    start: int
    stop: int
    whole: bool


def _matching(ref: str, text_lines: list[str], query: str, max_tokens: int) -> str:
    found = _matches(ref, text_lines, query, max_tokens)
    return found or _nearest(ref, text_lines, query, max_tokens)


def _matches(ref: str, text_lines: list[str], query: str, max_tokens: int) -> str:
    """Return what matches `query`, with neighbours; "" where nothing does."""
    pieces = _pieces(text_lines)
    texts = [text_lines[piece.line][piece.start : piece.stop] for piece in pieces]
    scores = bm25.rank(query, texts)
    best = sorted((i for i, score in enumerate(scores) if score > 0), key=lambda i: (-scores[i], i))
    return _around(ref, text_lines, pieces, texts, best, max_tokens) if best else ""


def _nearest(ref: str, text_lines: list[str], query: str, max_tokens: int) -> str:
    """Return the lines with the words nearest to those of a query that nothing matches, else where to look."""
    from headroom_mcp.retrieval import nearest

    words = nearest.words(query, text_lines)
    found = _matches(ref, text_lines, " ".join(words), max_tokens) if words else ""
    if found:
        return f"[nothing in {ref} matches {query!r}; the nearest words in it: {', '.join(words)}]\n{found}"
    page = _numbered_page(ref, text_lines, 1, len(text_lines), max_tokens // 2)
    return f"[nothing in {ref} matches {query!r}, and no word of it is near; it begins like this]\n{page}"


def _around(
    ref: str, text_lines: list[str], pieces: list[_Piece], texts: list[str], best: list[int], max_tokens: int
) -> str:
    """Return the pieces `best`, the best first, with their neighbours, in line order, as far as `max_tokens` go."""
    shown: set[int] = set()
    room = max_tokens
    for index in best:
        block = [
            i
            for i in range(max(0, index - _CONTEXT_LINES), min(len(pieces), index + _CONTEXT_LINES + 1))
            if i not in shown
        ]
        cost = sum(tokens.estimate(texts[i]) + 1 for i in block)
        if cost > room and shown:
            break
        if cost > room:
            block = [index]
        room -= cost
        shown.update(block)
    out: list[str] = []
    for start, stop in parts.runs(shown):
        out.extend(_said(ref, text_lines, pieces[start:stop]))
    hits = sum(1 for i in best if i in shown)
    if hits < len(best):
        out.append(f"[{hits:,} of {len(best):,} matching lines; narrow the query for the others]")
    return "\n".join(out)


def _pieces(text_lines: list[str]) -> list[_Piece]:
    """Return what a query is matched against: lines, and long ones in pieces that end at a separator."""
    pieces: list[_Piece] = []
    for index, line in enumerate(text_lines):
        if len(line) <= _LONG_LINE_CHARS:
            pieces.append(_Piece(index, 0, len(line), True))
            continue
        start = 0
        while start < len(line):
            stop = min(len(line), start + _PIECE_CHARS)
            if stop < len(line):
                stop = 1 + max((line.rfind(mark, stop - 100, stop) for mark in _SEPARATORS), default=-1) or stop
            pieces.append(_Piece(index, start, stop, False))
            start = stop
    return pieces


def _said(ref: str, text_lines: list[str], run: list[_Piece]) -> list[str]:
    """Return neighbouring pieces with a head for each stretch of lines and each stretch of a long line."""
    out: list[str] = []
    total = len(text_lines)
    position = 0
    while position < len(run):
        first = run[position]
        stop = position + 1
        while stop < len(run) and run[stop].whole == first.whole and (first.whole or run[stop].line == first.line):
            stop += 1
        last = run[stop - 1]
        if first.whole:
            out.append(f"[{ref}: lines {first.line + 1}-{last.line + 1} of {total}]")
            out.extend(text_lines[first.line : last.line + 1])
        else:
            where = f"characters {first.start + 1}-{last.stop} of {len(text_lines[first.line])}"
            out.append(f"[{ref}: line {first.line + 1} of {total}, {where}]")
            out.append(text_lines[first.line][first.start : last.stop])
        position = stop
    return out


def _page_of(text: str, what: str, max_tokens: int) -> str:
    """Return `text`, or as many of its lines as fit, with how to ask for the rest."""
    if tokens.estimate(text) <= max_tokens:
        return f"[{what}]\n{text}"
    lines = text.split("\n")
    room = max_tokens
    shown = 0
    while shown < len(lines) and (room := room - tokens.estimate(lines[shown]) - 1) >= 0:
        shown += 1
    if shown == 0:
        return f"[{what}: the first part of {len(text):,} characters]\n{_clip_line(text, max_tokens)}"
    head = "\n".join(lines[:shown])
    return f"[{what}: {shown:,} of {len(lines):,} lines]\n{head}\n[go on with a narrower path, such as a later slice]"


def _clip_line(line: str, max_tokens: int) -> str:
    chars = max(200, len(line) * max_tokens // max(1, tokens.estimate(line)))
    if len(line) <= chars:
        return line
    return f"{line[:chars]}\n[… {len(line) - chars:,} more characters of this line]"
