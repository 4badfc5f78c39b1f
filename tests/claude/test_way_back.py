"""With a real Claude Code, a footer names the server's tool where the model has it, and a command where it has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude

_LOG = {
    "command": "for i in $(seq 500); do echo 2026-01-01 12:00:00 INFO parcel $i was delivered; done",
    "description": "x",
}
_FAILING = {**_LOG, "command": f"{_LOG['command']}; exit 3"}
_SLOW = {**_LOG, "command": f"sleep 5; {_LOG['command']}"}  # on a busy machine the server is up when this has run


def test_a_subagent_with_a_list_of_tools_is_told_the_command(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    agents = sandbox.project / ".claude" / "agents"
    agents.mkdir(parents=True)
    (agents / "tiny.md").write_text("---\nname: tiny\ndescription: x\ntools: Bash, Read\n---\nBe short.\n")
    subagent = Call("Agent", {"prompt": "x", "description": "x", "subagent_type": "tiny", "run_in_background": False})

    run = sandbox.run(
        [
            subagent,
            Call("Bash", _SLOW),
            Call("Bash", _FAILING),
            "sub done",
            Call("Bash", _LOG),
            Call("Bash", _FAILING),
            ".",
        ]
    )

    texts = {use_id[-1]: text for use_id, text in run.api.results().items()}
    assert all("headroom retrieve" in texts[use_id] for use_id in "23")
    assert all("; headroom_retrieve]" in texts[use_id] for use_id in "45")
