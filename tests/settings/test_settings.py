"""Settings: a file, variables, a project file that can only make things safer; and what they do to an output."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp import compress_output, open_store, retrieve
from headroom_mcp.cli import main
from headroom_mcp.settings import file as settings_file
from headroom_mcp.settings import switches
from headroom_mcp.settings.load import in_force, load_settings
from headroom_mcp.settings.table import KNOBS, Settings
from headroom_mcp.types import Origin, SettingsError
from tests.hook.host import bash, log, run_hook

_TOKEN = "ghp_" + "a1B2c3D4e5" * 4


def _log(lines: int = 600, extra: str = "") -> str:
    return "\n".join([f"2026-01-01 INFO worker {i % 7} finished job {i}" for i in range(lines)] + [extra]) + "\n"


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    return home


def test_the_users_file_is_read_and_a_variable_wins_over_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config.toml").write_text('min_tokens = 400\ntools_off = ["WebFetch"]\n')
    monkeypatch.setenv("HEADROOM_MIN_TOKENS", "500")

    settings = load_settings()

    assert (settings.min_tokens, settings.tools_off) == (500, ("WebFetch",))


def test_a_changed_file_is_read_anew(home: Path) -> None:
    (home / "config.toml").write_text("min_tokens = 400\n")
    load_settings()
    (home / "config.toml").write_text("min_tokens = 4000\n")

    assert load_settings().min_tokens == 4000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("min_token = 3", "Did you mean 'min_tokens'"),
        ("min_tokens = 'many'", "is not a whole number"),
        ("deny = ['(']", "is not a valid regular expression"),
        ("redact = 'all'", "one of none, store, model, both"),
        ("enabled = maybe", "is not valid TOML"),
        ("home = '/elsewhere'", "unknown key 'home'"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_write(home: Path, text: str, message: str) -> None:
    (home / "config.toml").write_text(text)

    with pytest.raises(SettingsError, match=message.replace("(", r"\(")):
        load_settings()


def test_a_project_can_switch_off_deny_and_mask(home: Path, tmp_path: Path) -> None:
    (home / "config.toml").write_text('redact = "store"\ndeny = ["one"]\n')
    (tmp_path / ".headroom.toml").write_text('enabled = false\nredact = "model"\ndeny = ["two"]\nmin_tokens = 100\n')

    settings = load_settings(project=str(tmp_path))

    assert not settings.enabled
    assert settings.redact == "both"
    assert (settings.deny, settings.project_deny) == (("one",), ("two",))
    assert settings.min_tokens == Settings().min_tokens


@pytest.mark.parametrize(
    "text", ["retention_days = 1", "max_store_bytes = 1", "transport = 'mcp'", "budget_tokens = 9"]
)
def test_a_project_cannot_do_anything_else(home: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / ".headroom.toml").write_text(text)

    with pytest.raises(SettingsError, match="a project can only make things safer"):
        load_settings(project=str(tmp_path))


@pytest.mark.parametrize("pattern", [r"(a)\1", "(?=a)b", "(((a{90}){90}){90})"])
def test_a_projects_pattern_must_be_searchable_in_linear_time(home: Path, tmp_path: Path, pattern: str) -> None:
    (tmp_path / ".headroom.toml").write_text(f"deny = ['{pattern}']")

    with pytest.raises(SettingsError, match="is not usable in a project"):
        load_settings(project=str(tmp_path))


def test_a_projects_pattern_denies_as_the_users_own_does(home: Path) -> None:
    settings = Settings(project_deny=(r"INTERNAL\s+ONLY",))
    text = _log(extra="INTERNAL  ONLY")
    with open_store(settings) as store:
        assert compress_output(text, store=store, settings=settings).outcome == "unknown"
        assert compress_output(_log(), store=store, settings=settings).outcome == "compressed"


def test_a_project_file_that_cannot_be_used_stops_compression_and_no_mask(home: Path, tmp_path: Path) -> None:
    (home / "config.toml").write_text('redact = "model"\n')
    (tmp_path / ".headroom.toml").write_text("enabled = perhaps")

    settings = in_force(str(tmp_path))

    assert settings.masks()
    assert not settings.here.enabled
    assert "is no TOML" in str(settings.problem) or "not valid TOML" in str(settings.problem)


@pytest.mark.parametrize(
    "name", ["config.toml", ".headroom.toml", "config.toml.cache.json", "hooks.json", "failures.log"]
)
@pytest.mark.parametrize("sort", ["pipe", "zeros", "folder"])
def test_a_file_of_ours_that_is_a_pipe_or_a_device_is_not_waited_for(
    home: Path, tmp_path: Path, name: str, sort: str
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    if name.startswith("config.toml."):
        (home / "config.toml").write_text("min_tokens = 400\n")
    path = (project if name.startswith(".") else home) / name
    if sort == "pipe":
        os.mkfifo(path)
    elif sort == "zeros":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    payload = {**bash(log(900)), "cwd": str(project)}

    answer = run_hook(payload, HEADROOM_HOME=str(home), CLAUDE_PROJECT_DIR=str(project))

    assert (answer.code, answer.stderr) == (0, b"")
    used = name in ("config.toml.cache.json", "hooks.json", "failures.log")
    assert (answer.value is not None) == used, "settings that cannot be read compress nothing"


def test_settings_may_begin_with_a_byte_order_mark(home: Path, tmp_path: Path) -> None:
    (home / "config.toml").write_text("\ufeffmin_tokens = 400\n", encoding="utf-8")
    (tmp_path / ".headroom.toml").write_text("\ufeffrepeats = false\n", encoding="utf-8")

    settings = load_settings(project=str(tmp_path))

    assert (settings.min_tokens, settings.repeats) == (400, False)


def test_a_masked_original_is_retrieved_masked_in_every_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = _log(extra=f"ERROR: push with {_TOKEN} was refused")
    with open_store() as store:
        ref = compress_output(text, store=store).ref
    monkeypatch.setenv("HEADROOM_REDACT", "model")
    assert ref is not None

    for way in (["--all"], [], ["--lines", "601"], ["--query", "refused"], ["--json"], ["--lines", "601", "--json"]):
        printed = CliRunner().invoke(main, ["retrieve", ref, "--any-project", *way])
        assert (printed.exit_code, _TOKEN in printed.output) == (0, False), way


def test_what_a_project_asks_to_mask_is_masked_when_retrieved(home: Path, tmp_path: Path) -> None:
    text = _log(extra=f"ERROR: push with {_TOKEN} was refused")
    with open_store() as store:
        ref = compress_output(text, store=store, origin=Origin(project=str(tmp_path))).ref
    assert ref is not None
    (tmp_path / ".headroom.toml").write_text('redact = "model"')

    assert _TOKEN not in retrieve(ref, lines="601", project=str(tmp_path))


def test_a_denied_output_is_neither_stored_nor_shortened(home: Path) -> None:
    settings = Settings(deny=("INTERNAL ONLY",))
    text = _log(extra="INTERNAL ONLY")
    with open_store(settings) as store:
        result = compress_output(text, store=store, settings=settings)

        assert (result.text, result.outcome, result.ref) == (text, "unknown", None)
        assert store.connection.execute("SELECT COUNT(*) FROM original").fetchone() == (0,)


@pytest.mark.parametrize(
    ("redact", "shown", "stored"), [("none", True, True), ("store", True, False), ("model", False, True), ("both", False, False)]
)  # fmt: skip
def test_secrets_are_masked_where_asked(home: Path, redact: str, shown: bool, stored: bool) -> None:
    settings = Settings(redact=redact)
    text = _log(extra=f"ERROR: push with {_TOKEN} was refused")
    with open_store(settings) as store:
        result = compress_output(text, store=store, settings=settings)
        assert result.ref is not None

        assert (_TOKEN in result.text) == shown
        assert (_TOKEN in store.get(result.ref).text) == stored
        assert (_TOKEN in retrieve(result.ref, lines="601", store=store)) == (shown and stored)


def test_a_secret_in_a_small_output_is_masked_before_the_model_too(home: Path) -> None:
    settings = Settings(redact="model")
    with open_store(settings) as store:
        result = compress_output(f"token: {_TOKEN}\n", store=store, settings=settings)

        assert _TOKEN not in result.text
        assert result.ref is not None
        assert store.get(result.ref).text == f"token: {_TOKEN}\n"


def test_off_and_on_switch_one_session_or_all(home: Path) -> None:
    runner = CliRunner()
    runner.invoke(main, ["off", "--session", "abc"])
    assert switches.is_off(load_settings(), "abc")
    assert not switches.is_off(load_settings(), "other")

    runner.invoke(main, ["on", "--session", "abc"])
    runner.invoke(main, ["off"])
    assert switches.is_off(load_settings(), "other")

    runner.invoke(main, ["on"])
    assert not switches.is_off(load_settings(), "abc")


def test_settings_shows_what_is_in_force(home: Path) -> None:
    (home / "config.toml").write_text("min_tokens = 321\n")
    result = CliRunner().invoke(main, ["settings", "--json"])

    assert json.loads(result.output)["min_tokens"] == 321


def test_there_are_few_variables() -> None:
    """Ten for one machine, and the address of a team's store, which a fleet of machines sets by its environment."""
    assert len([knob for knob in KNOBS if knob.variable]) <= 11


def test_a_password_in_an_address_is_never_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_STORE", "postgresql://ann:p%40ss/w:rd@db.example/team")
    for arguments in (["settings"], ["settings", "--json"]):
        printed = CliRunner().invoke(main, arguments).output
        assert "ann:***@db.example/team" in printed
        assert "w:rd" not in printed
    monkeypatch.setenv("HEADROOM_STORE", "mysql://ann:hunter2@db.example/team")
    refused = CliRunner().invoke(main, ["settings"]).output
    assert "database" in refused
    assert "hunter2" not in refused


def test_the_checked_values_beside_a_file_are_used_while_it_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("min_tokens = 400\n")
    kept = tmp_path / f"config.toml{settings_file.CACHE_SUFFIX}"

    assert settings_file.read(str(path), cache=False) == {"min_tokens": 400}
    assert not kept.exists()
    assert settings_file.read(str(path), cache=True) == {"min_tokens": 400}
    # By its key: the time in the stamp beside it may hold the same digits.
    kept.write_text(kept.read_text().replace('"min_tokens": 400', '"min_tokens": 500'))
    assert settings_file.read(str(path), cache=True) == {"min_tokens": 500}
    assert settings_file.read(str(path), cache=False) == {"min_tokens": 400}
    path.write_text("min_tokens = 40\n")
    assert settings_file.read(str(path), cache=True) == {"min_tokens": 40}
    kept.write_text("{}")
    assert settings_file.read(str(path), cache=True) == {"min_tokens": 40}
    assert {one.name for one in tmp_path.iterdir() if "config" in one.name} == {path.name, kept.name}
