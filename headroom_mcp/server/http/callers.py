"""Who calls: what a bearer token says of its tenant and project. Nothing else of a request says either.

Two kinds of token: our own (`headroom admin tokens`), of which the store knows the digest, and the access tokens of an OAuth 2.1
issuer, which are checked against its keys. What was found out about a token is believed for `KNOWN_S` seconds.
"""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.request
from collections import OrderedDict
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from headroom_mcp.settings.table import Settings
from headroom_mcp.types import HeadroomError, SettingsError, StoreError

KNOWN_S = 10.0
_MAX_KNOWN = 20_000
_KEYS_S = 300.0
_FETCH_S = 5.0
_MIN_FETCH_S = 10.0  # a token with a made-up key id must not make us ask the issuer again and again
_MAX_KEYS_BYTES = 1 << 20
# What signs with a key that only the issuer has: a shared secret would let every verifier make tokens.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_OURS = "hrm_"
_MAX_TOKEN_CHARS = 8_192
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_PROJECT = re.compile(r"[^/\\\x00-\x1f]{0,200}")


class Caller(NamedTuple):
    """Whom a request is for. `project` "" is all of the tenant's; `name` is the token or subject, for the audit."""

    tenant: str
    project: str
    name: str


class Refused(HeadroomError):
    """A token that opens nothing; `reason` is one word for the metrics and the client."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The access token is not accepted: {reason}.")
        self.reason = reason


class Callers:
    """What is known of tokens. Its methods may be called from any thread; `caller` may wait for the store or the issuer."""

    def __init__(self, settings: Settings, store: Any) -> None:
        self._store = store
        self._issuer = Issuer(settings) if settings.oauth_issuer else None
        self._known: OrderedDict[str, tuple[float, Caller | str]] = OrderedDict()
        self._lock = threading.Lock()

    def known(self, token: str) -> Caller | None:
        """Return whose token it is as far as that is known already; None where `caller` must be asked. Raises: Refused."""
        with self._lock:
            found = self._known.get(token)
        if found is None or found[0] < time.monotonic():
            return None
        if isinstance(found[1], str):
            raise Refused(found[1])
        return found[1]

    def caller(self, token: str) -> Caller:
        """Return whose token it is. Raises: Refused, StoreError where the store cannot be asked."""
        answer: Caller | str
        until = time.monotonic() + KNOWN_S
        try:
            answer = self._looked_up(token)
        except Refused as refused:
            answer = refused.reason
        with self._lock:
            self._known[token] = (until, answer)
            self._known.move_to_end(token)
            while len(self._known) > _MAX_KNOWN:
                self._known.popitem(last=False)
        if isinstance(answer, str):
            raise Refused(answer)
        return answer

    def _looked_up(self, token: str) -> Caller:
        if not token or len(token) > _MAX_TOKEN_CHARS:
            raise Refused("malformed")
        if token.startswith(_OURS):
            return self._own(token)
        if self._issuer is None:
            raise Refused("unknown")
        caller = self._issuer.caller(token)
        if not self._store.is_tenant(caller.tenant):
            raise Refused("unknown tenant")
        return caller

    def _own(self, token: str) -> Caller:
        row = self._store.token(token)
        if row is None:
            raise Refused("unknown")
        token_id, tenant, project, expires_s, revoked_s = row
        if revoked_s is not None:
            raise Refused("revoked")
        if expires_s is not None and expires_s <= time.time():
            raise Refused("expired")
        return Caller(tenant, project, f"token {token_id}")


class Issuer:
    """An OAuth issuer, by its keys."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.oauth_issuer
        self._audience = settings.oauth_audience
        self._address = settings.oauth_jwks
        if not self._audience or not self._address:
            msg = "oauth_issuer needs oauth_audience and oauth_jwks beside it in config.toml."
            raise SettingsError(msg)
        parts = urlsplit(self._address)
        if parts.scheme != "https" and not (
            parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        ):
            msg = f"oauth_jwks = {self._address!r} must be an https address: whoever sits between could send keys of his own."
            raise SettingsError(msg)
        self._keys: Any = None
        self._fetched_s = float("-inf")
        self._lock = threading.Lock()

    def caller(self, token: str) -> Caller:
        """Return who an access token speaks for. Raises: Refused."""
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in _ALGORITHMS:
                raise Refused("algorithm")
            claims = jwt.decode(
                token,
                key=self._key(str(header.get("kid", ""))),
                algorithms=list(_ALGORITHMS),
                issuer=self._issuer,
                audience=self._audience,
                leeway=30,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError:
            raise Refused("expired") from None
        except jwt.InvalidAudienceError:
            raise Refused("audience") from None
        except jwt.InvalidIssuerError:
            raise Refused("issuer") from None
        except (jwt.InvalidTokenError, jwt.PyJWKError, ValueError, TypeError):
            raise Refused("invalid") from None
        tenant, project = claims.get("tenant"), claims.get("project", "")
        if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
            raise Refused("no tenant")
        if not isinstance(project, str) or not _PROJECT.fullmatch(project):
            raise Refused("no project")
        return Caller(tenant, project, f"subject {str(claims.get('sub', ''))[:100]}")

    def _key(self, key_id: str) -> Any:
        """Return the issuer's key of that id; its keys are fetched when they are old, or have none of that id. Raises: Refused."""
        with self._lock:
            now = time.monotonic()
            found = self._found(key_id)
            age = now - self._fetched_s
            if age > _KEYS_S or (found is None and age > _MIN_FETCH_S):
                self._fetched_s = now
                self._fetch()
                found = self._found(key_id)
        if found is None:
            raise Refused("key")
        return found

    def _found(self, key_id: str) -> Any:
        keys = [] if self._keys is None else self._keys.keys
        named = [key for key in keys if key.key_id == key_id] if key_id else keys
        return named[0] if len(named) == 1 else None

    def _fetch(self) -> None:
        import jwt

        try:
            with urllib.request.urlopen(self._address, timeout=_FETCH_S) as answer:
                self._keys = jwt.PyJWKSet.from_dict(json.loads(answer.read(_MAX_KEYS_BYTES)))
        except (OSError, ValueError, jwt.PyJWTError):  # those we have are good for as long as they verify
            return


class TokenStore:
    """What the shared store says of tokens and tenants, to a server's role."""

    def __init__(self, database: Any) -> None:
        self._database = database

    def token(self, token: str) -> tuple[Any, ...] | None:
        """Return the record of a token: id, tenant, project, until when, taken back when. Raises: StoreError."""
        from headroom_mcp.store.postgres import tokens

        return tokens.found(self._database, token)

    def is_tenant(self, name: str) -> bool:
        """Tell whether there is such a tenant. Raises: StoreError."""
        from headroom_mcp.store.postgres import tokens

        return tokens.is_tenant(self._database, name)

    def is_there(self) -> bool:
        """Tell whether the store answers."""
        from headroom_mcp.store.postgres import tokens

        try:
            return tokens.is_there(self._database)
        except StoreError:
            return False
