"""Codex CLI: `~/.codex/config.toml` (tried with 0.169.0)."""

from __future__ import annotations

import os
from typing import Any

TITLE = "Codex CLI"
TRIED = ("0.169.0", "2026-11-26")
TOOLS = "`mcp__headroom`"
OUTPUTS = "none yet"
CUTS = ""
CONTEXT = "none"
FORMAT = "toml"
PLACE = ("mcp_servers",)


def file() -> str:
    """Return the user's configuration."""
    folder = os.environ.get("CODEX_HOME") or os.path.join(os.path.expanduser("~"), ".codex")
    return os.path.join(folder, "config.toml")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry. Codex waits 10 s for a start by default: little for a cold Python."""
    return {
        "command": server["command"],
        "args": server["args"],
        "startup_timeout_sec": 30,
        "tool_timeout_sec": 120,
        "env": server["env"],
    }
