"""Cursor, IDE and CLI: `~/.cursor/mcp.json` (from its documentation; not tried)."""

from __future__ import annotations

import os
from typing import Any

TITLE = "Cursor"
TRIED = ("", "")
TOOLS = "as Cursor names them"
OUTPUTS = "none yet"
CUTS = ""
CONTEXT = "none"
FORMAT = "jsonc"
PLACE = ("mcpServers",)


def file() -> str:
    """Return the user's servers."""
    return os.path.join(os.path.expanduser("~"), ".cursor", "mcp.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry."""
    return server
