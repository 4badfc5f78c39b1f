"""`headroom statusline`: the line that Claude Code shows below its prompt."""

from __future__ import annotations

import click

from headroom_mcp.hook import status_line


@click.command()
@click.option("--with", "own", metavar="CMD", help="Your own status line: its line comes first, ours after it.")
def statusline(own: str | None) -> None:
    """Print a status line for Claude Code: saved in this session.

    Reads the JSON that Claude Code gives a status line on standard input, and the store; writes nothing. It shows what this
    session has saved net, how often something was fetched back, and whether headroom is off or in trouble.
    `headroom install --statusline` sets it up, beside one of your own.

    Example: echo '{}' | headroom statusline --with 'echo my line'
    """
    status_line.main(["--with", own] if own else [])
