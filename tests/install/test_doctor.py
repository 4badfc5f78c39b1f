"""`headroom doctor` tells what is wrong and what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headroom_mcp import compress_output, fault_log
from headroom_mcp.install import claude_code, doctor
from tests.hook.host import log


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "claude").mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


def _version(place: Path, version: str) -> None:
    claude = place / "bin" / "claude"
    claude.write_text(f"#!/bin/sh\necho '{version} (Claude Code)'\n")
    claude.chmod(0o755)


def _grades(place: Path) -> dict[str, list[str]]:
    grades: dict[str, list[str]] = {}
    for check in doctor.examine(str(place)):
        grades.setdefault(check.name, []).append(check.grade)
    return grades


def test_a_sound_installation_is_all_ok(place: Path) -> None:
    _version(place, "2.1.330")
    claude_code.apply_install("user", str(place), claude_code.plan_install("user", str(place)))
    compress_output(log(), tool_name="Bash")

    assert {grade for grades in _grades(place).values() for grade in grades} == {"ok"}


@pytest.mark.parametrize(("version", "grade"), [("2.1.120", "fail"), ("2.1.121", "ok"), ("nonsense", "warn")])
def test_the_version_of_claude_code_decides_whether_outputs_can_be_replaced(
    place: Path, version: str, grade: str
) -> None:
    _version(place, version)

    assert _grades(place)["Claude Code"] == [grade]


def test_what_is_not_installed_is_a_note_and_no_failure(place: Path) -> None:
    grades = _grades(place)

    assert grades["hook"] == ["warn"]
    assert grades["server"] == ["warn"]
    assert "fail" not in {grade for found in grades.values() for grade in found}


def test_a_hook_whose_interpreter_is_gone_fails_with_a_remedy(place: Path) -> None:
    claude_code.apply_install("user", str(place), claude_code.plan_install("user", str(place)))
    settings = place / "claude" / "settings.json"
    value = json.loads(settings.read_text())
    handler = value["hooks"]["PostToolUse"][0]["hooks"][0]
    handler["command"] = "/gone/python -I -S /x/headroom_mcp/hook/run.py"
    settings.write_text(json.dumps(value))

    check = next(check for check in doctor.examine(str(place)) if check.name == "hook command")

    assert check.grade == "fail"
    assert "headroom install" in check.remedy


def test_a_corrupt_store_and_one_set_aside_are_told(place: Path) -> None:
    compress_output(log(), tool_name="Bash")
    store = place / "store"
    (store / "headroom.db").write_bytes(b"\x00" * 8192)

    assert "fail" in _grades(place)["store"]
    assert compress_output(log(700), tool_name="Bash").outcome in ("compressed", "failed")
    assert compress_output(log(800), tool_name="Bash").outcome == "compressed"
    assert _grades(place)["store"] == ["ok", "warn"]


def test_the_failure_log_is_read(place: Path) -> None:
    fault_log.record("hook", ValueError("the event is no JSON object but list"))

    check = next(check for check in doctor.examine(str(place)) if check.name == "failure log")

    assert check.grade == "warn"
    assert "hook ValueError" in check.found


def test_settings_that_claude_code_cannot_read_or_that_switch_hooks_off_fail(place: Path) -> None:
    (place / "claude" / "settings.json").write_text('{"disableAllHooks": true}')
    (place / ".claude").mkdir()
    (place / ".claude" / "settings.json").write_text("{")

    assert _grades(place)["settings"] == ["fail", "fail"]
