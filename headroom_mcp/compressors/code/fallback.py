"""Definitions by indentation and braces, for languages without a grammar here and for text that does not parse.

It reads lines only, so it can be wrong about a line inside a string; it never invents lines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.text.lines import by_shape

_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|pub(?:\([^)]*\))?|unsafe|"
    r"extern(?: \"C\")?|inline|virtual|override|open|sealed|partial|data|const|suspend|fileprivate|readonly|local)\s+)*"
)
# def f( | class C: | pub async fn f( | func (s *S) f( | export default function f( | struct S { | module M
_KEYWORD = late.pattern(
    rf"^\s*{_MODIFIERS}(?P<word>def|class|interface|struct|enum|trait|impl|namespace|module|fn|func|function|fun|type|"
    r"record|object|protocol|extension|mod|union|macro_rules!|sub|proc|package)\b[\s*]*(?:(?:class|struct)\s+)?"
    r"(?:\([^)]*\)\s*|<[^>]*>\s*)?(?P<name>[A-Za-z_$][\w$.:-]*)"
)
# static int main(int argc) {    bool Cart<T>::sell(name) const    name() {    draw(
_HEAD = late.pattern(
    r"^\s*(?:[A-Za-z_$][\w$:<>,*&\[\]. ~]*[\s*&])?(?P<name>[A-Za-z_$~][\w$:<>~]*)\s*"
    r"\((?:|[^;]*(?:\{|\)|,|\)\s*(?:const|noexcept|override|final)))\s*$"
)
# export const area = (shape) => {    const f = async function () {    res.send = function send(body) {
_VALUE = late.pattern(
    r"^\s*(?:(?:export\s+)?(?:const|let|var)\s+(?P<name>[\w$]+)(?![\w$])[^=]*|(?P<member>[\w$]+(?:\.[\w$]+)+)\s*)=\s*(?:async\b\s*)?"
    r"(?:function\b|\([^()]*\).*=>|[\w$]+\s*=>)"
)
# greet() {
_SHELL = late.pattern(r"^\s*(?P<name>[\w:.-]+)\s*\(\s*\)\s*(?:\{\s*)?$")
_CONTROL = frozenset(
    "if for while switch catch return else elif do try with using lock foreach match when and or not".split()
)
_IMPORT = late.pattern(
    r"^(?:import\b|from\s+\S+\s+import\b|#\s*include\b|use\s+[\w:\\]|using\s+[\w.]+\s*;|require(?:_relative)?\b|package\s+[\w.]+;?$)"
)
# NAME = …   const NAME: …   static final int NAME = …   #define NAME …
_CONSTANT = late.pattern(
    r"^(?:#\s*define\s+\w+|(?:export\s+)?(?:const|var|let|val|static)\s+\w+(?!\w).*=|[A-Za-z_]\w*\s*(?::[^=]+)?=(?!=))"
)
_RAISE = late.pattern(r"^\s*(?:raise|throw|panic!?)\b")
_TYPES = frozenset("class interface trait impl namespace module object protocol extension mod package".split())
_DATA = frozenset("struct enum union type record".split())
_MAX_HEAD_ROWS = 8


def definitions(
    lines: list[str], comment: tuple[str, ...], within: Collection[int] | None = None
) -> list[tuple[str, str, int, int, int]]:
    """Return (name, role, start, head_stop, stop) of what looks like a definition, in row order; of those that begin in the
    rows `within`, where it is given.

    `comment` tells the family: only where "//" begins a comment may a definition have no keyword.
    """
    if within is not None and not within:
        return []
    found: list[tuple[str, str, int, int, int]] = []
    alike = by_shape(lines)
    known = [_row(shape) for shape in alike.shapes]
    rows = [known[shape] for shape in alike.of]
    for row in range(len(lines)) if within is None else sorted(within):
        line = lines[row]
        if not line or line.isspace():
            continue
        match = _KEYWORD.match(line)
        if match is not None:
            name = match["name"]
            word = match["word"]
            role = "type" if word in _TYPES else "data" if word in _DATA else "function"
        else:
            match = (_VALUE.match(line) or _HEAD.match(line)) if "//" in comment else _SHELL.match(line)
            name = match and (match.groupdict().get("member") or match["name"])
            if not name or name in _CONTROL or line.split(None, 1)[0] in _CONTROL:
                continue
            role = "function"
        head_stop = _head_stop(lines, rows, row)
        if head_stop == 0:
            continue
        found.append((name, role, row, head_stop, _stop(lines, rows, row, head_stop)))
    return found


def imports(lines: list[str]) -> list[tuple[int, int]]:
    """Return the rows that bring in other modules, at the left margin."""
    return [(row, row + 1) for row, line in enumerate(lines) if _IMPORT.match(line)]


def constants(lines: list[str]) -> list[tuple[int, int]]:
    """Return the rows that give a name to a value, at the left margin."""
    return [(row, row + 1) for row, line in enumerate(lines) if _CONSTANT.match(line)]


def raises(lines: list[str]) -> list[tuple[int, int]]:
    """Return the rows that raise an error."""
    return [(row, row + 1) for row, line in enumerate(lines) if _RAISE.match(line)]


class _Row(NamedTuple):
    """What a line says of where a definition's head and body end: its last mark but comments, and how far it is indented."""

    opens: bool  # by ":" or "{", or it holds a whole body
    ends: str
    braced: bool  # it begins with "{"
    closing: bool  # with a closing bracket or an end word
    blank: bool
    indent: int


def _row(line: str) -> _Row:
    code = line.split("#", 1)[0].split("//", 1)[0].rstrip()
    opens = code.endswith((":", "{")) or (code.endswith(("}", ";")) and "{" in code)
    told = line.strip()
    closing = told[:1] in ("}", ")") or told.startswith(("end", "fi", "done"))
    return _Row(opens, code[-1:], told.startswith("{"), closing, not told, _indent(line))


def _head_stop(lines: list[str], rows: Sequence[_Row], row: int) -> int:
    """Return the row after the signature that begins at `row`: it ends in ":" or "{", or an indented line follows. 0 when
    it looks like a statement after all."""
    for at in range(row, min(row + _MAX_HEAD_ROWS, len(rows))):
        this = rows[at]
        if this.opens:
            return at + 1
        if this.ends == ";":
            return 0
        if at + 1 < len(rows) and rows[at + 1].braced:
            return at + 1
        if at == row and this.ends not in (",", "(") and this.indent < _next_indent(rows, at + 1):
            return at + 1 if this.ends != ")" or _KEYWORD.match(lines[row]) else 0
    return row + 1 if _KEYWORD.match(lines[row]) else 0


def _stop(lines: list[str], rows: Sequence[_Row], start: int, head_stop: int) -> int:
    """Return the row after the body: the next line that is not deeper, with its closing brace or "end"."""
    indent = rows[start].indent
    last = head_stop
    for at in range(head_stop, len(rows)):
        this = rows[at]
        if this.blank:
            continue
        if this.indent <= indent and lines[at].strip() != "{":
            return at + 1 if this.closing else last
        last = at + 1
    return last


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _next_indent(rows: Sequence[_Row], row: int) -> int:
    return next((this.indent for this in rows[row : row + 4] if not this.blank), 0)
