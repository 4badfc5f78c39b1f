"""Whether the way to the providers works: any answer will do, even one that says who are you."""

from __future__ import annotations

import httpx2

from headroom_mcp.proxy.outgoing import Backend

_SECONDS = 10.0


def reach(backend: Backend) -> dict[str, str]:
    """Return for each base URL what keeps it from being reached, "" for nothing."""
    return {url: _trouble(url) for url in backend.urls()}


def _trouble(url: str) -> str:
    try:
        with httpx2.Client(timeout=_SECONDS, follow_redirects=False) as client:
            client.get(url)
    except httpx2.TimeoutException:
        return f"no answer within {_SECONDS:.0f} s"
    except httpx2.HTTPError as error:
        return str(error) or type(error).__name__
    return ""
