"""What a session's own events do: its question, its compaction, its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook import entry
from headroom_mcp.text import marker
from tests.hook.host import bash, log, run_hook

_SESSION = "5ecea5c4"


def _event(name: str, **more: object) -> dict[str, Any]:
    transcript = "/home/u/.claude/projects/-home-u-proj/5ecea5c4.jsonl"
    return {
        "session_id": _SESSION,
        "transcript_path": transcript,
        "cwd": "/home/u/proj",
        "hook_event_name": name,
        **more,
    }


@pytest.fixture(autouse=True)
def _no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "start_timer", lambda: None)


def _shown(text: str) -> str:
    reply: Any = entry.handle(bash(text))
    return str(reply["hookSpecificOutput"]["updatedToolOutput"]["stdout"])


def test_the_users_prompt_is_what_outputs_are_asked_about() -> None:
    lines = log(900).splitlines()
    lines[300] = "2026-01-01 12:00:00 INFO worker 6 rotated the kestrel certificate"

    assert entry.handle(_event("UserPromptSubmit", prompt="when was the kestrel certificate rotated?")) is None

    assert lines[300] in _shown("\n".join(lines))


def test_a_task_notification_is_no_question() -> None:
    entry.handle(_event("UserPromptSubmit", prompt="find the kestrel"))
    entry.handle(_event("UserPromptSubmit", prompt="<task-notification>done</task-notification>"))

    with open_store() as store:
        assert store.sessions.query(_SESSION) == "find the kestrel"


def test_after_a_compaction_nothing_counts_as_shown_and_the_refs_are_told() -> None:
    first = _shown(log())
    ref = marker.refs(first)[-1]

    request = entry.handle(_event("PreCompact", trigger="auto", custom_instructions=""))
    table: Any = entry.handle(_event("SessionStart", source="compact"))

    assert isinstance(request, str)
    assert ref in request
    assert f"{ref}  make (" in table["hookSpecificOutput"]["additionalContext"]
    assert _shown(log()) == first


def test_without_refs_a_compaction_hears_nothing() -> None:
    assert entry.handle(_event("PreCompact", trigger="manual")) is None
    assert entry.handle(_event("SessionStart", source="compact")) is None
    assert entry.handle(_event("SessionStart", source="startup")) is None


def test_an_ended_session_is_no_longer_live() -> None:
    _shown(log())

    assert entry.handle(_event("SessionEnd", reason="other")) is None

    with open_store() as store:
        assert store.connection.execute("SELECT ended_s IS NOT NULL FROM session").fetchone() == (1,)
        assert store.connection.execute("SELECT COUNT(*) FROM original").fetchone() == (1,)


def test_precompact_prints_plain_text_as_the_host_wants_it() -> None:
    run_hook(bash(log()))

    answer = run_hook(_event("PreCompact", trigger="auto"))

    assert answer.code == 0
    assert answer.stdout.startswith(b"Where the summary speaks")
    with pytest.raises(ValueError):
        json.loads(answer.stdout)


def test_a_project_file_that_cannot_be_used_does_not_stop_what_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a compaction nothing counts as shown, whatever stands in a repository's file."""
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    (tmp_path / ".headroom.toml").write_text("min_tokens = 'many'\n")
    with open_store() as store:
        store.contexts.note_shown("s", "", "cat", "text")
    entry.handle({"hook_event_name": "PreCompact", "session_id": "s", "transcript_path": "t", "cwd": str(tmp_path)})

    with open_store() as store:
        assert store.contexts.shown_in("s", "") == []
