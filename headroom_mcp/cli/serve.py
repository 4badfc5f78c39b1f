"""`headroom serve`: the MCP server on standard input and output."""

from __future__ import annotations

import click


@click.command()
def serve() -> None:
    """Serve the MCP tools on standard input and output.

    For an agent that starts this command itself.

    Example: claude mcp add headroom -- headroom serve
    """
    from headroom_mcp import server

    server.serve()
