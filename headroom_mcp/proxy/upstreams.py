"""Where requests go: the provider whose API the path and headers are of, or the back end that the user has named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from headroom_mcp.late import pattern
from headroom_mcp.proxy.outgoing import Backend, Outgoing
from headroom_mcp.types import HeadroomError

PROVIDERS = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com",
    "gemini": "https://generativelanguage.googleapis.com",
    "openrouter": "https://openrouter.ai/api",
}
CLOUDS = ("bedrock", "vertex_ai", "azure")
_GEMINI = ("/v1beta/", "/v1alpha/", "/upload/v1beta/")
_ANTHROPIC_PATHS = ("/v1/messages", "/v1/complete")
_NAME = pattern(r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*")  # us-east-1: it becomes part of a host
_DOMAIN = pattern(r"[a-z0-9]+(?:[.-]+[a-z0-9]+)*")  # of a project: example.com:my-project-1


class Place(NamedTuple):
    """Where in a cloud; each is "" where it is not given. `url`: a base URL in the place of the usual ones."""

    region: str = ""
    project: str = ""
    account: str = ""
    url: str = ""


class Upstreams(NamedTuple):
    """Base URLs by provider; `only`, if not "", is where everything goes."""

    by_provider: Mapping[str, str]
    only: str = ""

    @property
    def has_credentials(self) -> bool:
        """No: the client's go along."""
        return False

    def routed(self, request: Outgoing) -> Outgoing:
        """Return `request` with its base."""
        names = {name for name, _ in request.headers}
        return request._replace(base=self.only or self.by_provider[_provider_of(request.path, names)])

    def urls(self) -> list[str]:
        """Return the base URLs that requests may go to."""
        return [self.only] if self.only else list(self.by_provider.values())

    def said(self) -> str:
        """Return nothing: there is nothing to know."""
        return ""


class Azure(NamedTuple):
    """Microsoft Foundry: Claude at one host of the account (Azure's resource), OpenAI's models at another. The client's key
    goes along."""

    claude: str
    openai: str

    @property
    def has_credentials(self) -> bool:
        """No: the client's go along."""
        return False

    def routed(self, request: Outgoing) -> Outgoing:
        """Return `request` with base and path."""
        path = request.path
        if path.startswith("/anthropic/"):
            return request._replace(base=self.claude)
        if path.startswith(_ANTHROPIC_PATHS):
            return request._replace(base=self.claude).with_path("/anthropic" + path)
        own = path if path.startswith("/openai/") else "/openai" + path
        return request._replace(base=self.openai).with_path(own)

    def urls(self) -> list[str]:
        """Return the base URLs that requests may go to."""
        return list(dict.fromkeys(self))

    def said(self) -> str:
        """Return where requests go."""
        return f"Requests go to {' and '.join(self.urls())}, with the client's own key."


def chosen(backend: str = "", named: Mapping[str, str] | None = None, place: Place | None = None) -> Backend:
    """Return the back end for `--backend` (a provider, a cloud, a URL or "": by request), with `named` base URLs in place of
    the providers' own.

    Raises: HeadroomError for what is none of these, and where a cloud lacks its region, project, account or credentials.
    """
    place = place or Place()
    if backend in CLOUDS:
        return _cloud(backend, place)
    if any(place):
        given = ", ".join(f"--{name}" for name, value in place._asdict().items() if value)
        raise HeadroomError(f"{given} goes with --backend {', '.join(CLOUDS)} only.")
    known = {**PROVIDERS, **{provider: _checked(url) for provider, url in (named or {}).items()}}
    if not backend:
        return Upstreams(known)
    return Upstreams(known, known[backend] if backend in known else _checked(backend))


def _cloud(backend: str, place: Place) -> Backend:
    url = _checked(place.url) if place.url else ""
    if backend == "azure":
        account = "" if url else _given("azure", "account", place.account, "the name of your Azure resource")
        return Azure(
            url or f"https://{account}.services.ai.azure.com",
            url or f"https://{account}.openai.azure.com",
        )
    if backend == "bedrock":
        from headroom_mcp.proxy import bedrock

        return bedrock.backend(_given("bedrock", "region", place.region, "such as us-east-1 (or set AWS_REGION)"), url)
    from headroom_mcp.proxy import vertex

    return vertex.backend(
        _given("vertex_ai", "project", place.project, "the Google Cloud project that is billed"),
        _given("vertex_ai", "region", place.region, "such as us-east5 or global (or set CLOUD_ML_REGION)"),
        url,
    )


def _given(backend: str, name: str, value: str, what: str) -> str:
    """Return a value that becomes part of a host or a path. Raises: HeadroomError where it is missing or no name."""
    if not value:
        msg = f"--backend {backend} needs --{name}: {what}. Nothing is guessed."
        raise HeadroomError(msg)
    domain, colon, plain = value.rpartition(":") if name == "project" else ("", "", value)
    if not _NAME.fullmatch(plain) or (colon and not _DOMAIN.fullmatch(domain)):
        msg = f"--{name} {value!r} is not a name such as Azure, Amazon and Google use."
        raise HeadroomError(msg)
    return value


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        known = ", ".join((*PROVIDERS, *CLOUDS))
        msg = f"{url!r} is neither one of {known} nor a base URL such as https://gateway.example/api."
        raise HeadroomError(msg)
    return url.rstrip("/")


def _provider_of(path: str, headers: set[bytes]) -> str:
    if path.startswith(_GEMINI) or b"x-goog-api-key" in headers:
        return "gemini"
    if path.startswith(_ANTHROPIC_PATHS) or b"anthropic-version" in headers:
        return "anthropic"
    return "openai"
