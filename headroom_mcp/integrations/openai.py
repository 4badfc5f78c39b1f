"""The OpenAI SDK: tool results made short in each request of a client.

    client = openai.OpenAI(http_client=openai.DefaultHttpxClient(transport=HeadroomTransport()))
    client = openai.AsyncOpenAI(http_client=openai.DefaultAsyncHttpxClient(transport=AsyncHeadroomTransport()))

Serves chat completions and responses, streamed or not, and any API with bodies of these shapes at another base URL.
"""

from __future__ import annotations

from importlib.util import find_spec

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.integrations.asgi import MAX_BODY, PATHS
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings

try:
    import httpx2

    if find_spec("openai") is None:  # a transport alone would work without it, and be of no use
        raise ModuleNotFoundError("No module named 'openai'", name="openai")
except ImportError as error:
    raise missing("openai>=3", "openai", error) from error


class HeadroomTransport(httpx2.BaseTransport):
    """Sends requests through `inner` (by default a plain `HTTPTransport`), their tool results short."""

    def __init__(
        self, inner: httpx2.BaseTransport | None = None, *, settings: Settings | None = None, project: str = ""
    ) -> None:
        self.inner = inner or httpx2.HTTPTransport()
        self.shortener = RequestShortener(settings=settings, project=project)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the short form of `request`."""
        return self.inner.handle_request(
            _short(self.shortener, request, request.read()) if _is_ours(request) else request
        )

    def close(self) -> None:
        """Close the inner transport."""
        self.inner.close()


class AsyncHeadroomTransport(httpx2.AsyncBaseTransport):
    """As `HeadroomTransport`, for asynchronous clients."""

    def __init__(
        self, inner: httpx2.AsyncBaseTransport | None = None, *, settings: Settings | None = None, project: str = ""
    ) -> None:
        self.inner = inner or httpx2.AsyncHTTPTransport()
        self.shortener = RequestShortener(settings=settings, project=project)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the short form of `request`, found in a thread."""
        if _is_ours(request):
            request = await off_loop(_short, self.shortener, request, await request.aread())
        return await self.inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self.inner.aclose()


def _is_ours(request: httpx2.Request) -> bool:
    length = request.headers.get("content-length", "")
    return (
        request.method == "POST"
        and request.url.path.endswith(PATHS)
        and request.headers.get("content-type", "").startswith("application/json")
        and length.isdigit()  # an upload that is streamed is not read into memory
        and int(length) <= MAX_BODY
    )


def _short(shortener: RequestShortener, request: httpx2.Request, body: bytes) -> httpx2.Request:
    """Return `request`, or one like it with a shorter body."""
    try:
        new = shortener.body(body)
        if new is None:
            return request
        headers = [(name, value) for name, value in request.headers.raw if name.lower() != b"content-length"]
        return httpx2.Request(request.method, request.url, headers=headers, content=new, extensions=request.extensions)
    except Exception as error:  # the request goes out as it is
        fault_log.record("integrations.openai", error)
        return request
