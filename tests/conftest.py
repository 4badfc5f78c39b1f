"""What every test may rely on: no data folder of the person running them, and the switch that rewrites goldens."""

from __future__ import annotations

import os
from collections.abc import Iterator
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
