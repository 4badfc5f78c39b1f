"""A server over HTTP in processes of its own, and a client of a few lines."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


class Served:
    """`headroom serve --http` before the store at `address`; `options` are those of the command."""

    def __init__(self, home: Path, address: str, *options: str, config: str = "") -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "config.toml").write_text(config)
        self.port = free_port()
        self.home = home
        self._options = options
        self._address = address
        self.process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        env = {**os.environ, "HEADROOM_HOME": str(self.home), "HEADROOM_STORE": self._address, "PYTHONPATH": str(ROOT)}
        with (self.home / "stderr").open("ab") as stderr:
            process = subprocess.Popen(
                [sys.executable, "-m", "headroom_mcp", "serve", "--http", "--port", str(self.port), *self._options],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr, env=env, cwd=self.home,
            )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            try:
                if self.get("/healthz")[0] == 200:
                    return process
            except OSError:
                time.sleep(0.05)
        process.kill()
        raise RuntimeError((self.home / "stderr").read_text())

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> tuple[int, str]:
        status, body, _ = self.request(method, path, None, headers)
        return status, body

    def request(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str] | None = None
    ) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}
        finally:
            connection.close()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Client:
    """One client with one token, on a connection that is kept."""

    def __init__(self, port: int, token: str = "") -> None:
        self._port = port
        self._local = threading.local()
        self.headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": "2025-06-18",
        }
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    def post(self, message: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Return the status and the answer, parsed where it is JSON."""
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        for attempt in range(2):
            connection = getattr(self._local, "connection", None)
            if connection is None:
                connection = self._local.connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
                connection.connect()
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                connection.request("POST", "/mcp", body, {**self.headers, **(headers or {})})
                answer = connection.getresponse()
                text = answer.read().decode()
                break
            except (http.client.HTTPException, OSError):
                connection.close()
                self._local.connection = None
                if attempt:
                    raise
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def call(self, tool: str, **arguments: Any) -> tuple[bool, str]:
        """Return whether the tool answered, and its text."""
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
        status, answer = self.post(message)
        if status != 200 or "result" not in answer:
            raise AssertionError(f"{status}: {answer}")
        text = "".join(block.get("text", "") for block in answer["result"]["content"])
        return not answer["result"].get("isError"), text


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
