"""What a source file is made of: its definitions, imports, constants, doc lines, as rows.

By grammar where there is one; where there is none, or where the parse failed, by indentation and braces (`fallback`).
Rows are 0-based; ranges are half-open.
"""

from __future__ import annotations

from itertools import chain

from headroom_mcp.compressors.code import grammar, languages
from headroom_mcp.late import NamedTuple

_MAX_HEAD_ROWS = 16  # a longer signature shows its beginning and its end
_MAX_ERROR_SHARE = 0.3  # of the rows: beyond, the tree says little about this text
_ANY_COMMENT = ("#", "//", "/*", "*", "--")
_MIN_OPAQUE_ROWS = 3  # println!(…) holds no definition


class Definition(NamedTuple):
    """A function, class or type. `start` … `head_stop` is the signature with its decorators; the rest to `stop` is body.

    role: "function" (the body can go) · "type" (its members are definitions) · "data" (fields). `doc` is the row of the
    first line of its documentation, -1 where there is none.
    """

    name: str
    role: str
    start: int
    head_stop: int
    stop: int
    doc: int


class Outline(NamedTuple):
    """The parts of a file that matter, in row order."""

    definitions: list[Definition]
    imports: list[tuple[int, int]]
    constants: list[tuple[int, int]]
    raises: list[tuple[int, int]]


def read(lines: list[str], language: str) -> Outline:
    """Return the outline of `lines`; of no definitions where nothing was recognised."""
    module = languages.load(language)
    if hasattr(module, "HEADS"):
        from headroom_mcp.compressors.code import heads

        entries = [_with_doc(lines, found, module.COMMENT) for found in heads.definitions(lines, module)]
        return Outline(entries, [], [], [])
    if hasattr(module, "MARGINS"):
        return _by_margins(lines, module.COMMENT)
    if hasattr(module, "PARTS"):
        return _by_parts(lines, module.COMMENT)
    tree = grammar.parse(module, "\n".join(lines) + "\n")
    if tree is None and hasattr(module, "INSTEAD"):
        return read(lines, module.INSTEAD)
    broken = _rows(tree.spans["error"]) if tree is not None else set()
    if language == "python" and (tree is None or broken):
        from headroom_mcp.compressors.code import python_ast

        exact = python_ast.read(lines)
        if exact is not None:
            return Outline([Definition(*row) for row in exact.definitions], *exact[1:])
    if tree is None or len(broken) > _MAX_ERROR_SHARE * len(lines):
        return fallback_outline(lines, module.COMMENT)
    definitions = _definitions(lines, tree, module.COMMENT)
    unread = broken | _rows([span for span in tree.spans["opaque"] if span[1] - span[0] >= _MIN_OPAQUE_ROWS])
    if unread:
        from headroom_mcp.compressors.code import fallback

        known = {row for d in definitions for row in range(d.start, d.head_stop)}
        definitions.extend(
            _with_doc(lines, found, module.COMMENT)
            for found in fallback.definitions(lines, module.COMMENT, unread)
            if known.isdisjoint(range(found[2], found[3]))
        )
    definitions.sort(key=lambda definition: (definition.start, -definition.stop))
    bodies = [(d.head_stop, d.stop) for d in definitions if d.role == "function"]
    return Outline(
        definitions,
        _outside(_halfopen(tree.spans["import"]), bodies),
        _outside(_halfopen(tree.constants), bodies),
        _halfopen(tree.spans["raise"]),
    )


def _rows(spans: list[tuple[int, int]]) -> set[int]:
    return set(chain.from_iterable(range(first, last + 1) for first, last in spans))


def unknown(lines: list[str]) -> Outline:
    """Return the outline of a text whose language nobody named: by what many languages share, else by its margins."""
    found = fallback_outline(lines, _ANY_COMMENT)
    return found if found.definitions else _by_margins(lines, _ANY_COMMENT)


def _by_margins(lines: list[str], comment: tuple[str, ...]) -> Outline:
    from headroom_mcp.compressors.code import fallback, margins

    definitions = [_with_doc(lines, found, comment) for found in margins.definitions(lines)]
    return Outline(definitions, margins.imports(lines), margins.constants(lines), fallback.raises(lines))


def _by_parts(lines: list[str], comment: tuple[str, ...]) -> Outline:
    """Return the outline of a file whose parts are in languages of their own."""
    from headroom_mcp.compressors.code import components

    parts = components.parts(lines)
    whole = Outline([_with_doc(lines, found, comment) for found in components.markup(lines, parts)], [], [], [])
    for start, stop, language in parts:
        inner = read(lines[start:stop], language)
        whole.definitions.extend(
            d._replace(
                start=d.start + start,
                head_stop=d.head_stop + start,
                stop=d.stop + start,
                doc=d.doc + start if d.doc >= 0 else -1,
            )
            for d in inner.definitions
        )
        for of_whole, spans in (
            (whole.imports, inner.imports),
            (whole.constants, inner.constants),
            (whole.raises, inner.raises),
        ):
            of_whole.extend((first + start, last + start) for first, last in spans)
    whole.definitions.sort(key=lambda definition: (definition.start, -definition.stop))
    return whole


def fallback_outline(lines: list[str], comment: tuple[str, ...]) -> Outline:
    """Return the outline of `lines` by indentation and braces alone."""
    from headroom_mcp.compressors.code import fallback

    definitions = [_with_doc(lines, found, comment) for found in fallback.definitions(lines, comment)]
    return Outline(definitions, fallback.imports(lines), fallback.constants(lines), fallback.raises(lines))


def _with_doc(lines: list[str], found: tuple[str, str, int, int, int], comment: tuple[str, ...]) -> Definition:
    name, role, start, head_stop, stop = found
    return Definition(name, role, start, head_stop, stop, _doc_above(lines, start, comment))


def _definitions(lines: list[str], tree: grammar.Tree, comment: tuple[str, ...]) -> list[Definition]:
    wrapped = _wrapped(tree)
    attached = {last + 1: first for first, last in tree.spans["attach"]}
    definitions: list[Definition] = []
    for node in tree.nodes:
        start = wrapped.get((node.start_byte, node.end_byte), node.start)
        while start in attached:
            start = attached[start]
        head_stop = _head_stop(lines, node, comment)
        doc = node.doc if node.doc >= head_stop else _doc_above(lines, start, comment)
        definitions.append(Definition(node.name, node.role, start, head_stop, max(node.end + 1, head_stop), doc))
    return definitions


def _wrapped(tree: grammar.Tree) -> dict[tuple[int, int], int]:
    """Return the first row of the outermost wrapper of each wrapped node, by the node's bytes.

    A wrapper ends where what it wraps ends, or one ";" later; of several nodes that end there (a class and its last
    method) it wraps the first.
    """
    by_end: dict[int, list[int]] = {}
    for node in tree.nodes:
        by_end.setdefault(node.end_byte, []).append(node.start_byte)
    found: dict[tuple[int, int], int] = {}
    for row, start_byte, end_byte in tree.wraps:
        for end in (end_byte, end_byte - 1):
            inner = [start for start in by_end.get(end, ()) if start >= start_byte]
            if inner:
                key = (min(inner), end)
                found[key] = min(row, found.get(key, row))
                break
    return found


def _head_stop(lines: list[str], node: grammar.Node, comment: tuple[str, ...]) -> int:
    """Return the row after the signature: where a body in braces opens, or before an indented one begins."""
    if node.body_start < 0:
        return node.end + 1
    row = node.body_start
    if row <= node.name_row:
        return node.name_row + 1
    before = lines[row][: node.body_column] if row < len(lines) else ""
    opens = lines[row][node.body_column : node.body_column + 1] in {"{", "("} if row < len(lines) else False
    if opens and before.strip():
        return row + 1
    while row - 1 > node.name_row and (not lines[row - 1].strip() or lines[row - 1].lstrip().startswith(comment)):
        row -= 1
    return row


def head_rows(definition: Definition) -> list[int]:
    """Return the rows of a signature that are shown: all, or both ends of a very long one."""
    rows = list(range(definition.start, definition.head_stop))
    if len(rows) <= _MAX_HEAD_ROWS:
        return rows
    return [*rows[: _MAX_HEAD_ROWS - 2], *rows[-2:]]


def doc_rows(lines: list[str], row: int) -> list[int]:
    """Return the rows of the first words of a documentation: its opening quotes may stand alone."""
    bare = not any(char.isalnum() for char in lines[row])
    return [row, row + 1] if bare and row + 1 < len(lines) else [row]


def _doc_above(lines: list[str], start: int, comment: tuple[str, ...]) -> int:
    """Return the row of the first words of the comment that stands directly above row `start`, -1 without one."""
    row = start - 1
    while row >= 0 and lines[row].lstrip().startswith(comment):
        row -= 1
    for candidate in range(row + 1, start):
        if any(char.isalnum() for char in lines[candidate]):
            return candidate
    return -1


def _halfopen(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return sorted((first, last + 1) for first, last in spans)


def _outside(spans: list[tuple[int, int]], bodies: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that begin in none of `bodies` (sorted by start, nested or apart)."""
    found: list[tuple[int, int]] = []
    at = 0
    reach = 0
    for span in spans:
        while at < len(bodies) and bodies[at][0] <= span[0]:
            reach = max(reach, bodies[at][1])
            at += 1
        if span[0] >= reach:
            found.append(span)
    return found
