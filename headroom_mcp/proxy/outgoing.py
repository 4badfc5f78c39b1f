"""A request on its way to a provider: which headers go along, and where it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, MutableMapping
from typing import Any, NamedTuple, Protocol

Headers = list[tuple[bytes, bytes]]

TOKEN_HEADER = b"x-headroom-token"
# RFC 9110, section 7.6.1: of one connection, not of the message
_HOP_BY_HOP = frozenset(
    (b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)  # fmt: skip


class Outgoing(NamedTuple):
    """A request as it leaves. `target` is path and query, byte for byte; `base` what it is behind: scheme, host, perhaps a
    path. `content` is an iterator where the body is too long to be held."""

    method: str
    base: str
    target: bytes
    headers: Headers
    content: bytes | AsyncIterator[bytes]

    @property
    def path(self) -> str:
        """The path without the query."""
        return self.target.partition(b"?")[0].decode("latin-1")

    def with_path(self, path: str) -> Outgoing:
        """Return the request with another path and the same query."""
        _, mark, query = self.target.partition(b"?")
        return self._replace(target=path.encode("latin-1") + mark + query)

    def with_headers(self, new: Mapping[bytes, bytes], *, without: frozenset[bytes]) -> Outgoing:
        """Return the request with `new` headers and without those of these (lower-case) names."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in without and name not in new]
        return self._replace(headers=[*kept, *new.items()])

    def with_content(self, content: bytes) -> Outgoing:
        """Return the request with another body and its length."""
        length = {b"content-length": b"%d" % len(content)}
        return self._replace(content=content).with_headers(length, without=frozenset(length))


class Backend(Protocol):
    """Where requests go."""

    @property
    def has_credentials(self) -> bool:
        """Whether it puts credentials of this machine in the place of the client's: then `routed` may take a while, and web
        pages must not get through."""
        ...

    def routed(self, request: Outgoing) -> Outgoing:
        """Return `request` with the base, path, headers and body that the provider wants; its own base is "".

        Raises: RequestRefused, which the client is told.
        """
        ...

    def urls(self) -> list[str]:
        """Return the base URLs that requests may go to."""
        ...

    def said(self) -> str:
        """Return what a user should know of it when it starts, "" for nothing."""
        ...


def raw_path(scope: MutableMapping[str, Any]) -> bytes:
    """Return path and query as the client sent them: `%2F` stays, an empty query is none."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    return path.partition(b"?")[0] + (b"?" + scope["query_string"] if scope["query_string"] else b"")


def onward(headers: Headers, whole: bool, content: Any) -> Headers:
    """Return the headers that go along with `content`; `whole`: it is all of the body, and its length is known."""
    # What `Expect` asks for has been answered here.
    dropped = of_the_connection(headers) | {b"host", b"content-length", b"expect", TOKEN_HEADER}
    kept = [(name, value) for name, value in headers if name not in dropped]
    length = dict(headers).get(b"content-length")
    if whole and (content or length is not None):
        kept.append((b"content-length", b"%d" % len(content)))
    elif not whole and length is not None:
        kept.append((b"content-length", length))
    return kept


def of_the_connection(headers: Headers) -> frozenset[bytes]:
    """Return the names of headers that are not passed on, with those that `Connection` names."""
    named = [value for name, value in headers if name.lower() == b"connection"]
    return _HOP_BY_HOP | {name.strip().lower() for value in named for name in value.split(b",")}
