"""The ASGI application: one path for MCP, three for whoever runs it, and what stands before the tools.

    /mcp        streamable HTTP by the protocol's library, stateless: any worker answers any request
    /healthz    the process lives      /readyz    it can reach the store      /metrics    counters, for Prometheus

Before a tool is called: the size of the body, the access token, the rate of its tenant. What a request is for follows from its
token alone and travels beside it, in a context variable, into the task that answers it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from headroom_mcp.server import app as protocol
from headroom_mcp.server import arguments
from headroom_mcp.server.http import tools
from headroom_mcp.server.http.callers import Caller, Callers, Refused, TokenStore
from headroom_mcp.server.http.metrics import Metrics
from headroom_mcp.server.http.options import Options
from headroom_mcp.server.http.rates import Rates
from headroom_mcp.server.tools import Answer, ToolRow
from headroom_mcp.server.workers import Call, Pool
from headroom_mcp.settings import fault_log
from headroom_mcp.types import HeadroomError, StoreError, WorkerError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/mcp"
_METADATA = "/.well-known/oauth-protected-resource"
_UPKEEP_S = 60.0
_CONNECTIONS = 4  # of this process: for tokens, and for what it answers itself
_READY_S = 2.0  # for how long an answer about the store is believed

_asking: ContextVar[Caller] = ContextVar("asking")


class _Handlers(protocol.Handlers):
    """The tools of a team, each called for whoever asks."""

    def __init__(self, workers: int, metrics: Metrics) -> None:
        super().__init__({}, tools.TOOLS, workers)
        self._metrics = metrics

    def listed(self) -> Any:
        """Return the tools; what they cost a session is not known here."""
        return self.offered()

    async def answer(self, name: str, given: Any) -> Any:
        """Return what the tool `name` answers, counted."""
        begun = time.monotonic()
        result = await super().answer(name, given)
        known = name if name in self._rows else "unknown"
        is_error = getattr(result, "is_error", None) or getattr(result, "isError", None)  # mcp 2.x, mcp 1.x
        outcome = "refused" if is_error else "answered"
        self._metrics.called(known, outcome, time.monotonic() - begun)
        return result

    async def _answer_tool(self, name: str, given: Mapping[str, Any]) -> Answer:
        row = self._rows.get(name)
        if row is None or not tools.is_quick(name, given):
            return await super()._answer_tool(name, given)
        named = arguments.fitted(row.function, given)
        try:
            return await asyncio.to_thread(tools.run, name, list(_asking.get()), named)
        except HeadroomError:
            raise
        except Exception as error:  # a bug of ours: what the worker processes say of one
            fault_log.record(f"tool {name}", error)
            msg = f"{name} failed inside ({type(error).__name__}). Use the original tool instead."
            raise WorkerError(msg) from error

    async def warm(self, workers: int) -> None:
        """Have every tool worker started, with its connection, before the first request comes."""
        calls = [self._run(self._tools, Call(tools.warm, limit_s=_UPKEEP_S)) for _ in range(workers)]
        for outcome in await asyncio.gather(*calls, return_exceptions=True):
            if isinstance(outcome, HeadroomError):  # a call starts the one that it needs
                fault_log.record("http", outcome)

    def _call(self, row: ToolRow, named: dict[str, str | int]) -> Call:
        return Call(tools.run, [row.function.__name__, list(_asking.get()), named], limit_s=protocol.TOOL_S)

    @asynccontextmanager
    async def _live(self, _server: Any) -> AsyncIterator[None]:
        yield


class Application:
    """See the module. One for each worker process."""

    def __init__(self, options: Options) -> None:
        from headroom_mcp.store.postgres import store as shared

        settings = tools.settings()
        self._options = options
        self._settings = settings
        self._store = shared.open_store(settings, tenant="-", connections_most=_CONNECTIONS)
        tools.use(self._store)
        self._tokens = TokenStore(self._store.database)
        self._callers = Callers(settings, self._tokens)
        self._metrics = Metrics(options.metrics_folder)
        self._rates = Rates(options.rate_per_s / options.workers)
        self._handlers = _Handlers(options.tool_workers, self._metrics)
        self._manager = StreamableHTTPSessionManager(
            self._handlers.server(), json_response=True, stateless=True, security_settings=None
        )
        self._ready = (float("-inf"), False)
        self._upkeep = Pool(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _counted(send, self._metrics))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].rstrip("/") or "/"
        if path == "/healthz":
            await _answer(send, 200, "ok\n")
        elif path == "/readyz":
            ready = await self._is_ready()
            await _answer(send, 200 if ready else 503, "ready\n" if ready else "the store cannot be reached\n")
        elif path == "/metrics":
            await _answer(send, 200, self._metrics.text())
        elif path.startswith(_METADATA) and self._settings.oauth_issuer:
            await _answer(send, 200, self._metadata(), kind="application/json")
        elif path != PATH:
            await _answer(send, 404, f"There is nothing here; MCP is at {PATH}.\n")
        elif scope["method"] != "POST":
            # A server that keeps no sessions has nothing to send on its own, and no session to end.
            await _answer(send, 405, "Only POST: this server keeps no sessions.\n", {"allow": "POST"})
        else:
            await self._mcp(scope, receive, send)

    async def _mcp(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = await self._whose(scope)
        except Refused as refused:
            self._metrics.count("refused_tokens", refused.reason)
            await _answer(send, 401, f"{refused}\n", {"www-authenticate": self._challenge(refused.reason)})
            return
        except StoreError as error:
            fault_log.record("http", error)
            await _answer(send, 503, "The store cannot be reached. Try again in a moment.\n", {"retry-after": "5"})
            return
        wait_s = self._rates.wait_s(caller.tenant)
        if wait_s > 0:
            self._metrics.count("rate_limited", "")
            await _answer(send, 429, "Too many requests of this team.\n", {"retry-after": str(int(wait_s) + 1)})
            return
        body = await _whole_body(scope, receive, self._options.max_body_bytes)
        if body is None:
            await _answer(send, 413, f"A request may have at most {self._options.max_body_bytes:,} bytes.\n")
            return
        set_before = _asking.set(caller)
        try:
            await self._manager.handle_request(scope, _replayed(body, receive), send)
        finally:
            _asking.reset(set_before)

    async def _whose(self, scope: Scope) -> Caller:
        """Return who a request is from. Raises: Refused, StoreError."""
        sent = [value for name, value in scope["headers"] if name == b"authorization"]
        if not sent:
            raise Refused("none")
        scheme, _, token = sent[0].decode("latin-1").partition(" ")
        if len(sent) > 1 or scheme.lower() != "bearer":
            raise Refused("malformed")
        token = token.strip()
        caller = self._callers.known(token)
        if caller is None:
            caller = await asyncio.to_thread(self._callers.caller, token)
        return caller

    def _challenge(self, reason: str) -> str:
        said = ['Bearer realm="headroom"']
        if reason != "none":
            said.append(f'error="invalid_token", error_description="{reason}"')
        if self._settings.oauth_issuer:
            said.append(f'resource_metadata="{self._options.public_url.rstrip("/")}{_METADATA}"')
        return ", ".join(said)

    def _metadata(self) -> str:
        return json.dumps(
            {
                "resource": self._settings.oauth_audience,
                "authorization_servers": [self._settings.oauth_issuer],
                "bearer_methods_supported": ["header"],
            }
        )

    async def _is_ready(self) -> bool:
        at_s, ready = self._ready
        if time.monotonic() - at_s > _READY_S:
            try:
                ready = await asyncio.wait_for(asyncio.to_thread(self._tokens.is_there), _READY_S)
            except asyncio.TimeoutError:
                ready = False
            self._ready = (time.monotonic(), ready)
        return ready

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()  # lifespan.startup
        upkeep = asyncio.create_task(self._keep_up())
        await self._handlers.warm(self._options.tool_workers)
        async with self._manager.run():
            await send({"type": "lifespan.startup.complete"})
            await receive()  # lifespan.shutdown: requests under way have been answered, or their time is up
        upkeep.cancel()
        self._handlers.close()
        self._upkeep.close()
        self._metrics.flush()
        await asyncio.to_thread(self._store.close)
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_up(self) -> None:
        """Let retention take what is due, in one of the workers at a time."""
        while True:
            await asyncio.sleep(_UPKEEP_S)
            self._metrics.flush()
            try:
                await asyncio.to_thread(self._upkeep.run, Call(tools.expire, limit_s=_UPKEEP_S))
            except HeadroomError as error:
                fault_log.record("expire", error)


def create() -> Application:
    """Return the application of one worker process, by the options that its parent has left in the environment."""
    logging.getLogger("mcp").setLevel(logging.ERROR)
    return Application(Options.from_environment(os.environ))


def _counted(send: Send, metrics: Metrics) -> Send:
    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            metrics.count("responses", str(message["status"]))
        await send(message)

    return sent


async def _answer(
    send: Send, status: int, text: str, headers: dict[str, str] | None = None, kind: str = "text/plain; charset=utf-8"
) -> None:
    body = text.encode()
    given = {"content-type": kind, "content-length": str(len(body)), "cache-control": "no-store", **(headers or {})}
    pairs = [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in given.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def _whole_body(scope: Scope, receive: Receive, most: int) -> bytes | None:
    """Return the body of a request, None for one of more than `most` bytes."""
    told = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if told.isdigit() and int(told) > most:
        return None
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(pieces)  # the client has gone
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > most:
            return None
        if not message.get("more_body"):
            return b"".join(pieces)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body that was read, then what comes."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> MutableMapping[str, Any]:
        return waiting.pop() if waiting else await receive()

    return received
