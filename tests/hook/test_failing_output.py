"""Failing commands: the trap in a real shell, the file it rewrites, and all that it must leave alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook.claude_code import failing_output, limits, trap
from headroom_mcp.text import marker
from tests.hook.host import log

_SHELLS = [shell for shell in ("bash", "zsh") if shutil.which(shell)]
_SESSION = "0b0c5ecea5c4"

pytestmark = pytest.mark.skipif(sys.platform not in trap.PLATFORMS, reason="descriptors have no names here")


class Host:
    """What Claude Code does for a Bash call: one file for both descriptors, the env file before the command."""

    def __init__(self, folder: Path) -> None:
        self.tasks = folder / f"claude-{os.geteuid()}" / "-home-u-proj" / _SESSION / "tasks"
        self.tasks.mkdir(parents=True)
        self.output = self.tasks / "b12x.output"
        self.transcript = folder / f"{_SESSION}.jsonl"
        self.transcript.write_text('{"type":"user"}\n')
        self.cwd_file = folder / "cwd"
        self.project = folder

    def run(self, command: str, shell: str = "bash", output: Path | None = None, flags: int = os.O_APPEND) -> int:
        """Run `command` and return its exit code; what it printed is in `output`."""
        words = [_SESSION, os.environ["HEADROOM_HOME"], str(self.project), str(self.transcript)]
        quoted = "'" + command.replace("'", "'\"'\"'") + "'"
        text = f"{trap.snippet(words)}: && eval {quoted} < /dev/null && pwd -P >| {self.cwd_file}"
        descriptor = os.open(output or self.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | flags, 0o600)
        try:
            done = subprocess.run(
                [shell, "-c", text], stdout=descriptor, stderr=descriptor, cwd=self.project, timeout=60, check=False
            )
        finally:
            os.close(descriptor)
        return done.returncode


@pytest.fixture(name="host")
def _host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def _printing(lines: int, then: str, folder: Path) -> str:
    (folder / "log.txt").write_text(log(lines) + "\n")
    return f"cat {folder}/log.txt; {then}"


@pytest.mark.parametrize("shell", _SHELLS)
def test_a_large_failing_output_is_replaced_in_its_file_and_its_original_kept(host: Host, shell: str) -> None:
    code = host.run(_printing(4000, "echo it\\'s over >&2; exit 3", host.project), shell)

    shown = host.output.read_text()
    assert code == 3
    assert len(shown) < limits.FAILING_SHOWN_CHARS
    assert "ERROR worker 3 could not reach the payment gateway" in shown
    with open_store() as store:
        assert store.get(marker.refs(shown)[-1]).text == log(4000) + "\nit's over\n"


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("exit 0", 0),  # a success is the hook's
        ("true", 0),
        ("(exit 5); true", 0),  # a subshell's failure is not the command's
        ("set -x; set +x", 0),
        ("trap 'echo my own' EXIT; exit 7", 7),  # the command's own trap wins
        ("exec 2>/dev/null; exit 8", 8),  # two files by now
        ("exit 130", 130),
    ],
)
def test_what_is_no_failure_of_the_command_itself_stays_to_the_byte(
    host: Host, shell: str, then: str, code: int
) -> None:
    command = _printing(4000, then, host.project)
    bare = subprocess.run(
        [shell, "-c", f"eval {_quoted(command)}"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )

    assert (code, code) == (host.run(command, shell), bare.returncode)
    assert host.output.read_bytes() == bare.stdout


@pytest.mark.parametrize("shell", _SHELLS)
@pytest.mark.parametrize("then", ["false", "ls /nowhere/at/all", "(exit 77)", "nonexistent_command_x", "set -e; false"])
def test_the_exit_code_is_the_commands(host: Host, shell: str, then: str) -> None:
    command = _printing(4000, then, host.project)
    bare = subprocess.run([shell, "-c", command], capture_output=True, check=False)

    assert host.run(command, shell) == bare.returncode
    assert marker.refs(host.output.read_text())


def test_a_small_failure_stays(host: Host) -> None:
    assert host.run("echo no such thing; exit 2") == 2
    assert host.output.read_text() == "no such thing\n"


def test_a_command_in_the_background_keeps_its_file(host: Host) -> None:
    host.transcript.write_text(f'{{"text":"Output is being written to: {host.output}. You will"}}\n')

    assert host.run(_printing(4000, "exit 3", host.project)) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_a_file_that_is_not_the_hosts_is_left_alone(host: Host) -> None:
    other = host.project / "mine.log"

    assert host.run(_printing(4000, "exit 3", host.project), output=other) == 3
    assert other.read_text() == log(4000) + "\n"


def test_a_file_that_is_not_appended_to_is_left_alone(host: Host) -> None:
    assert host.run(_printing(4000, "exit 3", host.project), flags=0) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_an_answer_of_grep_is_no_failure(host: Host) -> None:
    assert host.run(_printing(4000, "grep nothing /dev/null", host.project)) == 1
    assert host.output.read_text() == log(4000) + "\n"


def test_switched_off_leaves_failures_alone(host: Host) -> None:
    Path(os.environ["HEADROOM_HOME"], "off").touch()

    assert host.run(_printing(4000, "exit 3", host.project)) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_a_store_that_cannot_be_made_leaves_the_output(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    (host.project / "file").touch()
    monkeypatch.setenv("HEADROOM_HOME", str(host.project / "file" / "below"))

    assert host.run(_printing(4000, "exit 3", host.project)) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_bytes_that_are_no_utf_8_survive(host: Host) -> None:
    (host.project / "raw").write_bytes(b"\xff\xfe broken \x80\n" + log(3000).encode())

    assert host.run(f"cat {host.project}/raw; exit 4") == 4
    with open_store() as store:
        ref = marker.refs(host.output.read_text(errors="replace"))[-1]
        assert store.get(ref).text.encode("utf-8", "surrogateescape").startswith(b"\xff\xfe broken \x80\n")


def test_who_writes_meanwhile_keeps_every_line(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"0123456789")
    status = path.stat()
    with path.open("ab") as late:
        late.write(b"late")

    assert failing_output._write(str(path), status, b"0123456789", b"short") is False
    assert path.read_bytes() == b"0123456789late"


def test_beside_subagents_nothing_counts_as_shown(host: Host) -> None:
    """Their shells look like the session's own, and what one was shown the other was not."""
    subagents = host.transcript.with_suffix("") / "subagents"
    subagents.mkdir(parents=True)
    (subagents / "agent-1.jsonl").write_text("{}\n")
    command = _printing(60, "exit 3", host.project)
    host.run(command)
    first = host.output.read_text()
    host.run(command)

    assert host.output.read_text() == first


def test_a_second_failing_run_names_what_it_repeats(host: Host) -> None:
    command = _printing(60, "exit 3", host.project)
    host.run(command)
    first = host.output.read_text()
    host.run(command)

    assert len(host.output.read_text()) <= len(first)


@pytest.mark.parametrize(
    ("shell_text", "command"),
    [
        ("source s 2>/dev/null || true && trap 'x' EXIT\n: && eval 'ls -l' < /dev/null && pwd -P >| /tmp/c", "ls -l"),
        ("source s && eval 'echo '\"'\"'a b'\"'\"'' \\< /dev/null && pwd -P >| /tmp/c", "echo 'a b'"),
        ("source s && eval 'a && eval b && pwd -P >| x' < /dev/null && pwd -P >| /tmp/c", "a && eval b && pwd -P >| x"),
        ("something else", ""),
        ("source s && eval 'open < /dev/null && pwd -P >| /tmp/c", ""),
    ],
)
def test_the_command_is_found_in_what_the_shell_was_given(shell_text: str, command: str) -> None:
    assert failing_output.command_of(shell_text) == command


def test_the_hosts_share_is_ten_thousand_characters_of_the_first_thirty() -> None:
    assert failing_output.host_tokens("x" * 9_000) == 0
    assert 0 < failing_output.host_tokens(log(9_000)) < 8_000


def test_macos_names_a_descriptor_by_fcntl(monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(
        fcntl, "fcntl", lambda descriptor, command, argument: b"/private/tmp/x.output".ljust(1024, b"\0")
    )

    assert failing_output.path_of(1) == "/private/tmp/x.output"


def test_a_path_that_no_shell_line_can_hold_sets_no_trap() -> None:
    assert trap.snippet(["s", "/home/with\nnewline", "/p", "/t"]) == ""


def test_the_env_file_is_overwritten_and_uninstall_empties_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file = tmp_path / "session-env" / _SESSION / "sessionstart-hook-0.sh"
    env_file.parent.mkdir(parents=True)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("CLAUDE_ENV_FILE", str(env_file))
    for _ in range(2):
        trap.install({"session_id": _SESSION, "transcript_path": "/t.jsonl"}, "/p")

    assert env_file.read_text().count("trap ") == 1

    trap.forget()

    assert env_file.read_text() == ""


def _quoted(command: str) -> str:
    return trap._quoted([command])
