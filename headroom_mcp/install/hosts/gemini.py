"""Gemini CLI: `~/.gemini/settings.json` (tried with 0.61.0)."""

from __future__ import annotations

import os
from typing import Any

TITLE = "Gemini CLI"
TOOLS = "`mcp_headroom_…`"
OUTPUTS = "its AfterTool hooks can replace outputs, as an error or by a second tool call"
FORMAT = "jsonc"
PLACE = ("mcpServers",)


def file() -> str:
    """Return the user's settings."""
    return os.path.join(os.path.expanduser("~"), ".gemini", "settings.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry; the timeout is in milliseconds."""
    return {**server, "timeout": 120_000, "trust": False}
