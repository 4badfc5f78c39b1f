"""Each tool's output replaced in exactly the shape its host accepts, and everything else left alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook import entry
from headroom_mcp.hook import event as decide
from headroom_mcp.hook.claude_code import tool_outputs
from tests.hook.host import bash, event, log, run_hook

_SAMPLES = json.loads((Path(__file__).parent / "samples-2.1.330.json").read_text(encoding="utf-8"))


def _answer(payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    reply = entry.handle(payload)
    return None if reply is None else json.loads(json.dumps(reply))["hookSpecificOutput"]["updatedToolOutput"]


def _is_shape_of(value: Any, response: Any, tool_name: str) -> bool:
    """Tell whether Claude Code accepts `value` for an output that was `response`."""
    if tool_name.startswith("mcp__"):
        return bool(value) and type(value) is type(response)
    if tool_name == "Read":
        file = value["file"]
        if value["type"] == "notebook":
            return set(file) == {"filePath", "cells"} and all(isinstance(cell["source"], str) for cell in file["cells"])
        return set(file) == {"filePath", "content", "numLines", "startLine", "totalLines"}
    if tool_name == "Grep" and response["mode"] == "files_with_matches":
        return set(value) == {"mode", "numFiles", "filenames", "content"}
    if not isinstance(value, dict) or "persistedOutputPath" in value:
        return False
    gone = {"persistedOutputPath", "persistedOutputSize"}
    return set(value) == set(response) - gone and all(type(value[k]) is type(response[k]) for k in value)


@pytest.mark.parametrize("sample", _SAMPLES, ids=lambda s: f"{s['hook_event_name']}-{s.get('tool_name', '')}")
def test_every_recorded_event_gets_nothing_or_a_valid_answer(
    sample: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_MIN_TOKENS", "1")

    value = _answer(sample, monkeypatch)

    assert value is None or _is_shape_of(value, sample["tool_response"], sample["tool_name"])


_LONG = log()
_NAMES = [f"src/package_{n % 9}/module_{n}.py" for n in range(900)]
_RESPONSES = {
    "Bash": {"stdout": _LONG, "stderr": "", "interrupted": False, "isImage": False, "returnCodeInterpretation": "x"},
    "Grep": {"mode": "content", "numFiles": 0, "filenames": [], "content": _LONG, "numLines": 600},
    "Grep files": {"mode": "files_with_matches", "filenames": _NAMES, "numFiles": 900, "totalFiles": 900},
    "Grep count": {"mode": "count", "numFiles": 1, "filenames": [], "content": _LONG, "numMatches": 10},
    "Glob": {"filenames": _NAMES, "durationMs": 7, "numFiles": 900, "truncated": False},
    "WebFetch": {"bytes": 56, "code": 200, "codeText": "OK", "result": _LONG, "durationMs": 652, "url": "https://x/"},
    "Agent": {
        "status": "completed", "prompt": "p", "agentId": "a", "content": [{"type": "text", "text": _LONG}],
        "totalToolUseCount": 1, "totalDurationMs": 9, "totalTokens": 9, "usage": {},
    },
    "mcp__github__list_issues": [{"type": "text", "text": _LONG}, {"type": "image", "source": {"type": "base64"}}],
    "mcp__github__get_issue": _LONG,
}  # fmt: skip


@pytest.mark.parametrize("name", _RESPONSES)
def test_a_long_output_of_each_tool_is_replaced_in_its_shape(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tool_name, response = name.partition(" ")[0], _RESPONSES[name]

    value = _answer(event(tool_name, response), monkeypatch)

    assert value is not None
    assert _is_shape_of(value, response, tool_name)
    assert len(json.dumps(value)) < len(json.dumps(response)) * 0.9
    assert "[headroom " in json.dumps(value)


def test_an_image_beside_a_text_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    response = _RESPONSES["mcp__github__list_issues"]

    value = _answer(event("mcp__github__list_issues", response), monkeypatch)

    assert value[1] == response[1]


@pytest.mark.parametrize(
    "tool_name",
    [
        "mcp__headroom__headroom_retrieve",
        "mcp__plugin_headroom_headroom__compress",
        "TaskCreate",
        "ToolSearch",
        "Skill",
    ],
)
def test_our_own_tools_and_unknown_ones_are_left_alone(tool_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(event(tool_name, [{"type": "text", "text": _LONG}]), monkeypatch) is None


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        ("headroom retrieve 0123456789ab", True),
        ("cd /p && headroom retrieve 0123456789ab --lines 1-9", True),
        ("/usr/bin/headroom compress big.log | head -50", True),
        ("python3 -m headroom_mcp retrieve 0123456789ab", True),
        ("cat x # headroom retrieve", False),
        ("echo headroom retrieve; cat .env", False),
        ("headroom retrieve 0123456789ab; cat .env", False),
        ("headroom stats", False),
        ("make headroom compress", False),
    ],
)
def test_our_own_command_is_one_that_runs_ours_alone(command: str, ours: bool) -> None:
    assert decide.is_own_command(command) == ours


def test_a_server_whose_name_only_ends_like_ours_is_not_ours() -> None:
    assert not decide.is_own_tool("mcp__not_headroom__query")
    assert not decide.is_own_tool("mcp__headroom_other__query")


@pytest.mark.parametrize(
    "payload",
    [
        bash("x\n" * 20),
        bash(_LONG, isImage=True),
        bash(_LONG, interrupted=True),
        event("Bash", {"stdout": _LONG, "stderr": "", "interrupted": False}, {"command": "headroom retrieve 1a2b3c"}),
        event("Agent", {"isAsync": True, "status": "async_launched", "outputFile": "x"}),
        event("Read", {"type": "image", "file": {"base64": "A" * 9000, "type": "image/png"}}),
        {**bash(_LONG), "hookEventName": "postToolUse"},
        {**bash(_LONG), "cursor_version": "2.0"},
    ],
    ids=["small", "image", "interrupted", "our-command", "background-agent", "picture", "vscode", "cursor"],
)
def test_what_is_not_ours_to_touch_is_left_alone(payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(payload, monkeypatch) is None


def _read(lines: int, path: str = "/home/u/proj/app.log", text: str = "", **tool_input: object) -> dict[str, Any]:
    content = text or log(lines)
    count = content.count("\n") + 1
    file = {"filePath": path, "content": content, "numLines": count, "startLine": 1, "totalLines": count}
    return event("Read", {"type": "text", "file": file}, {"file_path": path, **tool_input})


def test_a_long_log_is_read_as_a_cell_with_true_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    value = _answer(_read(900), monkeypatch)

    source = value["file"]["cells"][0]["source"]
    numbered = [line.split("\t", 1) for line in source.splitlines() if line.split("\t")[0].isdigit()]
    lines = log(900).splitlines()
    assert numbered
    assert all(lines[int(number) - 1] == line for number, line in numbered)


def test_short_files_and_parts_of_files_come_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(_read(300), monkeypatch) is None
    assert _answer(_read(900, offset=1), monkeypatch) is None
    assert _answer(_read(900, limit=500), monkeypatch) is None
    capped = _read(900)
    capped["tool_response"]["file"]["totalLines"] = 5000
    assert _answer(capped, monkeypatch) is None


@pytest.mark.parametrize(("functions", "is_short"), [(30, False), (8, True)])
def test_a_source_file_is_short_by_its_size(functions: int, is_short: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies that the question is not about are left out of one of 1,500 tokens, the others are as they are."""
    subjects = [f"{word}_{number}" for number in range(functions) for word in ("harbour", "violin", "orchard")][
        :functions
    ]
    text = "".join(
        f"def {subject}(first):\n" + "".join(f"    {subject}_{n} = first.{subject}({n})\n" for n in range(9)) + "\n\n"
        for subject in subjects
    )
    entry.handle(
        event("", {}, hook_event_name="UserPromptSubmit", prompt="harbour_0 and harbour_1 and harbour_2 differ")
    )
    count = text.count("\n") + 1
    assert count < 400
    file = {"filePath": "/home/u/proj/a.py", "content": text, "numLines": count, "startLine": 1, "totalLines": count}
    value = _answer(event("Read", {"type": "text", "file": file}, {"file_path": "/home/u/proj/a.py"}), monkeypatch)

    assert (value is None) == is_short
    if value is not None:
        shown = json.dumps(value)
        assert "harbour_1_7 = first" in shown and "orchard_1_7 = first" not in shown


def test_a_second_read_comes_whole_and_another_context_has_its_own_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _answer(_read(900), monkeypatch) is not None
    assert _answer(_read(900), monkeypatch) is None
    assert _answer({**_read(900), "agent_id": "a1"}, monkeypatch) is not None


def test_a_read_after_an_edit_comes_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    edited = event("Edit", {"filePath": "/home/u/proj/app.log"}, {"file_path": "/home/u/proj/app.log"})

    assert _answer(edited, monkeypatch) is None
    assert _answer(_read(900), monkeypatch) is None


def test_an_unchanged_file_comes_whole_when_it_was_shown_in_short(monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/home/u/proj/app.log"
    unchanged = event("Read", {"type": "file_unchanged", "file": {"filePath": path}}, {"file_path": path})
    assert _answer(unchanged, monkeypatch) is None

    _answer(_read(900), monkeypatch)
    value = _answer(unchanged, monkeypatch)

    assert value["file"]["content"] == log(900)
    assert _answer(unchanged, monkeypatch) is None


def test_the_hook_keeps_the_whole_of_a_saved_output_and_shows_at_most_30_000_characters(tmp_path: Path) -> None:
    transcript, saved = _saved(tmp_path, log(5000))
    payload = bash(log(5000)[:30_000], persistedOutputPath=str(saved), persistedOutputSize=saved.stat().st_size)
    payload.update(transcript_path=str(transcript))

    answer = run_hook(payload)

    assert len(answer.value["stdout"]) <= 30_000
    assert "persistedOutputPath" not in answer.value
    assert "persistedOutputSize" not in answer.value
    with open_store() as store:
        (ref,) = store.connection.execute("SELECT ref FROM original").fetchone()
        assert store.get(ref).body == saved.read_bytes()


def test_bytes_that_are_no_utf8_are_kept_as_they_are(tmp_path: Path) -> None:
    transcript, saved = _saved(tmp_path, "")
    saved.write_bytes(b"caf\xe9 \xff\xfe " + log(3000).encode() + b"\n\xc3")
    payload = bash("cafe", persistedOutputPath=str(saved), persistedOutputSize=1)
    payload.update(transcript_path=str(transcript))

    answer = run_hook(payload)

    assert answer.value["stdout"].encode("utf-8")
    with open_store() as store:
        (ref,) = store.connection.execute("SELECT ref FROM original").fetchone()
        assert store.get(ref).body == saved.read_bytes()


@pytest.mark.parametrize("where", ["outside", "link", "other-session"])
def test_a_saved_output_outside_the_sessions_own_folder_is_not_read(tmp_path: Path, where: str) -> None:
    transcript, saved = _saved(tmp_path, log(5000))
    secret = tmp_path / "secret.txt"
    secret.write_text(log(5000))
    path = {"outside": secret, "link": saved.parent / "link.txt", "other-session": saved}[where]
    if where == "link":
        path.symlink_to(secret)
    payload = bash(log(5000)[:30_000], persistedOutputPath=str(path))
    payload.update(transcript_path=str(transcript))
    if where == "other-session":
        payload["session_id"] = "another"

    assert run_hook(payload).stdout == b""


def _saved(tmp_path: Path, text: str) -> tuple[Path, Path]:
    transcript = tmp_path / "projects" / "p" / "5ecea5c4.jsonl"
    saved = transcript.parent / "5ecea5c4" / "tool-results" / "b1.txt"
    saved.parent.mkdir(parents=True)
    saved.write_text(text)
    return transcript, saved


def test_source_files_are_shortened_only_by_an_outline() -> None:
    python = tool_outputs.parse(_read(900, path="/home/u/proj/app.py"))
    data = tool_outputs.parse(_read(900, path="/home/u/proj/data.json"))

    assert python is not None
    assert data is not None
    assert decide.kinds_for(python) == ("code",)
    assert decide.kinds_for(data) == ()
