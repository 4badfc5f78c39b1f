"""The matrix: `doctor --live` proves, version by version, that a replacement is honoured, and says so where it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.claude


def _live(claude: Path, folder: Path, *install: str) -> dict[str, str]:
    """Return what `headroom doctor --live` says of each of its checks."""
    environment = {
        **os.environ,
        "PATH": f"{claude.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "CLAUDE_CONFIG_DIR": str(folder / "claude"),
        "PYTHONPATH": str(_ROOT),
        "SHELL": "/bin/bash",
    }
    said = ""
    for words in ([["install", *install]] if install else []) + [["doctor", "--live", "--json"]]:
        command = [sys.executable, "-m", "headroom_mcp", *words]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=90, check=False
        )
        said = done.stdout
    return {check["name"]: check["grade"] for check in json.loads(said) if check["name"].startswith("live")}


@pytest.mark.parametrize(
    ("version", "transport"),
    [("2.1.330", "command"), ("2.1.330", "mcp"), ("2.1.197", "command"), ("2.1.121", "command")],
)
def test_a_version_honours_what_we_answer(
    version: str, transport: str, install_claude: Callable[[str], Path], tmp_path: Path
) -> None:
    grades = _live(install_claude(version), tmp_path, "--transport", transport)

    assert grades == {"live: an output": "ok", "live: a failing command": "ok"}


def test_the_version_before_the_first_is_told_apart(install_claude: Callable[[str], Path], tmp_path: Path) -> None:
    assert _live(install_claude("2.1.120"), tmp_path)["live: an output"] == "fail"
