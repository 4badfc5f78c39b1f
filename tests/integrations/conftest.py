"""A model on loopback and a throwaway data folder for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integrations.loopback import Model


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a fresh data folder."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    return tmp_path / "home"


@pytest.fixture
def model() -> Iterator[Model]:
    """Return a running model that calls tools in five turns, two at a time."""
    with Model() as running:
        yield running
