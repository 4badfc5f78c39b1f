"""Qwen Code: `~/.qwen/settings.json`, in the shape of Gemini CLI's (tried with 0.24.4)."""

from __future__ import annotations

import os
from typing import Any

TITLE = "Qwen Code"
TOOLS = "`mcp__headroom__…`"
OUTPUTS = "its PostToolUse hooks can replace outputs"
FORMAT = "jsonc"
PLACE = ("mcpServers",)


def file() -> str:
    """Return the user's settings."""
    return os.path.join(os.path.expanduser("~"), ".qwen", "settings.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry; the timeout is in milliseconds."""
    return {**server, "timeout": 120_000, "trust": False}
