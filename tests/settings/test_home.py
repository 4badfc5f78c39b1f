"""Where our files are, on each platform and with each variable; what of them we take away again; what a hook reads first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from headroom_mcp.settings import environment, fault_log, for_hooks, home, private, sizes

_PLACES = (
    # platform, variables, folder named, the data folder
    ("linux", {}, "", "/u/.local/share/headroom"),
    ("linux", {"XDG_DATA_HOME": "/x"}, "", "/x/headroom"),
    ("linux", {"XDG_DATA_HOME": ""}, "", "/u/.local/share/headroom"),
    ("linux", {"LOCALAPPDATA": "/l"}, "", "/u/.local/share/headroom"),
    ("win32", {}, "", "/u/AppData/Local/headroom"),
    ("win32", {"LOCALAPPDATA": "/l", "XDG_DATA_HOME": "/x"}, "", "/l/headroom"),
    ("win32", {"LOCALAPPDATA": ""}, "", "/u/AppData/Local/headroom"),
    ("darwin", {}, "", "/u/Library/Application Support/headroom"),
    ("darwin", {"XDG_DATA_HOME": "/x", "LOCALAPPDATA": "/l"}, "", "/u/Library/Application Support/headroom"),
    ("linux", {"HEADROOM_HOME": "/h"}, "", "/h"),
    ("win32", {"HEADROOM_HOME": "~/h"}, "", "/u/h"),
    ("darwin", {"HEADROOM_HOME": "/h/../i"}, "", "/i"),
    ("linux", {"HEADROOM_HOME": "/h", "XDG_DATA_HOME": "/x"}, "/named", "/named"),
    ("linux", {}, "~/named", "/u/named"),
)


@pytest.mark.skipif(sys.platform == "win32", reason="paths are written as POSIX has them")
@pytest.mark.parametrize(("platform", "variables", "named", "folder"), _PLACES)
def test_the_data_folder_is_the_named_one_else_the_variable_s_else_the_platform_s(
    platform: str, variables: dict[str, str], named: str, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HEADROOM_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/u", **variables}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)

    assert home.data_home(named) == folder


def test_what_is_ours_goes_and_what_is_not_stays_with_its_folder(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    for name in ("headroom.db", "headroom.db-wal", "failures.log", "failures.log.1", "config.toml", "experiment"):
        private.write(str(Path(private.folder(str(ours)), name)), b"x")
    for name in ("backups", "off.sessions", "servers", "shown"):
        Path(private.folder(str(ours), name), "one").touch()
    (ours / "off").touch()  # a file in one place, a folder in another
    for name in ("notes.txt", "my-headroom.db", "offer"):
        (ours / name).touch()
    (ours / "backup").mkdir()

    assert private.remove_ours(str(ours)) == ["backup", "my-headroom.db", "notes.txt", "offer"]
    assert sorted(path.name for path in ours.iterdir()) == ["backup", "my-headroom.db", "notes.txt", "offer"]
    assert private.remove_ours(str(tmp_path / "none")) == []


def test_a_folder_of_ours_that_is_a_link_leaves_what_it_points_to(tmp_path: Path) -> None:
    elsewhere, ours = tmp_path / "elsewhere", tmp_path / "ours"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    ours.mkdir()
    (ours / "backups").symlink_to(elsewhere)

    assert private.remove_ours(str(ours)) == []
    assert not ours.exists()
    assert (elsewhere / "kept").exists()


@pytest.mark.parametrize(
    ("value", "repeats"),
    [
        (None, True), ("", True), ("1", True), ("on", True), ("true", True), ("00", True),
        ("0", False), ("off", False), ("OFF", False), (" Off ", False), ("false", False), ("False", False), ("no", False), ("NO", False),
    ],
)  # fmt: skip
def test_what_stands_above_is_named_unless_the_variable_says_no(
    value: str | None, repeats: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADROOM_REPEATS", raising=False)
    if value is not None:
        monkeypatch.setenv("HEADROOM_REPEATS", value)

    assert for_hooks.repeats() is repeats


@pytest.mark.parametrize(("value", "least"), [(None, sizes.MIN_TOKENS), ("", sizes.MIN_TOKENS), ("0", 0), ("77", 77), ("-7", sizes.MIN_TOKENS), ("x", sizes.MIN_TOKENS)])  # fmt: skip
def test_how_long_a_text_must_be_is_the_variable_s_number(
    value: str | None, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEADROOM_MIN_TOKENS", raising=False)
    if value is not None:
        monkeypatch.setenv("HEADROOM_MIN_TOKENS", value)

    assert for_hooks.min_tokens() == least


def test_a_hook_reads_settings_only_where_something_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADROOM_REDACT", raising=False)
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    assert for_hooks.of(str(here)) is for_hooks.of("") is None

    (there / ".headroom.toml").write_text("enabled = false\n")
    assert for_hooks.of(str(here)) is None
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(there))
    found = for_hooks.of(str(here))
    assert found is not None
    assert (found.user.enabled, found.here.enabled, found.problem) == (True, False, None)

    monkeypatch.delenv("CLAUDE_PROJECT_DIR")
    monkeypatch.setenv("HEADROOM_REDACT", "model")
    found = for_hooks.of(str(here))
    assert found is not None
    assert found.here.redact == "model"

    monkeypatch.delenv("HEADROOM_REDACT")
    private.write(str(Path(private.folder(str(tmp_path / "home")), "config.toml")), b"min_tokens = 900\n")
    found = for_hooks.of("")
    assert found is not None
    assert found.user.min_tokens == 900


def test_a_project_file_that_cannot_be_used_switches_compression_off_there_and_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    (tmp_path / ".headroom.toml").write_text("home = '/elsewhere'\n")

    found = for_hooks.of(str(tmp_path))

    assert found is not None
    assert (found.user.enabled, found.here.enabled) == (True, False)
    said = Path(home.data_home(), fault_log.LOG_NAME).read_text()
    assert " hook SettingsError: " in said
    assert ".headroom.toml" in said


def test_the_plugins_environments_lie_in_the_folder_that_its_host_names(tmp_path: Path) -> None:
    for name in ("venv-3.12", "venv-3.11", "other", "my-venv"):
        (tmp_path / name).mkdir()

    found = environment.plugin_environments({"CLAUDE_PLUGIN_DATA": str(tmp_path), "None": str(tmp_path.parent)})

    assert found == [str(tmp_path / "venv-3.11"), str(tmp_path / "venv-3.12")]
    assert environment.plugin_environments({"CLAUDE_PLUGIN_DATA": str(tmp_path / "none")}) == []
    assert environment.plugin_environments({}) == []


def test_a_session_and_a_project_are_those_that_the_host_names(tmp_path: Path) -> None:
    assert environment.session_id({}) == ""
    assert [environment.session_id({name: "x"}) for name in environment._SESSIONS] == ["x"] * len(environment._SESSIONS)
    assert environment.session_id(dict.fromkeys(environment._SESSIONS, "") | {environment._SESSIONS[-1]: "y"}) == "y"
    (tmp_path / "link").symlink_to(tmp_path)
    assert environment.project_dir({"CLAUDE_PROJECT_DIR": str(tmp_path / "link")}, "/else") == str(tmp_path)
    assert environment.project_dir({"CLAUDE_PROJECT_DIR": ""}, str(tmp_path / "link")) == str(tmp_path)
    assert environment.project_dir({}) == os.path.realpath(os.getcwd())
