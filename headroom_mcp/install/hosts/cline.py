"""Cline CLI: `~/.cline/data/settings/cline_mcp_settings.json`. Its hooks replace no outputs: the server alone."""

from __future__ import annotations

import os
from typing import Any

TITLE = "Cline CLI"
TRIED = ("3.0.65", "2026-11-22")
TOOLS = "`headroom__…`"
OUTPUTS = "none: what its hooks answer is not read"
CUTS = "everything beyond about 8,000 characters, from the middle"
CONTEXT = "none"
FORMAT = "jsonc"
PLACE = ("mcpServers",)


def file() -> str:
    """Return the user's servers."""
    return os.path.join(os.path.expanduser("~"), ".cline", "data", "settings", "cline_mcp_settings.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry, with its transport in an object of its own."""
    return {"transport": {"type": "stdio", **server}}
