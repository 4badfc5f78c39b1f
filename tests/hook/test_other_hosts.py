"""The hooks of hosts other than Claude Code: what they answer, what they leave alone, and that they say nothing else."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.hook import entry
from headroom_mcp.install import hosts
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.text import marker
from tests.hook.host import COMMAND, log

_WITH_HOOKS = [name for name in hosts.HOSTS if hosts.has_hook(name)]


def _answer(name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
    raw = entry.answer(json.dumps(payload).encode(), name)
    return json.loads(raw) if raw else None


def _shown(name: str, payload: dict[str, Any]) -> str:
    answer = _answer(name, payload)
    return hosts.load(name).shown(answer) if answer else ""


@pytest.mark.parametrize("name", _WITH_HOOKS)
def test_a_long_output_is_shown_small_and_its_original_is_stored(name: str, tmp_path: Path) -> None:
    text = _shown(name, hosts.load(name).sample(log(), str(tmp_path)))

    assert 0 < len(text) < len(log()) / 3
    assert "could not reach the payment gateway" in text
    (ref,) = set(marker.refs(text))
    with open_store(Settings()) as store:
        assert store.get(ref).text == log()
        assert list(store.ledger.read("host").rows) == [name]


@pytest.mark.parametrize("name", _WITH_HOOKS)
def test_a_small_output_gets_no_answer(name: str, tmp_path: Path) -> None:
    assert _answer(name, hosts.load(name).sample("done\n" * 5, str(tmp_path))) is None


@pytest.mark.parametrize("name", _WITH_HOOKS)
@pytest.mark.parametrize("way", ["the setting", "the switch"])
def test_nothing_is_replaced_where_the_user_has_switched_us_off(
    name: str, way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "the setting":
        monkeypatch.setenv("HEADROOM_ENABLED", "false")
    else:
        home = Path(os.environ["HEADROOM_HOME"])
        home.mkdir(exist_ok=True)
        (home / "off").touch()

    assert _answer(name, hosts.load(name).sample(log(), str(tmp_path))) is None


@pytest.mark.parametrize("name", _WITH_HOOKS)
def test_secrets_are_masked_whatever_is_compressed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "ghp_" + "a1B2" * 9
    monkeypatch.setenv("HEADROOM_REDACT", "model")

    for text in (f"token {secret}\n", f"{log()}\ntoken {secret}\n"):
        shown = _shown(name, hosts.load(name).sample(text, str(tmp_path)))
        assert shown
        assert secret not in shown


@pytest.mark.parametrize("name", _WITH_HOOKS)
@pytest.mark.parametrize("damage", ["nothing", "a list", "no object", "another type", "a deep type"])
def test_an_event_of_another_shape_is_silent_and_ends_well(name: str, damage: str, tmp_path: Path) -> None:
    sample = hosts.load(name).sample(log(), str(tmp_path))
    raw = {
        "nothing": b"",
        "a list": b"[1]",
        "no object": b'"text"',
        "another type": json.dumps(dict.fromkeys(sample, 7)).encode(),
        "a deep type": json.dumps({key: [value] for key, value in sample.items()}).encode(),
    }[damage]

    done = subprocess.run([*COMMAND, name], input=raw, capture_output=True, timeout=60, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("name", _WITH_HOOKS)
def test_no_hook_of_another_host_answers_allow(name: str, tmp_path: Path) -> None:
    said = json.dumps(_answer(name, hosts.load(name).sample(log(), str(tmp_path))))

    assert "allow" not in said
    assert "approve" not in said


def test_a_host_that_is_not_known_gets_no_answer(tmp_path: Path) -> None:
    assert _answer("nobody", hosts.load("qwen").sample(log(), str(tmp_path))) is None
    assert set(_WITH_HOOKS) == set(entry.OTHER_HOSTS)


# Qwen Code


def _qwen(**more: object) -> dict[str, Any]:
    return {**hosts.load("qwen").sample("x", "/nowhere"), **more}


def test_qwen_what_stands_around_an_output_stays(tmp_path: Path) -> None:
    sample = hosts.load("qwen").sample(log(), str(tmp_path))

    lines = _shown("qwen", sample).splitlines()

    assert lines[:2] == ["Command: make", "Directory: (root)"]
    assert lines[-3:] == ["Error: (none)", "Exit Code: 0", "Signal: (none)"]


def test_qwen_the_whole_of_a_cut_output_is_read_from_its_own_folder_only(tmp_path: Path) -> None:
    home = tmp_path / ".qwen"
    for place, is_read in ((home / "tmp" / "abc", True), (tmp_path / "elsewhere", False)):
        place.mkdir(parents=True)
        saved = place / "run_shell_command_1.output"
        saved.write_text(f"Command: make\nDirectory: (root)\nOutput: {log(1_500)}\nError: (none)\nExit Code: 0")
        cut = f"Tool output was too large and has been truncated.\nThe full output has been saved to: {saved}\n…\n{log(40)}"
        payload = _qwen(
            transcript_path=str(home / "projects" / "p" / "chats" / "s.jsonl"),
            tool_response={"llmContent": cut, "returnDisplay": ""},
        )

        shown = _shown("qwen", payload)

        assert ("1,500" in shown) == is_read


def test_qwen_an_empty_prompt_is_not_the_users(tmp_path: Path) -> None:
    asked = {"hook_event_name": "UserPromptSubmit", "cwd": str(tmp_path)}
    assert _answer("qwen", _qwen(**asked, prompt="why does the build fail?")) is None
    assert _answer("qwen", _qwen(**asked, prompt="")) is None

    with open_store(Settings()) as store:
        assert store.sessions.query("sample") == "why does the build fail?"


@pytest.mark.parametrize("tool", ["mcp__headroom__headroom_retrieve", "read_file", "write_file"])
def test_qwen_our_own_tools_and_files_are_left_alone(tool: str) -> None:
    assert _answer("qwen", _qwen(tool_name=tool, tool_response={"llmContent": log()})) is None


def test_qwen_an_mcp_result_with_an_image_is_left_alone() -> None:
    blocks: list[dict[str, Any]] = [{"text": log()}]
    payload = _qwen(tool_name="mcp__mini__rows", tool_response={"llmContent": blocks})
    assert marker.refs(_shown("qwen", payload))

    blocks.append({"inlineData": {"mimeType": "image/png", "data": "AAAA"}})

    assert _answer("qwen", payload) is None


# Gemini CLI


def _gemini(folder: Path, **more: object) -> dict[str, Any]:
    return {**hosts.load("gemini").sample(log(), str(folder)), **more}


def test_gemini_the_second_call_reads_our_text_and_is_no_event_of_ours(tmp_path: Path) -> None:
    answer = _answer("gemini", _gemini(tmp_path))

    assert answer is not None
    call = answer["hookSpecificOutput"]["tailToolCallRequest"]
    assert call["name"] == "read_file"
    assert Path(call["args"]["file_path"]).parent == tmp_path / "gemini" / "tool-outputs" / "session-sample"
    assert _answer("gemini", _gemini(tmp_path, original_request_name="run_shell_command")) is None


@pytest.mark.parametrize("way", ["a setting", "a policy", "an agent", "long lines", "no transcript"])
def test_gemini_a_text_that_read_file_may_not_show_is_the_answer_itself(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    payload = _gemini(tmp_path)
    files = {
        "a setting": (".gemini/settings.json", '{"tools": {"exclude": ["read_file"]}}'),
        "a policy": (".gemini/policies/mine.toml", 'toolName = "read_file"'),
        "an agent": (".gemini/agents/runner.md", "---\nname: runner\ntools:\n  - run_shell_command\n---\n"),
    }
    if way in files:
        file = tmp_path / files[way][0]
        file.parent.mkdir(parents=True)
        file.write_text(files[way][1])
    elif way == "long lines":
        rows = json.dumps([{"id": n, "name": f"item {n % 3}"} for n in range(3)] + [{"id": 9, "name": "x" * 2_100}])
        payload["tool_response"]["llmContent"] = f"{log()}\n{rows}"
    else:
        payload["transcript_path"] = ""

    answer = _answer("gemini", payload)

    assert answer is not None
    if way == "long lines" and "decision" not in answer:
        assert max(map(len, hosts.load("gemini").shown(answer).splitlines())) <= 2_000
        return
    assert answer["decision"] == "deny"
    assert marker.refs(answer["reason"])


def test_gemini_an_mcp_servers_tool_is_known_by_its_server(tmp_path: Path) -> None:
    server = {"server_name": "headroom", "tool_name": "headroom_retrieve"}
    response = {"llmContent": [{"text": f"<untrusted_context>\n{log()}\n</untrusted_context>"}]}
    payload = _gemini(tmp_path, tool_name="mcp_x", tool_response=response)

    assert _answer("gemini", {**payload, "mcp_context": server}) is None
    text = _shown("gemini", {**payload, "mcp_context": {**server, "server_name": "mini"}})
    assert text.startswith("<untrusted_context>\n")
    assert text.endswith("\n</untrusted_context>")
