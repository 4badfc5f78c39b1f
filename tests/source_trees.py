"""The modules of the package as syntax trees, each parsed and walked once for all the tests that look at them."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "headroom_mcp"


@cache
def tree_of(path: Path) -> ast.Module:
    """Return the syntax tree of the module at `path`."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of the module at `path`."""
    return tuple(ast.walk(tree_of(path)))
