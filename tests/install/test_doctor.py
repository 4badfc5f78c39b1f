"""`headroom doctor` tells what is wrong and what to do."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp import compress_output
from headroom_mcp.cli import main, stats
from headroom_mcp.cli.doctor import doctor as doctor_command
from headroom_mcp.hook import status_line
from headroom_mcp.install import claude_code, doctor, hosts
from headroom_mcp.install.doctor import trial
from headroom_mcp.settings import fault_log, switches
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


_conversations: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _one_conversation_with_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is only asked for its tools answers alike in every state: each command line is really started once."""
    converse = trial._converse

    def once(argv: list[str], variables: Any, folder: str, *, asks_hook: bool) -> str:
        if asks_hook:
            return converse(argv, variables, folder, asks_hook=True)
        key = json.dumps([argv, variables])
        if key not in _conversations:
            _conversations[key] = converse(argv, variables, folder, asks_hook=False)
        return _conversations[key]

    monkeypatch.setattr(trial, "_converse", once)


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


def test_without_any_hook_beside_a_claude_code_nothing_would_be_compressed(place: Path) -> None:
    _version(place, "2.1.330")

    assert _grades(place)["hook"] == ["fail"]


def _installed(place: Path, transport: str = "command") -> None:
    _version(place, "2.1.330")
    claude_code.apply_install("user", str(place), claude_code.plan_install("user", str(place), transport))


def _edit(place: Path, name: str, old: str, new: str) -> None:
    file = place / "claude" / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _set(place: Path, text: str) -> None:
    (place / "store").mkdir(mode=0o700, exist_ok=True)
    (place / "store" / "config.toml").write_text(text)


def _switch_off(place: Path) -> None:
    (place / "store").mkdir(mode=0o700, exist_ok=True)
    (place / "store" / switches.OFF_SWITCH).touch()


def _settings(**values: object) -> Callable[[Path], object]:
    def happen(place: Path) -> None:
        file = place / "claude" / "settings.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **values}))

    return happen


def _state(**values: object) -> Callable[[Path], object]:
    def happen(place: Path) -> None:
        file = place / "claude" / ".claude.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **values}))

    return happen


def _plugin_alone(place: Path, folder: str) -> None:
    """The plugin, as Claude Code notes it, in the place of `headroom install`."""
    claude_code.apply_uninstall(None, str(place), claude_code.plan_uninstall(None, str(place)))
    base = place / "claude" / "plugins"
    base.mkdir()
    entry = {"headroom@headroom": [{"scope": "user", "installPath": folder}]}
    (base / "installed_plugins.json").write_text(json.dumps({"version": 2, "plugins": entry}))
    (place / "claude" / "settings.json").write_text('{"enabledPlugins": {"headroom@headroom": true}}')


def _plugin_with_old_python(place: Path) -> None:
    _plugin_alone(place, str(_ROOT))
    (place / "bin" / "python3").write_text("#!/bin/sh\nexit 1\n")
    (place / "bin" / "python3").chmod(0o755)


_ROOT = Path(__file__).parents[2]
_PYTHON = sys.executable
# What happens to an installation -> the check that fails, and a part of the command or change that mends it.
_NOTHING_IS_COMPRESSED: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "headroom off": (_switch_off, "switch", "headroom on"),
    "enabled = false": (lambda place: _set(place, "enabled = false\n"), "settings of headroom", "config.toml"),
    "a typo in config.toml": (lambda place: _set(place, "enabeld = true\n"), "settings of headroom", "headroom settings"),
    "config.toml is not TOML": (lambda place: _set(place, "enabled: yes\n"), "settings of headroom", "headroom settings"),
    "a typo in the project's file": (
        lambda place: (place / ".headroom.toml").write_text("min_tokens = 'many'\n"),
        "settings of headroom",
        "headroom settings",
    ),
    "every tool is off": (lambda place: _set(place, 'tools_off = ["*"]\n'), "settings of headroom", "tools_off"),
    "everything is denied": (lambda place: _set(place, 'deny = ["."]\n'), "hook command", "headroom settings"),
    "a threshold that nothing reaches": (
        lambda place: _set(place, "min_tokens = 1000000\n"), "hook command", "headroom settings",
    ),
    "the interpreter is gone": (
        lambda place: _edit(place, "settings.json", _PYTHON, "/gone/python"), "hook", "headroom install --scope user",
    ),
    "the script is gone": (
        lambda place: _edit(place, "settings.json", str(_ROOT), "/gone"), "hook", "headroom install --scope user",
    ),
    "an interpreter that does not know us": (
        lambda place: _edit(place, "settings.json", _PYTHON, "/bin/true"), "hook command", "headroom install",
    ),
    "the server's executable is gone": (
        lambda place: _edit(place, ".claude.json", _PYTHON, "/gone/python"), "server command", "headroom install",
    ),
    "a server of the user's own that is gone": (
        _state(mcpServers={"headroom": {"command": "/gone/headroom-mcp", "args": []}}), "server command", "is your own",
    ),
    "the server is switched off in /mcp": (
        lambda place: _state(projects={str(place): {"disabledMcpServers": ["headroom"]}})(place), "server", "/mcp",
    ),
    "disableAllHooks": (_settings(disableAllHooks=True), "settings", "Remove"),
    "settings that are not JSON": (
        lambda place: (place / "claude" / "settings.json").write_text("{,}"), "settings", "Fix the file",
    ),
    "settings with comments, which Claude Code ignores": (
        lambda place: _edit(place, "settings.json", "{", "{ // mine\n"), "settings", "Fix the file",
    ),
    "an old Claude Code": (lambda place: _version(place, "2.1.100"), "Claude Code", "claude update"),
    "nothing installed": (
        lambda place: claude_code.apply_uninstall(None, str(place), claude_code.plan_uninstall(None, str(place))),
        "hook", "headroom install",
    ),
    "the plugin's folder is gone": (lambda place: _plugin_alone(place, "/gone"), "hook", "claude plugin"),
    "the plugin without a python3": (_plugin_with_old_python, "hook command", "python3"),
    "the data folder is a file": (
        lambda place: (shutil.rmtree(place / "store"), (place / "store").write_text("")), "store", "HEADROOM_HOME",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", _NOTHING_IS_COMPRESSED)
def test_a_state_in_which_nothing_is_compressed_fails_and_names_what_mends_it(
    place: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen, check, remedy = _NOTHING_IS_COMPRESSED[name]
    monkeypatch.chdir(place)
    _installed(place)
    happen(place)

    done = CliRunner().invoke(doctor_command, ["--json"])

    failed = [found for found in json.loads(done.stdout) if found["grade"] == "fail"]
    assert done.exit_code == 1
    assert [found for found in failed if found["name"] == check and remedy in found["remedy"]], failed


def test_hooks_in_a_server_are_asked_through_it(place: Path) -> None:
    _installed(place, "mcp")

    found = {check.name: check for check in doctor.examine(str(place))}
    assert found["server command"].grade == "ok"
    assert "hooks" in found["server command"].found
    assert "hook command" not in found

    _set(place, 'deny = ["."]\n')
    found = {check.name: check for check in doctor.examine(str(place))}
    assert found["server command"].grade == "fail"


def test_settings_with_a_byte_order_mark_are_read_as_claude_code_reads_them(place: Path) -> None:
    (place / "claude" / "settings.json").write_text("\ufeff{}")
    _installed(place)

    grades = _grades(place)

    assert grades["hook"] == ["ok"]
    assert "settings" not in grades


def test_the_sandbox_of_claude_code_is_named_where_it_keeps_failing_commands_from_us(place: Path) -> None:
    _installed(place)
    _settings(sandbox={"enabled": True})(place)

    check = next(check for check in doctor.examine(str(place)) if check.name == "failing commands")

    assert check.grade == "warn"
    assert "sandbox" in check.found


def test_a_bash_in_which_failing_commands_are_left_alone_is_named(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _installed(place)
    shell = place / "bash"
    monkeypatch.setenv("CLAUDE_CODE_SHELL", str(shell))
    grades = {}
    for version in (
        "3.2.57(1)-release",
        "4.2.46(2)-release",
        "5.0.17(1)-release",
        "5.1.4(1)-release",
        "5.2.15(1)-release",
    ):
        shell.write_bytes(b"\x7fELF...@(#)Bash version " + version.encode() + b" GNU\0...")
        (check,) = [check for check in doctor.examine(str(place)) if check.name == "failing commands"]
        grades[version[:3]] = check.grade

    assert grades == {"3.2": "warn", "4.2": "warn", "5.0": "warn", "5.1": "ok", "5.2": "ok"}


def test_where_secrets_are_masked_the_outputs_that_no_hook_sees_are_named(place: Path) -> None:
    _installed(place)
    assert "masking" not in _grades(place)

    _set(place, 'redact = "model"\n')
    (check,) = [check for check in doctor.examine(str(place)) if check.name == "masking"]
    assert "what other tools print is not masked" in check.found


def test_the_plugin_alone_is_all_that_is_needed(place: Path) -> None:
    _version(place, "2.1.330")
    (place / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    _installed(place)
    _plugin_alone(place, str(_ROOT))

    checks = doctor.examine(str(place))

    assert {check.grade for check in checks} == {"ok"}
    assert not any("headroom install" in check.remedy for check in checks)


@pytest.mark.parametrize("second", ["plugin", "project", "local"])
def test_two_installations_are_named_with_the_command_for_each(place: Path, second: str) -> None:
    (place / "bin" / "python3").symlink_to(os.path.realpath(sys.executable))
    project = place / "project"
    project.mkdir()
    _installed(place)
    if second == "plugin":
        kept = (place / "claude" / "settings.json").read_text()
        _plugin_alone(place, str(_ROOT))
        (place / "claude" / "settings.json").write_text(kept)
        _settings(enabledPlugins={"headroom@headroom": True})(place)
    else:
        scope: claude_code.Scope = "project" if second == "project" else "local"
        claude_code.apply_install(scope, str(project), claude_code.plan_install(scope, str(project)))

    twice = [check for check in doctor.examine(str(project)) if "2 times" in check.found]

    assert len(twice) == 1
    assert "headroom uninstall --scope user" in twice[0].found
    named = "claude plugin disable" if second == "plugin" else f"headroom uninstall --scope {second}"
    assert named in twice[0].found


def test_command_lines_of_an_earlier_version_are_named_and_mended(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)
    _installed(place)
    file = place / "claude" / "settings.json"
    value = json.loads(file.read_text())
    old = f"{sys.executable} -I -S {_ROOT}/headroom_mcp/hook/run.py"
    for groups in value["hooks"].values():
        groups[0]["hooks"][0]["command"] = old
    file.write_text(json.dumps(value))

    check = next(check for check in doctor.examine(str(place)) if check.name == "hook")

    assert check.grade == "warn"
    assert "headroom install --scope user" in check.remedy

    done = CliRunner().invoke(doctor_command, ["--fix"], catch_exceptions=False)

    assert done.exit_code == 0, done.output
    assert f"mended {file}" in done.output
    assert json.dumps(old) not in file.read_text()


def test_another_host_that_has_lost_our_server_is_named(place: Path) -> None:
    hosts.apply_install("gemini", hosts.plan_install("gemini"))
    assert _grades(place)["Gemini CLI"] == ["ok"]
    (place / ".gemini" / "settings.json").write_text("{}")

    check = next(check for check in doctor.examine(str(place)) if check.name == "Gemini CLI")

    assert check.grade == "fail"
    assert "headroom install --host gemini" in check.remedy


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
    assert "uncompressed" in check.remedy and "tool" not in check.remedy


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("deliver", "tried again"),
        ("tool retrieve", "our tools"),
        ("integrations.openai", "uncompressed"),
        ("x", "undone"),
    ],
)
def test_a_line_of_the_failure_log_is_said_to_be_what_it_is(where: str, meant: str, place: Path) -> None:
    fault_log.record(where, ValueError("?"))

    (check,) = (check for check in doctor.examine(str(place)) if check.name == "failure log")
    assert meant in check.remedy
    assert ("uncompressed" in check.remedy) == (meant == "uncompressed")


def test_a_fault_of_a_command_by_hand_is_no_trouble_of_a_session(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(stats, "open_store", broken)
    CliRunner().invoke(main, ["stats"])
    checks = {check.name: check for check in doctor.examine(str(place))}

    assert checks["failure log"].grade == "ok"
    assert "command KeyError" in checks["commands"].found
    assert "no session's output was touched" in checks["commands"].remedy
    assert "trouble" not in status_line.line(b"{}")
    monkeypatch.setattr("headroom_mcp.server.serve", broken)
    CliRunner().invoke(main, ["serve"])
    assert "trouble" in status_line.line(b"{}"), "a host starts this one, and nobody else sees how it ends"


def test_settings_that_claude_code_cannot_read_or_that_switch_hooks_off_fail(place: Path) -> None:
    (place / "claude" / "settings.json").write_text('{"disableAllHooks": true}')
    (place / ".claude").mkdir()
    (place / ".claude" / "settings.json").write_text("{")

    assert _grades(place)["settings"] == ["fail", "fail"]
