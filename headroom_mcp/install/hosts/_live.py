"""What it takes to run a host's client in a throwaway home against the scripted model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from headroom_mcp.install.live.dialects import Dialect


class Live(NamedTuple):
    """How a client is run once.

    client: its program · package: its name in npm · arguments: after the program, the prompt among them · dialect: the API
    it asks · environment: what it needs, by the address of the model and the home · settings: what its file of settings
    holds beside our entries, by the address and the home · call: a shell command as its model asks for it · prefix: how
    its model names a server's tools, with `{server}` and `{tool}` · errors: does the model read a failing command's
    output in our form? · node: the
    version of Node.js that it asks for
    """

    client: str
    package: str
    arguments: Sequence[str]
    dialect: Dialect
    environment: Callable[[str, str], dict[str, str]]
    settings: Callable[[str, str], dict[str, Any]]
    call: Callable[[str], tuple[str, dict[str, Any]]]
    prefix: str
    errors: bool = True
    node: int = 0

    def tool(self, server: str, tool: str) -> str:
        """Return how the model calls `tool` of `server`."""
        return self.prefix.format(server=server, tool=tool)
