"""Cursor, IDE and CLI: `~/.cursor/mcp.json` for servers, `~/.cursor/hooks.json` for hooks (from descriptions; not tried)."""

from __future__ import annotations

import json
import os
from typing import Any

from headroom_mcp.install.plan import Site, Target

TITLE = "Cursor"
TRIED = ("", "")
TOOLS = "as Cursor names them"
OUTPUTS = "MCP results; never a shell's output, which its hooks cannot replace"
CUTS = "all outputs but MCP results are as Cursor shows them"
CONTEXT = "notes at the start"
FORMAT = "jsonc"
PLACE = ("mcpServers",)
_EVENTS = ("postToolUse", "sessionStart")  # one that Cursor does not know would make it refuse the whole file


def file() -> str:
    """Return the user's servers."""
    return os.path.join(_folder(), "mcp.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry."""
    return server


def hooks(command: str) -> tuple[Site, list[Target]]:
    """Return where our hooks go; each event lists commands."""
    site = Site(os.path.join(_folder(), "hooks.json"), "json", empty='{\n  "version": 1\n}\n')
    return site, [Target(("hooks", event), "", {"command": command}) for event in _EVENTS]


def sample(text: str, folder: str) -> dict[str, Any]:
    """Return the event of an MCP result of `text` in `folder`."""
    return {
        "hook_event_name": "postToolUse",
        "conversation_id": "sample",
        "cursor_version": "2026.09.18",
        "workspace_roots": [folder],
        "cwd": folder,
        "tool_name": "MCP:rows",
        "tool_input": {},
        "tool_output": json.dumps({"content": [{"type": "text", "text": text}]}),
        "tool_use_id": "tool_sample",
    }


def shown(answer: dict[str, Any]) -> str:
    """Return the text that an answer of our hook shows."""
    content = answer.get("updated_mcp_tool_output", {}).get("content") or [{}]
    return str(content[0].get("text", ""))


def _folder() -> str:
    return os.path.join(os.path.expanduser("~"), ".cursor")
