"""A real Claude Code whose requests pass through our proxy, by `headroom wrap`, without hooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headroom_mcp.install.live.fake_api import Call, FakeApi, Turn
from headroom_mcp.proxy.app import Proxy
from headroom_mcp.proxy.run import beside, bound
from headroom_mcp.proxy.upstreams import chosen

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude

_LOG = "for i in $(seq 400); do echo 2026-01-01 12:00:00 INFO parcel $i was delivered; done; echo ERROR parcel 401 was lost"


def test_results_are_short_on_the_wire_and_the_conversation_goes_on(sandbox: Sandbox) -> None:
    turns = [
        Call("Bash", {"command": _LOG, "description": "x"}),
        Call("Bash", {"command": "echo two", "description": "x"}),
        ".",
    ]
    with FakeApi(turns, 100) as api:
        command = [
            sys.executable, "-m", "headroom_mcp", "wrap", str(sandbox.claude), "-p", "go", "--model", "claude-sonnet-4-5",
            "--permission-mode", "bypassPermissions",
        ]  # fmt: skip
        environment = {
            **sandbox.environment,
            "ANTHROPIC_BASE_URL": api.url,
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        done = subprocess.run(
            command, cwd=sandbox.project, env=environment, capture_output=True, text=True, timeout=150, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    long, short = api.texts()
    assert "ERROR parcel 401 was lost" in long
    assert "; headroom retrieve " in long
    assert len(long) < 3_000
    assert short.startswith("two")


def test_what_the_hooks_made_short_passes_the_proxy_as_it_is(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(sandbox.store))
    monkeypatch.setenv("HEADROOM_MIN_TOKENS", "1")  # of the proxy: that they are small already is no reason
    sandbox.headroom("install")
    (sandbox.project / "app.log").write_text(
        "".join(f"{n:05} INFO worker {n % 7} finished job {n}\n" for n in range(900))
    )
    turns: list[Turn] = [
        Call("Bash", {"command": f"{_LOG}; echo warning: two parcels weigh nothing >&2", "description": "x"}),
        Call("Read", {"file_path": str(sandbox.project / "app.log")}),
        Call("Bash", {"command": f"({_LOG}); exit 3", "description": "x"}),
        Call("Grep", {"pattern": "worker 3", "path": ".", "output_mode": "content"}),
        Call("Bash", {"command": _LOG, "description": "x"}),
        ".",
    ]
    proxied: list[str] = []
    seen: list[bytes] = []

    class Between(Proxy):
        async def _short(self, scope: Any, headers: Any, body: bytes) -> tuple[bytes, int]:
            new = await super()._short(scope, headers, body)
            seen.append(body)
            proxied.append("same" if new == (body, 0) else _differing(body, new[0]))
            return new

    with FakeApi(turns, 100) as api, beside(Between(chosen(api.url)), bound("127.0.0.1", 0)) as address:
        command = [
            str(sandbox.claude),
            "-p",
            "go",
            "--model",
            "claude-sonnet-4-5",
            "--permission-mode",
            "bypassPermissions",
        ]
        done = subprocess.run(
            command, cwd=sandbox.project, env={**sandbox.environment, "ANTHROPIC_BASE_URL": address}, capture_output=True,
            text=True, timeout=150, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert len(seen) >= 6
    assert sum("[headroom " in text for text in api.texts()) >= 3
    assert set(proxied) == {"same"}


def _differing(before: bytes, after: bytes) -> str:
    at = next((n for n, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(after))
    return f"{before[max(0, at - 300) : at + 300]!r} became {after[max(0, at - 300) : at + 300]!r}"
