"""The hooks of hosts other than Claude Code: what they answer, what they leave alone, and that they say nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.hook import entry
from headroom_mcp.install import hosts
from headroom_mcp.memory import notes
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


# opencode


def test_opencode_what_stands_after_a_cut_output_stays_and_the_whole_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    payload = hosts.load("opencode").sample("x", str(tmp_path))
    end = "\n\n<bash_metadata>\nterminated after 120000 ms\n</bash_metadata>"
    for folder, is_read in ((tmp_path / "opencode" / "tool-output", True), (tmp_path / "elsewhere", False)):
        folder.mkdir(parents=True)
        (folder / "tool_1").write_text(log(1_500))
        cut = f"...output truncated...\n\n{log(300)}{end}"
        payload["tool_response"] = {"output": cut, "path": str(folder / "tool_1")}

        text = _shown("opencode", payload)

        assert ("1,500" in text) == is_read
        assert text.endswith(end) or not is_read


def test_opencode_an_mcp_result_keeps_its_blocks(tmp_path: Path) -> None:
    image = {"type": "image", "mimeType": "image/png", "data": "AAAA"}
    content = [{"type": "text", "text": log()}, image]
    payload = {
        **hosts.load("opencode").sample("x", str(tmp_path)), "tool_name": "mini_rows", "tool_response": {"content": content}
    }  # fmt: skip

    answer = _answer("opencode", payload)

    assert answer is not None
    assert answer["content"][1] == image
    assert marker.refs(answer["content"][0]["text"])
    assert _answer("opencode", {**payload, "tool_name": "headroom_headroom_retrieve"}) is None


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("command", ["exit 0", "exit 3", "echo not json", "sleep 30 >/dev/null", "cat"])
def test_opencode_the_plugin_changes_nothing_where_our_command_fails(command: str, tmp_path: Path) -> None:
    (_, (target,)) = hosts.load("opencode").hooks(command)
    (tmp_path / "headroom.mjs").write_text(target.value.replace("10_000", "500"))
    (tmp_path / "run.mjs").write_text(
        'import { Headroom } from "./headroom.mjs"\n'
        'const hooks = await Headroom({ directory: "." })\n'
        'const output = { output: "as it was" }\n'
        'await hooks["tool.execute.after"]({ tool: "bash", sessionID: "s", callID: "c", args: {} }, output)\n'
        'await hooks["tool.execute.after"]({ tool: "bash" }, null)\n'
        'const parts = [{ id: "p", type: "text", text: "hello" }]\n'
        'await hooks["chat.message"]({ sessionID: "s" }, { parts })\n'
        "process.stdout.write(JSON.stringify([output, parts]))\nprocess.exit(0)\n"
    )

    done = subprocess.run(["node", str(tmp_path / "run.mjs")], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [{"output": "as it was"}, [{"id": "p", "type": "text", "text": "hello"}]]


# Codex CLI


def test_codex_the_exit_code_and_the_whole_output_come_from_the_transcript(tmp_path: Path) -> None:
    payload = hosts.load("codex").sample(log(1_500), str(tmp_path))
    transcript = Path(payload["transcript_path"])
    transcript.write_text(transcript.read_text().replace('"exit_code": 0', '"exit_code": 3'))
    payload["tool_response"] = "Warning: truncated output\n" + log(300)

    text = _shown("codex", payload)

    assert text.startswith("Process exited with code 3\nOutput:\n")
    assert "1,500" in text
    assert len(text.encode()) < 9_500


@pytest.mark.parametrize("lost", ["the call", "the result", "the file"])
def test_codex_a_call_that_the_model_did_not_make_directly_is_left_alone(lost: str, tmp_path: Path) -> None:
    payload = hosts.load("codex").sample(log(), str(tmp_path))
    transcript = Path(payload["transcript_path"])
    call, result = transcript.read_text().splitlines()
    transcript.write_text({"the call": result, "the result": call, "the file": ""}[lost])

    assert _answer("codex", payload) is None


@pytest.mark.parametrize("name", ["codex"])
def test_an_answer_that_the_host_would_cut_is_not_given(name: str, tmp_path: Path) -> None:
    wide = "\n".join(
        f"{chr(0x4E00 + n % 900) * 40} {n * 7919 % 1013} {chr(0x5E00 + n * 7 % 900) * 20}" for n in range(900)
    )

    answer = _answer(name, hosts.load(name).sample(wide, str(tmp_path)))

    assert answer is None or len(answer["reason"].encode()) <= 9_400


# Copilot CLI


@pytest.mark.parametrize("what", ["its own", "another name", "a link", "another beginning", "another folder"])
def test_copilot_only_its_own_temporary_file_is_read(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    folder = tmp_path if what == "another folder" else temporary
    file = folder / ("notes.txt" if what == "another name" else "1795663083164-copilot-tool-output-154-8d7d.txt")
    body = log(1_500)
    if what == "a link":
        (tmp_path / "secret").write_text(body)
        file.symlink_to(tmp_path / "secret")
    else:
        file.write_text("x" + body if what == "another beginning" else body)
    shown = (
        f"Output too large to read at once (54.8 KB). Saved to: {file}\nConsider using tools like grep.\n\n"
        f"Preview (first 500 chars):\n{body[:500]}"
    )

    text = _shown("copilot", hosts.load("copilot").sample(shown, str(tmp_path)))

    if what == "its own":
        assert "1,500" in text
        assert text.endswith("\n<shellId: 0 completed with exit code 0>")
    else:
        assert text == ""


def test_copilot_what_an_event_is_its_fields_tell(tmp_path: Path) -> None:
    base = {"sessionId": "s", "timestamp": 1, "cwd": str(tmp_path)}

    assert _answer("copilot", {**base, "source": "new", "initialPrompt": "go"}) is None
    assert _answer("copilot", {**base, "prompt": "why does the build fail?"}) is None
    with open_store(Settings()) as store:
        assert store.sessions.query("s") == "why does the build fail?"
    assert _answer("copilot", {**base, "reason": "complete"}) is None


# Cursor


def test_cursor_a_shells_output_is_left_alone(tmp_path: Path) -> None:
    sample = hosts.load("cursor").sample(log(), str(tmp_path))

    assert _answer("cursor", {**sample, "tool_name": "Shell"}) is None
    assert _answer("cursor", {**sample, "tool_name": "MCP:headroom_retrieve"}) is None


# Context


@pytest.mark.parametrize("name", _WITH_HOOKS)
def test_notes_are_told_where_a_session_begins(name: str, tmp_path: Path) -> None:
    with open_store(Settings()) as store:
        notes.save(store, "The gateway is restarted with bin/gateway-up.", scope=str(tmp_path.resolve()), author="user")
    starts = {
        "copilot": {"sessionId": "s", "cwd": str(tmp_path), "source": "new", "initialPrompt": "go"},
        "opencode": {"hook_event_name": "chat.message", "session_id": "s", "prompt": "go", "first": True},
        "cursor": {"hook_event_name": "sessionStart", "conversation_id": "s"},
    }
    event = starts.get(name, {"hook_event_name": "SessionStart", "session_id": "s", "source": "startup"})

    assert "bin/gateway-up" in json.dumps(_answer(name, {"cwd": str(tmp_path), **event}))
