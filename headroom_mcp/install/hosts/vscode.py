"""VS Code: `mcp.json` in the user's profile, under `servers` (from its documentation; not tried)."""

from __future__ import annotations

import os
import sys
from typing import Any

TITLE = "VS Code"
TRIED = ("", "")
TOOLS = "as VS Code names them"
OUTPUTS = "none: its hooks replace no outputs"
CUTS = ""
CONTEXT = "none"
FORMAT = "jsonc"
PLACE = ("servers",)


def file() -> str:
    """Return the servers of the default profile."""
    home = os.path.expanduser("~")
    if sys.platform == "darwin":
        base = os.path.join(home, "Library", "Application Support")
    elif sys.platform == "win32":
        base = os.environ.get("APPDATA") or os.path.join(home, "AppData", "Roaming")
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    return os.path.join(base, "Code", "User", "mcp.json")


def entry(server: dict[str, Any]) -> dict[str, Any]:
    """Return the server entry."""
    return {"type": "stdio", **server}
