"""A real compaction: the summary is asked to keep refs, and the refs stand in the context after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install.live.fake_api import Call
from headroom_mcp.text import marker

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude


@pytest.mark.slow
def test_refs_outlive_a_compaction(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    first = sandbox.run([Call("Bash", {"command": "seq 1 4000"}), "done"])
    ref = marker.refs(first.texts[0])[-1]

    compaction = sandbox.run(["<summary>Numbers were counted.</summary>"], "--continue", prompt="/compact")
    if "Not enough messages to compact" in compaction.stdout:
        pytest.skip("this version compacts no conversation as short as this")
    after = sandbox.run(["fine"], "--continue", prompt="go on")

    assert "keep its ref as it stands" in json.dumps(compaction.api.all_requests)
    assert f"{ref}  seq 1 4000" in json.dumps(after.api.requests[-1]["messages"])
