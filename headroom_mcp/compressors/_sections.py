"""The blocks of a text document (paragraphs, headings, list items, listings) and the sections its headings make.

Understands Markdown, reStructuredText, AsciiDoc, manual pages and change logs by the shapes of their lines; a document
without any of these is paragraphs between blank lines. One pass, line numbers are those of the input.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.text import failure_words
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact

_ATX = late.pattern(r"^ {0,3}(#{1,6})[ \t]+\S")
_ASCIIDOC = late.pattern(r"^(={1,6}) [^\s\"].*[^=]$")
_UNDERLINE = late.pattern(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_FENCE = late.pattern(r"^ {0,3}(?:[-*+] +|\d+[.)] +)?(`{3,}|~{3,})")
_ITEM = late.pattern(r"^(\s*)(?:[-*+•‣◦]|\d{1,3}[.)]|\(\w\)|:\w[\w ]*:)\s+\S")
#   -t, --target <dir>  … as help texts list them
_OPTION = late.pattern(r"^\s+-{1,2}[A-Za-z0-9?#]")
_READ_WHOLE = 600  # tokens
_READ_WHOLE_SECTIONS = 1_000  # a section that is left out takes all that its heading does not say
_READ_WHOLE_UNASKED = 1_500  # without a question every paragraph is as likely to be needed as the next
_MAX_BLOCK_LINES = 40  # a longer paragraph, table or listing is cut, or one word in it would bring all of it
_CHUNK_LINES = 16
# 4.14.0 / 2016-06-16 · v2.1 (2024-01-02) · Version 1.0.3 · [1.2.0] - 2020-02-02
_VERSION = late.pattern(
    r"^(?:version |release |v)?\[?v?\d+\.\d[\w.+-]*\]?(?:[ \t]*[-–/:(,].{0,60})?:?\s*$", re.IGNORECASE
)
# NAME, SEE ALSO, EXIT STATUS at the margin
_MAN_HEADING = late.pattern(r"^[A-Z][A-Z0-9 ,/&'-]{2,50}$")
_MAN_PAGE = late.pattern(r"^\S+\(\d\w*\)\s.*\S\(\d\w*\)\s*$|^NAME\s*$|^SYNOPSIS\s*$", re.MULTILINE)
# Usage: · Options: · Commands: with indented lines below
_HELP_HEADING = late.pattern(r"^[A-Z][\w /-]{2,40}:\s*$")
_TABLE_ROW = late.pattern(r"^\s*\|.*\|\s*$|^\s*\+[-=+]{3,}\+\s*$")


_MAX_FAILURE_CHARS = 300
_MAX_FAILURES = 20


class Block(NamedTuple):
    """Lines `start` … `stop - 1` (0-based), trailing blank lines not counted. kind: heading, para, item, code, table.

    level: of a heading, 1 the highest; else 0.
    """

    start: int
    stop: int
    kind: str
    level: int


def is_manual(lines: Sequence[str]) -> bool:
    """Tell whether these are the lines of a manual page, by its title line or its NAME or SYNOPSIS."""
    return _MAN_PAGE.search("\n".join(lines[:60])) is not None


def blocks(lines: Sequence[str]) -> list[Block]:
    """Return the blocks of `lines` in order; blank lines lie between them."""
    found: list[Block] = []
    manual = is_manual(lines)
    underlines: list[str] = []
    index = 0
    total = len(lines)
    while index < total:
        line = lines[index]
        if not line.strip():
            index += 1
            continue
        fence = _FENCE.match(line)
        if fence is not None:
            stop = _fence_end(lines, index, fence.group(1))
            found.extend(_chunks(index, stop, "code"))
        else:
            level, stop = _heading(lines, index, underlines, manual)
            if level:
                found.append(Block(index, stop, "heading", level))
            else:
                kind, stop = _body(lines, index)
                found.extend(_chunks(index, stop, kind))
        index = stop
    return found


def failures(lines: Sequence[str]) -> list[Fact]:
    """Return the lines that a failing program prints, each once, at most 20: a document that speaks of errors has not
    failed, but a command's output may look like one."""
    found: dict[str, Fact] = {}
    for index, line in enumerate(lines):
        if len(line) <= _MAX_FAILURE_CHARS and line not in found and failure_words.LABELLED.match(line):
            found[line] = Fact(index, 0, "failures", index, index + 1)
            if len(found) == _MAX_FAILURES:
                break
    return list(found.values())


def chains(found: Sequence[Block]) -> list[tuple[int, ...]]:
    """Return for each block the indexes of the headings above it, outermost first; a heading's own is not among them."""
    above: list[tuple[int, ...]] = []
    stack: list[int] = []
    for index, block in enumerate(found):
        if block.kind == "heading":
            while stack and found[stack[-1]].level >= block.level:
                stack.pop()
            above.append(tuple(stack))
            stack.append(index)
        else:
            above.append(tuple(stack))
    return above


def title(lines: Sequence[str], heading: Block) -> str:
    """Return the words of a heading without its marks."""
    for line in lines[heading.start : heading.stop]:
        words = line.strip().strip("#=").strip()
        if words and not _UNDERLINE.match(line):
            return words
    return ""


def _chunks(start: int, stop: int, kind: str) -> list[Block]:
    if stop - start <= _MAX_BLOCK_LINES:
        return [Block(start, stop, kind, 0)]
    return [Block(at, min(stop, at + _CHUNK_LINES), kind, 0) for at in range(start, stop, _CHUNK_LINES)]


def _heading(lines: Sequence[str], index: int, underlines: list[str], manual: bool) -> tuple[int, int]:
    """Return the level of the heading at `index` (0: none) and the line after it."""
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else ""
    atx = _ATX.match(line)
    if atx is not None:
        # A "#" comment of a configuration file is followed by its like or by text; a heading stands alone.
        alone = not following.strip() or not following.lstrip().startswith("#")
        before = lines[index - 1] if index else ""
        return (len(atx.group(1)), index + 1) if alone and not before.startswith("#") else (0, index)
    overline = _UNDERLINE.match(line)
    if overline is not None:
        third = lines[index + 2] if index + 2 < len(lines) else ""
        if following.strip() and _UNDERLINE.match(third) and third.strip()[:1] == overline.group(1):
            return _underline_level("over" + overline.group(1), underlines), index + 3
        return 0, index
    under = _UNDERLINE.match(following)
    if (
        under is not None
        and len(following.strip()) >= min(3, len(line.strip()))
        and len(line) < 200
        and not _ITEM.match(line)
        and not line.lstrip().startswith("|")
        and (index == 0 or not lines[index - 1].strip() or _VERSION.match(line))
    ):
        return _underline_level(under.group(1), underlines), index + 2
    asciidoc = _ASCIIDOC.match(line)
    if asciidoc is not None:
        return len(asciidoc.group(1)), index + 1
    if index == 0 or not lines[index - 1].strip():
        if len(line) < 100 and line[:1] not in " \t" and _VERSION.match(line):
            return 2, index + 1
        if manual and _MAN_HEADING.match(line):
            return 1, index + 1
        if _HELP_HEADING.match(line) and following[:1] in (" ", "\t"):
            return 2, index + 1
    return 0, index


def _underline_level(mark: str, underlines: list[str]) -> int:
    """Return the level of an underlined heading: Markdown's for = and -, otherwise by order of appearance."""
    if mark not in underlines:
        underlines.append(mark)
    return underlines.index(mark) + 1


def _fence_end(lines: Sequence[str], index: int, mark: str) -> int:
    for at in range(index + 1, min(len(lines), index + 2_000)):
        stripped = lines[at].strip()
        if stripped.startswith(mark) and not stripped.strip(mark[0]):
            return at + 1
    return index + 1


def _body(lines: Sequence[str], index: int) -> tuple[str, int]:
    """Return the kind of the block at `index` and the line after its last one that is not blank."""
    line = lines[index]
    item = _ITEM.match(line)
    is_option = item is None and _OPTION.match(line) is not None
    is_row = _TABLE_ROW.match(line) is not None
    indent = len(item.group(1)) if item else 0
    stop = index + 1
    while stop < len(lines) and lines[stop].strip():
        following = lines[stop]
        if _FENCE.match(following) or _ATX.match(following):
            if not line.lstrip().startswith("#"):
                break
        elif is_option:
            if _OPTION.match(following) or _indent(following) < _indent(line):
                break
        elif item is not None:
            inner = _ITEM.match(following)
            if inner is not None and len(inner.group(1)) <= indent:
                break
        elif (_TABLE_ROW.match(following) is not None) != is_row or _starts_underlined(lines, stop):
            break
        elif _OPTION.match(following):
            break  # "Usage: tool [OPTIONS]" with the options right below it
        stop += 1
    if item is not None:
        stop = _with_indented(lines, stop, indent)
    return ("item" if item or is_option else "table" if is_row else "para"), stop


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _starts_underlined(lines: Sequence[str], index: int) -> bool:
    """Tell whether a version heading with its underline follows without a blank line between."""
    return (
        index + 1 < len(lines)
        and _UNDERLINE.match(lines[index + 1]) is not None
        and _VERSION.match(lines[index]) is not None
    )


def _with_indented(lines: Sequence[str], stop: int, indent: int) -> int:
    """Return the end of a list item with the indented paragraphs that continue it after a blank line."""
    end = stop
    at = stop
    while at < len(lines):
        line = lines[at]
        if not line.strip():
            at += 1
            if at - end > 3:
                break
            continue
        if _indent(line) <= indent + 1 or _ITEM.match(line):
            break
        at += 1
        end = at
    return end


def is_read_whole(output: ToolOutput, query: str, *, in_sections: bool = False) -> bool:
    """Tell running text that is too short to be cut: it has little to win and everything to lose."""
    asked = _READ_WHOLE_SECTIONS if in_sections else _READ_WHOLE
    return output.tokens < (asked if query else _READ_WHOLE_UNASKED)
