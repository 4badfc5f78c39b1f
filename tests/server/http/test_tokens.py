"""What opens the server over HTTP and what does not: our own tokens, an issuer's, and everything that looks like one."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jwt", reason="the extra team is not installed")

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from headroom_mcp.server.http.callers import Caller, Callers, Issuer, Refused
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.postgres.upkeep import Admin
from headroom_mcp.types import SettingsError
from tests.server.http.client import Client, Served
from tests.server.http.conftest import TENANTS, Site
from tests.shared import Team

pytestmark = pytest.mark.slow

ACME, BOLD = TENANTS
ISSUER, AUDIENCE = "https://login.example.com/", "https://headroom.example.com/mcp"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


@dataclass
class Keys:
    """An issuer's keys, and where they can be had. `asked` counts how often they were."""

    mine: Any
    address: str
    asked: list[str]

    def token(self, *, key: Any = None, algorithm: str = "RS256", kid: str = "k1", **claims: Any) -> str:
        given = {"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 600, "sub": "ann", "tenant": ACME, **claims}
        payload = {name: value for name, value in given.items() if value is not None}
        return jwt.encode(payload, self.mine if key is None else key, algorithm=algorithm, headers={"kid": kid})


@pytest.fixture(name="keys", scope="module")
def _keys() -> Iterator[Keys]:
    mine = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(mine.public_key()))
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = json.dumps({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Keys(mine, f"http://127.0.0.1:{server.server_port}/keys", asked)
    server.shutdown()


def _settings(keys: Keys, **values: str) -> Settings:
    return Settings(oauth_issuer=ISSUER, oauth_audience=AUDIENCE, oauth_jwks=keys.address)._replace(**values)


def _hostile(keys: Keys) -> dict[str, str]:
    """Return tokens that must open nothing, by what is wrong with each."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = keys.mine.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    good = keys.token()
    head, payload, signature = good.split(".")
    confused = jwt.encode({"alg": "HS256"}, "x" * 64, algorithm="HS256")  # only to see that such a token can be made
    assert confused
    return {
        "expired": keys.token(exp=time.time() - 600),
        "without an end": keys.token(exp=None),
        "for another audience": keys.token(aud="https://elsewhere.example.com"),
        "without an audience": keys.token(aud=None),
        "of another issuer": keys.token(iss="https://evil.example.com/"),
        "signed by another key": keys.token(key=other),
        "of a key that is not there": keys.token(kid="k2"),
        "signed with the public key as a secret": _hmac_signed(public, head, payload),
        "unsigned": jwt.encode(
            {"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 600, "tenant": ACME}, None, "none"
        ),
        "without its signature": f"{head}.{payload}.",
        "with another payload": f"{head}.{keys.token(tenant=BOLD).split('.')[1]}.{signature}",
        "without a tenant": keys.token(tenant=None),
        "of a tenant that is not there": keys.token(tenant="nobody"),
        "of a tenant in disguise": keys.token(tenant=f"{ACME}'; --"),
        "of a list of tenants": keys.token(tenant=[ACME, BOLD]),
        "not yet valid": keys.token(nbf=time.time() + 600),
        "no token": "hello",
        "empty": "",
        "endless": "a" * 20_000,
    }


def _hmac_signed(secret: bytes, _head: str, payload: str) -> str:
    import base64
    import hashlib
    import hmac

    head = (
        base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "k1", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    )
    made = hmac.new(secret, f"{head}.{payload}".encode(), hashlib.sha256).digest()
    return f"{head}.{payload}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


class _Tenants:
    """A store that knows the two tenants and no token."""

    def token(self, token: str) -> None:
        return None

    def is_tenant(self, name: str) -> bool:
        return name in TENANTS


def test_an_issuers_token_speaks_for_its_tenant_and_project(keys: Keys) -> None:
    callers = Callers(_settings(keys), _Tenants())

    assert callers.caller(keys.token()) == Caller(ACME, "", "subject ann")
    assert callers.caller(keys.token(tenant=BOLD, project="shop")) == Caller(BOLD, "shop", "subject ann")
    assert callers.caller(keys.token(aud=[AUDIENCE, "more"])).tenant == ACME


def test_no_other_token_opens_anything(keys: Keys) -> None:
    callers = Callers(_settings(keys), _Tenants())
    for wrong, token in _hostile(keys).items():
        with pytest.raises(Refused):
            pytest.fail(f"{wrong}: {callers.caller(token)}")
        if token:
            with pytest.raises(Refused):  # the second time, too, when it is known
                callers.known(token)


def test_made_up_key_ids_do_not_make_us_ask_the_issuer_again_and_again(keys: Keys) -> None:
    issuer = Issuer(_settings(keys))
    issuer.caller(keys.token())
    before = len(keys.asked)
    for number in range(50):
        with pytest.raises(Refused):
            issuer.caller(keys.token(kid=f"made up {number}"))

    assert len(keys.asked) <= before + 1


def test_an_issuer_that_cannot_be_reached_opens_nothing(keys: Keys) -> None:
    with pytest.raises(Refused, match="key"):
        Issuer(_settings(keys, oauth_jwks="http://127.0.0.1:9/keys")).caller(keys.token())


@pytest.mark.parametrize(
    "values", [{"oauth_audience": ""}, {"oauth_jwks": ""}, {"oauth_jwks": "http://login.example.com/keys"}]
)
def test_settings_that_would_weaken_the_check_are_refused(keys: Keys, values: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        Issuer(_settings(keys, **values))


def test_the_server_answers_401_with_where_to_ask_and_200_to_the_right_token(
    team: Team, site: Site, keys: Keys, tmp_path: Path
) -> None:
    config = f'oauth_issuer = "{ISSUER}"\noauth_audience = "{AUDIENCE}"\noauth_jwks = "{keys.address}"\n'
    served = Served(tmp_path / "home", team.server, "--rate", "0", "--public-url", AUDIENCE[:-4], config=config)
    try:
        assert Client(served.port, keys.token()).call("headroom_retrieve", ref=site.refs[ACME], lines="3")[0]
        assert not Client(served.port, keys.token(tenant=BOLD)).call("headroom_retrieve", ref=site.refs[ACME])[0]
        assert Client(served.port, site.tokens[ACME]).post(PING)[0] == 200
        for wrong, token in _hostile(keys).items():
            assert Client(served.port, token).post(PING)[0] == 401, wrong
        status, _, headers = served.request("POST", "/mcp", json.dumps(PING).encode(), Client(served.port).headers)
        assert status == 401
        assert (
            f'resource_metadata="{AUDIENCE[:-4]}/.well-known/oauth-protected-resource"' in headers["www-authenticate"]
        )
        metadata = json.loads(served.get("/.well-known/oauth-protected-resource")[1])
        assert (metadata["resource"], metadata["authorization_servers"]) == (AUDIENCE, [ISSUER])
    finally:
        served.end()


def test_our_own_tokens_end_when_they_expire_or_are_taken_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    expired, _ = site.token(ACME, days=-1)
    taken_back, token_id = site.token(ACME)
    with Admin(site.team.owner) as admin:
        admin.revoke_token(token_id)

    for token in (expired, taken_back, "hrm_made_up", site.tokens[ACME][:-1], site.tokens[ACME] + "x", ""):
        assert Client(site.served.port, token).post(PING)[0] == 401
    client = Client(site.served.port)
    for value in (f"Basic {site.tokens[ACME]}", site.tokens[ACME], "Bearer", "Bearer "):
        assert client.post(PING, {"authorization": value})[0] == 401
    assert site.client(ACME).post(PING)[0] == 200


def test_a_token_that_is_taken_back_while_it_is_in_use_ends_within_seconds(site: Site) -> None:
    token, token_id = site.token(ACME)
    client = Client(site.served.port, token)
    assert client.post(PING)[0] == 200
    with Admin(site.team.owner) as admin:
        admin.revoke_token(token_id)

    for _ in range(200):
        if client.post(PING)[0] == 401:
            return
        time.sleep(0.1)
    pytest.fail("it still opens")


def test_the_store_holds_no_token(site: Site) -> None:
    with Admin(site.team.owner) as admin:
        rows = admin._connection.execute("SELECT token::text FROM token").fetchall()

    assert len(rows) >= 2
    assert not [row for row in rows if any(secret in row[0] or secret[4:] in row[0] for secret in site.tokens.values())]
