"""Python by the standard library's own parser: exact, but slower than a grammar and only for text that compiles.

Used where the grammar is missing or stumbles (it knows less of the newest or oddest syntax than the interpreter).
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import NamedTuple


class Found(NamedTuple):
    """What the syntax tree says, as rows: definitions are (name, role, start, head_stop, stop, doc)."""

    definitions: list[tuple[str, str, int, int, int, int]]
    imports: list[tuple[int, int]]
    constants: list[tuple[int, int]]
    raises: list[tuple[int, int]]


def read(lines: list[str]) -> Found | None:
    """Return what `lines` define, None where they do not compile on this interpreter."""
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in the text is not ours to report
            tree = ast.parse("\n".join(lines) + "\n")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = Found([], [], [], [])
    nodes: list[tuple[ast.AST, bool]] = [(tree, True)]
    while nodes:
        node, outside = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            is_class = isinstance(node, ast.ClassDef)
            start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
            head_stop = _head_stop(lines, node.lineno - 1, node.body[0])
            first = node.body[0]
            doc = -1
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                doc = first.lineno - 1 if first.lineno > head_stop else -1
            role = "type" if is_class else "function"
            found.definitions.append((node.name, role, start, head_stop, node.end_lineno or head_stop, doc))
            outside = outside and is_class
            if is_class:
                _constants(node.body, found)
        elif isinstance(node, ast.Module):
            _constants(node.body, found)
        elif isinstance(node, ast.Import | ast.ImportFrom) and outside:
            found.imports.append((node.lineno - 1, node.end_lineno or node.lineno))
        elif isinstance(node, ast.Raise):
            found.raises.append((node.lineno - 1, node.end_lineno or node.lineno))
        nodes.extend((child, outside) for child in ast.iter_child_nodes(node))
    for rows in (found.definitions, found.imports, found.constants, found.raises):
        rows.sort(key=lambda row: row[2] if len(row) > 2 else row[0])
    return found


def _head_stop(lines: list[str], row: int, first: object) -> int:
    """Return the row after the signature that begins at `row`: comments before the first statement are body."""
    stop: int = min([getattr(first, "lineno", row + 2), *(d.lineno for d in getattr(first, "decorator_list", ()))]) - 1
    if stop <= row:
        return row + 1
    while stop - 1 > row and (not lines[stop - 1].strip() or lines[stop - 1].lstrip().startswith("#")):
        stop -= 1
    return stop


def _constants(body: Sequence[object], found: Found) -> None:
    import ast

    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            found.constants.append((statement.lineno - 1, statement.end_lineno or statement.lineno))
