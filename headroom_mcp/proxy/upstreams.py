"""Where a request goes: the provider whose API the path and headers are of, or the one that the user has named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from headroom_mcp.types import HeadroomError

PROVIDERS = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "openrouter": "https://openrouter.ai/api",
}
_GEMINI = ("/v1beta/", "/v1alpha/", "/upload/v1beta/")
_ANTHROPIC_PATHS = ("/v1/messages", "/v1/complete")


class Upstreams(NamedTuple):
    """Base URLs by provider; `only`, if not "", is where everything goes."""

    by_provider: Mapping[str, str]
    only: str = ""

    def base_for(self, path: str, headers: Mapping[bytes, bytes]) -> str:
        """Return the base URL for a request; `headers` have lower-case names."""
        return self.only or self.by_provider[_provider_of(path, headers)]


def chosen(backend: str = "", named: Mapping[str, str] | None = None) -> Upstreams:
    """Return the upstreams for `--backend` (a provider, a URL or "": by request), with `named` base URLs in their place.

    Raises: HeadroomError for what is neither a provider nor a URL.
    """
    known = {**PROVIDERS, **{provider: _checked(url) for provider, url in (named or {}).items()}}
    if not backend:
        return Upstreams(known)
    return Upstreams(known, known[backend] if backend in known else _checked(backend))


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        msg = f"{url!r} is neither one of {', '.join(PROVIDERS)} nor a base URL such as https://gateway.example/api."
        raise HeadroomError(msg)
    return url.rstrip("/")


def _provider_of(path: str, headers: Mapping[bytes, bytes]) -> str:
    if path.startswith(_GEMINI) or b"x-goog-api-key" in headers:
        return "gemini"
    if path.startswith(_ANTHROPIC_PATHS) or b"anthropic-version" in headers:
        return "anthropic"
    return "openai"
