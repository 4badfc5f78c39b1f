"""The MCP server, for any agent that speaks the protocol: `headroom serve`, or the script `headroom-mcp`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_USAGE = """\
usage: headroom-mcp [-h | --version]

The MCP server of headroom: tools that make outputs small, give back what was left out, and remember.
An agent starts this command itself and talks to it over standard input and output:

  claude mcp add headroom -- headroom-mcp

  -h, --help     show this and end
  --version      show the version and end

`headroom --help` lists the commands for people."""


def main(hidden: Mapping[str, Callable[[Mapping[str, Any]], str]] | None = None) -> None:
    """Serve, `hidden` tools as well; without any, as the script `headroom-mcp` with the options of its command line."""
    if hidden is None:
        import sys

        options(sys.argv[1:])
    serve(hidden or {})


def serve(hidden: Mapping[str, Callable[[Mapping[str, Any]], str]] | None = None) -> None:
    """Serve on standard input and output until the client goes away. `hidden` tools are answered but in no list."""
    from headroom_mcp.settings import fault_log, running

    try:
        running.note()  # before the second that the next import takes
    except OSError as error:  # hooks then name a command instead of a tool
        fault_log.record("server", error)
    from headroom_mcp.server import app

    app.serve(hidden or {})


def options(arguments: Sequence[str]) -> None:
    """Return where the command line asks for nothing but the server. Raises: SystemExit, after what it asks for was shown."""
    import sys

    if not arguments:
        return
    if arguments[0] in ("-h", "--help"):
        print(_USAGE)
        raise SystemExit(0)
    if arguments[0] == "--version":
        from headroom_mcp import __version__

        print(f"headroom-mcp {__version__}")
        raise SystemExit(0)
    print(f"headroom-mcp takes no argument like {arguments[0][:80]!r}. Try headroom-mcp --help.", file=sys.stderr)
    raise SystemExit(2)
