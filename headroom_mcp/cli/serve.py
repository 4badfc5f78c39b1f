"""`headroom serve`: the MCP server on standard input and output, or for a team over HTTP."""

from __future__ import annotations

import click

from headroom_mcp.cli import _io


@click.command()
@click.option("--http", "over_http", is_flag=True, help="Over HTTP, for a team: see docs/team.md.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; TLS is for a proxy before it.")
@click.option("--port", default=8790, type=click.IntRange(1, 65_535), show_default=True)
@click.option("--workers", default=1, type=click.IntRange(1, 256), show_default=True, help="Processes for requests.")
@click.option(
    "--tool-workers", default=2, type=click.IntRange(1, 64), show_default=True, help="Processes of each for tools."
)
@click.option("--rate", default=200.0, show_default=True, help="Requests a second of one tenant; 0: any.")
@click.option("--max-body", default=8, type=click.IntRange(1, 256), show_default=True, help="Megabytes of one request.")
@click.option("--public-url", default="", help="Where clients find it, such as https://headroom.example.com.")
def serve(
    over_http: bool,
    host: str,
    port: int,
    workers: int,
    tool_workers: int,
    rate: float,
    max_body: int,
    public_url: str,
) -> None:
    """Serve the MCP tools on standard input and output.

    For an agent that starts this command itself; with --http for many agents, with access tokens.

    Example: claude mcp add headroom -- headroom serve
    """
    if not over_http:
        from headroom_mcp import server

        server.serve()
        return
    from headroom_mcp.server.http import run
    from headroom_mcp.server.http.options import Options

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    options = Options(workers, tool_workers, rate, max_body << 20, public_url or address)
    with _io.said_plainly():
        run.check()
        _io.echo(f"headroom serves MCP at {address}/mcp; Ctrl-C ends it.", err=True)
        run.serve(host, port, options)
