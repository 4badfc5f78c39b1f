"""A real Claude Code from npm, in a throwaway home, against a scripted API on loopback."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from headroom_mcp.install.live.fake_api import FakeApi, Turn
from tests import long_form

# HEADROOM_CLAUDE_VERSIONS=2.1.332 tries others.
VERSIONS = tuple(os.environ.get("HEADROOM_CLAUDE_VERSIONS", "2.1.330 2.1.197").split())
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headroom-tests"
_TESTS = Path(__file__).parent
_ROOT = _TESTS.parent.parent


class Run(NamedTuple):
    """What one `claude -p` left behind. `texts`: what the model was shown for each tool call, in order."""

    texts: list[str]
    api: FakeApi
    stdout: str


class Sandbox:
    """A home, a configuration folder, a project and a store that nobody else uses."""

    def __init__(self, folder: Path, claude: Path) -> None:
        self.claude = claude
        self.home = folder / "home"
        self.config = self.home / ".claude"
        self.project = folder / "project"
        self.store = folder / "store"
        self.shell = "/bin/bash"
        self.config.mkdir(parents=True)
        self.project.mkdir()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of Claude Code and of our own command; nothing of the user's but the PATH."""
        return {
            "PATH": os.environ["PATH"],
            "SHELL": self.shell,
            "HOME": str(self.home),
            "CLAUDE_CONFIG_DIR": str(self.config),
            "HEADROOM_HOME": str(self.store),
            "IS_SANDBOX": "1",
            "ANTHROPIC_API_KEY": "dummy",
            "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",  # nobody answers there, at once; `run` names the scripted one
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_TELEMETRY": "1",
            "DISABLE_AUTOUPDATER": "1",
            "DISABLE_ERROR_REPORTING": "1",
        }

    def headroom(self, *arguments: str) -> str:
        """Run our own command in the project."""
        environment = {**self.environment, "PYTHONPATH": str(_ROOT)}
        done = subprocess.run(
            [sys.executable, "-m", "headroom_mcp", *arguments],
            cwd=self.project, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, turns: Sequence[Turn], *arguments: str, prompt: str = "go", count_tokens: int = 100) -> Run:
        """Let Claude Code work through `turns`.

        It waits five seconds for its servers, which on a busy machine may be too few: then once more, from the start.
        """
        for _ in range(2):
            run = self._run(turns, arguments, prompt, count_tokens)
            if not any("No such tool available: mcp__" in text for text in run.texts):
                break
        return run

    def _run(self, turns: Sequence[Turn], arguments: Sequence[str], prompt: str, count_tokens: int) -> Run:
        with FakeApi(turns, count_tokens) as api:
            done = subprocess.run(
                [
                    self.claude, "-p", prompt, "--model", "claude-sonnet-4-5", "--output-format", "stream-json", "--verbose",
                    "--permission-mode", "bypassPermissions", *arguments,
                ],
                cwd=self.project, env={**self.environment, "ANTHROPIC_BASE_URL": api.url}, capture_output=True, text=True,
                timeout=100, check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return Run(api.texts(), api, done.stdout)

    def add_mini_server(self) -> None:
        """Register the users' own MCP server of these tests in the project."""
        entry = {"command": sys.executable, "args": [str(_TESTS / "mini_mcp.py")], "alwaysLoad": True}
        (self.project / ".mcp.json").write_text(json.dumps({"mcpServers": {"mini": entry}}))


@pytest.fixture(scope="session", name="install_claude")
def _install_claude() -> Callable[[str], Path]:
    def install(version: str) -> Path:
        """Return the `claude` of `version`, from npm once and from a cache thereafter."""
        npm = shutil.which("npm")
        folder = _CACHE / f"claude-code-{version}"
        claude = folder / "node_modules" / ".bin" / "claude"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:  # workers of one run share the cache
            fcntl.flock(lock, fcntl.LOCK_EX)
            if claude.exists():
                return claude
            if npm is None:
                pytest.skip("npm is not installed: Claude Code cannot be had")
            package = f"@anthropic-ai/claude-code@{version}"
            command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", package]
            done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
            if done.returncode != 0:
                pytest.skip(f"npm install {package} failed: {done.stderr[-300:]}")
        return claude

    return install


def _version_of(test: pytest.Item) -> str:
    """Return the version that a test runs with in the short form: a slow one with the newest, the others with each in turn."""
    if test.get_closest_marker("slow"):
        return VERSIONS[0]
    name = f"{test.path.name} {getattr(test, 'originalname', test.name)}"
    return VERSIONS[zlib.crc32(name.encode()) % len(VERSIONS)]


@pytest.fixture(name="sandbox", params=VERSIONS)
def _sandbox(request: pytest.FixtureRequest, tmp_path: Path, install_claude: Callable[[str], Path]) -> Sandbox:
    if not long_form.FULL and request.param != _version_of(request.node):
        pytest.skip("each test runs with one version; HEADROOM_TESTS=full runs it with all")
    return Sandbox(tmp_path, install_claude(request.param))
