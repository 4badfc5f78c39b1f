"""The proxy over real sockets: requests are short, all other bytes and all answers are as they came."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.cli import main
from headroom_mcp.proxy.app import MAX_SHORTENED, Proxy
from headroom_mcp.proxy.run import beside, bound
from headroom_mcp.proxy.upstreams import chosen
from headroom_mcp.store import open_store
from headroom_mcp.store.figures import Billed
from tests import long_form
from tests.integrations.agents import FAILURE, run_output
from tests.proxy.upstream import Upstream

Json = dict[str, Any]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Return a running provider."""
    with Upstream() as up:
        yield up


@pytest.fixture
def proxy(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return the address of a proxy before that provider."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    with beside(Proxy(chosen(upstream.url)), bound("127.0.0.1", 0)) as address:
        yield address


def _chat(text: str = "", **more: Any) -> bytes:
    call = {"id": "c1", "type": "function", "function": {"name": "run_tests", "arguments": '{"n":1}'}}
    rows = [
        {"role": "user", "content": "why does the refund fail?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": text or run_output(1)},
    ]
    return json.dumps({"model": "m", "messages": rows, **more}).encode()


_JSON = {"content-type": "application/json"}


def _post(url: str, body: bytes, **headers: str) -> httpx2.Response:
    return httpx2.post(url, content=body, headers={**_JSON, **headers}, timeout=60)


def test_a_tool_result_is_short_and_all_other_bytes_are_the_client_s(proxy: str, upstream: Upstream) -> None:
    body = _chat(temperature=1.0, odd="\ud800é", n=[1e5, -0.0])

    assert _post(f"{proxy}/v1/chat/completions", body).json() == {"ok": True}

    sent = upstream.seen[-1][3]
    start, stop = body.index(b"collected"), body.index(b'"}]')
    assert len(sent) < 5_000
    assert FAILURE.encode() in sent
    assert sent.startswith(body[:start])
    assert sent.endswith(body[stop:])


def test_path_query_and_headers_go_on_as_they_are(proxy: str, upstream: Upstream) -> None:
    _post(f"{proxy}/v1/files%2Fa/b?beta=true&x=%20", b"{}", **{"x-api-key": "k", "anthropic-beta": "a,b"})

    _, path, headers, body = upstream.seen[-1]
    names = {name.lower(): value for name, value in headers}
    assert path == "/v1/files%2Fa/b?beta=true&x=%20"
    assert (names["x-api-key"], names["anthropic-beta"], body) == ("k", "a,b", b"{}")
    assert names["host"] == upstream.url.removeprefix("http://")


@pytest.mark.parametrize("status", [400, 401, 413, 429, 500, 529, 302])
def test_status_headers_and_body_of_an_answer_come_back(proxy: str, upstream: Upstream, status: int) -> None:
    upstream.status = status
    upstream.answer = b'{"type":"error","error":{"type":"overloaded_error"}}'

    answer = _post(f"{proxy}/v1/messages", b"{}")

    assert answer.status_code == status
    assert (answer.content, answer.headers["request-id"], answer.headers["retry-after"]) == (
        upstream.answer,
        "req_1",
        "7",
    )


def test_a_stream_comes_back_piece_by_piece(proxy: str, upstream: Upstream) -> None:
    upstream.pieces = [f"data: {number}\n\n".encode() for number in range(5)]
    upstream.pause = 0.2

    with httpx2.stream("POST", f"{proxy}/v1/messages", content=b"{}", headers=_JSON, timeout=60) as answer:
        pieces = list(answer.iter_raw())

    assert b"".join(pieces) == b"".join(upstream.pieces)
    assert len(pieces) >= 4


@pytest.mark.parametrize("longest", [1, MAX_SHORTENED])
def test_a_client_that_leaves_ends_the_upstream_stream(
    proxy: str, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    monkeypatch.setattr("headroom_mcp.proxy.app.MAX_SHORTENED", longest)
    upstream.pieces = [b"data: x\n\n" * 1_000] * 400
    upstream.pause = 0.05

    body = b"[%s]" % (b" " * 200_000)  # comes in more than one piece
    with httpx2.stream("POST", f"{proxy}/v1/messages", content=body, headers=_JSON, timeout=60) as answer:
        next(answer.iter_raw())

    assert upstream.broken.wait(10), "the stream went on for 10 seconds"


def test_a_provider_that_is_down_is_told_in_its_own_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with bound("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    with beside(Proxy(chosen(f"http://127.0.0.1:{port}")), bound("127.0.0.1", 0)) as address:
        answer = _post(f"{address}/v1/messages", b"{}")

    assert answer.status_code == 502
    assert answer.json()["type"] == "error"
    assert "127.0.0.1" in answer.json()["error"]["message"]


def test_garbage_on_the_port_gets_400(proxy: str) -> None:
    host, port = proxy.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"\x16\x03\x01 garbage\r\n\r\n")
        assert b" 400 " in connection.recv(4096).split(b"\r\n")[0]


_TEXT = st.text(max_size=30)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)
_THINKING = st.fixed_dictionaries({"type": st.just("thinking"), "thinking": _TEXT, "signature": _TEXT})


@settings(
    max_examples=long_form.count(30, 60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    extra=st.dictionaries(_TEXT, _VALUES, max_size=4),
    thinking=st.lists(_THINKING, max_size=2),
    long=st.booleans(),
    ascii_only=st.booleans(),
    separators=st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :\t")]),
)
def test_outside_tool_results_no_byte_differs(
    proxy: str, upstream: Upstream, extra: Json, thinking: list[Json], long: bool, ascii_only: bool, separators: Any
) -> None:
    marker = run_output(1) if long else "ok"
    use = {"type": "tool_use", "id": "t1", "name": "run_tests", "input": {"n": 1}}
    rows = [
        {"role": "user", "content": "why?"},
        {"role": "assistant", "content": [*thinking, use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": marker}]},
    ]
    request = {**extra, "messages": rows, "z": extra}
    body = json.dumps(request, ensure_ascii=ascii_only, separators=separators).encode("utf-8", "surrogatepass")

    _post(f"{proxy}/v1/messages?beta=true", body)

    sent = upstream.seen[-1][3]
    text = json.dumps(marker, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    at = body.index(text, body.index(b"tool_result"))
    if not long:
        assert sent == body
        return
    assert sent.startswith(body[:at])
    assert sent.endswith(body[at + len(text) :])
    assert len(sent) < len(body) - 20_000


def test_two_requests_of_one_conversation_have_the_same_bytes(proxy: str, upstream: Upstream) -> None:
    first = json.loads(_chat())
    second = {**first, "messages": [*first["messages"], {"role": "user", "content": "and now what about test_1_650?"}]}

    _post(f"{proxy}/v1/chat/completions", json.dumps(first).encode())
    _post(f"{proxy}/v1/chat/completions", json.dumps(second).encode())

    before, after = (json.loads(body)["messages"] for *_, body in upstream.seen[-2:])
    assert after[: len(before)] == before


def _raw(proxy: str, request: bytes) -> bytes:
    """Send these bytes, which ask for the connection to be closed, as they are; return all that comes back."""
    host, port = proxy.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_half_a_request_is_not_passed_on(proxy: str, upstream: Upstream) -> None:
    httpx2.get(f"{proxy}/v1/models")  # a connection to the provider is open now
    host, port = proxy.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(b"POST /v1/files HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")
    for _ in range(100):
        if "clients_gone_total 1" in httpx2.get(f"{proxy}/metrics").text:
            break
        time.sleep(0.05)
    httpx2.get(f"{proxy}/v1/models")

    assert [path for _, path, *_ in upstream.seen] == ["/v1/models", "/v1/models"]


def test_a_path_that_no_url_would_keep_goes_on_as_it_is(proxy: str, upstream: Upstream) -> None:
    answer = _raw(proxy, b'GET /v1/../a/./b|"{}?x=[1]&y={2}^ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')

    assert b" 200 " in answer.split(b"\r\n")[0]
    assert upstream.seen[-1][1] == '/v1/../a/./b|"{}?x=[1]&y={2}^'


@pytest.mark.parametrize("target", [b"OPTIONS *", b"GET http://evil.example/v1/models", b"GET @evil.example/"])
def test_what_is_no_path_is_refused(proxy: str, upstream: Upstream, target: bytes) -> None:
    answer = _raw(proxy, target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert b" 400 " in answer.split(b"\r\n")[0]
    assert not upstream.seen


@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Transfer-Encoding: gzip, chunked",
        b"Content-Length: -1",
    ],
)
def test_a_body_with_two_ends_is_refused(proxy: str, upstream: Upstream, lengths: bytes) -> None:
    request = b"POST /v1/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n\r\n0\r\n\r\nGET /secret HTTP/1.1\r\nHost: x\r\n\r\n"

    answer = _raw(proxy, request % lengths)

    assert answer.split(b" ")[1] in (b"400", b"501")
    assert not upstream.seen


def test_a_websocket_is_declined_so_that_clients_send_plain_requests(proxy: str, upstream: Upstream) -> None:
    answer = _raw(
        proxy,
        b"GET /v1/responses HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    )

    assert answer.split(b" ")[1] == b"426"
    assert not upstream.seen


def test_headers_of_the_connection_stay_on_it(proxy: str, upstream: Upstream) -> None:
    _raw(
        proxy,
        b"POST /v1/x HTTP/1.1\r\nHost: x\r\nConnection: X-Hop, close\r\nX-Hop: 1\r\nX-End: 2\r\n"
        b"Expect: 100-continue\r\nContent-Length: 1\r\n\r\na",
    )

    names = {name.lower() for name, _ in upstream.seen[-1][2]}
    assert "x-end" in names
    assert not names & {"x-hop", "expect"}


def test_an_answer_that_breaks_off_has_no_end(proxy: str, upstream: Upstream) -> None:
    upstream.more_than_it_sends = 9

    with pytest.raises(httpx2.RemoteProtocolError):
        _post(f"{proxy}/v1/messages", b"{}")

    assert "upstream_errors_total 1" in httpx2.get(f"{proxy}/metrics").text


def test_connections_are_closed_before_the_server_is_told_that_all_is_done() -> None:
    client = httpx2.AsyncClient()
    events = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    closed: list[bool] = []

    async def receive() -> Json:
        return events.pop(0)

    async def send(_: Any) -> None:
        closed.append(client.is_closed)

    asyncio.run(Proxy(chosen(), client=client)({"type": "lifespan"}, receive, send))

    assert closed == [False, True]


@pytest.mark.parametrize("body", [b'{"messages": 5}', b'{"messages": null}', b'{"messages": "a"}', b"[" * 100_000])
def test_what_holds_no_messages_is_refused(proxy: str, body: bytes) -> None:
    assert _post(f"{proxy}/v1/compress", body).status_code == 400


def test_health_metrics_and_description(proxy: str) -> None:
    _post(f"{proxy}/v1/chat/completions", _chat())

    assert httpx2.get(f"{proxy}/healthz").json()["status"] == "ok"
    head = httpx2.head(f"{proxy}/healthz")
    assert (head.status_code, head.content) == (200, b"")
    text = httpx2.get(f"{proxy}/metrics").text
    assert "headroom_proxy_requests_total 1\n" in text
    assert "headroom_proxy_requests_shortened_total 1\n" in text
    assert "/v1/compress" in httpx2.get(f"{proxy}/openapi.json").json()["paths"]


def test_compress_and_retrieve_over_http(proxy: str, upstream: Upstream) -> None:
    answer = _post(f"{proxy}/v1/compress", _chat()).json()

    (ref,) = answer["ccr_hashes"]
    assert len(answer["messages"]) == 3
    assert answer["tokens_after"] < answer["tokens_before"] / 5
    whole = httpx2.get(f"{proxy}/v1/retrieve/{ref}").json()["original_content"]
    assert "test_1_650" in whole
    part = httpx2.get(f"{proxy}/v1/retrieve/{ref}", params={"lines": "5-6"}).json()["original_content"]
    assert part.count("PASSED") == 2
    assert httpx2.get(f"{proxy}/v1/retrieve/000000000000").status_code == 404
    assert _post(f"{proxy}/v1/compress", b"[1]").status_code == 400
    assert not upstream.seen


def test_a_page_that_has_its_name_point_here_reads_nothing_stored(proxy: str) -> None:
    assert httpx2.get(f"{proxy}/v1/retrieve/000000000000", headers={"host": "evil.example"}).status_code == 403


def test_with_a_token_only_those_who_have_it_pass(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with beside(Proxy(chosen(upstream.url), token="s3cret"), bound("127.0.0.1", 0)) as address:
        refused = _post(f"{address}/v1/messages", b"{}")
        passed = _post(f"{address}/v1/messages", b"{}", **{"x-headroom-token": "s3cret"})

    assert (refused.status_code, passed.status_code) == (401, 200)
    assert "x-headroom-token" not in {name.lower() for name, _ in upstream.seen[-1][2]}


def test_a_fault_of_ours_lets_the_original_bytes_through(
    proxy: str, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> bytes:
        raise RuntimeError("ours")

    monkeypatch.setattr("headroom_mcp.proxy.app.shortened", broken)
    body = _chat()

    assert _post(f"{proxy}/v1/chat/completions", body).status_code == 200
    assert upstream.seen[-1][3] == body


def test_what_the_provider_bills_stands_in_the_ledger_beside_what_was_left_out(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    start = {
        "type": "message_start",
        "message": {"model": "claude-x", "usage": {"input_tokens": 90, "output_tokens": 1}},
    }
    end = {"type": "message_delta", "usage": {"output_tokens": 30}}
    upstream.pieces = [f"data: {json.dumps(event)}\n\n".encode() for event in (start, end)]
    with beside(Proxy(chosen(upstream.url)), bound("127.0.0.1", 0)) as address:
        for session in ("s", "t"):
            _post(f"{address}/v1/chat/completions", _chat(), **{"x-claude-code-session-id": session})
        upstream.status = 529
        upstream.pieces = []
        _post(f"{address}/v1/chat/completions", _chat())

    with open_store() as store:
        (sums,) = store.ledger.billed().values()
        assert sums._replace(tokens_left_out=0) == Billed(2, 180, 0, 0, 60)
        assert store.ledger.billed(session="s")["claude-x"].tokens_left_out > 5_000
    shown = CliRunner().invoke(main, ["stats"]).output
    assert re.search(r"claude-x +2 +180 +0 +0 +60", shown)
    assert json.loads(CliRunner().invoke(main, ["stats", "--json"]).output)["billed"]["claude-x"]["tokens_output"] == 60


def test_many_clients_at_once(proxy: str, upstream: Upstream) -> None:
    bodies = [_chat(run_output(number)) for number in range(24)]
    answers: list[int] = []

    def one(body: bytes) -> None:
        answers.append(_post(f"{proxy}/v1/chat/completions", body).status_code)

    threads = [threading.Thread(target=one, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert answers == [200] * 24
    sent = sorted(json.loads(body)["messages"][-1]["content"] for *_, body in upstream.seen)
    assert all(f"in run {number}\n" in "".join(sent) for number in range(24))
    assert all(text.count("in run ") == 1 for text in sent)
