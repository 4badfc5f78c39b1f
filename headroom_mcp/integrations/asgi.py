"""ASGI: requests to model APIs that pass through a Starlette or FastAPI application, their tool results made short.

    app.add_middleware(CompressionMiddleware)

For a gateway of your own, or LiteLLM's proxy application. Needs no library. Only the texts of tool results change, in the
bytes of the body; answers, streams and all other requests pass untouched. What checks a signature or a digest of the body
must be outside (added after) this middleware.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings.table import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

PATHS = ("/messages", "/count_tokens", "/chat/completions", "/responses", ":generateContent", ":streamGenerateContent")
MAX_BODY = 64 << 20  # bytes; a larger one passes as it comes


class CompressionMiddleware:
    """Makes the tool results in POST bodies short on paths that end in one of `paths`."""

    def __init__(
        self, app: App, *, settings: Settings | None = None, project: str = "", paths: Collection[str] = PATHS
    ) -> None:
        self.app = app
        self.shortener = RequestShortener(settings=settings, project=project)
        self._paths = tuple(paths)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Pass one connection on, as ASGI has it."""
        if not self.shortener.enabled or not self._is_ours(scope):
            await self.app(scope, receive, send)
            return
        events, whole = await _read(receive)
        new = None
        if whole:
            body = b"".join(event.get("body", b"") for event in events)
            new = await off_loop(self.shortener.body, body)
        if new is None:
            await self.app(scope, _replay(events, receive), send)
            return
        headers = [
            (name, value) for name, value in scope["headers"] if name not in (b"content-length", b"transfer-encoding")
        ]
        headers.append((b"content-length", b"%d" % len(new)))
        once: list[Message] = [{"type": "http.request", "body": new, "more_body": False}]
        await self.app({**scope, "headers": headers}, _replay(once, receive), send)

    def _is_ours(self, scope: MutableMapping[str, Any]) -> bool:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith(self._paths):
            return False
        encodings = [value for name, value in scope["headers"] if name == b"content-encoding"]
        return all(value.strip().lower() == b"identity" for value in encodings)


async def _read(receive: Receive) -> tuple[list[Message], bool]:
    """Return the events of the body, and whether they are all of it: not where it is too long or the client has left."""
    events: list[Message] = []
    size = 0
    while True:
        event = await receive()
        events.append(event)
        if event["type"] != "http.request":
            return events, False
        size += len(event.get("body", b""))
        if not event.get("more_body", False):
            return events, True
        if size > MAX_BODY:
            return events, False


def _replay(events: list[Message], receive: Receive) -> Receive:
    """Return a `receive` that gives `events`, then what really comes: a disconnect must get through, or streams never end."""
    waiting = list(reversed(events))

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
