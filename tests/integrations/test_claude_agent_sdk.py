"""The Claude Agent SDK with the client that it brings: what the model is sent is short."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.agents import FAILURE, in_threads, run_output
from tests.integrations.loopback import Model

sdk = pytest.importorskip("claude_agent_sdk")

from headroom_mcp.integrations.claude_agent_sdk import hooks, retrieval_server


def test_an_agent_with_the_hooks_is_sent_short_results_and_can_fetch_the_original(model: Model, tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text(run_output(1))

    def script(body: dict[str, Any], turn: int) -> list[dict[str, Any]]:
        if not body.get("tools"):
            return []
        if turn == 0:
            return [{"name": "Bash", "arguments": {"command": "cat out.txt", "description": "show"}}]
        if turn == 1:
            shown = next(text for text in model.requests[-1].results if "[headroom " in text)
            ref = shown[shown.rindex("[headroom ") :].split()[1].rstrip(":")
            return [{"name": "mcp__headroom__headroom_retrieve", "arguments": {"ref": ref, "query": "test_1_650"}}]
        return []

    model.script = script
    asyncio.run(_run(model, tmp_path))

    last = max(model.requests, key=lambda request: len(request.results))
    shown, fetched = last.results[-2:]
    assert len(shown) < 3_000
    assert FAILURE in shown
    assert "test_1_650" not in shown
    assert "test_1_650" in fetched


async def _run(model: Model, folder: Path) -> None:
    environment = {
        "ANTHROPIC_BASE_URL": model.url,
        "ANTHROPIC_API_KEY": "none",
        "HOME": str(folder / "home"),
        "CLAUDE_CONFIG_DIR": str(folder / "config"),
        "HEADROOM_HOME": os.environ["HEADROOM_HOME"],
        "IS_SANDBOX": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    options = sdk.ClaudeAgentOptions(
        cwd=folder,
        env=environment,
        hooks=hooks(),
        mcp_servers={"headroom": retrieval_server()},
        permission_mode="bypassPermissions",
        setting_sources=[],
        max_turns=6,
    )
    async for _ in sdk.query(prompt="why does the refund fail?", options=options):
        pass


def test_many_threads_call_the_hooks_without_an_error(tmp_path: Path) -> None:
    (matcher,) = hooks()["PostToolUse"]

    def one(number: int) -> Any:
        event = {
            "hook_event_name": "PostToolUse",
            "session_id": f"s{number}",
            "cwd": str(tmp_path),
            "tool_name": "Bash",
            "tool_use_id": f"toolu_{number}",
            "tool_input": {"command": "pytest"},
            "tool_response": {"stdout": run_output(number), "stderr": "", "interrupted": False, "isImage": False},
        }
        return asyncio.run(matcher.hooks[0](event, None, None))  # type: ignore[arg-type]

    for reply in in_threads(one):
        stdout = reply["hookSpecificOutput"]["updatedToolOutput"]["stdout"]
        assert len(stdout) < 3_000
        assert FAILURE in stdout
