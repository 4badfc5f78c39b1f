"""The trap must not be noticed: every command ends with the same code, output and files with it as without it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook.claude_code import trap
from headroom_mcp.text import marker
from tests import long_form
from tests.hook import bash_tool, command_bodies
from tests.hook.bash_tool import Host, Outcome
from tests.hook.host import log

pytestmark = [
    pytest.mark.skipif(not trap.is_possible(), reason="no trap here"),
    pytest.mark.parametrize("shell", bash_tool.SHELLS),
]
_WORDS = ["5ecea5c4", "/home/u/data", "/home/u/proj", "/home/u/.claude/projects/p/5ecea5c4.jsonl"]
_GONE = "/nowhere/bin/python3"
_PARTS = 4  # so that the processes of a test run share the work
_TRIES = 8  # what two processes print at once comes in either order


def _different(
    shell: str, env: str, commands: Iterable[str], snapshot: str = "source /dev/null"
) -> list[tuple[str, Outcome, Outcome]]:
    """Return the commands that `env` before them changes, each with an outcome without it and one with it.

    Where processes race, a command has several outcomes: one that it can have both ways will do.
    """
    found = []
    for command in commands:
        without: list[Outcome] = []
        with_trap: list[Outcome] = []
        for _ in range(_TRIES):
            without.append(_outcome(shell, "", command, snapshot))
            with_trap.append(_outcome(shell, env, command, snapshot))
            if any(outcome in with_trap for outcome in without):
                break
        else:
            found.append((command, without[-1], with_trap[-1]))
    return found


def _outcome(shell: str, env: str, command: str, snapshot: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="headroom-trap-", ignore_cleanup_errors=True) as folder:
        work = Path(folder, "work")
        work.mkdir()
        done = bash_tool.run(shell, bash_tool.host_text(env, command, snapshot=snapshot), work, Path(folder, "output"))
    return _cleaned(done, folder)


def _cleaned(done: Outcome, folder: str) -> Outcome:
    files = {name: _alike(body, folder) for name, body in done.files.items()}
    return Outcome(done.code, _alike(done.printed, folder), files)


def _alike(text: bytes, folder: str) -> bytes:
    """Return `text` without process ids, times and folder, and without the line that zsh counts for the host's own words."""
    text = re.sub(rb"\bzsh:\d+([:>])", rb"zsh:N\1", text.replace(folder.encode(), b"FOLDER"))
    text = re.sub(rb"(line \d+: |\[\d+\] ) *\d+\b", rb"\1N", text)  # line 3:   829 Killed      sh -c …
    return re.sub(rb"\d+\.\d+s?|\b\d{3,}\b", b"N", text)


def _snippet(python: str = _GONE) -> str:
    return trap.snippet(_WORDS, python)


@pytest.mark.parametrize("part", range(_PARTS))
def test_no_command_can_tell_that_there_is_a_trap(shell: str, part: int) -> None:
    assert _different(shell, _snippet(), command_bodies.pairs(160)[part::_PARTS]) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("python", [_GONE, sys.executable])
def test_nor_can_many_more(shell: str, part: int, python: str) -> None:
    count = long_form.count(48, 2_000)

    assert _different(shell, _snippet(python), command_bodies.pairs(count, seed=4)[part::_PARTS]) == []


@pytest.mark.parametrize("part", range(_PARTS))
def test_nor_where_everything_of_ours_is_there_and_the_output_is_small(shell: str, part: int) -> None:
    assert _different(shell, _snippet(sys.executable), command_bodies.pairs(160, seed=8)[:60][part::_PARTS]) == []


@pytest.mark.parametrize("part", range(_PARTS))
def test_nor_whatever_options_the_user_has_set(shell: str, part: int) -> None:
    commands = ["true", "nonexistent_command_x; exit 3"]
    options = _options(shell)

    assert len(options) > 60
    assert [
        found for option in options[part::_PARTS] for found in _different(shell, _snippet(), commands, option)
    ] == []


_LEFT_OUT = ("exec", "noexec", "privileged", "restricted", "xtrace", "verbose")


def _options(shell: str) -> list[str]:
    """Return commands that turn over each of the shell's options.

    Not those that end the shell, and not the traces, in which the host's own words after our line stand too.
    """
    if "zsh" in shell:
        names = _lines(shell, "setopt kshoptionprint; setopt")
        return [f"setopt {'no' if state == 'on' else ''}{name}" for name, state in names if name not in _LEFT_OUT]
    shopts = [f"shopt -{'u' if state == 'on' else 's'} {name}" for name, state in _lines(shell, "shopt")]
    sets = [f"set {'+' if state == 'on' else '-'}o {name}" for name, state in _lines(shell, "set -o")]
    return [command for command in shopts + sets if command.split()[-1] not in _LEFT_OUT]


def _lines(shell: str, command: str) -> list[list[str]]:
    done = subprocess.run([shell, "-c", command], capture_output=True, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines() if len(line.split()) == 2]


_LOG = "cat ../log.txt\n"


@pytest.mark.parametrize("part", range(_PARTS))
def test_a_large_output_changes_to_its_short_form_and_nothing_else(shell: str, part: int, tmp_path: Path) -> None:
    """The same exit code and files; what was printed is shown, or stored byte for byte and shortened."""
    shortened = []
    for number, command in enumerate(command_bodies.pairs(160, seed=3)[:60][part::_PARTS]):
        for _ in range(_TRIES):
            without, with_trap, refs = _large(shell, command, tmp_path / str(number))
            if without == with_trap:
                break
        shortened += refs
        assert without == with_trap, command

    assert shortened


def _large(shell: str, command: str, folder: Path) -> tuple[Outcome, Outcome, list[str]]:
    """Return how `command` ends after a long log, without the trap and with it, and the refs it shows.

    What is printed with it is the original where something is shortened.
    """
    shutil.rmtree(folder, ignore_errors=True)
    host = Host(folder)
    (folder / "log.txt").write_text(log(300) + "\n")
    host.call(_LOG + command)
    without, with_trap = (host.outcome(shell, bash_tool.host_text(env, _LOG + command)) for env in ("", host.snippet()))
    refs = marker.refs(with_trap.printed.decode("utf-8", "replace"))
    if refs:
        with open_store() as store:
            original = store.get(refs[-1]).text.encode("utf-8", "surrogateescape")
        with_trap = with_trap._replace(printed=original)
    return _cleaned(without, str(folder)), _cleaned(with_trap, str(folder)), refs


def _ruined(state: str, folder: Path) -> str:
    """Return the snippet of an installation in `folder` that has come to `state` since it was written."""
    package = folder / "lib" / "headroom_mcp"
    shutil.copytree(Path(trap.__file__).parents[2], package, ignore=shutil.ignore_patterns("__pycache__"))
    script, python = package / "hook" / "failed.py", folder / "python3"
    python.symlink_to(sys.executable)
    text = _snippet(str(python)).replace(trap._SCRIPT, str(script))
    assert str(script) in text
    match state:
        case "no interpreter":
            python.unlink()
        case "the interpreter is a folder":
            python.unlink()
            python.mkdir()
        case "the interpreter cannot be run":
            python.unlink()
            python.write_text("#!/bin/sh\n")
        case "the interpreter is of another machine":
            python.unlink()
            python.write_bytes(b"\x7fELF\xff\xff nonsense")
            python.chmod(0o755)
        case "the interpreter crashes":
            python.unlink()
            python.write_text("#!/bin/sh\necho out; echo err >&2; kill -SEGV $$\n")
            python.chmod(0o755)
        case "the interpreter is another program":
            python.unlink()
            python.symlink_to("/bin/ls")
        case "no script":
            script.unlink()
        case "the script is half written":
            script.write_text('"""The script that\nimport os\ndef _run(')
        case "the script fails":
            script.write_text("print('out')\nraise SystemExit('err')\n")
        case "no package":
            shutil.rmtree(package)
        case "half a package":
            shutil.rmtree(package / "flow")
        case "another version of the package":
            (package / "hook" / "entry.py").write_text("")
    return text


@pytest.mark.parametrize(
    "state",
    [
        "nothing is missing",
        "no interpreter",
        "the interpreter is a folder",
        "the interpreter cannot be run",
        "the interpreter is of another machine",
        "the interpreter crashes",
        "no script",
        "the script is half written",
        "no package",
        "half a package",
        "another version of the package",
    ],
)
def test_nor_where_anything_of_ours_is_gone(shell: str, state: str, tmp_path: Path) -> None:
    commands = [
        "true",
        "exit 3",
        "echo a; set -e; (exit 4)",
        "set -eu; false",
        "set -x; nonexistent_command_x",
        "echo a >&2; kill -TERM $$; sleep 1",
    ]

    assert _different(shell, _ruined(state, tmp_path), commands) == []


@pytest.mark.parametrize(
    "version",
    ["2.05b.0(1)-release", "3.2.57(1)-release", "4.2.46(2)-release", "4.4.20(1)-release", "5.0.17(1)-release"],
)
def test_a_shell_older_than_those_it_was_tried_in_gets_no_trap(shell: str, version: str) -> None:
    name = "ZSH_VERSION" if "zsh" in shell else "BASH_VERSION"
    seen = _traps(shell, f"{name}={version.replace('5.0', '5.0.0')!r}")

    assert seen == ""
    assert "failed.py" in _traps(shell, ":")


@pytest.mark.parametrize("version", ["5.1.0(1)-release", "5.2.37(1)-release", "5.3.0(1)-release", "6.0.0", "10.1"])
def test_a_newer_one_does(shell: str, version: str) -> None:
    if "zsh" in shell:
        version = version.replace("5.1", "5.8").replace("5.2", "5.9").replace("5.3", "5.10")
    name = "ZSH_VERSION" if "zsh" in shell else "BASH_VERSION"

    assert "failed.py" in _traps(shell, f"{name}='{version}'")


def _traps(shell: str, before: str) -> str:
    """Return what traps there are after `before` and our line; spelled so that the line does not see itself asked."""
    done = subprocess.run(
        [shell, "-c", f"{before}\n{_snippet()}: && \\builtin t\\rap"], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("false", True),
        ("strap it; docker exec x y; npm test -v", True),
        ("set -e\nnpm test -v", True),
        ("set -euxo pipefail; make", True),
        ("python tests/test_trap.py --verbose", True),
        ("trap 'echo x' EXIT", False),
        ("x=1;trap - ERR", False),
        ("ulimit -n 12; make", False),
        ("set -v; make", False),
        ("set -exv; make", False),
        ("set -o verbose", False),
    ],
)
def test_commands_that_look_at_traps_or_limit_their_shell_get_none(shell: str, command: str, expected: bool) -> None:
    quoted = "'" + command.replace("'", "'\"'\"'") + "'"
    done = subprocess.run(
        [shell, "-c", f"{_snippet()}: && \\builtin t\\rap; : && eval {quoted} && pwd"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ("failed.py" in done.stdout) is expected
