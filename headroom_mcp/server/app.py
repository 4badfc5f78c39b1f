"""The MCP face of `tools.TOOLS`: the only module that imports the protocol's library (about a second, so late).

The library is `mcp` 1.x or 2.x, whichever is installed: frameworks beside us pin either. Of both only the low level is used,
where they differ in how handlers are registered and messages are parsed (`_HAS_HANDLER_ARGUMENTS`), and everything that
reaches a model is made here: schemas without what no model needs, plain text as answers, our own words for what went wrong.

Handlers do no work themselves. Each call goes to a worker process with a limit of time, so that the server answers a `ping`
at once whatever it is compressing.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import os
import re
import signal
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import anyio
import anyio.to_thread
from mcp import types as types_of_this_version
from mcp.server.lowlevel import Server
from mcp.shared.message import SessionMessage

from headroom_mcp import __version__
from headroom_mcp.server import arguments, stdio, upkeep
from headroom_mcp.server.tools import TOOLS, Answer, ToolRow
from headroom_mcp.server.workers import Call, Pool
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.load import load_settings
from headroom_mcp.text import tokens
from headroom_mcp.types import HeadroomError, WorkerError

INSTRUCTIONS = """\
Tool outputs may be shortened. [… lines 120-164 · note] marks lines left out ("9 lines in 120-164": some); rows and
items count from 0. A [head] tells how the lines below are written; <cell id="FILE"> holds a file in short. The last line,
[headroom REF …], names the original. Facts are kept: go on from what you see. Instead of running the tool again, call
headroom_retrieve with lines, query or json_path ("$[3:9]")."""

TOOL_S = 20.0  # clients wait 60 s for an answer; what is called `instead` has its time as well
INSTEAD_S = 10.0
HIDDEN_S = 8.0  # a host waits 10 s for its hook
_UPKEEP_S = 60.0
_DELIVER_EVERY_S = 5.0
_WORKERS = 2
_MAX_CALLS = 64  # under way or waiting for a worker, each in a thread
_MAX_ERROR_CHARS = 2_000

# What JSON would spell in six characters each, and nobody can read; line ends may stay
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")

types: Any = types_of_this_version  # the two versions differ too much for a type checker
_HAS_HANDLER_ARGUMENTS = "on_call_tool" in inspect.signature(Server.__init__).parameters  # mcp 2.x

Hidden = Mapping[str, Callable[[Mapping[str, Any]], str]]


def server(hidden: Hidden | None = None) -> Server[Any]:
    """Return the server with every tool of `TOOLS`; `hidden` ones are answered but in no list."""
    return Handlers(hidden or {}).server()


def serve(hidden: Hidden) -> NoReturn:
    """Serve on standard input and output until the client goes away or a signal comes, then end the process."""
    logging.disable()  # some hosts show whatever a server writes to stderr
    handlers = Handlers(hidden)
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: handlers.end(128 + number))
    asyncio.run(_serve(handlers))
    handlers.end(0)  # the library has given up


async def _serve(handlers: Handlers) -> None:
    lines = stdio.standard()
    to_server, from_client = anyio.create_memory_object_stream[Any](0)
    to_client, from_server = anyio.create_memory_object_stream[Any](0)

    async def deliver(message: dict[str, Any]) -> None:
        try:
            await to_server.send(SessionMessage(_parsed(message)))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            handlers.end(0)

    async def read() -> None:
        await lines.read(deliver)
        # Some versions of the library would now wait for the calls under way, which nobody does any more.
        await handlers.settle()
        handlers.end(0)

    async def write() -> None:
        async with from_server:
            async for sent in from_server:
                try:
                    await lines.write(_dumped(sent.message))
                except OSError:  # nobody reads any more
                    handlers.end(0)

    serving = handlers.server()
    async with anyio.create_task_group() as group:
        group.start_soon(read)
        group.start_soon(write)
        await serving.run(from_client, to_client, serving.create_initialization_options())


class Handlers:
    """What the protocol's library calls, and the workers that do the work."""

    def __init__(self, hidden: Hidden, rows: Sequence[ToolRow] = TOOLS, workers: int = _WORKERS) -> None:
        self._hidden = hidden
        self._rows = {row.function.__name__: row for row in rows}
        self._tools = Pool(workers)
        self._hooks = Pool(_WORKERS)  # an agent waits for them with every step, so they never queue behind a tool
        self._slots: anyio.CapacityLimiter | None = None
        self._charging: threading.Thread | None = None
        self._ended = threading.Event()

    def server(self) -> Server[Any]:
        """Return the library's server, which asks this object."""
        serving: Any
        if _HAS_HANDLER_ARGUMENTS:

            async def on_list(_context: Any, _parameters: Any) -> Any:
                return self.listed()

            async def on_call(_context: Any, parameters: Any) -> Any:
                return await self.answer(parameters.name, parameters.arguments or {})

            serving = Server(
                "headroom",
                version=__version__,
                instructions=INSTRUCTIONS,
                lifespan=self._live,
                on_list_tools=on_list,
                on_call_tool=on_call,
            )
            return serving  # type: ignore[no-any-return]

        async def list_request(_request: Any) -> Any:
            return types.ServerResult(self.listed())

        async def call_request(request: Any) -> Any:
            return types.ServerResult(await self.answer(request.params.name, request.params.arguments or {}))

        serving = Server("headroom", version=__version__, instructions=INSTRUCTIONS, lifespan=self._live)
        serving.request_handlers[types.ListToolsRequest] = list_request
        serving.request_handlers[types.CallToolRequest] = call_request
        return serving  # type: ignore[no-any-return]

    def listed(self) -> Any:
        """Return the tools. What their schemas cost the model is noted once per session, or per process without one."""
        if self._charging is None:
            # A store that is locked must not keep the client waiting for its tools.
            cost = _schema_tokens([_offered(row) for row in self._rows.values()])
            self._charging = self._in_background(upkeep.charge, cost)
        return self.offered()

    def offered(self) -> Any:
        """Return the tools as the protocol's library wants them."""
        return types.ListToolsResult.model_validate({"tools": [_offered(row) for row in self._rows.values()]})

    async def answer(self, name: str, given: Mapping[str, Any]) -> Any:
        """Return what the tool `name` answers, or what went wrong in words that a model can act on."""
        try:
            if name in self._hidden:
                return _result(await self._answer_hidden(name, given))
            return _result(await self._answer_tool(name, given))
        except HeadroomError as error:
            return _result(_shortened(str(error)), is_error=True)

    async def settle(self) -> None:
        """Give what the tools cost a moment to be noted: a client may come, list them and go."""
        if self._charging is not None:
            await anyio.to_thread.run_sync(self._charging.join, stdio.GRACE_S, abandon_on_cancel=True)

    def close(self) -> None:
        """End the workers."""
        self._tools.close()
        self._hooks.close()

    def end(self, code: int) -> NoReturn:
        """End the workers and this process at once."""
        self._tools.close()
        self._hooks.close()
        os._exit(code)  # a thread may be reading or writing, and nothing can interrupt it

    async def _answer_tool(self, name: str, given: Mapping[str, Any]) -> Answer:
        row = self._rows.get(name)
        if row is None:
            msg = f"There is no tool {name[:80]!r} here, only {', '.join(self._rows)}."
            raise HeadroomError(msg)
        named = arguments.fitted(row.function, given)
        try:
            return await self._run(self._tools, self._call(row, named))
        except WorkerError as error:
            fault_log.record(f"tool {name}", error)
            if row.instead is None:
                raise
            return await self._run(self._tools, Call(row.instead, named=named, limit_s=INSTEAD_S))

    def _call(self, row: ToolRow, named: dict[str, str | int]) -> Call:
        """Return the call of a tool, as a worker gets it."""
        return Call(row.function, named=named, limit_s=TOOL_S)

    async def _answer_hidden(self, name: str, given: Mapping[str, Any]) -> str:
        try:
            return str(await self._run(self._hooks, Call(self._hidden[name], [dict(given)], limit_s=HIDDEN_S)))
        except HeadroomError as error:  # law 8: the host keeps its original
            fault_log.record(f"tool {name}", error)
            return ""

    async def _run(self, pool: Pool, call: Call) -> Answer:
        self._slots = self._slots or anyio.CapacityLimiter(_MAX_CALLS)
        try:
            answer = await anyio.to_thread.run_sync(pool.run, call, abandon_on_cancel=True, limiter=self._slots)
            return answer if isinstance(answer, list) else str(answer)
        finally:
            call.stop("The client has taken its call back.")  # of no effect on a call that has ended

    @asynccontextmanager
    async def _live(self, _server: Any) -> AsyncIterator[None]:
        """Have a worker ready for the first call, and none left when the connection ends."""
        self._in_background(upkeep.expire)
        threading.Thread(target=self._deliver, daemon=True).start()
        try:
            yield
        finally:
            self._ended.set()
            await self.settle()
            self._tools.close()
            self._hooks.close()

    def _deliver(self) -> None:
        """Send what hooks have kept to the team's store, where there is one, every few seconds until the end."""
        try:
            if not load_settings().store:
                return
        except HeadroomError as error:
            fault_log.record("deliver", error)
            return
        pool = Pool(1)
        failed = 0
        while not self._ended.wait(_DELIVER_EVERY_S * min(10, 1 + failed)):
            try:
                pool.run(Call(upkeep.deliver, limit_s=_UPKEEP_S))
                failed = 0
            except HeadroomError as error:  # it waits in the local store, where everything shown can be retrieved
                failed += 1
                if failed == 1:  # the first of an outage: the log is for more than this
                    fault_log.record("deliver", error)
        pool.close()

    def _in_background(self, function: Callable[..., object], *positional: object) -> threading.Thread:
        call = Call(function, positional, limit_s=_UPKEEP_S)

        def run() -> None:
            try:
                self._tools.run(call)
            except HeadroomError as error:  # the tools work without
                fault_log.record(call.name, error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        return thread


def _parsed(message: dict[str, Any]) -> Any:
    """Return a message as the library's type. Raises: ValueError."""
    if _HAS_HANDLER_ARGUMENTS:
        return types.jsonrpc_message_adapter.validate_python(message, by_name=False)
    return types.JSONRPCMessage.model_validate(message)


def _dumped(message: Any) -> dict[str, Any]:
    unset = {"exclude_unset": True} if _HAS_HANDLER_ARGUMENTS else {"exclude_none": True}
    dumped: dict[str, Any] = message.model_dump(by_alias=True, mode="json", **unset)
    return dumped


def _result(answer: Answer, *, is_error: bool = False) -> Any:
    # Content blocks alone: structured content would reach the model as JSON instead of the text.
    blocks = [{"type": "text", "text": answer}] if isinstance(answer, str) else answer
    content = [{**block, "text": stdio.whole_text(block["text"])} if "text" in block else block for block in blocks]
    return types.CallToolResult.model_validate({"content": content, "isError": is_error})


def _offered(row: ToolRow) -> dict[str, Any]:
    offered = {
        "name": row.function.__name__,
        "description": row.about,
        "inputSchema": arguments.schema(row.function, row.notes),
        "annotations": {"readOnlyHint": row.read_only},
    }
    return {**offered, "_meta": dict(row.meta)} if row.meta else offered


def _schema_tokens(offered: list[dict[str, Any]]) -> int:
    """Return the tokens of what a model reads about the tools: names, descriptions, parameters, instructions."""
    told = [
        {"name": tool["name"], "description": tool["description"], "input_schema": tool["inputSchema"]}
        for tool in offered
    ]
    return tokens.estimate(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + INSTRUCTIONS)


def _shortened(message: str) -> str:
    """Return a message that repeats no large argument and no control character."""
    message = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", message)
    if len(message) <= _MAX_ERROR_CHARS:
        return message
    return f"{message[: _MAX_ERROR_CHARS // 2]} … {message[-_MAX_ERROR_CHARS // 2 :]}"
