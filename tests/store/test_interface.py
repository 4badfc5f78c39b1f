"""SQL stands inside store/ only, and a hook pays for no part of the store that it does not use."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

_PACKAGE = Path(__file__).parents[2] / "headroom_mcp"
_MADE_UP = (
    _PACKAGE / "evals" / "growth_outputs.py"
)  # outputs of other programs, SQL files and logs of statements among them
_OUTSIDE = sorted(
    path for path in _PACKAGE.rglob("*.py") if path.relative_to(_PACKAGE).parts[0] != "store" and path != _MADE_UP
)
_INSIDE = sorted((_PACKAGE / "store").glob("*.py"))  # what every backend shares

_DRIVERS = {"sqlite3", "sqlite_utils", "psycopg", "psycopg2", "asyncpg"}
# SELECT a FROM b, INSERT OR REPLACE INTO b, UPDATE b SET, DELETE FROM b, CREATE VIRTUAL TABLE b, PRAGMA x, BEGIN IMMEDIATE
_SQL = re.compile(
    r"\bSELECT\b.+\bFROM\b|\bINSERT (?:OR \w+ )?INTO\b|\bUPDATE \w+ SET\b|\bDELETE FROM\b|\bCREATE (?:\w+ )?(?:TABLE|INDEX)\b|"
    r"\bPRAGMA \w+|\bBEGIN (?:IMMEDIATE|EXCLUSIVE)\b|\b\w+ MATCH \?",
    re.DOTALL,
)


def test_no_sql_and_no_database_driver_outside_the_folders_of_the_backends() -> None:
    found = {path: _found(ast.parse(path.read_text(encoding="utf-8"))) for path in [*_OUTSIDE, *_INSIDE]}

    assert len(found) > 200
    assert {str(path.relative_to(_PACKAGE)): what for path, what in found.items() if what} == {}


def test_the_search_for_sql_finds_it_where_it_is() -> None:
    tree = ast.parse((_PACKAGE / "store" / "sqlite" / "originals.py").read_text(encoding="utf-8"))

    assert len(_found(tree)) > 10


def _found(tree: ast.Module) -> list[str]:
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.extend(alias.name for alias in node.names if alias.name.partition(".")[0] in _DRIVERS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _DRIVERS:
            found.append(str(node.module))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            found.extend(_SQL.findall(node.value))
    return found


_HOOK = """
import os, sys
os.environ["HEADROOM_HOME"] = sys.argv[1]
from headroom_mcp.hook import entry
from tests.hook.host import bash, log
assert entry.handle(bash(log(400, "parcel"))) is not None
print(sorted(name for name in sys.modules if name.startswith("headroom_mcp.store") or name == "sqlite_utils"))
"""


def test_a_hook_that_stores_an_output_imports_neither_protocols_nor_notes_nor_sqlite_utils(tmp_path: Path) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", _HOOK, tmp_path], capture_output=True, text=True, check=True, cwd=_PACKAGE.parent
    ).stdout

    assert ast.literal_eval(printed) == [
        "headroom_mcp.store",
        "headroom_mcp.store.codec",
        "headroom_mcp.store.glance",
        "headroom_mcp.store.sqlite",
        "headroom_mcp.store.sqlite.connection",
        "headroom_mcp.store.sqlite.contexts",
        "headroom_mcp.store.sqlite.database",
        "headroom_mcp.store.sqlite.driver",
        "headroom_mcp.store.sqlite.originals",
        "headroom_mcp.store.sqlite.schema",
        "headroom_mcp.store.sqlite.sessions",
        "headroom_mcp.store.sqlite.store",
    ]
