"""The hook behind the running server, with a real Claude Code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook import endpoint
from headroom_mcp.install.live.fake_api import Call, Turn
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import marker

if TYPE_CHECKING:
    from tests.claude.conftest import Run, Sandbox

pytestmark = pytest.mark.claude


def _rows(count: int, word: str) -> Call:
    command = f'for i in $(seq {count}); do echo "2026-01-01 12:00:00 INFO {word} $i was delivered"; done'
    return Call("Bash", {"command": command, "description": "x"})


def _answered(sandbox: Sandbox, turns: list[Turn]) -> Run:
    """Run `turns`; once more where the server was up too late for the first: its hooks are skipped in silence then."""
    run = sandbox.run(turns, prompt="which parcels were delivered?")
    if "[headroom " in run.texts[0]:
        return run
    for path in sandbox.store.glob("headroom.db*"):
        path.unlink()
    return sandbox.run(turns, prompt="which parcels were delivered?")


def test_the_server_answers_hooks_of_parallel_calls_and_stays_hidden(sandbox: Sandbox) -> None:
    sandbox.add_mini_server()
    sandbox.headroom("install", "--transport", "mcp")
    path = sandbox.project / "app.log"
    path.write_text("".join(f"2026-01-01 12:00:00 INFO worker finished job {n}\n" for n in range(900)))

    run = _answered(
        sandbox,
        [
            [_rows(500, "parcel"), _rows(600, "letter"), Call("Read", {"file_path": str(path)})],
            Call("mcp__mini__rows", {"count": 400}),
            _rows(2000, "crate"),
            Call("Bash", {"command": "for i in $(seq 3000); do echo row $i; done; exit 3", "description": "x"}),
            "done",
        ],
    )

    assert [len(marker.refs(text.replace("\n</cell", "\n"))) for text in run.texts] == [1] * 6
    assert "persisted-output" not in run.texts[4]
    offered = json.dumps([request.get("tools") for request in run.api.all_requests])
    assert endpoint.TOOL not in offered
    with open_store(Settings(home=str(sandbox.store))) as store:
        asked = store.connection.execute("SELECT query FROM session").fetchall()
        assert asked == [("which parcels were delivered?",)]
        assert store.connection.execute("SELECT COUNT(*) FROM output").fetchone() == (6,)
    assert not (sandbox.store / "failures.log").exists()
