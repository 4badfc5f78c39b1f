"""Into somebody's settings and out of them: nothing else changes, and nothing is ever half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.install import claude_code, hosts, json_edit, plan
from headroom_mcp.types import SettingsError
from tests import long_form

_HERS = {
    "model": "sonnet",
    "hooks": {
        "PostToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "notify-send done"}]}],
        "Stop": [{"hooks": [{"type": "command", "command": "true"}]}],
    },
    "permissions": {"allow": ["Bash(git *)"]},
}


@pytest.fixture(name="claude")
def _claude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "claude"
    folder.mkdir()
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(folder))
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    return folder


def _install(scope: claude_code.Scope = "user", folder: str = "/nowhere") -> list[plan.Change]:
    changes = claude_code.plan_install(scope, folder)
    claude_code.apply_install(scope, folder, changes)
    return changes


def _uninstall(scope: claude_code.Scope | None = None, folder: str = "/nowhere") -> None:
    claude_code.apply_uninstall(scope, folder, claude_code.plan_uninstall(scope, folder))


def _commands(text: str) -> list[str]:
    groups = json.loads(text)["hooks"]["PostToolUse"]
    return [handler["command"] for group in groups for handler in group["hooks"]]


def test_hook_and_server_are_added_and_the_rest_stays(claude: Path) -> None:
    (claude / "settings.json").write_text(json.dumps(_HERS, indent=4))
    (claude / ".claude.json").write_text('{"numStartups":7,"mcpServers":{"other":{"command":"x"}}}')

    _install()

    assert _commands((claude / "settings.json").read_text()) == ["notify-send done", claude_code.hook_command()]
    state = json.loads((claude / ".claude.json").read_text())
    assert state["mcpServers"]["headroom"] == claude_code.server_entry()
    assert list(state["mcpServers"]) == ["other", "headroom"]
    assert "\n" not in (claude / ".claude.json").read_text()


def test_a_second_install_changes_nothing(claude: Path) -> None:
    _install()
    before = (claude / "settings.json").read_bytes()

    changes = _install()

    assert not any(change.is_change for change in changes)
    assert (claude / "settings.json").read_bytes() == before


def test_files_that_we_made_are_gone_afterwards(claude: Path) -> None:
    _install()
    _uninstall()

    assert list(claude.iterdir()) == []


def test_what_the_user_changed_meanwhile_stays(claude: Path) -> None:
    (claude / "settings.json").write_text(json.dumps(_HERS, indent=2))
    _install()
    text = (claude / "settings.json").read_text()
    (claude / "settings.json").write_text(text.replace('"sonnet"', '"opus"'))
    state = json.loads((claude / ".claude.json").read_text())
    (claude / ".claude.json").write_text(json.dumps({"numStartups": 1, **state}, indent=2))

    _uninstall()

    assert json.loads((claude / "settings.json").read_text()) == {**_HERS, "model": "opus"}
    assert json.loads((claude / ".claude.json").read_text()) == {"numStartups": 1}


def test_an_upgrade_replaces_our_old_entries_and_uninstall_still_goes_back_to_the_start(
    claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.dumps(_HERS, indent=2)
    (claude / "settings.json").write_text(before)
    monkeypatch.setattr(sys, "executable", "/old/bin/python")
    _install()
    monkeypatch.setattr(sys, "executable", "/new/bin/python")
    _install()

    text = (claude / "settings.json").read_text()
    assert "/old/bin/python" not in text
    assert len(_commands(text)) == 2
    _uninstall()
    assert (claude / "settings.json").read_text() == before


@pytest.mark.parametrize(
    "folder", ["/old/lib/python3.12/site-packages/headroom_mcp/hook", "C:\\old\\headroom_mcp\\hook"]
)
def test_command_lines_of_earlier_versions_become_todays(claude: Path, folder: str) -> None:
    slash = "\\" if "\\" in folder else "/"
    old = {"type": "command", "command": f"/old/bin/python -I -S {folder}{slash}run.py", "timeout": 10}
    hers = json.loads(json.dumps(_HERS))
    hooks = {event: [{**group, "hooks": [old]}] for event, group in claude_code.hook_events().items()}
    both = {**hers, "hooks": {**hooks, **hers["hooks"]}}
    both["hooks"]["PostToolUse"] = [*hers["hooks"]["PostToolUse"], *hooks["PostToolUse"]]
    (claude / "settings.json").write_text(json.dumps(both, indent=2))
    server = {"type": "stdio", "command": "/old/bin/python", "args": ["-I", f"{folder}{slash}serve.py"], "env": {}}
    (claude / ".claude.json").write_text(json.dumps({"mcpServers": {"headroom": server}}))

    _install()

    text = (claude / "settings.json").read_text()
    assert "/old/bin/python" not in text
    assert text.count(json.dumps(claude_code.hook_command())) == len(claude_code.hook_events())
    state = json.loads((claude / ".claude.json").read_text())
    assert state["mcpServers"] == {"headroom": claude_code.server_entry()}
    _uninstall()
    assert "headroom" not in (claude / "settings.json").read_text()
    assert json.loads((claude / "settings.json").read_text())["hooks"]["PostToolUse"] == hers["hooks"]["PostToolUse"]


def test_a_users_own_server_of_our_name_is_kept(claude: Path) -> None:
    own = '{"mcpServers": {"headroom": {"command": "headroom-mcp"}}}'
    (claude / ".claude.json").write_text(own)

    _install()
    _uninstall()

    assert (claude / ".claude.json").read_text() == own


@pytest.mark.parametrize(
    "text", ['{"model": ', "[]", "// note\n{}", '{"hooks": []}', '{"hooks": {"PostToolUse": {}}}', '{"a": 1,}']
)
def test_a_file_that_we_do_not_understand_is_refused_and_left_alone(claude: Path, text: str) -> None:
    (claude / "settings.json").write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match=r"settings\.json"):
        _install()

    assert (claude / "settings.json").read_text(encoding="utf-8") == text
    assert not (claude / ".claude.json").exists()


def test_project_and_local_scope_write_to_the_projects_user_files(claude: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()

    _install("project", str(project))
    _install("local", str(project))

    assert sorted(str(p.relative_to(project)) for p in project.rglob("*.json")) == [
        ".claude/settings.json", ".claude/settings.local.json", ".mcp.json",
    ]  # fmt: skip
    assert "headroom" in json.loads((claude / ".claude.json").read_text())["projects"][str(project)]["mcpServers"]
    _uninstall(None, str(project))
    assert list(project.rglob("*")) == []
    assert list(claude.iterdir()) == []


def test_a_scope_taken_out_leaves_the_other_ones_in_the_same_file(claude: Path, tmp_path: Path) -> None:
    before = '{"numStartups": 7}'
    (claude / ".claude.json").write_text(before)
    folders = [str(tmp_path / name) for name in ("one", "two")]
    _install()
    for folder in folders:
        _install("local", folder)

    state = json.loads((claude / ".claude.json").read_text())
    assert state["mcpServers"]["headroom"] == claude_code.server_entry()
    _uninstall("local", folders[0])

    state = json.loads((claude / ".claude.json").read_text())
    assert state["mcpServers"]["headroom"] == claude_code.server_entry()
    assert state["projects"][folders[1]]["mcpServers"]["headroom"] == claude_code.server_entry()
    assert "headroom" not in json.dumps(state["projects"].get(folders[0], {}))
    _uninstall("user")
    assert "headroom" in json.dumps(json.loads((claude / ".claude.json").read_text())["projects"][folders[1]])
    _uninstall("local", folders[1])
    assert json.loads((claude / ".claude.json").read_text()) == json.loads(before)


def test_all_scopes_of_one_file_go_back_to_the_byte(claude: Path, tmp_path: Path) -> None:
    before = '{"numStartups":   7}'
    (claude / ".claude.json").write_text(before)
    _install()
    _install("local", str(tmp_path / "one"))

    _uninstall(None, str(tmp_path / "elsewhere"))

    assert (claude / ".claude.json").read_text() == before


def test_the_manifest_of_an_earlier_version_still_leads_back(claude: Path, tmp_path: Path) -> None:
    before = '{"model":   "sonnet"}'
    (claude / "settings.json").write_text(before)
    _install()
    path = tmp_path / "store" / "install.json"
    manifest = json.loads(path.read_text())
    for entry in manifest["files"].values():
        entry["scope"] = entry.pop("owners")[0]
        del entry["format"]
    codex = {"file": "/x/config.toml", "after_sha256": "", "backup": None, "made": [], "made_folder": False}
    path.write_text(json.dumps({**manifest, "hosts": {"codex": codex}}))

    assert hosts.installed() == ["codex"]
    _uninstall("user")

    assert (claude / "settings.json").read_text() == before
    assert not (claude / ".claude.json").exists()
    assert hosts.installed() == ["codex"]


@pytest.mark.parametrize("text", ["\ufeff", '\ufeff{"model": "sonnet"}\n', '\ufeff{\r\n  "hooks": {}\r\n}'])
def test_settings_with_a_byte_order_mark_are_edited_and_keep_it(claude: Path, text: str) -> None:
    (claude / "settings.json").write_bytes(text.encode())

    _install()

    installed = (claude / "settings.json").read_bytes().decode()
    assert _commands(installed.removeprefix("\ufeff")) == [claude_code.hook_command()]
    assert installed.startswith("\ufeff") == (text != "\ufeff")
    assert claude_code.transport_of(str(claude / "settings.json")) == "command"
    _uninstall()
    assert (claude / "settings.json").read_bytes() == text.encode()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
def test_the_data_folder_is_its_owners_alone_when_install_comes_first(claude: Path, tmp_path: Path, umask: int) -> None:
    (claude / "settings.json").write_text("{}")
    before = os.umask(umask)
    try:
        _install()
    finally:
        os.umask(before)

    store = tmp_path / "store"
    modes = {path: path.stat().st_mode & 0o777 for path in (store, *store.rglob("*"))}
    assert len(modes) >= 4
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if not path.is_dir()} == {0o600}


def test_an_open_data_folder_of_ours_is_closed(claude: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir(mode=0o755)
    (store / "headroom.db").touch()

    _install()

    assert store.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_not_ours_alone_keeps_its_mode(claude: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir(mode=0o755)
    (store / "holiday.jpg").touch()

    _install()

    assert store.stat().st_mode & 0o777 == 0o755


def test_a_symbolic_link_and_the_mode_stay(claude: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    real.chmod(0o640)
    (claude / "settings.json").symlink_to(real)

    _install()

    assert (claude / "settings.json").is_symlink()
    assert "PostToolUse" in real.read_text()
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_lost_manifest_and_a_lost_backup_still_leave_a_way_out(claude: Path, tmp_path: Path) -> None:
    (claude / "settings.json").write_text(json.dumps(_HERS, indent=2))
    _install()
    for backup in (tmp_path / "store" / "backups").iterdir():
        backup.unlink()

    _uninstall()

    assert json.loads((claude / "settings.json").read_text()) == _HERS
    _install()
    (tmp_path / "store" / "install.json").unlink()
    _uninstall()
    assert json.loads((claude / "settings.json").read_text()) == _HERS


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_GROUPS = st.lists(
    st.fixed_dictionaries(
        {"hooks": st.lists(st.fixed_dictionaries({"command": st.text(max_size=8)}), max_size=2)},
        optional={"matcher": st.text(max_size=5)},
    ),
    max_size=3,
)
_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "hooks": st.fixed_dictionaries({}, optional={"PostToolUse": _GROUPS, "Stop": _GROUPS}),
        "mcpServers": st.dictionaries(st.text(max_size=6), st.just({"command": "x"}), max_size=2),
        "model": st.text(max_size=10),
        "other": _VALUES,
    },
)
_STYLES: list[dict[str, Any]] = [
    {}, {"indent": 2}, {"indent": 4}, {"indent": "\t"}, {"separators": (",", ":")}, {"indent": 2, "ensure_ascii": False},
]  # fmt: skip
_SPREAD = settings(
    max_examples=long_form.count(80, 500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _written(value: object, style: dict[str, Any], newline: str, end: str) -> bytes:
    text = json.dumps(value, **style).replace("\n", newline) + end
    return text.encode("utf-8", "surrogatepass")


@_SPREAD
@given(
    _SETTINGS, st.sampled_from(_STYLES), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n", "\r\n", " \n\n"])
)
def test_generated_settings_are_the_same_bytes_after_install_and_uninstall(
    claude: Path, value: dict[str, Any], style: dict[str, Any], newline: str, end: str
) -> None:
    before = _written(value, style, newline, end)
    for name in ("settings.json", ".claude.json"):
        (claude / name).write_bytes(before)

    _install()
    installed = json.loads((claude / "settings.json").read_bytes())
    _uninstall()

    assert claude_code.hook_command() in str(installed)
    assert {k: v for k, v in installed.items() if k != "hooks"} == {k: v for k, v in value.items() if k != "hooks"}
    assert (claude / "settings.json").read_bytes() == before
    assert (claude / ".claude.json").read_bytes() == before


@_SPREAD
@given(_SETTINGS, st.sampled_from(_STYLES), st.sampled_from(["\n", "\r\n"]))
def test_what_is_added_to_a_text_is_removed_exactly(value: dict[str, Any], style: dict[str, Any], newline: str) -> None:
    text = _written(value, style, newline, newline).decode("utf-8", "surrogatepass")
    group = claude_code.hook_events()["PostToolUse"]

    added, made = json_edit.add(text, ("hooks", "PostToolUse"), "", group)
    removed, count, _ = plan.without_ours(added, ())
    removed = plan.without_empty(removed, [tuple(path) for path in made])

    assert json.loads(added)["hooks"]["PostToolUse"][-1] == group
    assert count == 1
    assert removed == text or json.loads(removed) == json.loads(text)


@pytest.mark.slow
def test_a_kill_at_any_point_damages_nothing(claude: Path) -> None:
    before = json.dumps(_HERS, indent=2)
    script = "import sys; from headroom_mcp.cli import main; main(sys.argv[1:], prog_name='headroom')"
    root = str(Path(__file__).parents[2])
    rounds = long_form.count(6, 25)
    for number in range(rounds):
        (claude / "settings.json").write_text(before)
        command = [sys.executable, "-c", script, "install"]
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": root}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(0.05 + 0.25 * number / rounds)
        process.send_signal(signal.SIGKILL)
        process.wait()

        for name in ("settings.json", ".claude.json"):
            if (claude / name).exists():
                json.loads((claude / name).read_text())
        _uninstall()
        assert (claude / "settings.json").read_text() == before
        assert not (claude / ".claude.json").exists()
