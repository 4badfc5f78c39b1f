"""The MCP server, for any agent that speaks the protocol: `headroom serve`, or the script `headroom-mcp`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def main(hidden: Mapping[str, Callable[[Mapping[str, Any]], str]] | None = None) -> None:
    """Serve on standard input and output until the client goes away. `hidden` tools are answered but in no list."""
    from headroom_mcp.server import app

    app.serve(hidden or {})
