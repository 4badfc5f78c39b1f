"""Memory through the hook, as real processes: what is told, what is learnt, and that learning is off until turned on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import open_store
from headroom_mcp.memory import notes
from headroom_mcp.text import marker
from tests.hook.host import log, run_hook


@pytest.fixture(name="project")
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(folder))
    return folder


def _turn_on() -> None:
    Path(os.environ["HEADROOM_HOME"], "config.toml").write_text("auto_memory = true\n")


def _send(name: str, project: Path, **more: object) -> Any:
    """Send an event to a hook process and return its answer, None where it says nothing."""
    event = {
        "session_id": "5ecea5c4",
        "transcript_path": "/home/u/.claude/projects/-home-u-proj/5ecea5c4.jsonl",
        "cwd": str(project),
        "hook_event_name": name,
        **more,
    }
    done = run_hook(event)
    assert (done.code, done.stderr) == (0, b"")
    return json.loads(done.stdout)["hookSpecificOutput"] if done.stdout else None


def _failed(project: Path, command: str, output: str) -> None:
    tool_input = {"command": command, "description": "x"}
    error = f"Exit code 1\n{output}"
    assert _send("PostToolUseFailure", project, tool_name="Bash", tool_input=tool_input, error=error) is None


def _passed(project: Path, command: str, stdout: str = "ok", use_id: str = "toolu_1") -> Any:
    response = {"stdout": stdout, "stderr": "", "interrupted": False, "isImage": False, "noOutputExpected": False}
    return _send(
        "PostToolUse", project, tool_name="Bash", tool_input={"command": command}, tool_response=response,
        tool_use_id=use_id,
    )  # fmt: skip


def _written(file: Path, project: Path, text: str) -> None:
    file.write_text(text)
    tool_input = {"file_path": str(file), "content": text}
    response = {"type": "create", "filePath": str(file), "content": text, "structuredPatch": []}
    _send("PostToolUse", project, tool_name="Write", tool_input=tool_input, tool_response=response)


def _known(project: Path) -> list[notes.Note]:
    with open_store() as store:
        return notes.newest(store, [os.path.realpath(project)], auto=True, limit=100)


def test_nothing_is_learnt_until_the_user_turns_it_on(project: Path) -> None:
    _failed(project, "pytest", "E   ValueError: bad\n")
    _passed(project, "pytest")
    _send("UserPromptSubmit", project, prompt="always use uv")

    assert _known(project) == []


def test_a_failure_a_change_and_a_success_are_told_to_a_later_question(project: Path) -> None:
    _turn_on()
    _failed(project, "pytest tests/test_cart.py", "E   ValueError: cart is empty\n1 failed\n")
    _written(project / "cart.py", project, "x = 1\n")
    answer = _passed(project, "pytest tests/test_cart.py -q", log(), use_id="toolu_77")

    [fix] = [note for note in _known(project) if note.topic.startswith("fix:")]
    assert "ValueError: cart is empty; it passed after cart.py changed" in fix.text
    assert fix.session == "5ecea5c4"
    assert [fix.ref] == marker.refs(answer["updatedToolOutput"]["stdout"])

    told = _send("UserPromptSubmit", project, session_id="another", prompt="why does the cart test raise ValueError?")
    assert told["hookEventName"] == "UserPromptSubmit"
    assert "[seen in tool output, " in told["additionalContext"]
    assert "cart.py changed" in told["additionalContext"]


def test_the_users_conventions_are_told_when_a_conversation_begins(project: Path) -> None:
    _turn_on()
    _send("UserPromptSubmit", project, prompt="Fix the login. Always use uv, never pip.")

    told = _send("SessionStart", project, session_id="another", source="startup")

    assert told["additionalContext"].startswith("<headroom-memory>")
    assert "[user said, " in told["additionalContext"]
    assert _send("SessionStart", project, session_id="another", source="resume") is None


def test_what_the_user_denies_to_the_store_is_not_learnt(project: Path) -> None:
    config = Path(os.environ["HEADROOM_HOME"], "config.toml")
    config.write_text('auto_memory = true\ndeny = ["classified"]\n')
    _failed(project, "python classified.py", "ValueError: x\n")
    _failed(project, "python other.py", "ValueError: classified\n")
    _send("UserPromptSubmit", project, prompt="always use the classified branch")

    assert _known(project) == []


@pytest.mark.parametrize(
    "more",
    [
        {"tool_name": "Bash", "tool_input": None, "error": 3},
        {"tool_name": "Bash", "tool_input": {"command": 7}, "error": "x"},
        {"tool_name": "Bash", "tool_input": {"command": "a\0b \ud800"}, "error": "\ud800 Error: x"},
        {"tool_name": "Edit", "tool_input": {"file_path": "\0"}, "error": "x"},
        {},
    ],
)
def test_a_broken_event_is_answered_with_silence(project: Path, more: dict[str, object]) -> None:
    _turn_on()

    assert _send("PostToolUseFailure", project, **more) is None
