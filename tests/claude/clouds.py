"""Bedrock and Vertex AI as Claude Code meets them: the scripted API behind their paths, their credentials and their frames."""

from __future__ import annotations

import base64
import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from headroom_mcp.install.live import fake_api
from tests.proxy.frames import frame
from tests.proxy.sigv4 import verified

BEDROCK = re.compile(r"/model/([^/]+)/(invoke|invoke-with-response-stream)")
VERTEX = re.compile(
    r"/v1/projects/p-1/locations/us-east5/publishers/anthropic/models/([^/]+):(rawPredict|streamRawPredict)"
)


class CloudApi(fake_api.FakeApi):
    """The scripted API in a cloud. `paths`: what was asked for · `refused`: requests whose signature or token was wrong."""

    def __init__(self, turns: list[fake_api.Turn]) -> None:
        super().__init__(turns)
        self.paths: list[str] = []
        self.refused: list[str] = []
        self._server.server_close()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": self}))
        self._server.daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    api: CloudApi
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path == "/token":
            answer = {"access_token": "token-1", "expires_in": 3600, "token_type": "Bearer"}
            self._send(200, "application/json", json.dumps(answer).encode())
            return
        self.api.paths.append(self.path)
        bedrock, vertex = BEDROCK.fullmatch(path), VERTEX.fullmatch(path)
        if bedrock is None and vertex is None:
            self._send(404, "application/json", b'{"message":"no such path"}')
            return
        if not self._let_in(body, signed=bedrock is not None):
            self.api.refused.append(self.path)
            self._send(403, "application/json", b'{"message":"The signature or token is not right"}')
            return
        request = json.loads(body)
        if bedrock is not None:
            assert request["anthropic_version"].startswith("bedrock-") and "model" not in request
        events = fake_api._events(self.api.reply_to(request))
        if path.endswith(("invoke", ":rawPredict")):
            self._send(200, "application/json", json.dumps(_whole(events)).encode())
        elif bedrock is not None:
            chunks = (json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}) for event in events)
            stream = b"".join(frame(chunk.encode()) for chunk in chunks)
            self._send(200, "application/vnd.amazon.eventstream", stream)
        else:
            stream = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
            self._send(200, "text/event-stream", stream.encode())

    do_GET = do_HEAD = do_POST  # noqa: N815 - the server's names for it

    def _let_in(self, body: bytes, *, signed: bool) -> bool:
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not signed:
            return headers.get("authorization") == "Bearer token-1"
        try:
            return verified(self.command, self.path, headers, body) == "eu-west-3/bedrock"
        except (AssertionError, KeyError, ValueError):
            return False

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            for at in range(0, len(body), 700):  # frames come in pieces
                self.wfile.write(body[at : at + 700])
                self.wfile.flush()

    def log_message(self, *_: object) -> None:
        return


def _whole(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the message that these events tell."""
    message: dict[str, Any] = {**events[0]["message"]}
    blocks: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "content_block_start":
            blocks.append(dict(event["content_block"]))
        elif event["type"] == "content_block_delta" and "text" in event["delta"]:
            blocks[-1]["text"] += event["delta"]["text"]
        elif event["type"] == "content_block_delta":
            blocks[-1]["input"] = json.loads(event["delta"]["partial_json"])
        elif event["type"] == "message_delta":
            message.update(event["delta"])
    return {**message, "content": blocks}
