"""Run the tests that reach each mutant, every mutant in a fork of one process that has collected the tests once.

    python -m tests.mutant_runs VERDICTS JOBS NAMES      in mutmut's folder `mutants`; started by tests/mutation.py

NAMES is a file with a mutant to a line, VERDICTS the file that one line of JSON is written to for each of them:

    {"name": "headroom_mcp.flow.gate.x_find__mutmut_3", "outcome": "killed", "by": "tests/flow/test_gate.py::test_…"}

A mutant is killed when a test fails, or when one takes ten times the processor time that it takes without a mutant (and
20 s more): time on the clock is not looked at, because a busy machine proves nothing. Where only the clock ran out (something
waits), the mutant is "not run". At the end the tests that killed are run once more without any mutant; what a test killed
that fails then as well is "not run" either. What killed others of its module comes first, then the tests of its file,
of its room and the golden cases, of these the quick ones; a mutant that lives after 20 s of them has survived.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import pytest

_CPU_S = 20.0  # a fork's first test pays for what is imported late
_CPU_FACTOR = 10.0
_CLOCK_S = 900.0
_ENOUGH_S = 20.0  # of tests that pass: what only a long test would notice counts as alive
_MEMORY_BYTES = 4 << 30  # an endless list is stopped before the machine is
_FAILED, _PASSED = 1, 0


class Child(NamedTuple):
    """A fork that runs the tests of one mutant."""

    name: str
    folder: str  # its temporary files, and the name of the test that it runs
    started: float


class Runner:
    """A plugin that runs the tests of each mutant instead of the collected tests once."""

    def __init__(self, names: list[str], jobs: int, verdicts: Path) -> None:
        self._names = names
        self._jobs = jobs
        self._verdicts = verdicts
        noted = Path("mutmut-stats.json")
        stats = json.loads(noted.read_text(encoding="utf-8")) if noted.exists() else {}
        self._reaching: dict[str, list[str]] = stats.get("tests_by_mangled_function_name", {})
        self._seconds: dict[str, float] = stats.get("duration_by_test", {})
        self._children: dict[int, Child] = {}
        self._killers: dict[str, list[str]] = {}  # test → mutants

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Fork for every mutant, `jobs` at once."""
        items = {item.nodeid: item for item in session.items}
        for name in self._names:
            function = name.partition("__mutmut_")[0]
            tests = [items[test] for test in self._reaching.get(function, ()) if test in items]
            if not self._seconds:  # nobody has noted which tests reach what
                tests = list(items.values())
            module = function.rpartition(".")[0]
            tests.sort(key=lambda item: (*self._distance(module, item.nodeid), self._seconds.get(item.nodeid, 0.0)))
            if not tests:
                self._note(name, "no tests")
                continue
            while len(self._children) >= self._jobs:
                self._wait()
            self._fork(name, tests)
        while self._children:
            self._wait()
        self._check_killers(items)
        return True

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
        is_near = order.index(True)
        return module not in {_module(killed) for killed in self._killers.get(test, ())}, is_near

    def _fork(self, name: str, tests: list[pytest.Item]) -> None:
        folder = tempfile.mkdtemp(prefix="mutant-")
        pid = os.fork()
        if not pid:
            os._exit(self._run(name, tests, folder))
        self._children[pid] = Child(name, folder, time.monotonic())

    def _run(self, name: str, tests: list[pytest.Item], folder: str) -> int:
        """Run some tests in this fork until one fails; return what it exits with."""
        from mutmut.mutation.trampoline import set_mutant_under_test

        os.setpgid(0, 0)
        session = tests[0].session
        session.config._tmp_path_factory._basetemp = Path(folder, "tmp")
        Path(folder, "tmp").mkdir()
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        set_mutant_under_test(name)
        before = session.testsfailed
        for item, following in zip(tests, [*tests[1:], None], strict=True):
            Path(folder, "test").write_text(item.nodeid, encoding="utf-8")
            limit = time.process_time() + _CPU_S + _CPU_FACTOR * self._seconds.get(item.nodeid, 0.0)
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, resource.RLIM_INFINITY))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed > before:
                return _FAILED
            if time.process_time() > _ENOUGH_S:
                break
        return _PASSED

    def _wait(self) -> None:
        """Note what became of the fork that ends next; end those for which the clock has run out."""
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid in self._children:
                break
            for other, child in self._children.items():
                if time.monotonic() - child.started > _CLOCK_S:
                    os.killpg(other, signal.SIGKILL)
            time.sleep(0.02)
        child = self._children.pop(pid)
        code = os.waitstatus_to_exitcode(status)
        at = Path(child.folder, "test")
        test = at.read_text(encoding="utf-8") if at.exists() else ""
        shutil.rmtree(child.folder, ignore_errors=True)
        outcomes = {_PASSED: "survived", _FAILED: "killed", -signal.SIGXCPU: "killed"}
        outcome = outcomes.get(code, "not run")
        if code == _FAILED:
            self._killers.setdefault(test, []).append(child.name)
        self._note(child.name, outcome, test if outcome != "survived" else "", code)

    def _check_killers(self, items: dict[str, pytest.Item]) -> None:
        """Take back what was killed by a test that fails without a mutant, too."""
        for test, names in self._killers.items():
            folder = tempfile.mkdtemp(prefix="mutant-")
            pid = os.fork()
            if not pid:
                os._exit(self._run("", [items[test]], folder))
            _, status = os.waitpid(pid, 0)
            shutil.rmtree(folder, ignore_errors=True)
            if os.waitstatus_to_exitcode(status) != _PASSED:
                for name in names:
                    self._note(name, "not run", test)

    def _note(self, name: str, outcome: str, by: str = "", code: int = 0) -> None:
        """Write a verdict; of two on the same mutant the later one holds."""
        with self._verdicts.open("a", encoding="utf-8") as file:
            print(json.dumps({"name": name, "outcome": outcome, "by": by, "code": code}), file=file)


def _module(mutant: str) -> str:
    return mutant.rpartition(".")[0]


def run(folder: Path, names: list[str], jobs: int, verdicts: Path, *, quiet: bool) -> None:
    """Write the verdicts on mutants of a copy in `folder` (see tests/mutation.py)."""
    listed = folder / "names"
    listed.write_text("\n".join(names), encoding="utf-8")
    out = subprocess.DEVNULL if quiet else None
    command = [sys.executable, "-m", "tests.mutant_runs", str(verdicts), str(jobs), str(listed)]
    environment = {**os.environ, "MUTANT_UNDER_TEST": "", "PYTHONPATH": "."}
    subprocess.run(command, cwd=folder / "mutants", env=environment, stdout=out, stderr=out, check=False)


def main() -> int:
    """Collect the configured tests once and run them for each mutant."""
    tomllib = pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")
    given = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    verdicts, jobs, listed = sys.argv[1:]
    runner = Runner(Path(listed).read_text(encoding="utf-8").split(), int(jobs), Path(verdicts))
    options = ["--rootdir=.", "--tb=no", "--capture=sys", "-p", "no:warnings", *given["pytest_add_cli_args"]]
    return int(pytest.main([*options, *given["pytest_add_cli_args_test_selection"]], plugins=[runner]))


if __name__ == "__main__":
    sys.exit(main())
