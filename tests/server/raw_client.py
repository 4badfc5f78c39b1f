"""A client of a few lines, so that the server can be tested with any version of the protocol's library, and with bad manners."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0  # for what must come; nothing is measured by it

# The server with hidden tools that misbehave, and as little time for them as a test can wait.
HOSTILE = """
import sys
from headroom_mcp.server import app, main
from tests.server import hostile
app.HIDDEN_S = {limit_s}
main({{name: getattr(hostile, name) for name in ("burn", "wait", "crash", "grow", "who")}})
"""


def hostile_server(limit_s: float) -> list[str]:
    """Return the arguments for Python that start the server with the tools of `hostile`."""
    return ["-c", HOSTILE.format(limit_s=limit_s)]


class Raw:
    """A server process and the lines to and from it. `stderr` is what it wrote there, once it has ended."""

    def __init__(
        self,
        arguments: Sequence[str] = ("-m", "headroom_mcp", "serve"),
        *,
        python: str | Path = sys.executable,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.process = subprocess.Popen(
            [python, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._next = 0
        self.arrived: list[dict[str, Any]] = []
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._follow, daemon=True).start()

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None and not stream.closed and stream is not self.process.stdout:
                stream.close()

    def _follow(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(b"")

    def shake_hands(self) -> dict[str, Any]:
        """Do the handshake of the protocols up to 2025 and return the server's answer."""
        client = {"name": "test", "version": "1"}
        answer = self.ask("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        result: dict[str, Any] = answer["result"]
        return result

    def send(self, message: dict[str, Any] | bytes) -> None:
        """Write one line."""
        assert self.process.stdin is not None
        data = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(data + b"\n")
        self.process.stdin.flush()

    def request(self, method: str, **parameters: Any) -> int:
        """Send a request and return its id."""
        self._next += 1
        self.send({"jsonrpc": "2.0", "id": self._next, "method": method, "params": parameters})
        return self._next

    def call(self, tool: str, **arguments: Any) -> int:
        """Call a tool and return the id of the request."""
        return self.request("tools/call", name=tool, arguments=arguments)

    def answer(self, key: object) -> dict[str, Any]:
        """Wait for the answer to the request `key`; others that come meanwhile are kept in `arrived`, in order."""
        while True:
            for message in self.arrived:
                if "method" not in message and message.get("id") == key:
                    return message
            line = self._lines.get(timeout=PATIENCE_S)
            assert line, f"the server has ended; it wrote {self.stderr()!r}"
            self.arrived.append(json.loads(line))

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        return self.answer(self.request(method, **parameters))

    def text(self, key: int) -> tuple[str, bool]:
        """Wait for the answer of a tool: its text, and whether it is an error."""
        result = self.answer(key)["result"]
        return result["content"][0]["text"], bool(result.get("isError"))

    def order(self) -> list[object]:
        """Return the ids of the answers so far, in the order in which they came."""
        return [message.get("id") for message in self.arrived]

    def close_input(self) -> None:
        """Go away as a client does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def ended(self) -> int:
        """Wait for the end of the process and return its exit code."""
        return self.process.wait(timeout=PATIENCE_S)

    def stderr(self) -> str:
        """Return what was written to standard error, by a process that has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until `condition` holds; fail when it never does."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.02)


def is_alive(process_id: int) -> bool:
    """Tell whether a process runs (one that is dead and not yet collected does not)."""
    try:
        with open(f"/proc/{process_id}/stat", encoding="ascii") as stream:
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
