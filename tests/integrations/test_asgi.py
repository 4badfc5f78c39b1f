"""ASGI: bodies on their way through an application are short, everything else passes untouched."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from headroom_mcp.integrations import asgi
from headroom_mcp.integrations.asgi import CompressionMiddleware
from tests.integrations.agents import FAILURE, in_threads, run_output

Json = dict[str, Any]


def _body(text: str = "") -> bytes:
    call = {"id": "c1", "type": "function", "function": {"name": "run_tests", "arguments": '{"n":1}'}}
    rows = [
        {"role": "user", "content": "why does the refund fail? \ud800"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": text or run_output(1)},
    ]
    return json.dumps({"model": "m", "temperature": 1.0, "messages": rows, "n": 1e0}).encode()


class _App:
    """An application that reads the whole body, then waits for the client to leave."""

    def __init__(self) -> None:
        self.scope: Json = {}
        self.body = b""
        self.last: Json = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope = dict(scope)
        more = True
        while more:
            event = await receive()
            if event["type"] != "http.request":
                self.last = event
                return
            self.body += event.get("body", b"")
            more = event.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.last = await receive()


def _run(events: list[Json], *, path: str = "/v1/chat/completions", headers: Any = (), kind: str = "http") -> _App:
    app = _App()
    waiting = list(events)

    async def receive() -> Json:
        return waiting.pop(0)

    async def send(_: Any) -> None:
        pass

    scope = {"type": kind, "method": "POST", "path": path, "headers": list(headers)}
    asyncio.run(CompressionMiddleware(app)(scope, receive, send))
    return app


def _events(body: bytes, pieces: int = 1) -> list[Json]:
    size = -(-len(body) // pieces)
    cut = [body[start : start + size] for start in range(0, len(body), size)]
    events: list[Json] = [{"type": "http.request", "body": piece, "more_body": True} for piece in cut]
    events[-1]["more_body"] = False
    return [*events, {"type": "http.disconnect"}]


@pytest.mark.parametrize("pieces", [1, 7])
def test_a_body_is_short_and_its_length_is_told(pieces: int) -> None:
    body = _body()
    headers = [(b"content-length", str(len(body)).encode()), (b"x-other", b"1")]

    app = _run(_events(body, pieces), headers=headers)

    assert len(app.body) < 4_000
    assert FAILURE.encode() in app.body
    assert dict(app.scope["headers"]) == {b"content-length": str(len(app.body)).encode(), b"x-other": b"1"}
    assert app.body[: body.index(b"collected")] == body[: body.index(b"collected")]
    assert app.body.endswith(b'"n": 1.0}')


def test_the_client_s_leaving_gets_through() -> None:
    assert _run(_events(_body())).last == {"type": "http.disconnect"}


@pytest.mark.parametrize(
    ("path", "headers", "body"),
    [
        ("/v1/embeddings", [], _body()),
        ("/v1/chat/completions", [(b"content-encoding", b"gzip")], _body()),
        ("/v1/chat/completions", [], b"{not json"),
        ("/v1/chat/completions", [], b""),
        ("/v1/chat/completions", [], _body("short")),
    ],
    ids=["another path", "compressed", "no JSON", "empty", "nothing to shorten"],
)
def test_what_is_not_ours_passes_byte_for_byte(path: str, headers: Any, body: bytes) -> None:
    app = _run(_events(body or b" "), path=path, headers=headers)

    assert app.body == (body or b" ")
    assert app.scope["headers"] == headers


def test_a_body_over_the_limit_passes_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "MAX_BODY", 1_000)
    body = _body()

    assert _run(_events(body, 5)).body == body


def test_a_client_that_leaves_in_mid_upload_is_reported_to_the_application() -> None:
    events: list[Json] = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]

    assert _run(events).last == {"type": "http.disconnect"}


def test_other_connections_are_not_touched() -> None:
    assert _run([{"type": "websocket.connect"}], kind="websocket").last == {"type": "websocket.connect"}


def test_a_fastapi_application_reads_a_short_body() -> None:
    fastapi = pytest.importorskip("fastapi")
    from starlette.testclient import TestClient

    app = fastapi.FastAPI()
    app.add_middleware(CompressionMiddleware)

    @app.post("/v1/chat/completions")
    async def chat(body: dict) -> dict:  # type: ignore[type-arg]
        return {"rows": body["messages"]}

    text = json.dumps(json.loads(_body().decode().replace("\\ud800", "x")))
    answer = (
        TestClient(app).post("/v1/chat/completions", content=text, headers={"content-type": "application/json"}).json()
    )

    assert len(answer["rows"][-1]["content"]) < 3_000


def test_many_threads_send_requests_without_an_error() -> None:
    for app in in_threads(lambda number: _run(_events(_body(run_output(number % 20))))):
        assert len(app.body) < 4_000
        assert FAILURE in app.body.decode()
