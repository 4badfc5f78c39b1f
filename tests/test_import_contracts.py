"""No import hides from the contracts: one that is made of a string is in the tables here, with its reason.

import-linter reads `import` statements. A module named in a string is invisible to it, and to whoever renames things. So
every such string, and every call that imports by a name, is found in the source and must be listed; what it names must
exist, and must lie below the room that names it, unless the table says why not.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest

from headroom_mcp import _HOME_OF, compressors
from headroom_mcp.cli import COMMANDS
from headroom_mcp.compressors.code import languages
from headroom_mcp.hook.entry import HANDLERS
from headroom_mcp.install import hosts
from tests.source_trees import PACKAGE, nodes_of

_ROOT = Path(__file__).parents[1]
_PACKAGE = PACKAGE
_NAME = re.compile(r"\bheadroom_mcp\.[a-z_][\w.]*\w|\bheadroom_mcp\.(?=$)")

# Files that import by a name -> why an `import` statement would not do.
_BY_NAME = {
    "__init__.py": "public names are resolved when they are asked for: `import headroom_mcp` imports nothing else",
    "cli/_help.py": "a command is imported when it is called",
    "cli/bench.py": "a command is imported when it is called",
    "compressors/__init__.py": "a kind is imported when it is routed to",
    "compressors/code/grammar.py": "tree-sitter's grammars are libraries that may be missing",
    "compressors/code/languages/__init__.py": "a language is imported when a file of it is read",
    "compressors/command/filter_rules.py": "tomllib came with Python 3.11",
    "compressors/prose/llmlingua.py": "an optional library",
    "flow/user_hooks.py": "code of the user's own, named by entry points",
    "hook/entry.py": "an event imports its handler only, and signals without the enums around them",
    "hook/serve.py": "the script is run by its path, before the package can be imported; it may find half an upgrade",
    "install/hosts/__init__.py": "a host is a file",
    "late.py": "imports nothing: a function with the names of a tuple's fields is made from a line of code",
    "memory/embeddings.py": "an optional library, named by the user",
    "server/worker.py": "a job of the server's, named by it in a message",
    "settings/file.py": "tomllib came with Python 3.11",
}
# Files with the name of a module of ours in a string that is neither a docstring nor passed to one of the calls above.
_IN_STRINGS = {
    "server/http/run.py": "each worker process imports the application by its name",
    "store/delivery.py": "the program of a delivery, for a process of its own",
    "server/workers.py": "the program of a worker, for a process of its own",
    "cli/__init__.py": "where each command is, for `cli._help`, which imports it when it is called",
    "flow/user_hooks.py": "the name of the entry point group, which is no module",
}
_NO_MODULE = {"headroom_mcp.hooks"}
# Names that lie above the room that names them -> why.
_UPWARDS = {
    (
        "hook/serve.py",
        "headroom_mcp.server",
    ): "hook and server are neighbours; the script starts the one with the other",
    ("hook/serve.py", "headroom_mcp.server.app"): "the same: it looks whether the server can be imported at all",
}
# What the strings with a hole in them can become.
_TABLES = {
    "__init__.py": [f"headroom_mcp.{home}" for home in _HOME_OF.values()],
    "cli/__init__.py": [command.partition(":")[0] for command in COMMANDS.values()],
    "compressors/__init__.py": [f"headroom_mcp.compressors.{name}" for name in compressors._MODULE_OF.values()],
    "compressors/code/languages/__init__.py": [
        f"headroom_mcp.compressors.code.languages.{name}" for name in languages.NAMES
    ],
    "hook/entry.py": list(HANDLERS.values()),
    "install/hosts/__init__.py": [f"headroom_mcp.install.hosts.{name}" for name in hosts.HOSTS],
}


@cache
def _modules() -> dict[str, Path]:
    """Return the modules of the package by their file, but for the evals: programs for people, which their help names."""
    files = {path.relative_to(_PACKAGE).as_posix(): path for path in sorted(_PACKAGE.rglob("*.py"))}
    return {file: path for file, path in files.items() if not file.startswith("evals/")}


def _importing_calls(path: Path) -> list[ast.Call]:
    names = ("import_module", "__import__", "run_module", "run_path", "exec", "eval", "spec_from_file_location")
    calls = [node for node in nodes_of(path) if isinstance(node, ast.Call)]
    return [call for call in calls if (getattr(call.func, "attr", "") or getattr(call.func, "id", "")) in names]


@cache
def _named(path: Path) -> frozenset[str]:
    """Return the modules of ours that strings of the code name, with a trailing "." where the rest is filled in."""
    docstrings = {id(node.value) for node in nodes_of(path) if isinstance(node, ast.Expr)}
    found: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            found.update(match.group() for match in _NAME.finditer(node.value))
            found.update([node.value] * bool(re.fullmatch(r"headroom_mcp\.(?:\w+\.)+", node.value)))
    return frozenset(found)


def test_every_call_that_imports_by_a_name_is_listed_with_its_reason() -> None:
    assert {file for file, path in _modules().items() if _importing_calls(path)} == set(_BY_NAME)


def test_every_string_that_names_a_module_is_listed() -> None:
    listed = set(_BY_NAME) | set(_IN_STRINGS)

    assert {file for file, path in _modules().items() if _named(path)} - listed == set()
    assert {file for file in _IN_STRINGS if not _named(_modules()[file])} == set()


def _layers() -> dict[str, int]:
    """Return the height of each room, from the contract in pyproject.toml."""
    text = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index('name = "imports point down only"') :]
    rows = re.findall(r'^  "([^"]+)",$', block[: block.index("\n]")], re.MULTILINE)
    return {name: -number for number, row in enumerate(rows) for name in row.split(" | ")}


def _room(name: str) -> str:
    return name.split(".")[1]


@pytest.mark.parametrize("file", sorted({*_BY_NAME, *_IN_STRINGS}))
def test_what_a_string_names_exists_and_lies_below(file: str) -> None:
    heights = _layers()
    own = heights.get(file.partition("/")[0], 1)  # the package's own modules are above all
    names = {name for name in _named(_modules()[file]) if not name.endswith(".")} - _NO_MODULE
    for name in sorted(names | set(_TABLES.get(file, ()))):
        assert importlib.util.find_spec(name) is not None, f"{file} names {name}, which does not exist"
        if (file, name) not in _UPWARDS:
            same = _room(name) == file.partition("/")[0]
            assert same or heights[_room(name)] < own, f"{file} names {name}, which lies above it"


def test_no_exception_is_left_over() -> None:
    named = {(file, name) for file, path in _modules().items() for name in _named(path)}

    assert set(_UPWARDS) - named == set()
    assert {file for file, path in _modules().items() if any(name.endswith(".") for name in _named(path))} <= set(
        _TABLES
    )
