"""A provider on loopback that records what comes and answers as it is told to."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Upstream:
    """A provider that records what comes and answers as it is told to."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, list[tuple[str, str]], bytes]] = []
        self.status = 200
        self.answer = b'{"ok": true}'
        self.kind = ""  # content type; "" for none, or that of a stream
        self.retry_after = "7"
        self.pieces: list[bytes] = []
        self.pause = 0.0
        self.more_than_it_sends = 0  # bytes that the length of an answer promises
        self.broken = threading.Event()
        handler = type("Handler", (_Handler,), {"upstream": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Upstream:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    upstream: Upstream
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        up = self.upstream
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        up.seen.append((self.command, self.path, list(self.headers.items()), body))
        self.send_response(up.status)
        self.send_header("request-id", "req_1")
        self.send_header("retry-after", up.retry_after)
        if up.pieces:
            self.send_header("Content-Type", up.kind or "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            try:
                for piece in up.pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(up.pause)
            except OSError:
                up.broken.set()
            self.close_connection = True
            return
        if up.kind:
            self.send_header("Content-Type", up.kind)
        self.send_header("Content-Length", str(len(up.answer) + up.more_than_it_sends))
        self.end_headers()
        self.wfile.write(up.answer)
        self.close_connection = self.close_connection or bool(up.more_than_it_sends)

    do_GET = do_POST  # noqa: N815 - the server's name for it
