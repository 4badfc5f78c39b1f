"""A footer names a way back that its reader has: the server's tool, a command in a shell; where there is neither, all is shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import compress_output
from headroom_mcp.hook import entry
from headroom_mcp.hook.claude_code import way_back
from headroom_mcp.settings import running
from headroom_mcp.text import marker
from headroom_mcp.types import View

_LOG = "\n".join(f"2026-01-01 12:00:{n % 60:02d} INFO worker finished job {n} in {n % 7} ms" for n in range(900))
_OURS = "mcp__headroom__headroom_retrieve"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    monkeypatch.delenv("CLAUDE_PID", raising=False)


def _define(folder: Path, name: str, *rows: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text("\n".join(["---", f"name: {name}", *rows, "---", "tools: none of these"]))


def _answer(tool: str, response: object, tmp_path: Path, **more: object) -> Any:
    payload = {
        "session_id": "s", "transcript_path": str(tmp_path / "s.jsonl"), "cwd": str(tmp_path), "hook_event_name": "PostToolUse",
        "tool_name": tool, "tool_input": {"command": "cat a.log"}, "tool_use_id": "toolu_1", "tool_response": response, **more,
    }  # fmt: skip
    return entry.handle(payload)


def _bash(tmp_path: Path, **more: object) -> str:
    reply = _answer("Bash", {"stdout": _LOG, "stderr": "", "interrupted": False}, tmp_path, **more)
    return str(reply["hookSpecificOutput"]["updatedToolOutput"]["stdout"]) if reply else ""


@pytest.mark.parametrize(
    ("rows", "tool", "expected"),
    [
        ([], "read", ""),
        (["tools: Bash, Read"], "read", "command"),
        (["tools: Read, Grep"], "read", None),
        (["tools: Read, Grep"], "shell", "command"),
        (["tools:", "  - Read", "  - Bash"], "read", "command"),
        (["tools:", "- Read", "- Bash"], "read", "command"),
        (['tools: ["Bash", "Read"]'], "read", "command"),
        ([f"tools: Read, {_OURS}"], "read", ""),
        (["tools: Read, mcp__headroom"], "read", ""),
        (["tools: Read, mcp__plugin_headroom_headroom__*"], "read", ""),
        (["tools: Read, mcp__headroom__memory_search"], "read", None),
        (["tools: Read, mcp__other__headroom_retrieve"], "read", None),
        (["tools: '*'"], "read", ""),
        (["disallowedTools: mcp__headroom"], "read", "command"),
        ([f"disallowedTools: Bash, {_OURS}"], "read", None),
        (["model: sonnet", "tools: Bash", "color: red"], "read", "command"),
    ],
)
def test_a_subagents_definition_says_what_it_has(
    rows: list[str], tool: str, expected: str | None, tmp_path: Path
) -> None:
    _define(tmp_path / ".claude" / "agents" / "deep", "tiny", *rows)
    _define(tmp_path / "config" / "agents", "tiny", "tools: Nothing")

    found = way_back.of("tiny", str(tmp_path), tool)

    assert found == (way_back.command() if expected == "command" else expected)


@pytest.mark.parametrize("kind", ["", "general-purpose", "Explore", "Plan", "claude"])
def test_the_sessions_own_model_and_those_the_host_brings_have_the_tool(kind: str, tmp_path: Path) -> None:
    assert way_back.of(kind, str(tmp_path), "read") == ""


@pytest.mark.parametrize("kind", ["unheard-of", "plugin:reviewer", "statusline-setup"])
def test_of_a_subagent_that_nobody_describes_only_what_it_did_is_known(kind: str, tmp_path: Path) -> None:
    assert way_back.of(kind, str(tmp_path), "mcp") is None
    assert way_back.of(kind, str(tmp_path), "shell") == way_back.command()


def test_a_server_is_known_by_its_client_as_long_as_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_PID", str(os.getpid()))
    assert way_back.of("", str(tmp_path), "shell") == way_back.command()
    note = "from headroom_mcp.settings import running; running.note(); input()"
    server = subprocess.Popen([sys.executable, "-c", note + "; input()"], stdin=subprocess.PIPE, text=True)
    assert server.stdin is not None
    server.stdin.write("noted?\n")
    server.stdin.flush()
    for _ in range(200):
        if running.is_served(str(os.getpid())):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert way_back.of("", str(tmp_path), "shell") == ""
    assert not running.is_served("1")
    server.communicate("\n", timeout=60)
    assert way_back.of("", str(tmp_path), "shell") == way_back.command()


def test_without_a_server_the_footers_command_gives_the_lines_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_PID", str(os.getpid()))
    shown = _bash(tmp_path)
    (ref,) = marker.refs(shown)
    match = re.search(r"; (\S*headroom retrieve [0-9a-f]+ --lines )A-B\]$", shown)
    assert match is not None, shown[-300:]

    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", "s")  # as in every shell of the host
    slice_ = subprocess.run(f"{match[1]}7-8", shell=True, capture_output=True, text=True, timeout=60, check=True)

    assert ref in match[1]
    assert "finished job 6 in" in slice_.stdout
    assert "finished job 8 in" not in slice_.stdout


def test_a_subagent_with_a_list_of_tools_is_told_the_command_or_shown_everything(tmp_path: Path) -> None:
    _define(tmp_path / ".claude" / "agents", "tiny", "tools: Bash, mcp__shop__list")
    _define(tmp_path / ".claude" / "agents", "blind", "tools: mcp__shop__list")
    rows = [{"type": "text", "text": _LOG}]

    assert "; headroom_retrieve]" in _bash(tmp_path)
    assert " retrieve " in _bash(tmp_path, agent_id="a", agent_type="tiny").rpartition("\n")[2]
    assert _answer("mcp__shop__list", rows, tmp_path, agent_id="b", agent_type="tiny") is not None
    assert _answer("mcp__shop__list", rows, tmp_path, agent_id="c", agent_type="blind") is None


def test_where_no_command_is_to_be_had_nothing_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No server runs for this client, and no script of ours may be run."""
    monkeypatch.setenv("CLAUDE_PID", str(os.getpid()))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setattr(os, "access", lambda *_: False)

    assert _bash(tmp_path) == ""


def test_what_is_shown_with_a_command_is_ours_as_well() -> None:
    shown = compress_output(_LOG, view=View(way_back="headroom retrieve"))

    assert shown.ref is not None
    assert shown.text.endswith(f"; headroom retrieve {shown.ref} --lines A-B]")
    assert marker.refs(shown.text) == [shown.ref]
    assert compress_output(shown.text).outcome in ("already", "small")
