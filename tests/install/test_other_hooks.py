"""The user's own hooks on the tools that we compress: found, said, and left alone or run first."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp.cli.install import install, uninstall
from headroom_mcp.hook import entry, first
from headroom_mcp.install import claude_code, doctor
from tests.hook.host import bash, event, log

_MASK = """#!/usr/bin/env python3
import json, sys
event = json.load(sys.stdin)
event["tool_response"]["stdout"] = event["tool_response"]["stdout"].replace("hunter2", "****")
print(json.dumps({"hookSpecificOutput": {"hookEventName": "PostToolUse", "updatedToolOutput": event["tool_response"]}}))
"""


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "claude").mkdir()
    (tmp_path / "mask.py").write_text(_MASK)
    (tmp_path / "mask.py").chmod(0o755)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _theirs(place: Path, matcher: str | None, command: str, **more: Any) -> None:
    group = {
        "hooks": [{"type": "command", "command": command, **more}],
        **({} if matcher is None else {"matcher": matcher}),
    }
    (place / "claude" / "settings.json").write_text(json.dumps({"hooks": {"PostToolUse": [group]}}))


def _matcher(place: Path) -> str:
    return claude_code.installed_matcher(str(place / "claude" / "settings.json"))


def _install(*arguments: str) -> str:
    done = CliRunner().invoke(install, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


_TOOLS = ("Bash", "Read", "Grep", "WebFetch", "Edit", "mcp__github__get_file", "mcp__headroom__compress")


@pytest.mark.parametrize(
    ("matcher", "left"),
    [
        ("Bash", {"Bash"}),
        ("Bash|Read", {"Bash", "Read"}),
        ("Bash, Grep", {"Bash", "Grep"}),
        ("^(Ba|Re)", {"Bash", "Read"}),
        (".*ead", {"Read"}),
        ("mcp__.*", {"mcp__github__get_file"}),
        ("mcp__github__get_file", {"mcp__github__get_file"}),
        ("*", set(_TOOLS)),
        (None, set(_TOOLS)),
    ],
)
def test_tools_left_to_another_hook_are_exactly_those_that_it_matches(
    place: Path, matcher: str | None, left: set[str]
) -> None:
    _theirs(place, matcher, "./mask.py")

    _install()  # it rewrites outputs: left alone without being asked

    ours = {tool for tool in _TOOLS if re.search(claude_code.MATCHER, tool)}
    assert {tool for tool in _TOOLS if re.search(_matcher(place), tool)} == ours - left


def test_a_matcher_that_we_cannot_read_may_match_anything() -> None:
    assert first.matches(first.pattern_of("(unclosed"), "Bash")


@pytest.mark.parametrize("matcher", ["Edit|Write", "TaskCreate", "bash"])
def test_a_hook_on_other_tools_changes_nothing(place: Path, matcher: str) -> None:
    _theirs(place, matcher, "./mask.py")

    assert "mask.py" not in _install()
    assert _matcher(place) == claude_code.MATCHER


def test_a_hook_that_may_rewrite_outputs_is_named_with_both_ways_out(place: Path) -> None:
    _theirs(place, "Bash", "notify-send done")

    said = _install()

    assert "notify-send done" in said
    assert "--other-hooks leave" in said
    assert _matcher(place) == claude_code.MATCHER
    check = next(check for check in doctor.examine(str(place)) if check.name == "other hooks")
    assert check.grade == "ok"
    assert "--other-hooks leave" in check.remedy


def test_a_choice_is_kept_by_the_next_install_and_can_be_taken_back(place: Path) -> None:
    _theirs(place, "Bash", "notify-send done")
    _install("--other-hooks", "leave")
    assert not re.search(_matcher(place), "Bash")

    _install()
    assert not re.search(_matcher(place), "Bash")
    _install("--other-hooks", "ignore")
    assert _matcher(place) == claude_code.MATCHER


def test_where_reads_are_left_no_read_is_widened(place: Path) -> None:
    _theirs(place, "Read", "./mask.py")

    _install()

    hooks = json.loads((place / "claude" / "settings.json").read_text())["hooks"]
    assert "PreToolUse" not in hooks
    assert "PostToolUse" in hooks


def test_a_rewriting_hook_that_came_after_us_fails_in_doctor(place: Path) -> None:
    _install()
    file = place / "claude" / "settings.json"
    value = json.loads(file.read_text())
    value["hooks"]["PostToolUse"].append({"matcher": "Bash", "hooks": [{"type": "command", "command": "./mask.py"}]})
    file.write_text(json.dumps(value))

    check = next(check for check in doctor.examine(str(place)) if check.name == "other hooks")
    assert check.grade == "fail"
    _install()
    check = next(check for check in doctor.examine(str(place)) if check.name == "other hooks")
    assert check.grade == "ok"


def test_every_tool_left_to_others_fails_in_doctor(place: Path) -> None:
    _theirs(place, "*", "./mask.py")
    _install()

    failed = [check.found for check in doctor.examine(str(place)) if check.grade == "fail"]

    assert any("every tool is left" in found for found in failed)


def test_uninstall_goes_back_to_the_byte_and_runs_nothing_first(place: Path) -> None:
    _theirs(place, "Bash", "./mask.py")
    before = (place / "claude" / "settings.json").read_bytes()
    _install("--other-hooks", "first")
    assert first.load()

    CliRunner().invoke(uninstall, [], catch_exceptions=False)

    assert (place / "claude" / "settings.json").read_bytes() == before
    assert first.load() == []


def _answered(payload: dict[str, Any]) -> Any:
    return json.loads(entry.answer(json.dumps(payload).encode()) or b"{}")


def test_a_hook_run_first_hides_what_it_hides_from_our_answer_and_our_store(place: Path) -> None:
    _theirs(place, "Bash", str(place / "mask.py"))
    assert "runs it first" in _install("--other-hooks", "first")
    text = log().replace("could not reach the payment gateway", "password hunter2 refused")

    shown = _answered(bash(text))["hookSpecificOutput"]["updatedToolOutput"]["stdout"]

    assert "hunter2" not in shown
    assert "****" in shown
    stored = b"".join(path.read_bytes() for path in (place / "store").glob("headroom.db*"))
    assert b"hunter2" not in stored
    assert _answered(event("Grep", {"mode": "content", "content": text, "filenames": [], "numFiles": 0}))


def test_the_saved_whole_output_is_not_read_past_a_hook_that_runs_first(place: Path) -> None:
    _theirs(place, "Bash", str(place / "mask.py"))
    _install("--other-hooks", "first")
    payload = bash("hunter2", persistedOutputPath="/x/tool-results/a.txt", persistedOutputSize=99_999)

    given = first.applied(payload)

    assert given is not None
    assert given["tool_response"]["stdout"] == "****"
    assert "persistedOutputPath" not in given["tool_response"]


@pytest.mark.parametrize("command", ["exit 1", "exit 2", "echo '{'", "/gone/mask.py", "sleep 20"])
def test_where_a_hook_that_runs_first_fails_we_stay_out(
    place: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first, "_MAX_SECONDS", 0.5)
    _theirs(place, "Bash", command)
    _install("--other-hooks", "first")

    assert _answered(bash(log())) == {}


def test_a_hook_that_runs_first_and_says_nothing_leaves_the_output_to_us(place: Path) -> None:
    _theirs(place, "Bash", "cat > /dev/null")
    _install("--other-hooks", "first")

    assert "updatedToolOutput" in _answered(bash(log()))["hookSpecificOutput"]


def test_what_only_the_host_can_run_is_left_and_not_run_first(place: Path) -> None:
    _theirs(place, "Bash", "python3", args=["${CLAUDE_PROJECT_DIR}/mask.py"])
    _install("--other-hooks", "first")

    assert first.load() == []
    assert not re.search(_matcher(place), "Bash")
