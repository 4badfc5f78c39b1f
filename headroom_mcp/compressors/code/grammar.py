"""The one place that imports tree-sitter: source text in, plain tuples out.

A grammar wheel may be missing (the base install holds six languages) and a hook runs without `site`, so everything is
imported late and a language that cannot be had is None, not an error.
"""

from __future__ import annotations

import importlib
import os
import sys
from operator import attrgetter
from types import ModuleType

from headroom_mcp.late import Any, NamedTuple

_DOCUMENTED = frozenset({"function_definition", "class_definition"})
_MAX_BARE_ROWS = 8  # a signature without a body is no longer
# Error recovery can take minutes over 1 KB of broken text. A limit of steps, not of time: the same text, the same answer.
# Real files take at most 15 steps (of 100 operations each) per KB.
_STEPS_PER_KB = 40
_MIN_STEPS = 300
_CHUNK_BYTES = 1 << 14
_loaded: dict[str, tuple[Any, Any] | None] = {}


class Node(NamedTuple):
    """A definition as rows (0-based, both ends inclusive). `body` is (-1, -1, -1) where there is none; `doc` is the row
    of a docstring or -1. `end_byte` tells which wrapper it ends together with."""

    role: str
    name: str
    start: int
    end: int
    name_row: int
    body_start: int
    body_column: int
    body_end: int
    doc: int
    start_byte: int
    end_byte: int


class Tree(NamedTuple):
    """What a query found. `spans` are (first row, last row) by role; wraps, of those that end with a node or one byte later, are
    (start row, start byte, end byte)."""

    nodes: list[Node]
    wraps: list[tuple[int, int, int]]
    spans: dict[str, list[tuple[int, int]]]
    constants: list[tuple[int, int]]


def parse(language: ModuleType, text: str) -> Tree | None:
    """Return what the query of `language` finds in `text`, None where the grammar cannot be had or finds no end."""
    loaded = _load(language)
    if loaded is None:
        return None
    from tree_sitter import Parser, QueryCursor

    grammar, query = loaded
    source = text.encode("utf-8", "surrogatepass")
    steps = 0

    def read(offset: int, _: object) -> bytes:
        return source[offset : offset + _CHUNK_BYTES]

    def is_too_long(*_: object) -> bool:
        nonlocal steps
        steps += 1
        return steps > most_steps

    most_steps = _MIN_STEPS + _STEPS_PER_KB * len(source) // 1024
    try:
        root = Parser(grammar).parse(read, progress_callback=is_too_long).root_node
    except ValueError:  # "Parsing failed": it was told to stop
        return None
    # They come in no order, and what lies together is read together: in a large file that is half the time.
    captures = {
        role: sorted(found, key=attrgetter("start_byte")) for role, found in QueryCursor(query).captures(root).items()
    }
    nodes: list[Node] = []
    constants: list[tuple[int, int]] = []
    _collect_constants(root, language.CONSTANTS, constants)
    for role in ("function", "type", "data"):
        for node in captures.get(role, ()):
            nodes.append(_definition(role, node, source))
            if role == "type":
                body = node.child_by_field_name("body") or _last_named(node)
                if body is not None:
                    _collect_constants(body, language.CONSTANTS, constants)
    ends = {node.end_byte for node in nodes}
    wraps = [
        (node.start_point[0], node.start_byte, end)
        for node in captures.get("wrap", ())
        if (end := node.end_byte) in ends or end - 1 in ends
    ]
    spans = {
        role: [(node.start_point[0], node.end_point[0] - (node.end_point[1] == 0)) for node in captures.get(role, ())]
        for role in ("attach", "import", "raise", "error", "opaque")
    }
    return Tree(nodes, wraps, spans, constants)


def _definition(role: str, node: Any, source: bytes) -> Node:
    start, end = node.start_point, node.end_point
    end_row = end[0] - (end[1] == 0 and end[0] > start[0])
    name, name_row = _name(node, source)
    body = node.child_by_field_name("body") or _valued_body(node)
    doc = -1
    if body is None and role != "function":
        body = _block(node)
    if body is None and role == "function" and end_row - start[0] > _MAX_BARE_ROWS:
        # To the grammar, a macro's rules are not a body.
        return Node(
            role, name, start[0], end_row, name_row, name_row + 1, 0, end_row, doc, node.start_byte, node.end_byte
        )
    if body is None:
        return Node(role, name, start[0], end_row, name_row, -1, -1, -1, doc, node.start_byte, node.end_byte)
    if node.type in _DOCUMENTED and body.type == "block":
        first = _first_named(body)
        if first is not None and first.type == "expression_statement":
            string = _first_named(first)
            if string is not None and string.type in {"string", "concatenated_string"}:
                doc = string.start_point[0]
    body_start, body_end = body.start_point, body.end_point
    body_end_row = body_end[0] - (body_end[1] == 0 and body_end[0] > body_start[0])
    return Node(
        role,
        name,
        start[0],
        end_row,
        name_row,
        body_start[0],
        body_start[1],
        max(body_end_row, end_row),
        doc,
        node.start_byte,
        node.end_byte,
    )


def _name(node: Any, source: bytes) -> tuple[str, int]:
    """Return the name of a definition and its row. C hides it in declarators, JavaScript at the left of "="."""
    for field in ("name", "declarator", "left", "key", "property", "type"):
        found = node.child_by_field_name(field)
        if found is None:
            continue
        while (inner := found.child_by_field_name("declarator")) is not None:
            found = inner
        return _text(found, source), found.start_point[0]
    for child in node.named_children:
        if "identifier" in child.type:
            return _text(child, source), child.start_point[0]
    return "", node.start_point[0]


def _text(node: Any, source: bytes) -> str:
    """Return the text of `node`; its own `text` asks for a whole chunk of the source each time."""
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _valued_body(node: Any) -> Any:
    """Return the body of the function that is the value of an assignment, a pair or a field."""
    for field in ("value", "right"):
        value = node.child_by_field_name(field)
        if value is not None:
            return value.child_by_field_name("body")
    return None


def _block(node: Any) -> Any:
    """Return the list-like child of a type whose grammar names no body."""
    inner = node.child_by_field_name("type")
    if inner is not None:
        return inner.child_by_field_name("body") or _last_named(inner)
    inner = node.child_by_field_name("value")
    if inner is not None:
        return inner
    last = _last_named(node)
    return last if last is not None and last.type.endswith(("body", "block", "list")) else None


def _first_named(node: Any) -> Any:
    return node.named_child(0) if node.named_child_count else None


def _last_named(node: Any) -> Any:
    count = node.named_child_count
    return node.named_child(count - 1) if count else None


def _collect_constants(container: Any, wanted: frozenset[str], found: list[tuple[int, int]]) -> None:
    for child in container.named_children:
        kind = child.type
        if kind == "expression_statement" and kind not in wanted:
            inner = _first_named(child)
            kind = inner.type if inner is not None else kind
        if kind in wanted:
            end = child.end_point
            found.append((child.start_point[0], end[0] - (end[1] == 0)))
        elif kind.startswith("preproc_if") or kind in {"preproc_else", "preproc_elif"}:
            _collect_constants(child, wanted, found)


def _load(language: ModuleType) -> tuple[Any, Any] | None:
    """Return (grammar, compiled query), once per process."""
    key = f"{language.GRAMMAR}.{language.ENTRY}"
    if key not in _loaded:
        try:
            _loaded[key] = _build(language)
        except Exception:  # no wheel, another ABI, a query the installed grammar does not know: the fallback reads it
            _loaded[key] = None
    return _loaded[key]


def _build(language: ModuleType) -> tuple[Any, Any]:
    try:
        import tree_sitter
    except ImportError:
        _see_own_site_packages()
        import tree_sitter
    grammar = tree_sitter.Language(getattr(_binding(language.GRAMMAR), language.ENTRY)())
    return grammar, tree_sitter.Query(grammar, language.QUERY)


def _binding(name: str) -> Any:
    """Return the extension module in the grammar wheel `name`.

    The wheels' own `__init__` imports importlib.resources for highlighting queries, 12 ms that a hook would pay each time.
    """
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    package = PathFinder.find_spec(name)
    if package is not None and package.submodule_search_locations:
        spec = PathFinder.find_spec("_binding", list(package.submodule_search_locations))
        if spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            return module
    return importlib.import_module(name)


def _see_own_site_packages() -> None:
    """Make the packages beside the running interpreter importable: `-S` leaves them out, and `site` costs more than this
    whole module. A plugin's hook runs on the system's python; its packages are in the environment made for its server."""
    from headroom_mcp.settings import environment

    prefixes = [os.path.dirname(os.path.dirname(sys.executable)), *environment.plugin_environments()]
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for prefix in prefixes:
        for parts in (("lib", version, "site-packages"), ("Lib", "site-packages")):
            folder = os.path.join(prefix, *parts)
            if folder not in sys.path and os.path.isdir(folder):
                sys.path.append(folder)
