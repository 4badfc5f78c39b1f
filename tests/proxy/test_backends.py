"""Bedrock, Vertex AI, Azure and OpenRouter: where requests go, with which path, body and credentials."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.proxy.app import Proxy
from headroom_mcp.proxy.outgoing import Backend, Outgoing
from headroom_mcp.proxy.run import beside, bound
from headroom_mcp.proxy.upstreams import Place, chosen
from headroom_mcp.proxy.vertex import Vertex, _host_of
from headroom_mcp.types import HeadroomError, RequestRefused
from tests.integrations.agents import FAILURE, run_output
from tests.proxy.google_account import service_account
from tests.proxy.sigv4 import SECRET, verified
from tests.proxy.upstream import Upstream

Json = dict[str, Any]
Serving = Callable[[Backend], AbstractContextManager[str]]

_AWS = (
    "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_PROFILE AWS_REGION AWS_BEARER_TOKEN_BEDROCK".split()
)


@pytest.fixture(autouse=True)
def _nobody_s_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_AWS, "CLOUD_ML_REGION", "ANTHROPIC_VERTEX_PROJECT_ID", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "none"))


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Return a running provider."""
    with Upstream() as up:
        yield up


@contextmanager
def _serving(backend: Backend, **options: Any) -> Iterator[str]:
    with beside(Proxy(backend, **options), bound("127.0.0.1", 0)) as address:
        yield address


def _body(**more: Any) -> bytes:
    rows = [
        {"role": "user", "content": "why does the refund fail?"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "run_tests", "input": {"n": 1}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": run_output(1)}]},
    ]
    return json.dumps({**more, "messages": rows}).encode()


def _post(url: str, body: bytes, **headers: str) -> httpx2.Response:
    return httpx2.post(url, content=body, headers={"content-type": "application/json", **headers}, timeout=60)


def _headers(seen: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in seen[2]}


def _signing(monkeypatch: pytest.MonkeyPatch, url: str, session: str = "") -> Backend:
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    if session:
        monkeypatch.setenv("AWS_SESSION_TOKEN", session)
    return chosen("bedrock", place=Place(region="eu-west-3", url=url))


@pytest.mark.parametrize(
    "path",
    [
        "/model/eu.anthropic.claude-x-v1%3A0/invoke-with-response-stream",
        "/model/eu.anthropic.claude-x-v1:0/invoke",
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-3%3A1%3Aapplication-inference-profile%2Fa/converse-stream",
        "/model/x/converse?b=2&a=1&c=&d=%20%2B",
    ],
)
def test_a_request_to_bedrock_is_signed_when_its_body_is_final(
    path: str, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _serving(_signing(monkeypatch, upstream.url, session="a+token/=")) as address:
        old = {"authorization": "AWS4-HMAC-SHA256 Credential=other", "x-amz-date": "20200101T000000Z", "x-api-key": "k"}
        guardrail = {"x-amzn-bedrock-guardrailidentifier": "g-1", "x-amz-extra": "two  spaces"}
        answer = _post(address + path, _body(anthropic_version="bedrock-2023-05-31"), **old, **guardrail)

    assert answer.status_code == 200
    method, target, _, body = upstream.seen[-1]
    headers = _headers(upstream.seen[-1])
    assert target == path
    assert verified(method, target, headers, body) == "eu-west-3/bedrock"
    assert headers["x-amz-security-token"] == "a+token/="
    assert "x-amz-extra;" in headers["authorization"]
    assert headers["x-amzn-bedrock-guardrailidentifier"] == "g-1"
    assert "x-api-key" not in headers
    assert FAILURE.encode() in body
    assert len(body) < 5_000


def test_a_body_that_changes_on_the_way_breaks_the_signature(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    with _serving(_signing(monkeypatch, upstream.url)) as address:
        _post(f"{address}/model/x/invoke", b"{}")

    method, target, _, body = upstream.seen[-1]
    with pytest.raises(AssertionError):
        verified(method, target, _headers(upstream.seen[-1]), body + b" ")


def test_an_api_key_for_bedrock_is_sent_instead_of_a_signature(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "key-1")
    monkeypatch.setitem(sys.modules, "botocore", None)  # which it does not need
    with _serving(chosen("bedrock", place=Place(region="us-east-1", url=upstream.url))) as address:
        _post(f"{address}/v1/messages?beta=true", _body(model="m"), authorization="Bearer dummy")
        _post(f"{address}/v1/chat/completions", b"{}")

    assert [seen[1] for seen in upstream.seen] == [
        "/anthropic/v1/messages?beta=true",
        "/openai/v1/chat/completions",
    ]
    assert [value for name, value in upstream.seen[0][2] if name.lower() == "authorization"] == ["Bearer key-1"]


def test_frames_of_an_event_stream_come_back_as_they_are(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "key-1")
    from tests.proxy.test_usage import ANSWERS

    kind, answer, _ = ANSWERS["claude on bedrock, frames"]
    upstream.kind = kind
    upstream.pieces = [answer[at : at + 1] for at in range(len(answer))]  # cut at every byte
    with _serving(chosen("bedrock", place=Place(region="us-east-1", url=upstream.url))) as address:
        got = _post(f"{address}/model/x/invoke-with-response-stream", b"{}")

    assert (got.content, got.headers["content-type"]) == (answer, kind)


_VERTEX = "/v1/projects/p-1/locations/us-east5"


@pytest.mark.parametrize(
    ("path", "body", "target", "sent"),
    [
        (
            "/v1/messages?beta=true",
            b'{ "max_tokens":1e2, "model" : "claude-x@1", "stream": true,"a":"\\ud800"}',
            f"{_VERTEX}/publishers/anthropic/models/claude-x@1:streamRawPredict?beta=true",
            b'{ "max_tokens":1e2, "anthropic_version":"vertex-2023-10-16", "stream": true,"a":"\\ud800"}',
        ),
        (
            "/v1/messages",
            b'{"messages":[{"model":"no"}],"model":"m"}',
            f"{_VERTEX}/publishers/anthropic/models/m:rawPredict",
            b'{"messages":[{"model":"no"}],"anthropic_version":"vertex-2023-10-16"}',
        ),
        (
            "/v1/messages/count_tokens",
            b'{"model":"m"}',
            f"{_VERTEX}/publishers/anthropic/models/count-tokens:rawPredict",
            b'{"model":"m","anthropic_version":"vertex-2023-10-16"}',
        ),
        (f"{_VERTEX}/publishers/anthropic/models/m:rawPredict", b'{"x":1}', None, b'{"x":1}'),
        ("/v1/chat/completions", b"{}", f"{_VERTEX}/endpoints/openapi/chat/completions", b"{}"),
        (
            "/v1beta/models/gemini-3:generateContent?alt=sse",
            b"{}",
            f"{_VERTEX}/publishers/google/models/gemini-3:generateContent?alt=sse",
            b"{}",
        ),
    ],
)
def test_vertex_gets_its_own_path_body_and_token(
    path: str, body: bytes, target: str | None, sent: bytes, upstream: Upstream
) -> None:
    with _serving(Vertex("p-1", "us-east5", lambda: "token-1", upstream.url)) as address:
        assert _post(address + path, body, **{"x-api-key": "k", "anthropic-beta": "a"}).status_code == 200

    headers = _headers(upstream.seen[-1])
    assert (upstream.seen[-1][1], upstream.seen[-1][3]) == (target or path, sent)
    assert headers["authorization"] == "Bearer token-1"
    assert headers["anthropic-beta"] == "a"
    assert "x-api-key" not in headers


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/projects/another/locations/us-east5/publishers/anthropic/models/m:rawPredict", b"{}", 403),
        ("/v1/projects/p-1/locations/evil.example%2F/x", b"{}", 400),
        ("/v1/projects/p-1/locations/x/%2e%2e/%2e%2e/%2e%2e/projects/another/locations/x/y", b"{}", 400),
        ("/v1/projects/p-1/locations/x/%3f/%2e%2e/%2e%2e/%2e%2e/%2e%2e/another/locations/x/y", b"{}", 400),
        ("/v1/projects/p-1/locations/x/..%5c..%5c..%5canother/locations/x/y", b"{}", 400),
        ("/v1/projects/p-1/locations/x/..;a/..;b/y", b"{}", 400),
        ("/v1/messages", b'{"model":"m","model":"n"}', 400),
        ("/v1/messages", b'{"model":".."}', 400),
        ("/v1/messages", b'{"model":1}', 400),
        ("/v1/messages", b'{"anthropic_version":"x","model":"m"}', 400),
        ("/v1/messages", b"[" * 5000, 400),
        ("/v1/messages", b'["model"]', 400),
        ("/v1/messages", b"\xff", 400),
        ("/v1/files", b"{}", 404),
    ],
)
def test_what_vertex_has_no_place_for_is_refused(path: str, body: bytes, status: int, upstream: Upstream) -> None:
    with _serving(Vertex("p-1", "us-east5", lambda: "token-1", "")) as address:
        answer = _post(address + path, body)

    assert answer.status_code == status
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east5", "https://us-east5-aiplatform.googleapis.com"),
        ("global", "https://aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_a_location_of_vertex_has_its_host(region: str, host: str) -> None:
    assert _host_of(region) == host


def test_a_token_for_vertex_is_fetched_with_the_credentials_of_this_machine(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("google.auth")
    account = service_account(tmp_path, f"{upstream.url}/token")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", account)
    upstream.answer = json.dumps({"access_token": "fetched", "expires_in": 3600, "token_type": "Bearer"}).encode()
    backend = chosen("vertex_ai", place=Place(project="p-1", region="us-east5", url=upstream.url))
    with _serving(backend) as address:
        answers = [_post(f"{address}/v1/messages", b'{"model":"m"}').status_code for _ in range(2)]

    assert answers == [200, 200]
    assert [seen[1] for seen in upstream.seen].count("/token") == 1
    assert _headers(upstream.seen[-1])["authorization"] == "Bearer fetched"
    assert "/projects/p-1/" in upstream.seen[-1][1]


@pytest.mark.parametrize(
    ("path", "base", "target"),
    [
        ("/v1/messages", "https://acme.services.ai.azure.com", "/anthropic/v1/messages"),
        ("/anthropic/v1/messages", "https://acme.services.ai.azure.com", "/anthropic/v1/messages"),
        ("/v1/responses", "https://acme.openai.azure.com", "/openai/v1/responses"),
        (
            "/openai/deployments/d/chat/completions?api-version=1",
            "https://acme.openai.azure.com",
            "/openai/deployments/d/chat/completions?api-version=1",
        ),
    ],
)
def test_azure_has_a_host_for_claude_and_one_for_openai(path: str, base: str, target: str) -> None:
    routed = chosen("azure", place=Place(account="acme")).routed(Outgoing("POST", "", path.encode(), [], b""))

    assert (routed.base, routed.target.decode()) == (base, target)


@pytest.mark.parametrize(
    ("backend", "place", "named"),
    [
        ("bedrock", Place(), "--region"),
        ("vertex_ai", Place(region="us-east5"), "--project"),
        ("vertex_ai", Place(project="p"), "--region"),
        ("azure", Place(), "--account"),
        ("bedrock", Place(region="us-east-1.evil.example/"), "--region"),
        ("azure", Place(account="evil.example#"), "--account"),
        ("azure", Place(account="user:secret"), "--account"),
        ("vertex_ai", Place(project="p/locations/x", region="us-east5"), "--project"),
        ("anthropic", Place(region="us-east-1"), "--region"),
        ("", Place(project="p"), "--project"),
        ("bedrock", Place(region="us-east-1", url="no-url"), "no-url"),
    ],
)
def test_what_a_cloud_needs_is_asked_for_and_never_guessed(
    backend: str, place: Place, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")  # a default is somebody's guess
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "another")
    with pytest.raises(HeadroomError, match=named):
        chosen(backend, place=place)


@pytest.mark.parametrize(
    ("options", "module", "remedy"),
    [
        (["--backend", "bedrock", "--region", "us-east-1"], "botocore", "[bedrock]'"),
        (["--backend", "vertex_ai", "--region", "us-east5", "--project", "p"], "google.auth", "[vertex]'"),
    ],
)
def test_a_library_that_a_cloud_needs_is_named(
    options: list[str], module: str, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    result = CliRunner().invoke(main, ["proxy", *options])

    assert result.exit_code == 1
    assert remedy in result.output


@pytest.mark.parametrize(
    ("options", "module", "remedy"),
    [
        (["--backend", "bedrock", "--region", "us-east-1"], "botocore", "AWS_ACCESS_KEY_ID"),
        (["--backend", "vertex_ai", "--region", "us-east5", "--project", "p"], "google.auth", "gcloud auth"),
    ],
)
def test_missing_credentials_are_said_at_the_start(options: list[str], module: str, remedy: str) -> None:
    pytest.importorskip(module)

    result = CliRunner().invoke(main, ["proxy", *options])

    assert result.exit_code == 1
    assert remedy in result.output


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"host": "evil.example"}, 403),
    ],
)
def test_a_web_page_spends_nothing_with_the_credentials_of_this_machine(
    headers: dict[str, str], status: int, upstream: Upstream
) -> None:
    with _serving(Vertex("p-1", "us-east5", lambda: "token-1", upstream.url)) as address:
        assert _post(f"{address}/v1/messages", b'{"model":"m"}', **headers).status_code == status

    assert len(upstream.seen) == (status == 200)


def test_credentials_that_cannot_be_used_are_said(upstream: Upstream) -> None:
    def broken() -> str:
        raise OSError("no route to the source of tokens")

    with _serving(Vertex("p-1", "us-east5", broken, upstream.url)) as address:
        answer = _post(f"{address}/v1/messages", b'{"model":"m"}')

    assert (answer.status_code, upstream.seen) == (502, [])
    assert "no route" in answer.json()["error"]["message"]


def test_a_body_too_long_to_be_held_cannot_be_signed() -> None:
    async def pieces() -> Any:
        yield b""

    with pytest.raises(RequestRefused):
        Vertex("p-1", "us-east5", lambda: "t", "").routed(Outgoing("POST", "", b"/v1/messages", [], pieces()))


def test_openrouter_is_reached_below_its_own_path(upstream: Upstream) -> None:
    with _serving(chosen("openrouter", {"openrouter": f"{upstream.url}/api"})) as address:
        _post(f"{address}/v1/messages", b"{}", authorization="Bearer k")
        _post(f"{address}/v1/chat/completions", b"{}", authorization="Bearer k")

    assert [seen[1] for seen in upstream.seen] == ["/api/v1/messages", "/api/v1/chat/completions"]
