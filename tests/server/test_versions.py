"""The server with the newest `mcp` of each major version, installed in an environment of its own, and that version's client.

Frameworks pin one or the other; whichever is there must do.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.server.raw_client import ROOT, Raw, hostile_server, until

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headroom-tests"
_SERVE = ["-c", "from headroom_mcp.server import serve; serve()"]
# As pyproject.toml has it: the oldest that works with the libraries of today, and the newest of both.
REQUIREMENTS = ["mcp==1.23.*", "mcp>=1.23,<2", "mcp>=2.1,<3"]

pytestmark = pytest.mark.slow  # each version is installed once, then kept


@pytest.fixture(scope="session", name="python_with")
def _python_with() -> Callable[[str], Path]:
    def install(requirement: str) -> Path:
        """Return a Python with `requirement` and nothing of ours."""
        name = "".join(char if char.isalnum() else "-" for char in requirement)
        folder = _CACHE / f"{name}-{sys.version_info[0]}.{sys.version_info[1]}"
        python = folder / "bin" / "python"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:  # workers of one run share the cache
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (folder / "complete").exists():
                return python
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True, timeout=100)
            command = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", requirement]
            done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
            if done.returncode != 0:
                pytest.skip(f"pip install {requirement} failed: {done.stderr[-300:]}")
            (folder / "complete").touch()
        return python

    return install


@pytest.fixture(name="project")
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    lines = [f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(900)]
    lines[500] = "2026-01-01 ERROR payment gateway refused the connection"
    (tmp_path / "app.log").write_text("\n".join(lines))
    return tmp_path


@lru_cache
def _known_tools() -> list[dict[str, Any]]:
    """Return the tools that the server lists with the library of these tests."""
    with Raw() as known:
        known.shake_hands()
        found: list[dict[str, Any]] = known.ask("tools/list")["result"]["tools"]
        return found


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_server_answers_alike(requirement: str, python_with: Callable[[str], Path], project: Path) -> None:
    with Raw(_SERVE, python=python_with(requirement)) as client:
        greeting = client.shake_hands()
        tools = client.ask("tools/list")["result"]["tools"]
        shown, failed = client.text(client.call("compress", path="app.log"))
        ref = shown.rsplit("[headroom ", 1)[1].split(":")[0]
        slice_, _ = client.text(client.call("headroom_retrieve", ref=ref, lines=501))
        refusal, refused = client.text(client.call("headroom_retrieve"))
        client.send(
            b'{"jsonrpc":"2.0","id":"s","method":"tools/call","params":{"name":"compress","arguments":{"text":"a\\ud800b"}}}'
        )
        whole = client.answer("s")["result"]["content"][0]["text"]
        _, unknown = client.text(client.call("no_such_tool"))
        client.close_input()

        assert client.ended() == 0
        assert client.stderr() == ""
        assert greeting["serverInfo"]["name"] == "headroom"
        assert "headroom_retrieve" in greeting["instructions"]
        assert tools == _known_tools()
        assert "ERROR payment gateway refused" in shown
        assert "ERROR payment gateway refused" in slice_
        assert (refusal, refused, failed, unknown) == ("headroom_retrieve needs ref.", True, False, True)
        assert whole == "a\ufffdb"


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_ping_is_answered_and_the_work_stopped(
    requirement: str, python_with: Callable[[str], Path], tmp_path: Path
) -> None:
    with Raw(hostile_server(600), python=python_with(requirement)) as client:
        client.shake_hands()
        burning = client.call("burn", folder=str(tmp_path))
        until(lambda: bool(list(tmp_path.iterdir())), "it burns")

        client.ask("ping")
        client.close_input()

        assert burning not in client.order()
        assert client.ended() == 0


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_the_newest_client_gets_its_answers(
    requirement: str, python_with: Callable[[str], Path], project: Path
) -> None:
    parameters = StdioServerParameters(
        command=str(python_with(requirement)),
        args=_SERVE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=str(project),
    )

    async def run() -> str:
        async with Client(parameters) as client:
            result = await client.call_tool("compress", {"path": "app.log"})
            return "".join(block.text for block in result.content if block.type == "text")

    assert "ERROR payment gateway refused" in asyncio.run(run())


_CLIENT_OF_1 = """
import asyncio, json, os, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

async def run():
    parameters = StdioServerParameters(command=sys.argv[1], args=json.loads(sys.argv[2]), env=dict(os.environ))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        names = [tool.name for tool in (await session.list_tools()).tools]
        result = await session.call_tool("compress", {"path": "app.log"})
        print(json.dumps({"names": names, "text": result.content[0].text, "structured": result.structuredContent}))

asyncio.run(run())
"""


@pytest.mark.parametrize("requirement", REQUIREMENTS)
def test_a_client_of_the_first_major_version_gets_its_answers(
    requirement: str, python_with: Callable[[str], Path], project: Path
) -> None:
    done = subprocess.run(
        [python_with("mcp>=1.23,<2"), "-c", _CLIENT_OF_1, python_with(requirement), json.dumps(_SERVE)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=project, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    got: dict[str, Any] = json.loads(done.stdout)

    assert "headroom_retrieve" in got["names"]
    assert "ERROR payment gateway refused" in got["text"]
    assert got["structured"] is None
