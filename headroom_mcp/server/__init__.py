"""The MCP server, for any agent that speaks the protocol: `headroom serve`, or the script `headroom-mcp`."""

from __future__ import annotations


def main() -> None:
    """Serve on standard input and output until the client goes away."""
    from headroom_mcp.server import app

    app.serve()
