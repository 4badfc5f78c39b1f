"""`headroom memory` as a person uses it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from headroom_mcp.cli import main


def _run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["memory", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAUDE_PROJECT_DIR", raising=False)
    monkeypatch.chdir(tmp_path)


def test_a_note_is_added_found_shown_and_forgotten() -> None:
    added = json.loads(_run("add", "always use uv", "--tag", "tooling", "--json").output)

    assert added["author"] == "user"
    assert "always use uv" in _run("search", "which tool: uv or pip").output
    assert "always use uv" in _run("list").output
    assert "by: the user" in _run("show", added["id"]).output
    assert _run("forget", added["id"]).output == f"Forgot {added['id']}: always use uv\n"
    assert _run("list").output == "No notes.\n"


def test_another_folder_sees_only_global_notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _run("add", "here only")
    _run("add", "for all", "--global")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    output = _run("list").output

    assert "for all" in output
    assert "here only" not in output


def test_an_export_is_imported_exactly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _run("add", "ünïcödé — שלום — one", "--tag", "a b")
    _run("add", "-", stdin="two\nlines\n")
    exported = _run("export").output
    (tmp_path / "notes.jsonl").write_bytes(exported.encode())
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "other"))

    imported = _run("import", "notes.jsonl")

    assert imported.output == "Imported 2 notes; 0 were here already.\n"
    assert _run("export").output == exported


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add", "token = ghp_" + "a1B2" * 9), "secret"),
        (("show", "0000000000"), "No note"),
        (("forget", "0000000000"), "No note"),
        (("forget",), "either"),
        (("forget", "--older-than", "soon", "--yes"), "not a valid age"),
        (("forget", "--matching", "(", "--yes"), "regular expression"),
        (("add", " "), "empty"),
    ],
)
def test_an_error_says_what_happened_and_fails(arguments: tuple[str, ...], message: str) -> None:
    result = _run(*arguments)

    assert result.exit_code != 0
    assert message in result.output


def test_forgetting_by_condition_stays_in_its_scope() -> None:
    _run("add", "draft one")
    _run("add", "draft two", "--global")

    assert _run("forget", "--matching", "draft", "--yes").output == "Removed 1 notes.\n"
    assert "draft two" in _run("list").output
    assert _run("forget", "--matching", "draft", "--scope", "all", "--yes").output == "Removed 1 notes.\n"


def test_what_is_forgotten_is_gone_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "scrubbed"
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    _run("add", "the zanzibarplan is set")
    _run("add", "the kilimanjaroplan is set")
    kept = json.loads(_run("add", "the third stays", "--json").output)["id"]

    assert _run("forget", "--matching", "zanzibar|kilimanjaro", "--yes").output == "Removed 2 notes.\n"

    held = b"".join(file.read_bytes() for file in home.glob("headroom.db*"))
    assert b"zanzibar" not in held
    assert b"kilimanjaro" not in held
    assert kept.encode() in held


def test_learning_is_off_until_it_is_turned_on_and_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    file = Path(os.environ["HEADROOM_HOME"], "config.toml")
    assert _run("auto").output == "Learning from commands is off here.\n"
    assert "on here" in _run("auto", "on").output
    file.write_text("# mine\nauto_memory = true # yes\nmin_tokens = 300\n")

    assert _run("auto", "off").output == "Learning from commands is off here.\n"

    assert file.read_text() == "# mine\nauto_memory = false\nmin_tokens = 300\n"
    file.write_text("not toml = = =")
    assert _run("auto", "on").exit_code == 1
    assert file.read_text() == "not toml = = ="


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("save", "add"), ("sav", "add"), ("remember", "add"), ("remove", "forget"), ("find", "search"), ("lst", "list")],
)
def test_another_word_for_a_command_is_answered_with_ours(typed: str, meant: str) -> None:
    assert f"Did you mean {meant}" in _run(typed, "x").output


def test_the_newline_that_ends_standard_input_is_no_part_of_a_note() -> None:
    added = json.loads(_run("add", "-", "--json", stdin="  two\nlines\n").output)

    assert added["text"] == "  two\nlines"
