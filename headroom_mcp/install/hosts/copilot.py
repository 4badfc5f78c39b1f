"""GitHub Copilot CLI: `~/.copilot/mcp-config.json` (tried with 1.0.102)."""

from __future__ import annotations

import os
from typing import Any

TITLE = "Copilot CLI"
TRIED = ("1.0.102", "2026-11-26")
TOOLS = "`headroom-…`"
OUTPUTS = "none yet"
CUTS = ""
CONTEXT = "none"
FORMAT = "jsonc"
PLACE = ("mcpServers",)


def file() -> str:
    """Return the user's servers."""
    folder = os.environ.get("COPILOT_HOME") or os.path.join(os.path.expanduser("~"), ".copilot")
    return os.path.join(folder, "mcp-config.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry, with all of its tools allowed to be offered."""
    return {"type": "local", **server, "tools": ["*"]}
