"""Formats of the second family in which whole kinds once missed what was planted: steps of builds, documents, groups of a CI
service."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp import compress_output
from headroom_mcp.evals.planted import game
from headroom_mcp.settings.table import Settings


@pytest.mark.parametrize("name", ["tasks", "yaml_documents", "groups"])
@pytest.mark.parametrize("seed", range(406, 411))
def test_what_is_planted_is_seen(name: str, seed: int, tmp_path: Path) -> None:
    output = game.output(seed, name)

    shown = compress_output(output.text, tool_name="Bash", settings=Settings(home=str(tmp_path))).text

    assert all(game.seen(planted.marks, shown) for planted in output.planted)
