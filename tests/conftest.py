"""What every test may rely on: no data folder of the person running them, and the switch that rewrites goldens."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-goldens`."""
    parser.addoption("--update-goldens", action="store_true", help="write expected.txt of the selected cases anew")


@pytest.fixture(autouse=True)
def _own_data_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test has its own HEADROOM_HOME: a test that forgets to name a store must not write to a real one."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    for name in ("HEADROOM_MIN_TOKENS", "HEADROOM_BUDGET_TOKENS"):
        monkeypatch.delenv(name, raising=False)
    return home
