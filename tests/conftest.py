"""What every test may rely on: no data folder of the person running them, and the switch that rewrites goldens."""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import configuration, settings
from hypothesis.database import DirectoryBasedExampleDatabase

# No timed tests: a busy machine proves nothing about the code.
_EXAMPLES = DirectoryBasedExampleDatabase(Path(".hypothesis", "examples").absolute())
settings.register_profile("untimed", deadline=None, database=_EXAMPLES)
settings.load_profile("untimed")
# What Hypothesis works out of Python's characters and of the source takes each worker of a fresh clone four seconds: it is kept.
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headroom-tests" / "hypothesis"
with contextlib.suppress(OSError):
    _CACHE.mkdir(parents=True, exist_ok=True)
    configuration.set_hypothesis_home_dir(_CACHE)

_NUMBER = itertools.count()

_IN_MEMORY, _ROOM_BYTES = "/dev/shm", 4 << 30

# The suite starts a few thousand processes, and each would compile again all that it imports.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# Collecting garbage took a fourteenth of the processor's time: nearly all there is, is modules and tests that stay.
gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Compile a share of the tests, where several workers collect all of them: in a fresh clone each would compile every one, all
    the same at the same time. What fails here fails again where it is told."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != session.config.getini("testpaths"):
        return
    root = session.config.rootpath
    files = sorted(root.glob("tests/**/test_*.py"))
    for path in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """Never look again at what was imported and collected."""
    gc.freeze()


def _is_roomy(folder: str) -> bool:
    """Can the suite's throwaway files lie there, programs among them?"""
    try:
        found = os.statvfs(folder)
    except (OSError, AttributeError):
        return False
    return found.f_bavail * found.f_frsize >= _ROOM_BYTES and not found.f_flag & os.ST_NOEXEC


# Tens of thousands of small files and stores are made and thrown away: on a disk they are a tenth of the suite's time.
if "TMPDIR" not in os.environ and _is_roomy(_IN_MEMORY):
    os.environ["TMPDIR"], tempfile.tempdir = _IN_MEMORY, None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-goldens`."""
    parser.addoption("--update-goldens", action="store_true", help="rewrite expected.txt of the selected cases")


def pytest_xdist_auto_num_workers() -> int:
    """Return a worker more than there are cores: many tests wait for processes, and others use the cores meanwhile; two more were slower."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has its own HEADROOM_HOME: a test that forgets to name a store must not write to a real one."""
    # No name that a numbered folder of a test's own could have: `mktemp("home")` makes home0, home1 and so on.
    home = tmp_path_factory.mktemp(f"data-{next(_NUMBER)}", numbered=False)
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    for name in list(os.environ):
        if name.startswith(("HEADROOM_", "CLAUDE_")) and name not in ("HEADROOM_HOME", "HEADROOM_FAULTS"):
            monkeypatch.delenv(name)
    return home


@pytest.fixture(name="tmp_path")
def _tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as pytest's own, which looks through the folders of all earlier tests for the next number: at the end of the
    suite that takes longer than most tests."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}{next(_NUMBER)}", numbered=False)


@pytest.fixture(name="team", scope="session")
def _team() -> Iterator[Any]:
    """A shared store on a PostgreSQL of the tests' own, see `tests.shared`."""
    pytest.importorskip("psycopg_pool", reason="the extra team is not installed")
    from tests import shared

    yield shared.of_this_process()
    shared.end()  # a worker of xdist ends without its exit handlers
