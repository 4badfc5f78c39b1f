"""The proxy as an ASGI application.

What a client sends goes on as it came, headers and body, but for the texts of tool results; what the provider answers comes
back as it is, chunk by chunk. On any fault of ours the original bytes go through. No body and no credential is logged.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import httpx2

from headroom_mcp import __version__
from headroom_mcp.context.spans import shortened
from headroom_mcp.proxy import service
from headroom_mcp.proxy.bills import Bills
from headroom_mcp.proxy.metrics import Metrics
from headroom_mcp.proxy.outgoing import TOKEN_HEADER, Backend, Outgoing, of_the_connection, onward, raw_path
from headroom_mcp.proxy.usage import Meter
from headroom_mcp.settings import environment, fault_log
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import RequestRefused

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SHORTENED = (
    "/messages",
    "/count_tokens",
    "/chat/completions",
    "/responses",
    ":generateContent",
    ":streamGenerateContent",
    # Bedrock and Vertex AI
    "/invoke",
    "/invoke-with-response-stream",
    "/converse",
    "/converse-stream",
    ":rawPredict",
    ":streamRawPredict",
)
MAX_SHORTENED = 64 << 20  # bytes; a larger body goes on as it arrives
_SESSION_HEADER = b"x-claude-code-session-id"
_TIMEOUT = httpx2.Timeout(600.0, connect=30.0, pool=None)
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


class _Asked(NamedTuple):
    """A request that goes on, and what the ledger is to know of it."""

    request: httpx2.Request
    session: str
    left_out: int


class Proxy:
    """The application. `token`: clients must send it as `x-headroom-token` ("": none). `client` is for tests."""

    def __init__(
        self,
        backend: Backend,
        *,
        settings: Settings | None = None,
        project: str = "",
        token: str = "",
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        self.backend = backend
        self.settings = settings
        self.project = project or environment.project_dir()
        self.token = token.encode()
        self.metrics = Metrics()
        self._client = client
        self._bills = Bills(settings, self.project)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            ends = event["type"] == "lifespan.shutdown"
            if ends:
                await self._bills.close()
            if ends and self._client is not None:  # before it is said: with the last word the event loop ends
                await self._client.aclose()
            await send({"type": f"{event['type']}.complete"})
            if ends:
                return

    async def _answer(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        own = service.ROUTES.get((scope["method"], service.route_of(scope["path"])))
        try:
            self._let_in(scope, headers, to_us=own is not None)
            if own is None:
                await self._pass_on(scope, headers, receive, send)
                return
        except RequestRefused as refusal:
            await _send_json(send, refusal.status, _error(_KINDS.get(refusal.status, "api_error"), str(refusal)))
            return
        read = await _read(receive)
        if read is not None:
            status, kind, answer = await asyncio.to_thread(own, self, scope, b"".join(read[0]))
            await _send_whole(send, status, kind, answer)

    def _let_in(self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], *, to_us: bool) -> None:
        """Raise RequestRefused for what is neither answered nor passed on."""
        if self.token and not hmac.compare_digest(headers.get(TOKEN_HEADER, b""), self.token):
            raise RequestRefused(401, "the header x-headroom-token is missing or wrong")
        if b"transfer-encoding" in headers and b"content-length" in headers:
            raise RequestRefused(400, "Content-Length and Transfer-Encoding exclude each other")
        if headers.get(b"upgrade", b"").lower() == b"websocket":
            raise RequestRefused(426, "headroom proxy: WebSockets are not relayed; send plain requests")
        if (to_us or self.backend.has_credentials) and not self._is_for_us(headers):
            raise RequestRefused(403, "the Host header names another host than this proxy")
        # Any page can have a browser send something here. It cannot read the answer, but it would be on the user's account.
        if self.backend.has_credentials and not self.token and (b"origin" in headers or b"sec-fetch-site" in headers):
            raise RequestRefused(403, "headroom proxy: web pages are not served with the credentials of this machine")
        if not to_us and not raw_path(scope).startswith(b"/"):
            raise RequestRefused(400, "the request names no path of a provider's API, such as /v1/…")

    def _is_for_us(self, headers: dict[bytes, bytes]) -> bool:
        """Tell whether the client means this machine: a page that has its name point here reads no stored output."""
        host = headers.get(b"host", b"").decode("latin-1").lower()
        return bool(self.token) or host.rsplit(":", 1)[0] in _LOOPBACK or host in _LOOPBACK

    async def _pass_on(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        read = await _read(receive)
        if read is None:  # half a request is not passed on: a provider would take it for a whole one
            self.metrics.count("clients_gone")
            return
        events, whole = read
        body = b"".join(events)
        come = asyncio.Event()  # all of the body; until then its reader sees the client leave
        left_out = 0
        if whole:
            come.set()
            body, left_out = await self._short(scope, headers, body)
        content = body if whole else _rest(body, receive, come)
        asked = _Asked(await self._routed(scope, whole, content), _session(headers), left_out)
        self.metrics.count("requests")
        gone = asyncio.ensure_future(_left(receive, come))
        work = asyncio.ensure_future(self._exchange(asked, send))
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

    async def _routed(
        self, scope: MutableMapping[str, Any], whole: bool, content: bytes | AsyncIterator[bytes]
    ) -> httpx2.Request:
        """Return the request as it goes to the back end. Raises: RequestRefused."""
        headers = onward(scope["headers"], whole, content)
        request = Outgoing(scope["method"], "", raw_path(scope), headers, content)
        if self.backend.has_credentials:
            path = unquote_to_bytes(request.target.partition(b"?")[0]).replace(b"\\", b"/")
            if b".." in (step.partition(b";")[0] for step in path.split(b"/")):
                raise RequestRefused(400, "headroom proxy: a path with .. could lead to another project or model")
            try:
                request = await asyncio.to_thread(self.backend.routed, request)
            except RequestRefused:
                raise
            except Exception as error:  # of a library that gets credentials: without them nothing can go on
                fault_log.record("proxy", error, self.settings)
                message = f"headroom proxy: this machine's credentials could not be used: {_words(error)}"
                raise RequestRefused(502, message) from error
        else:
            request = self.backend.routed(request)
        base = httpx2.URL(request.base)
        return httpx2.Request(
            request.method,
            base,
            headers=request.headers,
            content=request.content,
            # As it came: within a URL, dots would be resolved and some characters refused.
            extensions={"target": base.raw_path.rstrip(b"/") + request.target},
        )

    async def _short(
        self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes], body: bytes
    ) -> tuple[bytes, int]:
        """Return `body` with short tool results, or itself, and the tokens left out. Raises nothing."""
        try:
            is_json = headers.get(b"content-type", b"").startswith(b"application/json")
            encoded = headers.get(b"content-encoding", b"identity").lower() != b"identity"
            if scope["method"] != "POST" or not scope["path"].endswith(SHORTENED) or not is_json or encoded:
                return body, 0
            new = await asyncio.to_thread(
                shortened, body, settings=self.settings, session=_session(headers), project=self.project
            )
        except Exception as error:  # law 8: the request goes on as it came
            fault_log.record("proxy", error, self.settings)
            return body, 0
        if new is None:
            return body, 0
        self.metrics.count("requests_shortened")
        self.metrics.count("bytes_saved", len(body) - len(new.body))
        return new.body, new.tokens_left_out

    async def _exchange(self, asked: _Asked, send: Send) -> None:
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=_TIMEOUT, follow_redirects=False, limits=httpx2.Limits(max_connections=None)
            )
        host = asked.request.url.host
        try:
            response = await self._client.send(asked.request, stream=True)
        except httpx2.TimeoutException:
            self.metrics.count("upstream_errors")
            await _send_json(send, 504, _error("timeout_error", f"headroom proxy: no answer from {host}"))
            return
        except httpx2.TransportError as error:
            self.metrics.count("upstream_errors")
            await _send_json(
                send, 502, _error("api_error", f"headroom proxy: {host} gave no answer: {_words(error)}")
            )  # fmt: skip
            return
        meter = Meter(response.headers.raw)
        try:
            own = of_the_connection(response.headers.raw)
            answered = [(name, value) for name, value in response.headers.raw if name.lower() not in own]
            await send({"type": "http.response.start", "status": response.status_code, "headers": answered})
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                meter.feed(chunk)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except httpx2.TransportError:  # the answer stays without its end, and so the client sees that it broke off
            self.metrics.count("upstream_errors")
        finally:
            usage = meter.usage()
            if usage is not None:
                self._bills.add(usage, session=asked.session, left_out=asked.left_out)
            await response.aclose()


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


def _session(headers: Mapping[bytes, bytes]) -> str:
    return headers.get(_SESSION_HEADER, b"").decode("latin-1")


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__


_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    426: "invalid_request_error",
}


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
