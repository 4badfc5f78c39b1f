"""The MCP face of `tools.TOOLS`: the only module that imports the protocol's library (about a second, so late).

Schemas are trimmed of what no model needs (titles, defaults), since every conversation pays for them. Handlers run in
worker threads; each call opens the store for itself.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any

import anyio
import anyio.to_thread
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from mcp_types import Tool as OfferedTool

from headroom_mcp import __version__, fault_log
from headroom_mcp.errors import HeadroomError
from headroom_mcp.server.tools import TOOLS, ToolRow
from headroom_mcp.settings import environment
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.text import tokens

INSTRUCTIONS = """\
Tool outputs may be compressed: [… 45 lines: 120-164] marks lines left out, and the last line names the ref of the
original. Facts are kept, so go on from what you see; when you need left-out lines, call headroom_retrieve with the ref
and lines or a query instead of running the tool again."""

_SURROGATES = re.compile("[\ud800-\udfff]")  # bytes that are no UTF-8 live in these; JSON cannot carry them


class HeadroomServer(MCPServer[Any]):
    """The server, lenient about optional arguments, and charging its own schemas to the ledger."""

    _charged = False
    hidden: Mapping[str, Callable[[Mapping[str, Any]], str]] = {}

    async def list_tools(self) -> list[OfferedTool]:
        """List the tools. What their schemas cost the model is noted once per session, or per process without one."""
        offered = await super().list_tools()
        if not self._charged:
            self._charged = True
            # A store that is locked must not keep the client waiting for its tools.
            place = (environment.data_home(), environment.session_id(), environment.project_dir())
            threading.Thread(target=_charge, args=(_schema_tokens(offered), *place)).start()
        return offered

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool. Models write `null` for "not given" and 120 for "120": both are understood."""
        if name in self.hidden:
            # In a thread: parallel tool calls make parallel hook calls.
            said = await anyio.to_thread.run_sync(self.hidden[name], arguments)
            return CallToolResult(content=[TextContent(type="text", text=said)])
        given = {
            key: str(value) if isinstance(value, int) and key != "max_tokens" else value
            for key, value in arguments.items()
            if value is not None
        }
        return await super().call_tool(name, given, context)


def server() -> HeadroomServer:
    """Return the server with every tool of `TOOLS`."""
    return HeadroomServer(
        "headroom",
        version=__version__,
        instructions=INSTRUCTIONS,
        tools=[_offered(row) for row in TOOLS],
        log_level="ERROR",  # some hosts show whatever a server writes to stderr
    )


def serve(hidden: Mapping[str, Callable[[Mapping[str, Any]], str]]) -> None:
    """Serve on standard input and output until the client goes away; `hidden` tools too, though they are in no list."""
    serving = server()
    serving.hidden = hidden
    threading.Thread(target=_expire, daemon=True).start()
    serving.run("stdio")


def _expire() -> None:
    """Let retention take what is too old: a session that crashed never came to it."""
    try:
        with open_store() as store:
            store.expire()
    except HeadroomError as error:
        fault_log.record("expire", error)


def _schema_tokens(offered: list[OfferedTool]) -> int:
    """Return the tokens of what a model reads about the tools: names, descriptions, parameters, instructions."""
    told = [{"name": tool.name, "description": tool.description, "input_schema": tool.input_schema} for tool in offered]
    return tokens.estimate(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + INSTRUCTIONS)


def _charge(cost: int, home: str, session: str, project: str) -> None:
    settings = Settings(home=home)
    try:
        with open_store(settings) as store:
            store.ledger.charge("tool schemas", cost, session=session, project=project, once=True)
    except Exception as error:  # law 8: the tools work without a ledger
        fault_log.record("charge", error, settings)


def _offered(row: ToolRow) -> Tool:
    tool = Tool.from_function(
        _guarded(row.function),
        description=row.about,
        annotations=ToolAnnotations(read_only_hint=row.read_only),
        meta=dict(row.meta) if row.meta else None,
        structured_output=False,  # structured content would reach the model as JSON instead of the text
    )
    tool.parameters = _trimmed(tool.parameters, row)
    return tool


def _trimmed(schema: dict[str, Any], row: ToolRow) -> dict[str, Any]:
    properties = {}
    for name, full in schema["properties"].items():
        properties[name] = {"type": full["type"]}
        if name in row.notes:
            properties[name]["description"] = row.notes[name]
    trimmed = {"type": "object", "properties": properties}
    if "required" in schema:
        trimmed["required"] = schema["required"]
    return trimmed


def _guarded(function: Callable[..., str]) -> Callable[..., str]:
    """Return `function` answering text that can be sent, and failing in words that the model can act on."""

    @functools.wraps(function)
    def guarded(**arguments: Any) -> str:
        try:
            return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", function(**arguments))
        except HeadroomError as error:
            raise ToolError(str(error)) from error
        except Exception as error:  # a bug of ours: logged for `headroom doctor`, and said instead of hidden
            fault_log.record(f"tool {function.__name__}", error)
            msg = f"{function.__name__} failed inside ({type(error).__name__}). Use the original tool instead."
            raise ToolError(msg) from error

    return guarded
