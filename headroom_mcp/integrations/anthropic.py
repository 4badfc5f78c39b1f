"""The Anthropic SDK: tool results made short in each request of a client.

    client = anthropic.Anthropic(middleware=[HeadroomMiddleware()])

Serves create, streams, beta, count_tokens and the tool runner, sync and async, also of the clients for Bedrock and Vertex.
"""

from __future__ import annotations

from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings

try:
    from anthropic import Middleware
except ImportError as error:
    raise missing("anthropic>=2", "anthropic", error) from error


class HeadroomMiddleware(Middleware):
    """Makes the tool results in `messages` short; the caller's list stays as it is."""

    def __init__(self, *, settings: Settings | None = None, project: str = "") -> None:
        self.shortener = RequestShortener(settings=settings, project=project)

    def handle(self, request: Any, call_next: Any) -> Any:
        """Send the short form of `request`."""
        return call_next(self._short(request))

    async def handle_async(self, request: Any, call_next: Any) -> Any:
        """Send the short form of `request`, found in a thread."""
        return await call_next(await off_loop(self._short, request))

    def _short(self, request: Any) -> Any:
        try:
            body = request.json
            if isinstance(body, dict) and isinstance(body.get("messages"), list):
                messages = self.shortener.messages(body["messages"], body.get("tools"))
                if messages is not body["messages"]:
                    return request.copy(body={**body, "messages": messages})
        except Exception as error:  # the request goes out as it is
            fault_log.record("integrations.anthropic", error)
        return request
