"""What every test may rely on: no data folder of the person running them, and the switch that rewrites goldens."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No timed tests: a busy machine proves nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-goldens`."""
    parser.addoption("--update-goldens", action="store_true", help="rewrite expected.txt of the selected cases")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has its own HEADROOM_HOME: a test that forgets to name a store must not write to a real one."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    for name in list(os.environ):
        if name.startswith(("HEADROOM_", "CLAUDE_")) and name not in ("HEADROOM_HOME", "HEADROOM_FAULTS"):
            monkeypatch.delenv(name)
    return home


@pytest.fixture(name="team", scope="session")
def _team() -> Iterator[Any]:
    """A shared store on a PostgreSQL of the tests' own, see `tests.shared`."""
    pytest.importorskip("psycopg_pool", reason="the extra team is not installed")
    from tests import shared

    yield shared.of_this_process()
    shared.end()  # a worker of xdist ends without its exit handlers


_STARTED_PROCESSES: set[str] = set()


@pytest.fixture(autouse=True)
def _no_processes_for_mutants(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant lives in this process only (see tests/mutation.py): a test that starts another proves nothing about it."""
    if "mutants" not in Path(__file__).parts:
        return

    def skip(*_: object, **__: Any) -> None:
        _STARTED_PROCESSES.add(request.node.nodeid)
        pytest.skip(_NO_MUTANT)

    monkeypatch.setattr(subprocess, "Popen", skip)
    monkeypatch.setattr(os, "posix_spawn", skip)


_NO_MUTANT = "starts another process, which holds no mutant"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Skip, too, what failed because a thread of it was kept from starting a process."""
    report = yield
    if report.failed and item.nodeid in _STARTED_PROCESSES:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, _NO_MUTANT)
    return report
