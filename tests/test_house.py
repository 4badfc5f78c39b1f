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


def _name_of(path: Path) -> str:
    parts = path.relative_to(_PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


_NAMES = {_name_of(path): path for path in _MODULES}
# Modules that import each other, the one at its top, the other in a function -> why.
_CIRCLES = {
    ("hook.claude_code.notices", "hook.claude_code.places", "hook.endpoint", "hook.entry", "hook.first"): (
        "the entry imports the handler of an event only; handlers note faults and start the timer there"
    ),
    ("install.doctor.client", "install.doctor.installation"): "an installation is looked at in the light of its client",
    ("integrations._requests", "integrations._results", "integrations._worker"): (
        "short work is done where it is asked for, long work in a worker, which does it the same way"
    ),
    (
        "evals.truth.digests",
        "evals.truth.listings",
        "evals.truth.records",
        "evals.truth.renders",
        "evals.truth.tables",
    ): ("a rendering may hold another one"),
}


def test_modules_import_each_other_only_where_there_is_a_reason() -> None:
    below = {
        name: {other for other in _imported_late(path) if other in _NAMES} - {name} for name, path in _NAMES.items()
    }
    circles = {tuple(name.removeprefix("headroom_mcp.") for name in sorted(circle)) for circle in _circles(below)}

    assert circles == set(_CIRCLES)


def _imported_late(path: Path) -> set[str]:
    """Return what a module imports, in functions too; not what only a type checker reads."""
    found: set[str] = set()
    left: list[ast.AST] = [tree_of(path)]
    while left:
        node = left.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            left += node.orelse
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in _NAMES else node.module for name in whole}
        else:
            left += ast.iter_child_nodes(node)
    return found


def _circles(below: dict[str, set[str]]) -> list[set[str]]:
    """Return the largest sets of names that all lead to each other."""
    reached = {name: _reached(name, below) for name in below}
    found: list[set[str]] = []
    for name, others in reached.items():
        circle = {other for other in others if name in reached[other]}
        if name in others and circle not in found:
            found.append(circle)
    return found


def _reached(name: str, below: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    left = list(below[name])
    while left:
        other = left.pop()
        if other not in seen:
            seen.add(other)
            left += below[other]
    return seen


def test_what_a_hook_may_import_takes_re_and_json_late() -> None:
    """`re` takes as long to import as Python to start, and `json` imports it: see `late`."""
    rooms = ("cli", "context", "evals", "images", "install", "integrations", "proxy", "server", "late.py")
    at_once = [
        str(path.relative_to(_ROOT))
        for path in _MODULES
        if path.relative_to(_PACKAGE).parts[0] not in rooms
        and any(isinstance(node, ast.Import) and node.names[0].name in ("re", "json") for node in tree_of(path).body)
    ]

    assert at_once == []
