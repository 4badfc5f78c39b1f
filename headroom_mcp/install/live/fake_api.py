"""A scripted stand-in for a model's API on 127.0.0.1 (Anthropic's by default), to drive a real host without a network.

    with FakeApi([Call("Bash", {"command": "seq 1 9000"}), "done"]) as api:
        run_claude(env={"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": "dummy"})
        api.results()  # {"toolu_01": "… what the model was shown"}

A turn is a text (the model stops), a `Call` or several (it asks for tools), or a function of the results so far that
returns one of these. Requests without tools are the host's side calls; they get "ok".
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, TypeAlias, Union

from headroom_mcp.install.live import dialects
from headroom_mcp.install.live.dialects import Dialect

_MODEL = "claude-sonnet-4-5"


class Call(NamedTuple):
    """The model asks for a tool."""

    name: str
    input: dict[str, Any]


# Python 3.10 cannot evaluate a `|` of a string and types.
Turn: TypeAlias = Union[str, Call, list[Call], Callable[[Mapping[str, str]], "Turn"]]  # noqa: UP007


class FakeApi:
    """The API and what it was sent: `requests` for turns of the script, `all_requests` with the side calls as well;
    `arrivals_s` when those of the script came."""

    def __init__(self, turns: Sequence[Turn], count_tokens: int = 100, dialect: Dialect | None = None) -> None:
        self.dialect = dialect or ANTHROPIC
        self.requests: list[dict[str, Any]] = []
        self.all_requests: list[dict[str, Any]] = []
        self.arrivals_s: list[float] = []
        self._turns = list(turns)
        self._position = 0
        self._calls = 0
        self._count_tokens = count_tokens
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """The base URL to give to the host."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> FakeApi:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def results(self) -> dict[str, str]:
        """Return what the model was shown for each tool call, by tool_use_id, in order: the first text sent for it."""
        shown: dict[str, str] = {}
        with self._lock:
            for request in self.requests:
                for use_id, text in self.dialect.results(request).items():
                    shown.setdefault(use_id, text)
        return shown

    def texts(self) -> list[str]:
        """Return the texts of `results`, in the order of the calls."""
        return list(self.results().values())

    def reply_to(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the content blocks of the next turn."""
        self.all_requests.append(body)
        if not body.get("tools"):
            return [{"type": "text", "text": "ok"}]
        with self._lock:
            self.requests.append(body)
            self.arrivals_s.append(time.perf_counter())
            turn: Turn = self._turns[self._position] if self._position < len(self._turns) else "done"
            self._position += 1
        if callable(turn):
            turn = turn(self.results())
        if isinstance(turn, str):
            return [{"type": "text", "text": turn}]
        blocks = []
        assert isinstance(turn, (Call, list))
        for call in [turn] if isinstance(turn, Call) else turn:
            self._calls += 1
            blocks.append(
                {"type": "tool_use", "id": f"toolu_{self._calls:024d}", "name": call.name, "input": call.input}
            )
        return blocks


def _tool_results(request: dict[str, Any]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for message in request.get("messages", ()):
        content = message.get("content")
        for block in content if isinstance(content, list) else ():
            if block.get("type") == "tool_result":
                shown[block["tool_use_id"]] = dialects.text_of(block.get("content", ""))
    return shown


def _events(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the server-sent events of one assistant message."""
    asks = any(block["type"] == "tool_use" for block in blocks)
    message: dict[str, Any] = {
        "id": "msg_fake", "type": "message", "role": "assistant", "model": _MODEL, "content": [], "stop_reason": None,
        "stop_sequence": None, "usage": {"input_tokens": 10, "output_tokens": 1},
    }  # fmt: skip
    events: list[dict[str, Any]] = [{"type": "message_start", "message": message}]
    for index, block in enumerate(blocks):
        if block["type"] == "text":
            start: dict[str, Any] = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events.append({"type": "content_block_delta", "index": index, "delta": delta})
        events.append({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": "tool_use" if asks else "end_turn", "stop_sequence": None}
    events.append({"type": "message_delta", "delta": stop, "usage": {"output_tokens": 20}})
    events.append({"type": "message_stop"})
    return events


def _stream(blocks: list[dict[str, Any]], body: dict[str, Any]) -> str:
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in _events(blocks))


def _whole(blocks: list[dict[str, Any]], body: dict[str, Any]) -> dict[str, Any]:
    return {**_events([])[0]["message"], "content": blocks, "stop_reason": "end_turn"}


ANTHROPIC = Dialect("/v1/messages", _tool_results, _stream, _whole)


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._send(b"", "application/json")

        def do_GET(self) -> None:
            self._send(b"{}", "application/json")

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
            if "count_tokens" in self.path:
                self._send(json.dumps({"input_tokens": api._count_tokens}).encode(), "application/json")
                return
            path = self.path.partition("?")[0]
            if not path.lower().endswith(api.dialect.path.lower()):
                self._send(b"{}", "application/json")
                return
            blocks = api.reply_to(body)
            # Only Google's API names the stream in the address.
            if body.get("stream") or ":stream" in path:
                self._send(api.dialect.stream(blocks, body).encode(), "text/event-stream")
            else:
                self._send(json.dumps(api.dialect.whole(blocks, body)).encode(), "application/json")

        def _send(self, body: bytes, content_type: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    return Handler
