"""The proxy as an ASGI application.

What a client sends goes on as it came, headers and body, but for the texts of tool results; what the provider answers comes
back as it is, chunk by chunk. On any fault of ours the original bytes go through. No body and no credential is logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

import httpx2

from headroom_mcp import __version__
from headroom_mcp.context.spans import shorten_body
from headroom_mcp.proxy import service
from headroom_mcp.proxy.metrics import Metrics
from headroom_mcp.proxy.upstreams import Upstreams
from headroom_mcp.settings import environment, fault_log
from headroom_mcp.settings.table import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SHORTENED = (
    "/messages",
    "/count_tokens",
    "/chat/completions",
    "/responses",
    ":generateContent",
    ":streamGenerateContent",
)
MAX_SHORTENED = 64 << 20  # bytes; a larger body goes on as it arrives
TOKEN_HEADER = b"x-headroom-token"
_SESSION_HEADER = b"x-claude-code-session-id"
# RFC 9110, section 7.6.1: of one connection, not of the message
_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)  # fmt: skip
_TIMEOUT = httpx2.Timeout(600.0, connect=30.0, pool=None)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


class Proxy:
    """The application. `token`: clients must send it as `x-headroom-token` ("": none). `client` is for tests."""

    def __init__(
        self,
        upstreams: Upstreams,
        *,
        settings: Settings | None = None,
        project: str = "",
        token: str = "",
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self.upstreams = upstreams
        self.settings = settings
        self.project = project or environment.project_dir()
        self.token = token.encode()
        self.metrics = Metrics()
        self._client = client

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})  # clients fall back to plain requests
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            ends = event["type"] == "lifespan.shutdown"
            if ends and self._client is not None:  # before it is said: with the last word the event loop ends
                await self._client.aclose()
            await send({"type": f"{event['type']}.complete"})
            if ends:
                return

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        if self.token and not hmac.compare_digest(headers.get(TOKEN_HEADER, b""), self.token):
            await _send_json(
                send, 401, _error("authentication_error", "the header x-headroom-token is missing or wrong")
            )
            return
        own = service.ROUTES.get((scope["method"], service.route_of(scope["path"])))
        if own is None:
            await self._pass_on(scope, headers, receive, send)
        elif not self._is_for_us(headers):
            await _send_json(
                send, 403, _error("permission_error", "the Host header names another host than this proxy")
            )
        else:
            read = await _read(receive)
            if read is not None:
                status, kind, answer = await asyncio.to_thread(own, self, scope, b"".join(read[0]))
                await _send_whole(send, status, kind, answer)

    def _is_for_us(self, headers: dict[bytes, bytes]) -> bool:
        """Tell whether the client means this machine: a page that has its name point here reads no stored output."""
        host = headers.get(b"host", b"").decode("latin-1").lower()
        return bool(self.token) or host.rsplit(":", 1)[0] in _LOOPBACK or host in _LOOPBACK

    async def _pass_on(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        path = _raw_path(scope)
        if not path.startswith(b"/"):
            await _send_json(
                send,
                400,
                _error("invalid_request_error", "the request names no path of a provider's API, such as /v1/…"),
            )
            return
        read = await _read(receive)
        if read is None:  # half a request is not passed on: a provider would take it for a whole one
            self.metrics.count("clients_gone")
            return
        events, whole = read
        body = b"".join(events)
        come = asyncio.Event()  # all of the body; until then its reader sees the client leave
        if whole:
            come.set()
            content: bytes | AsyncIterator[bytes] = await self._short(scope, headers, body)
        else:
            content = _rest(body, receive, come)
        base = httpx2.URL(self.upstreams.base_for(scope["path"], headers))
        request = httpx2.Request(
            scope["method"],
            base,
            headers=_onward(scope["headers"], whole, content),
            content=content,
            # As it came: within a URL, dots would be resolved and some characters refused.
            extensions={"target": base.raw_path.rstrip(b"/") + path},
        )
        self.metrics.count("requests")
        gone = asyncio.ensure_future(_left(receive, come))
        work = asyncio.ensure_future(self._exchange(request, send))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                self.metrics.count("clients_gone")
        finally:
            for task in (work, gone):
                if not task.done():
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await task
        if work.done() and not work.cancelled() and (error := work.exception()) is not None:
            raise error

    async def _short(self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], body: bytes) -> bytes:
        """Return `body` with short tool results, or itself. Raises nothing."""
        try:
            is_json = headers.get(b"content-type", b"").startswith(b"application/json")
            encoded = headers.get(b"content-encoding", b"identity").lower() != b"identity"
            if scope["method"] != "POST" or not scope["path"].endswith(SHORTENED) or not is_json or encoded:
                return body
            session = headers.get(_SESSION_HEADER, b"").decode("latin-1")
            new = await asyncio.to_thread(
                shorten_body, body, settings=self.settings, session=session, project=self.project
            )
        except Exception as error:  # law 8: the request goes on as it came
            fault_log.record("proxy", error, self.settings)
            return body
        if new is None:
            return body
        self.metrics.count("requests_shortened")
        self.metrics.count("bytes_saved", len(body) - len(new))
        return new

    async def _exchange(self, request: httpx2.Request, send: Send) -> None:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=_TIMEOUT, follow_redirects=False, limits=httpx2.Limits(max_connections=None)
            )
        try:
            response = await self._client.send(request, stream=True)
        except httpx2.TimeoutException:
            self.metrics.count("upstream_errors")
            await _send_json(send, 504, _error("timeout_error", f"headroom proxy: no answer from {request.url.host}"))
            return
        except httpx2.TransportError as error:
            self.metrics.count("upstream_errors")
            await _send_json(
                send,
                502,
                _error("api_error", f"headroom proxy: {request.url.host} gave no answer: {_words(error)}"),
            )
            return
        try:
            own = _of_the_connection(response.headers.raw)
            answered = [(name, value) for name, value in response.headers.raw if name.lower() not in own]
            await send({"type": "http.response.start", "status": response.status_code, "headers": answered})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except httpx2.TransportError:  # the answer stays without its end, and so the client sees that it broke off
            self.metrics.count("upstream_errors")
        finally:
            await response.aclose()


def _raw_path(scope: MutableMapping[str, Any]) -> bytes:
    """Return path and query as the client sent them: `%2F` stays, an empty query is none."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return path.partition(b"?")[0] + (b"?" + scope["query_string"] if scope["query_string"] else b"")


def _onward(headers: Headers, whole: bool, content: Any) -> Headers:
    # What `Expect` asks for has been answered here.
    dropped = _of_the_connection(headers) | {b"host", b"content-length", b"expect", TOKEN_HEADER}
    kept = [(name, value) for name, value in headers if name not in dropped]
    length = dict(headers).get(b"content-length")
    if whole and (content or length is not None):
        kept.append((b"content-length", b"%d" % len(content)))
    elif not whole and length is not None:
        kept.append((b"content-length", length))
    return kept


def _of_the_connection(headers: Headers) -> frozenset[bytes]:
    """Return the names of headers that are not passed on, with those that `Connection` names."""
    named = [value for name, value in headers if name.lower() == b"connection"]
    return _HOP_BY_HOP | {name.strip().lower() for value in named for name in value.split(b",")}


async def _read(receive: Receive) -> tuple[list[bytes], bool] | None:
    """Return the pieces of the body, and whether they are all of it: a body that is too long is left to be passed on.

    None where the client has left before its end.
    """
    pieces: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] != "http.request":
            return None
        pieces.append(event.get("body", b""))
        size += len(pieces[-1])
        if not event.get("more_body", False):
            return pieces, True
        if size > MAX_SHORTENED:
            return pieces, False


async def _rest(begun: bytes, receive: Receive, come: asyncio.Event) -> AsyncIterator[bytes]:
    yield begun
    while True:
        event = await receive()
        if event["type"] != "http.request":
            raise httpx2.WriteError("the client has left")
        yield event.get("body", b"")
        if not event.get("more_body", False):
            come.set()
            return


async def _left(receive: Receive, come: asyncio.Event) -> None:
    """Return when the client has left after all of its body has `come`."""
    await come.wait()
    while (await receive())["type"] != "http.disconnect":
        pass


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


async def _send_json(send: Send, status: int, value: Any) -> None:
    await _send_whole(send, status, "application/json", json.dumps(value).encode())


async def _send_whole(send: Send, status: int, kind: str, body: bytes) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"server", f"headroom/{__version__}".encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
