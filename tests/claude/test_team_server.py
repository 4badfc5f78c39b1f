"""A real Claude Code adds the server for a team by its URL and retrieves what another machine has delivered."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg_pool", reason="the extra team is not installed")

from headroom_mcp.install.live.fake_api import Call
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import delivery, open_store
from headroom_mcp.store.postgres.upkeep import Admin
from headroom_mcp.types import Origin
from tests.server.http.client import Served
from tests.shared import Team

from .conftest import Sandbox

pytestmark = pytest.mark.claude


@pytest.fixture(name="served")
def _served(team: Team, tmp_path: Path) -> Iterator[Served]:
    served = Served(tmp_path / "server", team.server)
    try:
        yield served
    finally:
        served.end()


def test_claude_retrieves_from_the_team_what_another_machine_was_shown(
    team: Team, served: Served, sandbox: Sandbox, tmp_path: Path
) -> None:
    machine = Settings(home=str(tmp_path / "machine"), store=team.machine("claude-team"))
    with open_store(machine) as store:
        text = "".join(f"line {number} of the build\n" for number in range(1, 500))
        ref = store.put(text, origin=Origin("s", project="/home/ann/shop"), kind="log")
    delivery.deliver(machine)
    with Admin(team.owner) as admin:
        token, _ = admin.make_token("claude-team", "shop")
    added = subprocess.run(
        [sandbox.claude, "mcp", "add", "--transport", "http", "--scope", "user", "headroom",
         f"http://127.0.0.1:{served.port}/mcp", "--header", f"Authorization: Bearer {token}"],
        cwd=sandbox.project, env=sandbox.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr

    run = sandbox.run([Call("mcp__headroom__headroom_retrieve", {"ref": ref, "lines": "77-78"}), "done"])

    assert "line 77 of the build\nline 78 of the build" in run.texts[0]
