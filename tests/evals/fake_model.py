"""A model on loopback that speaks the chat API: it answers by a function of the request, and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class FakeModel:
    """The server's address and the requests that it has seen."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.requests: list[dict[str, Any]] = []


def said(text: str, tool_calls: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return a chat completion with this text."""
    message = {"role": "assistant", "content": text, **({"tool_calls": tool_calls} if tool_calls else {})}
    return {"choices": [{"message": message}], "usage": {"prompt_tokens": 100, "completion_tokens": 5}}


@contextmanager
def running(answer: Answer) -> Iterator[FakeModel]:
    """Give a model that answers every request with what `answer` makes of its body."""
    model = FakeModel("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append({**body, "_path": self.path, "_key": self.headers.get("Authorization", "")})
            reply = json.dumps(answer(body)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    model.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
