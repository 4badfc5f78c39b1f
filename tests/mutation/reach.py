"""Which lines of the law-bearing modules each test runs, and how long it takes: measured once, kept in a file.

    {"tests/flow/test_gate.py": {"hash": "…", "functions": {"headroom_mcp.flow.gate put_back": "…"},
                                 "tests": {"tests/flow/test_gate.py::test_x": {"cpu": 0.1, "reach": {"… put_back": 6}}}}}

`reach` has a bit for each line of a function, counted from the line of its name. A file of tests is measured again when it
has changed; after a change of the package alone the old map is used on, for it can only miss a test that would kill, never
invent one. `--measure` measures everything again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.mutation.mutants import Mutant

if TYPE_CHECKING:
    import pytest


class Function(NamedTuple):
    """A function or method of the package: where it stands and what its source is."""

    name: str  # "headroom_mcp.flow.gate put_back"
    path: str
    first: int  # the line of its name
    last: int
    digest: str


class Reach:
    """The map, read from and kept in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def missing(self, tests: dict[str, str]) -> list[str]:
        """Return the files among `tests` (path → hash) that are not measured yet as they are."""
        return [path for path, digest in tests.items() if self._files.get(path, {}).get("hash") != digest]

    def note(self, path: str, measured: dict[str, Any]) -> None:
        """Keep what was measured of one file of tests."""
        self._files[path] = measured
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(self._files), encoding="utf-8")
        temporary.replace(self._path)

    def seconds(self, test: str) -> float:
        """Return the processor time that a test took."""
        found = self._files.get(test.partition("::")[0], {}).get("tests", {}).get(test, {})
        return float(found.get("cpu", 0.0))

    def tests(self, mutant: Mutant) -> list[str]:
        """Return the tests that run the statement that a mutant changes."""
        key = f"{mutant.module} {mutant.function}"
        digest, mask = _digest(mutant.before), statement(mutant)
        found: list[str] = []
        for measured in self._files.values():
            is_same = measured["functions"].get(key) == digest
            for test, row in measured["tests"].items():
                reached = row["reach"].get(key, 0)
                if reached and (not is_same or not mask or reached & mask):
                    found.append(test)
        return found


def functions(root: Path, paths: list[str]) -> list[Function]:
    """Return the functions and methods of these files."""
    found: list[Function] = []
    for path in paths:
        source = (root / path).read_text(encoding="utf-8")
        lines = source.splitlines()
        module = path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name, node in _defined(ast.parse(source)):
            last = node.end_lineno or node.lineno
            text = "\n".join(lines[node.lineno - 1 : last])
            found.append(Function(f"{module} {name}", path, node.lineno, last, _digest(text)))
    return found


def measure(items: list[pytest.Item], root: Path, known: list[Function]) -> dict[str, dict[str, Any]]:
    """Run tests and return, for each that passes, its processor time and the lines of `known` functions that it runs."""
    import coverage

    paths = sorted({str(root / function.path) for function in known})
    watched = coverage.Coverage(data_file=None, include=paths, config_file=False)
    failed = items[0].session
    passed: dict[str, float] = {}
    watched.start()
    for item, following in zip(items, [*items[1:], None], strict=True):
        watched.switch_context(item.nodeid)
        before, started = failed.testsfailed, time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if failed.testsfailed == before:
            passed[item.nodeid] = round(time.process_time() - started, 3)
    watched.stop()
    rows: dict[str, dict[str, Any]] = {test: {"cpu": cpu, "reach": {}} for test, cpu in passed.items()}
    data = watched.get_data()
    by_line = {path: data.contexts_by_lineno(path) for path in data.measured_files()}
    for function in known:
        lines = by_line.get(str(root / function.path), {})
        for at in range(function.first + 1, function.last + 1):
            for test in lines.get(at, ()):
                if test in rows:
                    reach = rows[test]["reach"]
                    reach[function.name] = reach.get(function.name, 0) | 1 << (at - function.first)
    return rows


def _defined(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for child in node.body:
                if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{child.name}", child


def _digest(source: str) -> str:
    """Return a digest of a function's code, whatever its comments, decorators and indentation."""
    node = ast.parse(textwrap.dedent(source)).body[0]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        node.decorator_list = []
    return hashlib.sha256(ast.dump(node).encode()).hexdigest()[:16]


def statement(mutant: Mutant) -> int:
    """Return the bits of the lines of the statement that a mutant changes; 0 where any line of the function will do."""
    tree = ast.parse(mutant.before).body[0]
    assert isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef)
    at = tree.lineno + mutant.offset
    if at < tree.body[0].lineno:
        return 0  # a default of an argument
    mask = 0
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or node is tree:
            continue
        body = getattr(node, "body", None)
        last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
        last = max(last, node.lineno)
        if node.lineno <= at <= last:  # the innermost comes last
            mask = sum(1 << (line - tree.lineno) for line in range(node.lineno, last + 1))
    return mask
