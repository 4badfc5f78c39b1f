"""A user's own hook that masks secrets, beside ours, in a real Claude Code: what it hides no request shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude

_MASK = """import json, sys
event = json.load(sys.stdin)
event["tool_response"]["stdout"] = event["tool_response"]["stdout"].replace("hunter2", "****")
print(json.dumps({"hookSpecificOutput": {"hookEventName": "PostToolUse", "updatedToolOutput": event["tool_response"]}}))
"""


@pytest.mark.parametrize("way", ["leave", "first"])
def test_what_the_users_hook_hides_stays_hidden(sandbox: Sandbox, way: str) -> None:
    (sandbox.home / "mask.py").write_text(_MASK)
    command = f"/usr/bin/env python3 {sandbox.home / 'mask.py'}"
    hooks = {"PostToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": command}]}]}
    (sandbox.config / "settings.json").write_text(json.dumps({"hooks": hooks}))
    sandbox.headroom("install", "--other-hooks", way)
    prints = "for i in $(seq 900); do echo \"INFO job $i done\"; done; echo 'ERROR login with password hunter2 refused'"

    run = sandbox.run([Call("Bash", {"command": prints.replace("hunter2", "hunter''2"), "description": "x"}), "done"])

    assert "ERROR login with password" in run.texts[0]
    assert "hunter2" not in json.dumps(run.api.all_requests)
    if way == "leave":
        assert "[headroom " not in run.texts[0]
