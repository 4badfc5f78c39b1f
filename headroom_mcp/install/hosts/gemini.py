"""Gemini CLI: `~/.gemini/settings.json`, for servers and hooks."""

from __future__ import annotations

import os
from typing import Any

from headroom_mcp.install.hosts._live import Live
from headroom_mcp.install.live import dialects
from headroom_mcp.install.plan import Site, Target

TITLE = "Gemini CLI"
TRIED = ("0.61.0", "2026-11-26")
TOOLS = "`mcp_headroom_…`"
OUTPUTS = "shell commands, failing ones too, searches, listings, web pages, MCP results"
CUTS = "nothing before our hook"
CONTEXT = "notes at the start and with the prompt"
FORMAT = "jsonc"
PLACE = ("mcpServers",)
MATCHER = "^(run_shell_command|grep_search|search_file_content|glob|list_directory|web_fetch|mcp_(?!headroom_).*)$"
TIMEOUT_MS = 10_000


def file() -> str:
    """Return the user's settings."""
    return os.path.join(os.path.expanduser("~"), ".gemini", "settings.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry; the timeout is in milliseconds."""
    return {**server, "timeout": 120_000, "trust": False}


def hooks(command: str) -> tuple[Site, list[Target]]:
    """Return where our hooks go, and their groups."""
    handler = {"type": "command", "name": "headroom", "command": command, "timeout": TIMEOUT_MS}
    groups: dict[str, dict[str, Any]] = {
        "AfterTool": {"matcher": MATCHER, "hooks": [handler]},
        "BeforeAgent": {"hooks": [handler]},
        "SessionStart": {"hooks": [handler]},
        "SessionEnd": {"hooks": [handler]},
    }
    return Site(file(), "jsonc"), [Target(("hooks", event), "", group) for event, group in groups.items()]


def sample(text: str, folder: str) -> dict[str, Any]:
    """Return the event of a command that printed `text` in `folder`."""
    content = f"<untrusted_context>\nOutput: {text}\nProcess Group PGID: 1\n</untrusted_context>"
    chats = os.path.join(folder, "gemini", "chats")
    os.makedirs(chats, exist_ok=True)
    return {
        "session_id": "sample",
        "transcript_path": os.path.join(chats, "session-sample.jsonl"),
        "cwd": folder,
        "hook_event_name": "AfterTool",
        "tool_name": "run_shell_command",
        "tool_input": {"command": "make"},
        "tool_response": {"llmContent": content, "returnDisplay": text},
    }


def shown(answer: dict[str, Any]) -> str:
    """Return the text that an answer of our hook shows: that of the file which the host is to read."""
    call = answer.get("hookSpecificOutput", {}).get("tailToolCallRequest")
    if call is None:
        return str(answer.get("reason", ""))
    with open(call["args"]["file_path"], encoding="utf-8") as stream:
        return stream.read()


LIVE = Live(
    client="gemini",
    package="@google/gemini-cli",
    arguments=("--yolo", "-m", "gemini-2.5-pro", "-p", "go"),
    dialect=dialects.GEMINI,
    environment=lambda url, home: {
        "GEMINI_API_KEY": "dummy",
        "GOOGLE_GEMINI_BASE_URL": url,
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
    },
    settings=lambda url, home: {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"disableAutoUpdate": True},
        "privacy": {"usageStatisticsEnabled": False},
    },
    call=lambda command: ("run_shell_command", {"command": command, "description": "Run it"}),
    prefix="mcp_{server}_{tool}",
)
