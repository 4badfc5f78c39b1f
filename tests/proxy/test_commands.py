"""`headroom proxy` and `headroom wrap` as a user runs them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.proxy.outgoing import Outgoing
from headroom_mcp.proxy.upstreams import PROVIDERS, chosen
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError
from tests.integrations.agents import FAILURE, run_output
from tests.integrations.loopback import Model
from tests.proxy.upstream import Upstream


@pytest.mark.parametrize(
    ("path", "headers", "provider"),
    [
        ("/v1/messages", {}, "anthropic"),
        ("/v1/messages/count_tokens", {}, "anthropic"),
        ("/v1/models", {b"anthropic-version": b"2023-06-01"}, "anthropic"),
        ("/v1/models", {}, "openai"),
        ("/v1/chat/completions", {}, "openai"),
        ("/v1/responses", {}, "openai"),
        ("/v1beta/models/gemini-3:generateContent", {}, "gemini"),
    ],
)
def test_a_request_goes_to_the_provider_whose_api_it_is(
    path: str, headers: Mapping[bytes, bytes], provider: str
) -> None:
    request = Outgoing("POST", "", path.encode(), list(headers.items()), b"")
    assert chosen().routed(request).base == PROVIDERS[provider]
    assert chosen("https://gateway.example/api/").routed(request).base == "https://gateway.example/api"


@pytest.mark.parametrize("backend", ["bedrok", "ftp://x", "https://", "https://x?y"])
def test_a_backend_that_is_none_is_refused_with_what_would_do(backend: str) -> None:
    with pytest.raises(HeadroomError, match="anthropic, openai"):
        chosen(backend)


def test_another_address_needs_a_token() -> None:
    result = CliRunner().invoke(main, ["proxy", "--host", "0.0.0.0", "--port", "0"])

    assert result.exit_code == 1
    assert "--token" in result.output


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(main, ["proxy", "--port", str(taken.getsockname()[1])])

    assert result.exit_code == 1
    assert "--port" in result.output


@pytest.mark.parametrize("arguments", [["proxy"], ["wrap", "true"]])
def test_a_missing_library_is_named_with_the_command_that_brings_it(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "headroom_mcp.proxy.app", raising=False)
    monkeypatch.delattr("headroom_mcp.proxy.app", raising=False)
    monkeypatch.setitem(sys.modules, "httpx2", None)

    result = CliRunner().invoke(main, arguments)

    assert result.exit_code == 1
    assert "[proxy]'" in result.output


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    result = CliRunner().invoke(main, ["proxy", "--port", port])

    assert result.exit_code == 2
    assert "--port" in result.output


def test_check_tells_what_cannot_be_reached() -> None:
    result = CliRunner().invoke(main, ["proxy", "--check", "--backend", "http://127.0.0.1:9"])

    assert result.exit_code == 1
    assert "http://127.0.0.1:9: " in result.output


def test_the_command_serves_until_it_is_told_to_end(tmp_path: Path) -> None:
    environment = {**os.environ, "HEADROOM_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "headroom_mcp", "proxy", "--port", "0", "--backend", "http://127.0.0.1:9"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        address = process.stderr.readline().split()[4].rstrip(";")
        import httpx2

        for _ in range(200):
            try:
                assert httpx2.get(f"{address}/healthz").status_code == 200
                break
            except httpx2.TransportError:
                continue
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM, 143)
        assert "Traceback" not in process.stderr.read()


def test_ctrl_c_cuts_a_stream_off_without_a_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "HEADROOM_HOME": str(tmp_path)}
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        backend = f"http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "headroom_mcp", "proxy", "--port", "0", "--backend", backend]
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            port = int(process.stderr.readline().split()[4].rstrip(";").rpartition(":")[2])
            with _connected(port) as client:
                client.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")
                provider, _ = silent.accept()  # which never answers
                process.send_signal(signal.SIGINT)
                code = process.wait(20)
                provider.close()
            said = process.stderr.read()

    assert code == 0
    assert all(line.startswith("  ") and "_BASE_URL=" in line for line in said.splitlines()), said


def test_a_proxy_that_is_killed_in_mid_stream_loses_nothing_stored(tmp_path: Path) -> None:
    environment = {**os.environ, "HEADROOM_HOME": str(tmp_path / "home")}
    with Upstream() as upstream:
        upstream.pieces = [b"data: x\n\n"] * 600
        upstream.pause = 0.1
        command = [sys.executable, "-m", "headroom_mcp", "proxy", "--port", "0", "--backend", upstream.url]
        with subprocess.Popen(command, env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            port = int(process.stderr.readline().split()[4].rstrip(";").rpartition(":")[2])
            call = {"id": "c1", "type": "function", "function": {"name": "run_tests", "arguments": "{}"}}
            rows = [
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": run_output(1)},
            ]
            body = json.dumps({"model": "m", "messages": rows}).encode()
            with _connected(port) as client:
                head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                client.sendall(head.encode() + body)
                client.settimeout(60)
                assert b" 200 " in client.recv(4096)
                process.kill()
    (ref,) = marker.refs(json.loads(upstream.seen[-1][3])["messages"][-1]["content"])
    command = [sys.executable, "-m", "headroom_mcp", "retrieve", ref, "--all"]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.rstrip("\n") == run_output(1)


_INTERRUPTED = """
import os, runpy, signal, sys
class Finder:
    def find_spec(name, path=None, target=None):
        if name == sys.argv[-1]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder)
module = sys.argv[-1]
sys.argv = ["headroom", "proxy", "--port", "0", "--backend", "http://127.0.0.1:9", "--token", module]
runpy.run_module("headroom_mcp", run_name="__main__")
"""


@pytest.mark.parametrize("module", ["headroom_mcp.cli.proxy", "headroom_mcp.proxy.app", "headroom_mcp.proxy.upstreams"])
def test_ctrl_c_while_it_starts_ends_it_without_a_word(tmp_path: Path, module: str) -> None:
    command = [sys.executable, "-c", _INTERRUPTED, module]
    environment = {**os.environ, "HEADROOM_HOME": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode in (130, -signal.SIGINT)
    assert done.stdout + done.stderr == ""


def _connected(port: int) -> socket.socket:
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the proxy does not listen")


_PROGRAM = """
import json, os, sys, urllib.request
body = {"model": "m", "messages": json.loads(os.environ["ROWS"])}
request = urllib.request.Request(os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(), {"content-type": "application/json"})
print(urllib.request.urlopen(request).status, *sys.argv[1:])
sys.exit(7)
"""


def test_wrap_runs_a_program_whose_requests_are_short_and_ends_as_it_does(tmp_path: Path) -> None:
    program = tmp_path / "agent"
    program.write_text(f"#!{sys.executable}\n{_PROGRAM}")
    program.chmod(0o755)
    call = {"id": "c1", "type": "function", "function": {"name": "run_tests", "arguments": "{}"}}
    rows = [
        {"role": "user", "content": "why?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": run_output(1)},
    ]
    with Model(turns=0) as model:
        environment = {
            **os.environ,
            "HEADROOM_HOME": str(tmp_path / "home"),
            "OPENAI_BASE_URL": f"{model.url}/v1",
            "ROWS": json.dumps(rows),
        }
        command = [sys.executable, "-m", "headroom_mcp", "wrap", str(program), "--flag", "x"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert (done.stdout, done.returncode) == ("200 --flag x\n", 7), done.stderr
    (shown,) = model.requests[-1].results
    assert FAILURE in shown
    assert len(shown) < 3_000


def test_wrap_tells_codex_its_base_url_by_an_argument(tmp_path: Path) -> None:
    program = tmp_path / "codex"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    command = [sys.executable, "-m", "headroom_mcp", "wrap", str(program), "exec", "go"]
    environment = {**os.environ, "HEADROOM_HOME": str(tmp_path / "home")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert re.fullmatch(r'-c openai_base_url="http://127.0.0.1:\d+/v1" exec go\n', done.stdout), done.stderr


def test_wrap_says_when_a_program_is_not_there() -> None:
    result = CliRunner().invoke(main, ["wrap", "no-such-program-here"])

    assert result.exit_code == 1
    assert "PATH" in result.output
