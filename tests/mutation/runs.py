"""Run the tests that reach each mutant, every mutant in a fork of one process that has collected the tests once.

    python -m tests.mutation.runs WORK          in the copy of the checkout; started by __main__.py, which writes WORK

In the fork the function's code object is replaced, so that every caller meets the mutant and nothing else gets slower.
What has killed others of its module comes first, then the tests of its file, of its room and the golden cases, of these
the quick ones; the first failure ends it. A verdict is a line of JSON:

    {"key": "…", "outcome": "killed", "by": "tests/flow/test_gate.py::test_…"}

"so far" stands there for what has survived the tests of the rooms and has not met the others yet.

A mutant is killed when a test fails, or when one takes ten times the processor time that it takes without a mutant (and
10 s more): time on the clock proves little on a busy machine. Where one test waits for minutes (of a pipe that nobody writes
into, say), the mutant is killed if the same test ends without it; where only all of them together took too long, it is "not
run". A test that has killed is run once without any mutant; if it fails then as well, what it has killed is "not run" either. A mutant that lives after some seconds of tests has survived: what only a long test would
notice counts as alive.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import importlib
import json
import os
import pkgutil
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import hypothesis
import pytest

from tests.mutation import reach
from tests.mutation.mutants import PACKAGE, Mutant

_CPU_S = 10.0
_CPU_FACTOR = 10.0
_CLOCK_S = 900.0
_HANGS_S, _HANGS_FACTOR = 120.0, 60.0  # on the clock, for one test
_ENOUGH_S = 5.0  # of tests that pass, in each round
_MEMORY_BYTES = 4 << 30  # an endless list is stopped before the machine is
_FAILED, _PASSED, _HUNG = 1, 0, -1_000
_PRELOADED = ("compressors", "context", "facts", "flow", "hook", "memory", "query", "records", "retrieval", "routing", "server",
              "settings", "store", "text", "tool_output")  # fmt: skip


class Child(NamedTuple):
    """A fork: what it does, its temporary folder, when it began, and who hears how it ended."""

    folder: Path
    started: float
    ended: Callable[[int, str], None]  # exit code or minus the signal; the test that ran last


class Runner:
    """A plugin that runs the tests of each mutant instead of the collected tests once."""

    def __init__(self, work: dict[str, Any]) -> None:
        self._mutants = [Mutant(*row) for row in work["mutants"]]
        self._jobs = int(work["jobs"])
        self._verdicts = Path(work["verdicts"])
        self._reach_file = Path(work["reach"])
        if work["measure"]:
            self._reach_file.unlink(missing_ok=True)
        self._reach = reach.Reach(self._reach_file)
        self._files: list[str] = work["files"]
        self._so_far = set(work["so_far"])  # mutants that the tests of the rooms have not killed before
        self._children: dict[int, Child] = {}
        self._hung: set[int] = set()  # forks that were ended because a test of theirs did not end
        self._killers: dict[str, list[Mutant]] = {}  # test → mutants
        self._items: dict[str, pytest.Item] = {}
        self._left: list[Mutant] = []
        self._processes: set[str] = set()

    def pytest_collection(self) -> None:
        """Let hypothesis draw the same examples each time, and end at the first that fails without making it smaller."""
        phases = [phase for phase in hypothesis.Phase if phase.name in ("explicit", "generate")]
        hypothesis.settings.register_profile("mutants", deadline=None, phases=phases, derandomize=True, database=None)
        hypothesis.settings.load_profile("mutants")

    @pytest.fixture(autouse=True)
    def _no_processes(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """A mutant lives in one process: a test that starts another proves nothing about it, and is skipped."""

        def skip(*_: object, **__: Any) -> None:
            self._processes.add(request.node.nodeid)
            pytest.skip(_OTHER_PROCESS)

        monkeypatch.setattr(subprocess, "Popen", skip)
        monkeypatch.setattr(os, "posix_spawn", skip)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Skip, too, what failed because a thread of it was kept from starting a process."""
        report = yield
        if report.failed and item.nodeid in self._processes:
            report.outcome = "skipped"
            report.longrepr = (str(item.path), 0, _OTHER_PROCESS)
        return report

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork for every mutant, `jobs` at once: first the tests of the rooms, then, for what has survived these, the others."""
        self._items = {item.nodeid: item for item in session.items}
        _preload()
        rooms = tuple(f"tests/{room}/" for room in {mutant.module.split(".")[1] for mutant in self._mutants})
        files = sorted({test.partition("::")[0] for test in self._items})
        waiting = self._mutants
        for is_last, some in enumerate(([at for at in files if at.startswith(rooms)], files)):
            self._measure(some)
            self._left = []
            for number, mutant in enumerate(waiting, 1):
                if not is_last and mutant.key in self._so_far:
                    self._left.append(mutant)
                    continue
                self._try(mutant, some, is_last=bool(is_last))
                if number % 20 == 0:
                    _say(f"{number} of {len(waiting)}")
            self._wait_for_all()
            waiting = self._left
        return True

    def _measure(self, files: list[str]) -> None:
        """Measure those of these files of tests that the map does not have as they are."""
        hashes = {path: hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16] for path in files}
        known = reach.functions(Path.cwd(), self._files)
        for path in self._reach.missing(hashes):
            _say(f"measuring {path}")
            items = [item for test, item in self._items.items() if test.partition("::")[0] == path]
            self._fork(
                lambda folder, items=items: self._measured(items, known, folder), self._taken(path, hashes[path], known)
            )
        self._wait_for_all()

    def _measured(self, items: list[pytest.Item], known: list[reach.Function], folder: Path) -> int:
        rows = reach.measure(items, Path.cwd(), known)
        (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        return _PASSED

    def _taken(self, path: str, digest: str, known: list[reach.Function]) -> Callable[[int, str], None]:
        """Return what puts a measured file into the map."""

        def taken(code: int, rows: str) -> None:
            if code == _PASSED and rows:
                digests = {function.name: function.digest for function in known}
                self._reach.note(path, {"hash": digest, "functions": digests, "tests": json.loads(rows)})
            else:
                _say(f"{path} could not be measured ({code})")

        return taken

    def _try(self, mutant: Mutant, files: list[str], *, is_last: bool) -> None:
        """Fork for one mutant and those of its tests that are in `files`; what survives before the last round is left."""
        tests = [test for test in self._reach.tests(mutant) if test in self._items and test.partition("::")[0] in files]
        tests.sort(key=lambda test: (*self._distance(mutant.module, test), self._reach.seconds(test)))

        def ended(code: int, test: str) -> None:
            outcomes = {_PASSED: "survived", _FAILED: "killed", _HUNG: "killed", -signal.SIGXCPU: "killed"}
            outcome = outcomes.get(code, "not run")
            if outcome == "survived" and not is_last:
                self._left.append(mutant)
                self._note(mutant, "so far")
                return
            self._note(mutant, outcome, test if outcome != "survived" else "", code)
            if code in (_FAILED, _HUNG):
                self._killers.setdefault(test, []).append(mutant)
                if len(self._killers[test]) == 1:
                    self._fork(lambda folder: self._run(None, [test], folder), self._checked(test))

        if tests:
            self._fork(lambda folder: self._run(mutant, tests, folder), ended)
        elif is_last:
            self._note(mutant, "no tests")
        else:
            self._left.append(mutant)
            self._note(mutant, "so far")

    def _checked(self, test: str) -> Callable[[int, str], None]:
        """Return what takes back the verdicts of a test that fails without a mutant, too."""

        def checked(code: int, _: str) -> None:
            if code != _PASSED:
                for mutant in self._killers.pop(test):
                    self._note(mutant, "not run", test)
                self._items.pop(test, None)

        return checked

    def _distance(self, module: str, test: str) -> tuple[bool, int]:
        """Return how far a test is from a module: it has killed a mutant of it; its file is the module's; its room is."""
        room, *_, name = module.split(".")[1:]
        path = test.partition("::")[0]
        order = [
            name in path.rpartition("/")[2],
            path.startswith(f"tests/{room}/"),
            path == "tests/test_cases.py",
            True,
        ]
        return module not in {killed.module for killed in self._killers.get(test, ())}, order.index(True)

    def _fork(self, act: Callable[[Path], int], ended: Callable[[int, str], None]) -> None:
        while len(self._children) >= self._jobs:
            self._wait()
        folder = Path(tempfile.mkdtemp(prefix="mutant-"))
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            os.setpgid(0, 0)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for descriptor in (1, 2):
                os.dup2(nowhere, descriptor)
            tempfile.tempdir = str(folder)
            session = next(iter(self._items.values())).session
            session.config._tmp_path_factory._basetemp = folder / "tmp"  # type: ignore[attr-defined]
            (folder / "tmp").mkdir()
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
            code = 3
            try:
                code = act(folder)
            finally:
                os._exit(code)
        self._children[pid] = Child(folder, time.monotonic(), ended)

    def _run(self, mutant: Mutant | None, tests: list[str], folder: Path) -> int:
        """Run some tests in this fork until one fails; return what it exits with."""
        if mutant:
            apply(mutant)
        items = [self._items[test] for test in tests]
        session = items[0].session
        before, started = session.testsfailed, time.process_time()
        for item, following in zip(items, [*items[1:], None], strict=True):
            (folder / "test").write_text(item.nodeid, encoding="utf-8")
            limit = time.process_time() + _CPU_S + _CPU_FACTOR * self._reach.seconds(item.nodeid)
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, resource.RLIM_INFINITY))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed > before:
                return _FAILED
            if time.process_time() - started > _ENOUGH_S:
                break
        return _PASSED

    def _wait(self) -> None:
        """Hear how the fork ended that ends next; end those for which the clock has run out."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid in self._children:
                break
            for other, child in self._children.items():
                if self._hangs(child.folder / "test"):
                    self._hung.add(other)
                if other in self._hung or time.monotonic() - child.started > _CLOCK_S:
                    os.killpg(other, signal.SIGKILL)
            time.sleep(0.02)
        child = self._children.pop(pid)
        told = next((at for at in (child.folder / "rows.json", child.folder / "test") if at.exists()), None)
        text = told.read_text(encoding="utf-8") if told else ""
        shutil.rmtree(child.folder, ignore_errors=True)
        child.ended(_HUNG if pid in self._hung else os.waitstatus_to_exitcode(status), text)
        self._hung.discard(pid)

    def _hangs(self, began: Path) -> bool:
        """Has the test that is named in this file, written when it began, run for too long?"""
        try:
            waited_s, test = time.time() - began.stat().st_mtime, began.read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        return waited_s > _HANGS_S + _HANGS_FACTOR * self._reach.seconds(test)

    def _wait_for_all(self) -> None:
        while self._children:
            self._wait()

    def _note(self, mutant: Mutant, outcome: str, by: str = "", code: int = 0) -> None:
        """Write a verdict; of two on the same mutant the later one holds."""
        row = {"key": mutant.key, "outcome": outcome, "by": by, "code": code}
        with self._verdicts.open("a", encoding="utf-8") as file:
            print(json.dumps(row), file=file)


_OTHER_PROCESS = "starts another process, which holds no mutant"


def _say(text: str) -> None:
    print(text, file=sys.__stdout__, flush=True)


def _preload() -> None:
    """Import the package and its grammars before the first fork, so that no fork pays for it."""
    package = importlib.import_module(PACKAGE)
    for found in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        if found.name.split(".")[1] in _PRELOADED and not found.name.endswith("__main__"):
            try:
                importlib.import_module(found.name)
            except (ImportError, SystemExit):
                continue  # it wants an extra, or is a script


def apply(mutant: Mutant) -> None:
    """Put a mutant's code in the place of its function's, in this process."""
    path = str(importlib.import_module(mutant.module).__file__)
    tree = _tree(Path(path).read_text(encoding="utf-8"))
    changed = ast.parse(mutant.after).body[0]
    assert isinstance(changed, ast.FunctionDef | ast.AsyncFunctionDef)
    owner, _, name = mutant.function.rpartition(".")
    stands: ast.stmt = changed
    if owner:
        stands = copy.copy(next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner))
        stands.body = [changed if getattr(node, "name", "") == name else node for node in stands.body]
    ahead = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    alone = ast.fix_missing_locations(ast.Module([*ahead, stands], []))
    code = compile(alone, path, "exec")
    for part in mutant.function.split("."):
        code = next(inner for inner in code.co_consts if isinstance(inner, CodeType) and inner.co_name == part)
    function = function_of(mutant)
    function.__code__ = code
    _set_defaults(function, mutant)


@functools.lru_cache(maxsize=1)
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def function_of(mutant: Mutant) -> FunctionType:
    """Return the function that a mutant changes."""
    module = importlib.import_module(mutant.module)
    owner, _, name = mutant.function.rpartition(".")
    found: Any = vars(getattr(module, owner))[name] if owner else vars(module)[name]
    function: FunctionType = getattr(found, "__func__", found)
    return function


def _set_defaults(function: FunctionType, mutant: Mutant) -> None:
    """Give a function the defaults that a mutant changes; they are names, numbers and strings."""
    before, after = (ast.parse(source).body[0] for source in (mutant.before, mutant.after))
    assert isinstance(before, ast.FunctionDef | ast.AsyncFunctionDef)
    assert isinstance(after, ast.FunctionDef | ast.AsyncFunctionDef)
    if ast.dump(before.args) == ast.dump(after.args):
        return
    function.__defaults__ = tuple(_value(node, function) for node in after.args.defaults)
    pairs = zip(after.args.kwonlyargs, after.args.kw_defaults, strict=True)
    function.__kwdefaults__ = {given.arg: _value(node, function) for given, node in pairs if node}


def _value(node: ast.expr, function: FunctionType) -> Any:
    return eval(compile(ast.Expression(node), "default", "eval"), function.__globals__)


def main() -> int:
    """Collect the configured tests once and run them for each mutant."""
    tomllib = pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")
    given = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    runner = Runner(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    options = ["--rootdir=.", "--tb=no", "--capture=sys", "-p", "no:warnings", *given["pytest_add_cli_args"]]
    return int(pytest.main([*options, *given["pytest_add_cli_args_test_selection"]], plugins=[runner]))


if __name__ == "__main__":
    sys.exit(main())
