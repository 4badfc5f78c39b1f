"""Every command runs with a network that refuses: what is not loopback cannot be reached, and nobody asks for a name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_mcp.cli import COMMANDS
from tests import long_form

_ROOT = Path(__file__).parents[2]
# Put before everything else, in this process and in those that it starts.
_GUARD = """
import os, socket, sys

def _refuse(what):
    with open(os.environ["NETWORK_LOG"], "a") as log:
        log.write(f"{what}\\n")
    raise OSError(f"no network here: {what}")

def _is_here(address):
    return not isinstance(address, tuple) or str(address[0]).startswith("127.") or address[0] in ("::1", "localhost")

_connect, _connect_ex, _sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
_lookup = socket.getaddrinfo

class Guarded(socket.socket):
    def connect(self, address):
        return _connect(self, address) if _is_here(address) else _refuse(address)
    def connect_ex(self, address):
        return _connect_ex(self, address) if _is_here(address) else _refuse(address)
    def sendto(self, data, *rest):
        return _sendto(self, data, *rest) if _is_here(rest[-1]) else _refuse(rest[-1])

def getaddrinfo(host, *rest, **more):
    return _lookup(host, *rest, **more) if host is None or _is_here((host,)) else _refuse(host)

socket.socket, socket.getaddrinfo = Guarded, getaddrinfo
"""
_LOG = "".join(f"2026-01-01 INFO worker {i % 7} finished job {i}\n" for i in range(900))
_REQUEST = {
    "model": "claude-opus-5-5",
    "messages": [
        {"role": "user", "content": "why?"},
        {
            "role": "assistant",
            "content": [{"type": "tool_use", "id": "1", "name": "Bash", "input": {"command": "cat"}}],
        },
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": _LOG}]},
    ],
}
# command -> the ways in which it is called; REF stands for a stored original
_CALLS: dict[str, list[list[str]]] = {
    "demo": [["demo", "--json"]],
    "compress": [["compress", "app.log"], ["compress", "--json", "app.log"], ["compress", "--explain", "app.log"], ["compress", "--messages", "request.json", "--json"]],
    "retrieve": [["retrieve", "REF", "--lines", "3-9"], ["retrieve", "REF", "--query", "job 7"], ["retrieve", "REF", "--json"]],
    "stats": [["stats"], ["stats", "--json", "--by", "tool"]],
    "report": [["report"]],
    "memory": [["memory", "add", "the build needs node 20"], ["memory", "search", "node"], ["memory", "list"], ["memory", "export"], ["memory", "auto"]],
    "serve": [["serve"]],
    "install": [["install", "--print"], ["install", "--statusline"], ["install", "--host", "codex", "--print"]],
    "uninstall": [["uninstall"]],
    "doctor": [["doctor"]],
    "bench": [["bench", "cases", "."]],
    "replay": [["replay", "."]],
    "experiment": [["experiment", "start"], ["experiment", "report"], ["experiment", "stop"]],
    "cache": [["cache", "lint", "request.json", "request.json"], ["cache", "explain", "request.json"], ["cache", "simulate", "request.json"]],
    "images": [["images", "tokens", "800x600"]],
    "prices": [["prices"]],
    "proxy": [["proxy", "--help"]],
    "wrap": [["wrap", "true"]],
    "integrations": [["integrations"]],
    "settings": [["settings"], ["settings", "--json"]],
    "off": [["off"]],
    "on": [["on"]],
    "purge": [["purge", "--all", "--yes"]],
    "completion": [["completion", "bash"]],
    "statusline": [["statusline"]],
}  # fmt: skip
_NOT_CALLED = {"admin": "works on a team's store, at an address that is its argument"}


def test_every_command_is_called() -> None:
    assert set(COMMANDS) - set(_CALLS) <= set(_NOT_CALLED)


@pytest.mark.slow
def test_no_command_asks_the_network_for_anything(tmp_path: Path) -> None:
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(_GUARD)
    (tmp_path / "app.log").write_text(_LOG)
    (tmp_path / "request.json").write_text(json.dumps(_REQUEST))
    log = tmp_path / "network.log"
    env = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "HEADROOM_HOME": str(tmp_path / "data"),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"), "NETWORK_LOG": str(log),
        "PYTHONPATH": f"{tmp_path / 'guard'}{os.pathsep}{_ROOT}", "TIKTOKEN_CACHE_DIR": str(tmp_path / "no-ranks"),
    }  # fmt: skip
    ref = "000000000000"
    for command, calls in _CALLS.items():
        # A command's first way, and where what it reads may be fetched from somewhere, all.
        for call in calls if long_form.FULL or command in ("memory", "install") else calls[:1]:
            arguments = [ref if word == "REF" else word for word in call]
            done = subprocess.run(
                [sys.executable, "-m", "headroom_mcp", *arguments],
                cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False, input="",
            )  # fmt: skip
            assert not log.exists(), f"{' '.join(arguments)} asked for {log.read_text()}"
            assert "Traceback" not in done.stderr and "fault of headroom" not in done.stderr, (
                f"{arguments}: {done.stderr}"
            )
            if call == ["compress", "app.log"]:
                ref = done.stdout.rsplit("[headroom ", 1)[1][:12]


def test_the_guard_refuses(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_GUARD)
    env = {**os.environ, "PYTHONPATH": str(tmp_path), "NETWORK_LOG": str(tmp_path / "log")}
    asked = "import urllib.request as u; u.urlopen('http://example.com/', timeout=2)"
    done = subprocess.run([sys.executable, "-c", asked], env=env, capture_output=True, text=True, check=False)

    assert "no network here" in done.stderr
    assert (tmp_path / "log").read_text() == "example.com\n"
