"""Codex CLI: `~/.codex/config.toml` for servers, `~/.codex/hooks.json` for hooks."""

from __future__ import annotations

import json
import os
from typing import Any

from headroom_mcp.install.hosts._live import Live
from headroom_mcp.install.live import dialects
from headroom_mcp.install.plan import Site, Target

TITLE = "Codex CLI"
TRIED = ("0.169.0", "2026-11-26")
TOOLS = "`mcp__headroom`"
OUTPUTS = "shell commands, failing ones too, and MCP results, where the model calls tools directly (such as gpt-5.5)"
CUTS = "nothing is replaced in the code mode of most models: there the model reads Codex's own cut"
CONTEXT = "notes at the start and with the prompt"
NOTE = "Codex runs a hook only when you have trusted it: look at ours with `/hooks` there."
FORMAT = "toml"
PLACE = ("mcp_servers",)
MATCHER = "^(Bash|mcp__.*)$"  # its expressions cannot look ahead; our own tools are left alone by the hook
TIMEOUT_S = 10


def file() -> str:
    """Return the user's configuration."""
    return os.path.join(_folder(), "config.toml")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry. Codex waits 10 s for a start by default: little for a cold Python."""
    return {
        "command": server["command"],
        "args": server["args"],
        "startup_timeout_sec": 30,
        "tool_timeout_sec": 120,
        "env": server["env"],
    }


def hooks(command: str) -> tuple[Site, list[Target]]:
    """Return where our hooks go, and their groups."""
    handler = {"type": "command", "command": command, "timeout": TIMEOUT_S}
    groups: dict[str, dict[str, Any]] = {
        "PostToolUse": {"matcher": MATCHER, "hooks": [handler]},
        "UserPromptSubmit": {"hooks": [handler]},
        "SessionStart": {"hooks": [handler]},
    }
    targets = [Target(("hooks", event), "", group) for event, group in groups.items()]
    return Site(os.path.join(_folder(), "hooks.json"), "json"), targets


def sample(text: str, folder: str) -> dict[str, Any]:
    """Return the event of a command that printed `text` in `folder`, with the transcript that it needs."""
    transcript = os.path.join(folder, "rollout-sample.jsonl")
    call = {"type": "function_call", "name": "exec_command", "call_id": "call_sample"}
    item = {"type": "CommandExecution", "id": "call_sample", "aggregated_output": text, "exit_code": 0}
    with open(transcript, "w", encoding="utf-8") as stream:
        for payload in (call, {"type": "item_completed", "item": item}):
            stream.write(json.dumps({"payload": payload}) + "\n")
    return {
        "session_id": "sample",
        "transcript_path": transcript,
        "cwd": folder,
        "hook_event_name": "PostToolUse",
        "model": "gpt-5.5",
        "tool_name": "Bash",
        "tool_input": {"command": "make"},
        "tool_response": text,
        "tool_use_id": "call_sample",
    }


def shown(answer: dict[str, Any]) -> str:
    """Return the text that an answer of our hook shows."""
    return str(answer.get("reason", ""))


def _folder() -> str:
    return os.environ.get("CODEX_HOME") or os.path.join(os.path.expanduser("~"), ".codex")


LIVE = Live(
    client="codex",
    package="@openai/codex",
    # Trust is given for this one run, in a throwaway home.
    arguments=(
        "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--dangerously-bypass-hook-trust", "go",
    ),
    dialect=dialects.RESPONSES,
    environment=lambda url, home: {"FAKE_KEY": "dummy"},
    settings=lambda url, home: {
        "model": "gpt-5.5",
        "model_provider": "fake",
        "model_providers": {
            "fake": {"name": "fake", "base_url": f"{url}/v1", "wire_api": "responses", "env_key": "FAKE_KEY"}
        },
    },
    call=lambda command: ("exec_command", {"cmd": command}),
    prefix="mcp__{server}/{tool}",
)  # fmt: skip
