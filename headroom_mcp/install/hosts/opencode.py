"""opencode: `~/.config/opencode/opencode.json`, or the `.jsonc` that is there (tried with 1.18.33)."""

from __future__ import annotations

import os
from typing import Any

TITLE = "opencode"
TRIED = ("1.18.33", "2026-11-26")
TOOLS = "`headroom_…`"
OUTPUTS = "none yet"
CUTS = ""
CONTEXT = "none"
FORMAT = "jsonc"
PLACE = ("mcp",)


def file() -> str:
    """Return the user's configuration: the one of the two names that exists."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    names = [os.path.join(base, "opencode", f"opencode.{suffix}") for suffix in ("jsonc", "json")]
    return next((name for name in names if os.path.exists(name)), names[-1])


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry: the command is one list."""
    command = [server["command"], *server["args"]]
    return {"type": "local", "command": command, "environment": server["env"], "enabled": True}
