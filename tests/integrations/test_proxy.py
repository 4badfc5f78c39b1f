"""The proxy before the real SDKs: whatever a client calls, and whatever the provider answers, all is as without it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")
httpx2 = pytest.importorskip("httpx2")

from headroom_mcp.proxy.app import Proxy
from headroom_mcp.proxy.outgoing import Backend
from headroom_mcp.proxy.run import beside, bound
from headroom_mcp.proxy.upstreams import Azure, Place, chosen
from headroom_mcp.proxy.vertex import Vertex
from headroom_mcp.text import marker
from tests.integrations import test_sdks as sdks
from tests.integrations.agents import FAILURE, check, run_output
from tests.integrations.loopback import Model
from tests.proxy.frames import frame
from tests.proxy.sigv4 import SECRET, verified
from tests.proxy.upstream import Upstream

_ASK = {"role": "user", "content": "why does the refund fail?"}
_RUN = [
    _ASK,
    {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "run_tests", "input": {"n": 1}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": run_output(1)}]},
]


@contextlib.contextmanager
def _proxy(backend: Backend) -> Iterator[str]:
    with beside(Proxy(backend), bound("127.0.0.1", 0)) as address:
        yield address


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Return a running provider that answers as it is told to."""
    with Upstream() as up:
        yield up


@functools.cache
def _clients(url: str, asynchronous: bool = False, **options: Any) -> dict[str, Any]:
    prefix = "Async" if asynchronous else ""
    return {
        "anthropic": getattr(anthropic, f"{prefix}Anthropic")(base_url=url, api_key="none", **options),
        "openai": getattr(openai, f"{prefix}OpenAI")(base_url=f"{url}/v1", api_key="none", **options),
    }


def _client(way: str, url: str, asynchronous: bool = False) -> Any:
    return _clients(url, asynchronous)["anthropic" if "messages" in way or way == "with_options" else "openai"]


@pytest.mark.parametrize("way", sdks._SYNC)
def test_a_conversation_with_tools_goes_on_to_its_end(model: Model, way: str) -> None:
    _, (request, after), send = sdks._SYNC[way]
    model.turns = 2
    with _proxy(chosen(model.url)) as address:
        client = _client(way, address)
        rows: list[Any] = [_ASK]
        while rows:
            rows = after(rows, send(client, request(rows)))

        check(model.requests, lambda footer: _retrieved(address, footer), results=4)


@pytest.mark.parametrize("way", sdks._ASYNC)
def test_an_asynchronous_one_does_so_too(model: Model, way: str) -> None:
    _, (request, after), send = sdks._ASYNC[way]
    model.turns = 1

    async def converse(address: str) -> None:
        client = _client(way, address, asynchronous=True)
        rows: list[Any] = [_ASK]
        while rows:
            rows = after(rows, await send(client, request(rows)))

    with _proxy(chosen(model.url)) as address:
        asyncio.run(converse(address))
        check(model.requests, lambda footer: _retrieved(address, footer), results=2)


def _retrieved(address: str, footer: str) -> str:
    ref = marker.refs(footer)[-1]
    return str(httpx2.get(f"{address}/v1/retrieve/{ref}").json()["original_content"])


def test_tokens_embeddings_and_models_pass(model: Model) -> None:
    with _proxy(chosen(model.url)) as address:
        clients = _clients(address)
        counted = clients["anthropic"].messages.count_tokens(model="m", messages=_RUN)
        embedded = clients["openai"].embeddings.create(model="m", input="a", encoding_format="float")
        listed = list(clients["openai"].models.list())

    assert counted.input_tokens == len(model.requests[0].body) // 4 < 2_000, "they are those of what is sent"
    assert (embedded.data[0].embedding, listed) == ([0.5], [])


_CALLS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "messages": ("anthropic", lambda c: c.messages.create(model="m", max_tokens=9, messages=[_ASK])),
    "messages, stream": ("anthropic", lambda c: list(c.messages.create(model="m", max_tokens=9, messages=[_ASK], stream=True))),
    "count_tokens": ("anthropic", lambda c: c.messages.count_tokens(model="m", messages=[_ASK])),
    "chat": ("openai", lambda c: c.chat.completions.create(model="m", messages=[_ASK])),
    "chat, stream": ("openai", lambda c: list(c.chat.completions.create(model="m", messages=[_ASK], stream=True))),
    "responses": ("openai", lambda c: c.responses.create(model="m", input=[_ASK])),
}  # fmt: skip


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 413, 422, 429, 500, 503, 529])
def test_an_error_is_the_one_that_the_provider_gave(upstream: Upstream, status: int) -> None:
    upstream.status = status
    upstream.kind = "application/json"
    upstream.answer = b'{"type":"error","error":{"type":"some_error","message":"\\u00e9 no"},"request_id":"req_1"}'
    with _proxy(chosen(upstream.url)) as address:
        told = {
            (call, url): _error(_clients(url, max_retries=0)[name], send)
            for call, (name, send) in _CALLS.items()
            for url in (upstream.url, address)
        }

    for call in _CALLS:
        assert told[call, address] == told[call, upstream.url], call
        kind, number, *_, retry_after = told[call, address]
        assert (number, retry_after) == (status, "7"), kind
    by_call = itertools.groupby(upstream.seen, key=lambda seen: (seen[0], seen[1], _headers(seen[2]), seen[3]))
    assert [len(list(same)) for _, same in by_call] == [2] * len(_CALLS), "what is sent is the same, too"


def _headers(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in headers if name.lower() not in ("host", "connection"))


def _error(client: Any, send: Callable[[Any], Any]) -> tuple[Any, ...]:
    with pytest.raises((anthropic.APIStatusError, openai.APIStatusError)) as caught:
        send(client)
    error = caught.value
    return type(error), error.status_code, error.body, error.request_id, error.response.headers["retry-after"]


@pytest.mark.parametrize("call", ["messages", "chat"])
def test_a_client_tries_again_as_often_as_without_a_proxy(upstream: Upstream, call: str) -> None:
    name, send = _CALLS[call]
    upstream.status, upstream.retry_after = 429, "0"
    with _proxy(chosen(upstream.url)) as address, contextlib.suppress(anthropic.APIStatusError, openai.APIStatusError):
        send(_clients(address, max_retries=2)[name])

    assert len(upstream.seen) == 3


def test_the_client_for_bedrock_signs_and_its_request_is_signed_again(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    upstream.kind = "application/vnd.amazon.eventstream"
    events = [
        {"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Booked twice."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]  # fmt: skip
    frames = b"".join(
        frame(json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()) for event in events
    )
    upstream.pieces = [frames[at : at + 3] for at in range(0, len(frames), 3)]
    with _proxy(chosen("bedrock", place=Place(region="eu-west-3", url=upstream.url))) as address:
        client = anthropic.AnthropicBedrock(
            base_url=address, aws_region="us-east-1", aws_access_key="other", aws_secret_key="other", max_retries=0
        )
        with client.messages.stream(model="eu.claude-x-v1:0", max_tokens=9, messages=_RUN) as stream:
            said = stream.get_final_text()

    method, target, headers, body = upstream.seen[-1]
    assert said == "Booked twice."
    assert target == "/model/eu.claude-x-v1:0/invoke-with-response-stream"
    assert verified(method, target, {name.lower(): value for name, value in headers}, body) == "eu-west-3/bedrock"
    assert FAILURE.encode() in body
    assert len(body) < 4_000


def test_the_client_for_vertex_passes_and_plain_ones_are_made_to(upstream: Upstream) -> None:
    upstream.kind = "application/json"
    upstream.answer = b'{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}'
    with _proxy(Vertex("p-1", "us-east5", lambda: "token-1", upstream.url)) as address:
        own = anthropic.AnthropicVertex(base_url=f"{address}/v1", region="us-east5", project_id="p-1", access_token="x")
        for client in (own, _clients(address)["anthropic"]):
            client.messages.create(model="claude-x", max_tokens=9, messages=_RUN)

    first, second = upstream.seen
    place = "/v1/projects/p-1/locations/us-east5/publishers/anthropic/models/claude-x:rawPredict"
    assert first[1] == second[1] == place
    assert {name.lower(): value for name, value in first[2]}["authorization"] == "Bearer token-1"
    sent, made = json.loads(first[3]), json.loads(second[3])
    assert set(sent) == set(made)
    assert (sent["messages"], made["anthropic_version"]) == (made["messages"], "vertex-2023-10-16")
    assert len(first[3]) < 4_000


def test_the_clients_for_azure_pass(model: Model) -> None:
    if not hasattr(anthropic, "AnthropicFoundry"):
        pytest.skip("no client for Foundry in this release")
    with _proxy(Azure(model.url, model.url)) as address:
        claude = anthropic.AnthropicFoundry(base_url=f"{address}/anthropic/", api_key="k")
        claude.messages.create(model="m", max_tokens=9, messages=_RUN)
        old = openai.AzureOpenAI(azure_endpoint=address, api_version="2025-01-01", api_key="k")
        old.chat.completions.create(model="d", messages=[_ASK])
        new = openai.OpenAI(base_url=f"{address}/openai/v1/", api_key="k")
        new.chat.completions.create(model="d", messages=[_ASK])

    assert [request.path for request in model.requests] == [
        "/anthropic/v1/messages",
        "/openai/deployments/d/chat/completions?api-version=2025-01-01",
        "/openai/v1/chat/completions",
    ]
    assert model.requests[0].headers["x-api-key"] == "k"
    assert len(model.requests[0].body) < 4_000
