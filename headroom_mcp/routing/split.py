"""Where one output is several: what the commands' own echoes separate, one document after another, JSON after log lines.

npm run build && echo "--- tests ---" && npm test      →  the build · the echoed line · the tests
git status; git diff                                   →  a line that can only begin a diff begins one
[progress lines] {"ok": true, …}                       →  the lines · the JSON document
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.commands import shell
from headroom_mcp.late import re

ECHOES = frozenset(("echo", "printf"))
_MIN_ECHO_CHARS = 3
_MIN_JSON_CHARS = 1_200  # below, a section of its own costs more in markers than it saves
_MAX_JSON_CHARS = 8_000_000
# <script type="application/json"> and ```json: JSON that belongs to the document around it
_EMBEDS = late.pattern(r"<script\b[^<>]*>\s*$|^\s*(?:```|~~~)", re.IGNORECASE)

Piece = tuple[int, int, "list[shell.Pipeline] | None"]
"""start, stop, and the pipelines that may have printed these lines; None for an echoed line."""

# Lines that can only begin a document of their own.
_BEGINNING = late.pattern(
    r"^(?:diff --(?:git|cc|combined) |=+ test session starts =+|<!DOCTYPE html|commit [0-9a-f]{40}\b|On branch \S+$|> (?=\S+@\S)\S+ \S+$|Reading package lists\.\.\.)",
    re.IGNORECASE,
)


def split(lines: Sequence[str], pipelines: list[shell.Pipeline]) -> list[Piece]:
    """Return the pieces of an output, in order, covering every line; one piece where nothing separates."""
    pieces: list[Piece] = []
    for start, stop, printed in _by_echoes(lines, pipelines):
        if printed is None:
            pieces.append((start, stop, None))
            continue
        for first, last, of_file in _by_file_heads(lines, start, stop, printed):
            if of_file is None:
                pieces.append((first, last, None))
            elif len(of_file) > 1:
                pieces.extend(
                    piece
                    for begin, end in _by_beginnings(lines, first, last)
                    for piece in _by_json(lines, begin, end, of_file)
                )
            else:
                pieces.extend(_by_json(lines, first, last, of_file))
    return pieces


def _by_file_heads(lines: Sequence[str], start: int, stop: int, printed: list[shell.Pipeline]) -> list[Piece]:
    """Return the pieces between the "==> name <==" that head and tail print above each of several files."""
    if not _any_begins(lines, start, stop, ("==> ",)):
        return [(start, stop, printed)]
    heads = [i for i in range(start, stop) if lines[i][:4] == "==> " and lines[i].endswith(" <==")]
    if len(heads) < 2 and (not heads or heads[0] != start):
        return [(start, stop, printed)]
    pieces: list[Piece] = [(start, heads[0], printed)] if heads[0] > start else []
    for head, after in zip(heads, [*heads[1:], stop], strict=True):
        pieces.append((head, head + 1, None))
        if after > head + 1:
            pieces.append((head + 1, after, [[["cat", lines[head][4:-4]]]]))
    return pieces


def _by_echoes(lines: Sequence[str], pipelines: list[shell.Pipeline]) -> list[Piece]:
    pieces: list[Piece] = []
    printed: list[shell.Pipeline] = []
    start = 0
    for pipeline in pipelines:
        echoed = _echoed(pipeline)
        at = _find(lines, echoed, start) if echoed else -1
        if at < 0:
            printed.append(pipeline)
            continue
        if at > start:
            pieces.append((start, at, printed))
        pieces.append((at, at + 1, None))
        start, printed = at + 1, []
    if start < len(lines):
        pieces.append((start, len(lines), printed))
    return pieces


def _echoed(pipeline: shell.Pipeline) -> str:
    """Return the last line that an `echo` of plain words prints, "" where it cannot be known."""
    words = pipeline[0]
    if len(pipeline) > 1 or shell.name(words) not in ECHOES:
        return ""
    text = " ".join(word for word in words[1:] if word not in ("-e", "-n", "-E"))
    text = text.replace("\\n", "\n").strip("\n").rpartition("\n")[2]
    return text if len(text) >= _MIN_ECHO_CHARS and "$" not in text and "`" not in text and "%" not in text else ""


def _find(lines: Sequence[str], text: str, start: int) -> int:
    for index in range(start, len(lines)):
        if lines[index] == text:
            return index
    return -1


def _by_beginnings(lines: Sequence[str], start: int, stop: int) -> list[tuple[int, int]]:
    """Return the parts of lines start … stop - 1, cut where a document of another sort begins."""
    cuts: list[int] = []
    previous = ""
    for index in range(start, stop):
        match = _BEGINNING.match(lines[index])
        if match is None:
            continue
        sort = match.group()[:4]
        if sort != previous and index > start:
            cuts.append(index)
        previous = sort
    return list(zip([start, *cuts], [*cuts, stop], strict=True))


def _any_begins(lines: Sequence[str], start: int, stop: int, heads: Sequence[str]) -> bool:
    """Tell whether a line begins with one of `heads`: one search over the text is quicker than to ask every line."""
    text = "\n".join(["", *lines[start:stop]])
    return any(f"\n{head}" in text for head in heads)


def _by_json(lines: Sequence[str], start: int, stop: int, printed: list[shell.Pipeline]) -> list[Piece]:
    """Return the lines before, of and after JSON among other lines: one document, or several of a line each."""
    whole: list[Piece] = [(start, stop, printed)]
    if not _any_begins(lines, start, stop, ("{", "[")):
        return whole
    first = next((i for i in range(start, stop) if lines[i][:1] in "{[" and _opens_json(lines[i])), -1)
    if first < 0 or (first > start and _EMBEDS.search(lines[first - 1])):
        return whole
    closer = "}" if lines[first].lstrip()[0] == "{" else "]"
    last = first if lines[first].rstrip().endswith(closer) and len(lines[first]) > 2 else -1
    if last < 0:
        last = next((i for i in range(stop - 1, first, -1) if lines[i].startswith(closer)), -1)
    if last == first:
        last = _last_document(lines, first, stop)
    if last < 0 or (first == start and last == stop - 1):
        return whole
    chars = sum(map(len, lines[first : last + 1]))
    if not _MIN_JSON_CHARS <= chars <= _MAX_JSON_CHARS:
        return whole
    texts = (
        ["\n".join(lines[first : last + 1])]
        if first == last or not _opens_json(lines[last])
        else lines[first : last + 1]
    )
    if not all(is_json(text) for text in texts if text.strip()):
        return whole
    pieces: list[Piece] = [(start, first, printed)] if first > start else []
    pieces.append((first, last + 1, []))
    if last + 1 < stop:
        pieces.append((last + 1, stop, printed))
    return pieces


def _last_document(lines: Sequence[str], first: int, stop: int) -> int:
    """Return the last of the lines after `first` that are documents of their own, blank lines between them."""
    last = first
    for index in range(first + 1, stop):
        line = lines[index].rstrip()
        if _opens_json(line) and line[-1:] in ("}", "]") and len(line) > 2:
            last = index
        elif line:
            break
    return last


def _opens_json(line: str) -> bool:
    return line[:1] in ("{", "[") and (line.rstrip() in ("{", "[", "[{", "[[") or line[:2] in ('{"', "[{", '["', "[["))


def is_json(text: str) -> bool:
    """Tell whether `text` is one JSON document."""
    import json

    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
