"""Help, errors and completion as people meet them in a terminal."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from headroom_mcp.cli import COMMANDS, GROUPS, main, stats

_ROOT = Path(__file__).parents[2]


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "headroom_mcp", *arguments],
        capture_output=True, text=True, timeout=60, check=False, cwd="/",
        env={**os.environ, "PYTHONPATH": str(_ROOT), **environment},
    )  # fmt: skip


def _groups() -> Iterator[tuple[tuple[str, ...], click.Group]]:
    yield (), main
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            yield (name,), command


@pytest.mark.parametrize("path", [path for path, _ in _groups()], ids=" ".join)
def test_no_line_of_the_help_is_cut_off(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*path, "--help"], prog_name="headroom", terminal_width=80).output
    group = dict(_groups())[path]

    assert "..." not in shown.partition("\n\n")[2] and "…\n" not in shown
    for name in group.list_commands(click.Context(group)):
        assert re.search(rf"^  {name} +\S.*$", shown, re.M), f"{name} is not on one line:\n{shown}"


def test_every_command_stands_under_one_heading() -> None:
    listed = [name for names in GROUPS.values() for name in names]

    assert sorted(listed) == sorted(set(listed))
    assert set(listed) <= set(COMMANDS)
    assert len(set(COMMANDS) - set(listed)) <= 2, "what is under no heading is under More"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["statz"], "stats"),
        (["unistall"], "uninstall"),
        (["memory", "lst"], "list"),
        (["cache", "explian"], "explain"),
        (["stats", "--projct"], "--project"),
        (["memory", "add", "x", "--globl"], "--global"),
    ],
)
def test_a_slip_is_answered_with_the_nearest_name(typed: list[str], meant: str) -> None:
    result = CliRunner().invoke(main, typed, prog_name="headroom")

    assert result.exit_code == 2
    assert re.search(rf"Did you mean '?{meant}\b", result.output), result.output


def test_what_resembles_nothing_is_answered_without_a_guess() -> None:
    result = CliRunner().invoke(main, ["xyzzy"], prog_name="headroom")

    assert result.exit_code == 2 and "Did you mean" not in result.output


def _in_a_terminal(command: list[str], **environment: str) -> str:
    """Return what `command` prints to a terminal."""
    reader, writer = pty.openpty()
    ours = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        command, stdout=writer, stderr=writer, stdin=subprocess.DEVNULL, env={**ours, "TERM": "xterm", **environment}
    )
    os.close(writer)
    said = b""
    while True:
        try:
            piece = os.read(reader, 65536)
        except OSError:  # how Linux says that nobody writes any more
            break
        if not piece:
            break
        said += piece
    os.close(reader)
    assert process.wait(timeout=60) == 0
    return said.decode()


def test_colours_are_for_terminals_and_for_those_who_want_them() -> None:
    command = [sys.executable, "-m", "headroom_mcp", "--help"]

    assert "\x1b[" in _in_a_terminal(command, PYTHONPATH=str(_ROOT))
    assert "\x1b[" not in _in_a_terminal(command, PYTHONPATH=str(_ROOT), NO_COLOR="1")
    assert "\x1b[" not in _run("--help").stdout


def test_a_fault_of_ours_is_one_sentence_and_a_line_in_the_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("no such\nthing")

    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    monkeypatch.setattr(stats, "open_store", broken)
    result = CliRunner().invoke(main, ["stats"])

    assert result.exit_code == 1
    assert "Traceback" not in result.output and "fault of headroom (KeyError" in result.output
    assert "KeyError" in (tmp_path / "commands.log").read_text()
    assert not (tmp_path / "failures.log").exists(), "that is for what goes wrong in a session"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = _run("stats", HEADROOM_HOME=str(tmp_path / "file" / "below"))

    assert done.returncode == 1
    assert "Traceback" not in done.stderr and str(tmp_path / "file") in done.stderr


@pytest.mark.parametrize("name", ["headroom", "headroom-mcp"])
def test_both_scripts_tell_their_version_and_what_they_are(name: str) -> None:
    script = Path(sys.executable).with_name(name)
    if not script.exists():
        pytest.skip(f"{name} is not installed beside this Python")
    version, told = (
        subprocess.run([script, option], capture_output=True, text=True, timeout=60, check=True).stdout
        for option in ("--version", "--help")
    )

    assert re.search(r"\d+\.\d+\.\d+", version) and "usage" in told.lower()


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    _complete_with(
        tmp_path,
        "bash",
        'COMP_WORDS=(headroom sta); COMP_CWORD=1; _headroom_completion headroom; echo "${COMPREPLY[@]}"',
        "stats",
    )
    _complete_with(tmp_path, "bash", 'COMP_WORDS=(headroom stats --pro); COMP_CWORD=2; _headroom_completion headroom; echo "${COMPREPLY[@]}"', "--project")  # fmt: skip


def test_zsh_completes_commands(tmp_path: Path) -> None:
    asked = "compadd() { :; }; _describe() { print -l $completions_with_descriptions; }; words=(headroom sta); CURRENT=2; _headroom_completion"
    _complete_with(tmp_path, "zsh", asked, "stats")


def test_fish_completes_commands(tmp_path: Path) -> None:
    _complete_with(tmp_path, "fish", "complete -C 'headroom sta'", "stats")


def _complete_with(folder: Path, shell: str, asked: str, wanted: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = folder / "headroom"
    script.write_text(f'#!/bin/sh\nPYTHONPATH={_ROOT} exec {sys.executable} -m headroom_mcp "$@"\n')
    script.chmod(0o755)
    (folder / "completion").write_text(_run("completion", shell).stdout)
    before = "autoload -Uz compinit; compinit -u -D; " if shell == "zsh" else ""
    done = subprocess.run(
        [shell, "-c", f"{before}source {folder / 'completion'}; {asked}"],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(folder)},
    )  # fmt: skip

    assert wanted in done.stdout, done.stderr
