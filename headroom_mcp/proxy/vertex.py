"""Vertex AI: requests get an access token of this machine; those to Claude's and OpenAI's own paths get Vertex's.

    POST /v1/messages {"model": "M", …}   →   …/publishers/anthropic/models/M:rawPredict {"anthropic_version": "…", …}

The member `model` gives its place to `anthropic_version`; every other byte of the body stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from headroom_mcp.late import pattern
from headroom_mcp.proxy.outgoing import Outgoing
from headroom_mcp.settings import extras
from headroom_mcp.types import HeadroomError, MissingExtra, RequestRefused

_VERSION = b'"anthropic_version":"vertex-2023-10-16"'
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_OWN_PATH = pattern(r"/v1(?:beta1)?/projects/([^/]+)/locations/([^/]+)/.+")
_GEMINI_PATH = pattern(r"/v1(?:beta|alpha)?/models/([^/]+)")
_DROPPED = frozenset((b"authorization", b"x-api-key", b"api-key", b"x-goog-api-key"))


class Vertex(NamedTuple):
    """One project of Vertex AI. `token()` gives a valid access token; `url`, if not "", is where everything goes."""

    project: str
    region: str
    token: Callable[[], str]
    url: str

    @property
    def has_credentials(self) -> bool:
        """Yes: the client's are dropped."""
        return True

    def routed(self, request: Outgoing) -> Outgoing:
        """Return `request` with base, path and token. Raises: RequestRefused for another project, and for what Vertex lacks."""
        region = self.region
        own = _OWN_PATH.fullmatch(unquote(request.path))
        if own is not None:
            if own[1] != self.project:
                raise RequestRefused(403, f"headroom proxy: it is for the project {self.project}, not for {own[1]}")
            region = own[2]
        else:
            request = self._translated(request)
        bearer = {b"authorization": b"Bearer " + self.token().encode()}
        return request._replace(base=self.url or _host_of(region)).with_headers(bearer, without=_DROPPED)

    def _translated(self, request: Outgoing) -> Outgoing:
        place = f"/v1/projects/{self.project}/locations/{self.region}"
        path = request.path
        if request.method == "POST" and path in ("/v1/messages", "/v1/messages/count_tokens"):
            if not isinstance(request.content, bytes):
                raise RequestRefused(413, "headroom proxy: the body is too long to be made one for Vertex AI")
            body, model, streams = _for_vertex(request.content, keeps_model=path != "/v1/messages")
            how = "streamRawPredict" if streams else "rawPredict"
            return request.with_content(body).with_path(f"{place}/publishers/anthropic/models/{model}:{how}")
        if path == "/v1/chat/completions":
            return request.with_path(f"{place}/endpoints/openapi/chat/completions")
        gemini = _GEMINI_PATH.fullmatch(path)
        if gemini is not None and ":" in gemini[1]:
            return request.with_path(f"{place}/publishers/google/models/{gemini[1]}")
        raise RequestRefused(404, f"headroom proxy: Vertex AI has nothing for {unquote(path)}")

    def urls(self) -> list[str]:
        """Return the base URL."""
        return [self.url or _host_of(self.region)]

    def said(self) -> str:
        """Return where requests go, and on whose account."""
        return (
            f"Requests go to {self.urls()[0]}, project {self.project}, with the Google credentials of this machine, "
            "whatever credentials the client sends."
        )


def backend(project: str, region: str, url: str = "") -> Vertex:
    """Return the back end for a project and a region; `url`: its base URL, where it is not the usual one.

    Raises: HeadroomError without credentials, MissingExtra without google-auth.
    """
    return Vertex(project, region, _tokens(), url)


def _host_of(region: str) -> str:
    if not pattern(r"[a-z0-9-]+").fullmatch(region):
        raise RequestRefused(400, f"headroom proxy: {region!r} is not a location of Google Cloud")
    if region == "global":
        return "https://aiplatform.googleapis.com"
    if region in ("us", "eu"):
        return f"https://aiplatform.{region}.rep.googleapis.com"
    return f"https://{region}-aiplatform.googleapis.com"


def _for_vertex(body: bytes, *, keeps_model: bool) -> tuple[bytes, str, bool]:
    """Return a body of `/v1/messages` as Vertex takes it, the model as part of a path, and whether a stream is asked for.

    Raises: RequestRefused for a body that is not one.
    """
    try:
        text = body.decode("utf-8")
        request = json.loads(text)
        members = _members(text)
    except (ValueError, IndexError, RecursionError) as error:
        raise RequestRefused(400, f"headroom proxy: the body cannot be read: {error}") from error
    model = request.get("model") if isinstance(request, dict) else None
    if not isinstance(model, str) or not model.strip(".") or [name for name, *_ in members].count("model") != 1:
        raise RequestRefused(400, 'headroom proxy: the body needs one "model"')
    if "anthropic_version" in request:
        raise RequestRefused(400, 'headroom proxy: with "anthropic_version", a body goes to …:rawPredict')
    start, stop = next((start, stop) for name, start, stop in members if name == "model")
    before, after = text[:start].encode(), text[stop:].encode()
    if keeps_model:
        return before + text[start:stop].encode() + b"," + _VERSION + after, "count-tokens", False
    return before + _VERSION + after, quote(model, safe="@"), bool(request.get("stream"))


def _members(text: str) -> list[tuple[str, int, int]]:
    """Return the members of the JSON object `text`: key, where the key begins and where the value ends."""
    decode = json.JSONDecoder().raw_decode
    found: list[tuple[str, int, int]] = []
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] == '"':
        key, after = scanstring(text, at + 1, False)
        _, stop = decode(text, _skip(text, _skip(text, after) + 1))
        found.append((key, at, stop))
        at = _skip(text, stop)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\n\r":
        at += 1
    return at


def _tokens() -> Callable[[], str]:
    """Return a function that gives an access token, renewed when it is old."""
    try:
        import google.auth
        import google.auth.exceptions
    except ImportError as error:
        msg = f"Access to Vertex AI needs google-auth: {extras.remedy('vertex')}."
        raise MissingExtra(msg) from error
    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    except google.auth.exceptions.DefaultCredentialsError as error:
        msg = (
            "There are no Google credentials here: run `gcloud auth application-default login`, or set "
            "GOOGLE_APPLICATION_CREDENTIALS to a file of credentials."
        )
        raise HeadroomError(msg) from error
    lock = Lock()

    def token() -> str:
        with lock:
            if not credentials.valid:
                try:
                    credentials.refresh(_transport())
                except google.auth.exceptions.GoogleAuthError as error:
                    raise RequestRefused(502, f"headroom proxy: Google gave no access token: {error}") from error
            return str(credentials.token)

    return token


def _transport() -> Any:
    """Return the transport that google-auth asks for tokens by: httpx2 is there already, requests may not be."""
    import httpx2
    from google.auth import exceptions, transport

    class Response(transport.Response):  # type: ignore[misc]
        status, headers, data = 0, {}, b""  # properties to be overridden

        def __init__(self, answer: httpx2.Response) -> None:
            self.status, self.headers, self.data = answer.status_code, answer.headers, answer.content

    class Request(transport.Request):  # type: ignore[misc]
        def __call__(
            self, url: str, method: str = "GET", body: Any = None, headers: Any = None, timeout: Any = None, **_: Any
        ) -> Response:
            try:
                answer = httpx2.request(method, url, content=body, headers=headers, timeout=timeout or 30.0)
            except httpx2.HTTPError as error:
                raise exceptions.TransportError(error) from error
            return Response(answer)

    return Request()
