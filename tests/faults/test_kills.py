"""A process that is killed at any moment leaves no marker that points at nothing and no half an answer."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from headroom_mcp.text import marker

from . import harness
from .conftest import Note


def test_a_hook_killed_at_random_points_never_promises_what_is_not_stored(
    tmp_path: Path, note: Note, full: bool
) -> None:
    kills = 400 if full else 30
    chance = random.Random(7)
    home = tmp_path / "home"
    harness.finish(home, harness.event(0))  # the first run makes the file; the others strike at all of the flow
    began = time.monotonic()
    harness.finish(home, harness.event(1))
    whole_s = time.monotonic() - began
    shown: dict[str, str] = {}
    damaged = struck = number = 0
    while struck < kills and number < 4 * kills:
        number += 1
        process = harness.start(home, harness.event(number + 1))
        time.sleep(chance.uniform(0, whole_s))
        struck += process.poll() is None
        process.kill()
        out, err = process.communicate(timeout=60)
        try:
            text = harness.shown_text(out)
        except (ValueError, KeyError):
            damaged += 1
            continue
        assert err == b""
        if text is not None:
            shown[text] = harness.output(number + 1)
    lost = harness.dangling(home, shown)
    note("hook killed (SIGKILL) at random points", struck, len(shown), len(lost), damaged)

    # Half an answer is no JSON: the host ignores it and keeps its original. It must be rare, and never a wrong answer.
    assert lost == []
    assert damaged == 0


def test_a_server_killed_in_the_middle_of_calls_loses_nothing_it_has_answered(
    tmp_path: Path, note: Note, full: bool
) -> None:
    kills = 100 if full else 3
    chance = random.Random(11)
    home = tmp_path / "home"
    shown: dict[str, str] = {}
    answers = damaged = 0
    for number in range(kills):
        with _Server(home) as server:
            deadline = time.monotonic() + chance.uniform(0.01, 0.25)
            call = 0
            while time.monotonic() < deadline:
                text = harness.output(number * 1000 + call)
                server.ask(call + 2, text)
                call += 1
            server.process.kill()
            for line in server.rest():
                try:
                    reply = json.loads(line)
                except ValueError:
                    continue  # cut off by the kill: the client sees a closed pipe, not an answer
                if reply.get("id", 0) < 2:
                    continue
                answers += 1
                result = reply.get("result", {})
                body = result.get("content", [{}])[0].get("text", "")
                if result.get("isError") or not marker.refs(body):
                    damaged += 1
                    continue
                shown[body] = harness.output(number * 1000 + reply["id"] - 2)
    lost = harness.dangling(home, shown)
    note("server killed (SIGKILL) in mid-call", kills, answers, len(lost), damaged)

    assert lost == []
    assert damaged == 0


class _Server:
    """`headroom serve` as a process, spoken to line by line."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "headroom_mcp", "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HEADROOM_HOME": str(home)},
        )

    def __enter__(self) -> _Server:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "faults", "version": "0"}}
        self._send({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
        assert self.process.stdout is not None
        self.process.stdout.readline()
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return self

    def ask(self, number: int, text: str) -> None:
        params = {"name": "compress", "arguments": {"text": text}}
        self._send({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params})

    def rest(self) -> list[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout.read().split(b"\n")

    def __exit__(self, *exception: object) -> None:
        self.process.kill()
        self.process.wait(timeout=30)
        assert self.process.stdin is not None and self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()

    def _send(self, message: dict[str, object]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()
