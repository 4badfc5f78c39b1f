"""Qwen Code: `~/.qwen/settings.json`, in the shape of Gemini CLI's; its hooks have Claude Code's names."""

from __future__ import annotations

import os
from typing import Any

from headroom_mcp.install.hosts._live import Live
from headroom_mcp.install.live import dialects
from headroom_mcp.install.plan import Site, Target

TITLE = "Qwen Code"
TRIED = ("0.24.4", "2026-11-26")
TOOLS = "`mcp__headroom__…`"
OUTPUTS = "shell commands that succeed, searches, listings, web pages, MCP results"
CUTS = "a failing command's output cannot be replaced: the model sees Qwen Code's own cut of it"
CONTEXT = "notes at the start and with the prompt"
FORMAT = "jsonc"
PLACE = ("mcpServers",)
MATCHER = "^(run_shell_command|grep_search|glob|web_fetch|mcp__(?!headroom__).*)$"
TIMEOUT_MS = 10_000


def file() -> str:
    """Return the user's settings."""
    return os.path.join(os.path.expanduser("~"), ".qwen", "settings.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry; the timeout is in milliseconds. Without the last word its tools wait behind a search."""
    return {**server, "timeout": 120_000, "trust": False, "alwaysLoadTools": True}


def hooks(command: str) -> tuple[Site, list[Target]]:
    """Return where our hooks go, and their groups."""
    handler = {"type": "command", "name": "headroom", "command": command, "timeout": TIMEOUT_MS}
    groups: dict[str, dict[str, Any]] = {
        "PostToolUse": {"matcher": MATCHER, "hooks": [handler]},
        "UserPromptSubmit": {"hooks": [handler]},
        "SessionStart": {"hooks": [handler]},
        "SessionEnd": {"hooks": [handler]},
    }
    return Site(file(), "jsonc"), [Target(("hooks", event), "", group) for event, group in groups.items()]


def sample(text: str, folder: str) -> dict[str, Any]:
    """Return the event of a command that printed `text` in `folder`."""
    content = f"Command: make\nDirectory: (root)\nOutput: {text}\nError: (none)\nExit Code: 0\nSignal: (none)"
    return {
        "session_id": "sample",
        "transcript_path": os.path.join(folder, "sample.jsonl"),
        "cwd": folder,
        "hook_event_name": "PostToolUse",
        "tool_name": "run_shell_command",
        "tool_input": {"command": "make", "is_background": False},
        "tool_response": {"llmContent": content, "returnDisplay": text},
        "tool_use_id": "toolu_sample",
    }


def shown(answer: dict[str, Any]) -> str:
    """Return the text that an answer of our hook shows."""
    return str(answer.get("stopReason", ""))


LIVE = Live(
    client="qwen",
    package="@qwen-code/qwen-code",
    arguments=("--yolo", "-p", "go"),
    dialect=dialects.CHAT,
    environment=lambda url, home: {"OPENAI_API_KEY": "dummy", "OPENAI_BASE_URL": f"{url}/v1", "OPENAI_MODEL": "fake"},
    settings=lambda url, home: {"security": {"auth": {"selectedType": "openai"}}},
    call=lambda command: (
        "run_shell_command",
        {"command": command, "is_background": False, "description": "Run it"},
    ),
    prefix="mcp__{server}__{tool}",
    errors=False,
    node=22,
)
