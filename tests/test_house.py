"""The map stays readable: few rooms, no drawer with a single user, no work done by merely importing a package."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.source_trees import PACKAGE, nodes_of, tree_of

_ROOT = Path(__file__).parents[1]
_PACKAGE = PACKAGE
_MODULES = sorted(_PACKAGE.rglob("*.py"))
_TOP = sorted(path for path in _PACKAGE.iterdir() if not path.name.startswith("__"))


def test_the_package_has_few_enough_names_to_read_at_a_glance() -> None:
    names = [path.name for path in _TOP if path.suffix in ("", ".py")]

    assert len(names) <= 24, names


def test_no_loose_module_has_a_single_user() -> None:
    users = defaultdict(set)
    for path in _MODULES:
        room = path.relative_to(_PACKAGE).parts[0]
        for module in _imported(path):
            users[module].add(room)
    loose = [path.stem for path in _TOP if path.suffix == ".py"]

    assert {name for name in loose if len(users[f"headroom_mcp.{name}"] - {f"{name}.py"}) < 2} == set()


@pytest.mark.parametrize(
    "room", ["text", "commands", "settings", "query", "facts", "routing", "flow", "retrieval", "hook"]
)
def test_importing_a_room_does_no_work(room: str) -> None:
    for path in (_PACKAGE / room).rglob("__init__.py"):
        body = tree_of(path).body
        assert [type(node) for node in body] == [ast.Expr], f"{path} is more than its docstring"


def test_importing_a_module_compiles_no_expression() -> None:
    """A hook is a process for each tool call, and uses few of the expressions it imports: see `late`."""
    compiled = []
    for path in _MODULES:
        if path.relative_to(_PACKAGE).parts[0] in ("cli", "evals", "install", "server"):
            continue
        outside: list[ast.AST] = [tree_of(path)]
        while outside:
            node = outside.pop()
            if isinstance(node, ast.Call) and _is_compile(node.func):
                compiled.append(f"{path.relative_to(_ROOT)}:{node.lineno}")
            outside += [n for n in ast.iter_child_nodes(node) if not isinstance(n, (ast.FunctionDef, ast.Lambda))]

    assert compiled == []


def _is_compile(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and func.attr == "compile" and getattr(func.value, "id", "") == "re"


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path in _MODULES if not ast.get_docstring(tree_of(path))]

    assert [str(path.relative_to(_ROOT)) for path in silent if path.name not in ("__main__.py",)] == []


def test_what_only_claude_code_knows_stays_in_its_rooms() -> None:
    """Its variables and folders: elsewhere they would make every host one."""
    allowed = (
        "hook/claude_code/",
        "hook/entry.py",
        "install/",
        "server/",
        "evals/",
        "cli/",
        "settings/",
    )
    words = re.compile(r"\bCLAUDE_[A-Z]|[\"'/]\.claude\b")
    found = [
        f"{path.relative_to(_PACKAGE)}:{number}"
        for path in _MODULES
        if not path.relative_to(_PACKAGE).as_posix().startswith(allowed)
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1)
        if words.search(line)
    ]

    assert found == []


def _imported(path: Path) -> set[str]:
    """Return the dotted names that `path` imports from us: modules, and names in them, which do no harm here."""
    names = set()
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("headroom_mcp"):
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_one_place_decides_what_is_masked_or_denied() -> None:
    readers = {
        path.relative_to(_PACKAGE).as_posix()
        for path in _MODULES
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and node.attr in ("redact", "deny", "project_deny")
    }

    assert readers <= {"settings/redaction.py", "evals/fuzz.py"}


_MAP = (_ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_every_room_is_on_the_map() -> None:
    shown = set(re.findall(r"`(\w+)`", "\n".join(line for line in _MAP.split("\n") if line.startswith("| `"))))

    assert {path.stem for path in _TOP if path.suffix in ("", ".py")} - shown == set()


def test_every_file_that_the_map_names_is_there() -> None:
    named = re.findall(r"`((?:[a-z_]+/)+(?:\w+\.\w+)?)`", _MAP)

    assert len(named) > 20
    assert [name for name in named if not (_ROOT / name).exists() and not (_PACKAGE / name).exists()] == []
