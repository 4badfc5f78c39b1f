"""A real Claude Code whose requests pass through our proxy, by `headroom wrap`, without hooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call, FakeApi

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude

_LOG = "for i in $(seq 400); do echo 2026-01-01 12:00:00 INFO parcel $i was delivered; done; echo ERROR parcel 401 was lost"


def test_results_are_short_on_the_wire_and_the_conversation_goes_on(sandbox: Sandbox) -> None:
    turns = [
        Call("Bash", {"command": _LOG, "description": "x"}),
        Call("Bash", {"command": "echo two", "description": "x"}),
        ".",
    ]
    with FakeApi(turns, 100) as api:
        command = [
            sys.executable, "-m", "headroom_mcp", "wrap", str(sandbox.claude), "-p", "go", "--model", "claude-sonnet-4-5",
            "--permission-mode", "bypassPermissions",
        ]  # fmt: skip
        environment = {
            **sandbox.environment,
            "ANTHROPIC_BASE_URL": api.url,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        done = subprocess.run(
            command, cwd=sandbox.project, env=environment, capture_output=True, text=True, timeout=150, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    long, short = api.texts()
    assert "ERROR parcel 401 was lost" in long
    assert "; headroom retrieve " in long
    assert len(long) < 3_000
    assert short.startswith("two")
