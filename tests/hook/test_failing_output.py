"""Failing commands: the trap in a real shell, the file it rewrites, and all that it must leave alone."""

from __future__ import annotations

import json
import os
import random
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_mcp import open_store
from headroom_mcp.hook.claude_code import failing_output, limits, trap
from headroom_mcp.text import marker
from tests.hook.bash_tool import SHELLS, Host
from tests.hook.host import log
from tests.hook.transcripts import Transcript

pytestmark = pytest.mark.skipif(sys.platform not in trap.PLATFORMS, reason="descriptors have no names here")


@pytest.fixture(name="host")
def _host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def _printing(lines: int, then: str, folder: Path) -> str:
    (folder / "log.txt").write_text(log(lines) + "\n")
    return f"cat {folder}/log.txt; {then}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_large_failing_output_is_replaced_in_its_file_and_its_original_kept(host: Host, shell: str) -> None:
    code = host.run(_printing(4000, "echo it\\'s over >&2; exit 3", host.project), shell)

    shown = host.output.read_text()
    assert code == 3
    assert len(shown) < limits.FAILING_SHOWN_CHARS
    assert "ERROR worker 3 could not reach the payment gateway" in shown
    with open_store() as store:
        assert store.get(marker.refs(shown)[-1]).text == log(4000) + "\nit's over\n"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("then", "code"),
    [
        ("exit 0", 0),  # a success is the hook's
        ("true", 0),
        ("(exit 5); true", 0),  # a subshell's failure is not the command's
        ("set -x; set +x", 0),
        ("trap 'echo my own' EXIT; exit 7", 7),  # the command's own trap wins
        ("exec 2>/dev/null; exit 8", 8),  # two files by now
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


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "then",
    ["false", "ls /nowhere/at/all", "(exit 77)", "nonexistent_command_x", "set -e; false", "exit 130", "exit 143"],
)
def test_the_exit_code_is_the_commands(host: Host, shell: str, then: str) -> None:
    command = _printing(4000, then, host.project)
    bare = subprocess.run([shell, "-c", command], capture_output=True, check=False)

    assert host.run(command, shell) == bare.returncode
    assert marker.refs(host.output.read_text())


def test_a_small_failure_stays(host: Host) -> None:
    assert host.run("echo no such thing; exit 2") == 2
    assert host.output.read_text() == "no such thing\n"


def test_a_command_that_the_host_has_moved_to_the_background_keeps_its_file(host: Host) -> None:
    command = _printing(4000, "exit 3", host.project)
    host.result(host.call(command), f"Output is being written to: {host.output}. You will be notified")

    assert host.run(command) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_a_command_called_in_the_background_keeps_its_file_from_the_first_moment_on(host: Host) -> None:
    command = _printing(4000, "exit 3", host.project)
    host.call(command, run_in_background=True)

    assert host.run_shell(command) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_a_command_that_has_used_up_its_time_keeps_its_file(host: Host) -> None:
    """The host has moved it to the background by then, and writes so a second later."""
    command = _printing(4000, "sleep 1; exit 3", host.project)
    host.call(command, timeout=800)

    assert host.run_shell(command) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_a_command_that_no_transcript_knows_keeps_its_file(host: Host) -> None:
    command = _printing(4000, "exit 3", host.project)

    assert host.run_shell(command) == 3
    assert host.output.read_text() == log(4000) + "\n"

    host.transcript.unlink()

    assert host.run_shell(command) == 3
    assert host.output.read_text() == log(4000) + "\n"


def test_a_foreground_call_beside_one_in_the_background_is_compressed(host: Host) -> None:
    command = _printing(4000, "exit 3", host.project)
    host.call("make watch", run_in_background=True)

    assert host.run(command) == 3
    assert marker.refs(host.output.read_text())


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


def _unlike_lines(count: int) -> list[str]:
    chooser = random.Random(3)
    words = ["".join(chooser.choices("abcdefghijklmnop", k=chooser.randint(3, 9))) for _ in range(900)]
    return [" ".join(chooser.choices(words, k=9)) + "." for _ in range(count)]


def _patch() -> str:
    """Return a text that is all worth showing, with a failure at its end."""
    changed = "".join(f"+{line}\n" for line in _unlike_lines(29))
    return f"diff --git a/n b/n\n--- a/n\n+++ b/n\n@@ -1,10 +1,29 @@\n{changed}fatal: the parcel 4711 has no address\n"


def test_a_second_failing_run_names_what_it_repeats_and_shows_the_failure_again(host: Host) -> None:
    (host.project / "log.txt").write_text(_patch())
    command = "cat log.txt; exit 3"
    host.run(command)
    first = host.output.read_text()
    host.run(command)
    second = host.output.read_text()

    assert first == _patch()
    assert "as shown above by cat log.txt" in second
    assert len(second) < len(first) / 2
    assert "fatal: the parcel 4711 has no address" in second
    with open_store() as store:
        assert store.get(marker.refs(second)[-1]).text == first


def test_a_subagents_shell_is_told_nothing_of_what_others_were_shown(host: Host) -> None:
    (host.project / "log.txt").write_text(_patch())
    command = "cat log.txt; exit 3"
    host.run(command)
    subagent = Transcript(host.transcript.with_suffix("") / "subagents" / "agent-1.jsonl", "1")
    subagent.call("toolu_sub", "Bash", {"command": command})
    host.run_shell(command)

    assert host.output.read_text() == _patch()


def test_where_two_ask_for_the_same_command_nothing_counts_as_shown(host: Host) -> None:
    """Nobody can tell whose shell it is."""
    (host.project / "log.txt").write_text(_patch())
    command = "cat log.txt; exit 3"
    host.run(command)
    Transcript(host.transcript.with_suffix("") / "subagents" / "agent-1.jsonl", "1").call(
        "toolu_sub", "Bash", {"command": command}
    )
    host.run(command)

    assert host.output.read_text() == _patch()


def test_json_and_pages_that_no_prompt_asks_about_fit_into_what_the_host_shows(host: Host) -> None:
    """All attempts of a kind once had the same length, over the limit: the model got the host's cut instead."""
    chooser = random.Random(4)
    rows = [{"id": n, "name": f"item {chooser.randrange(10**9)}", "price": chooser.random()} for n in range(420)]
    paragraphs = "".join(f"<p>{line}</p>\n" for line in _unlike_lines(420))
    outputs = {"rows.json": json.dumps(rows), "page.html": f"<html><body><h1>Parcels</h1>{paragraphs}</body></html>\n"}
    for name, text in outputs.items():
        (host.project / name).write_text(text)
        assert len(text) > 25_000

        assert host.run(f"cat {name}; exit 3") == 3
        shown = host.output.read_text()

        assert len(shown) <= limits.FAILING_SHOWN_CHARS
        with open_store() as store:
            assert store.get(marker.refs(shown)[-1]).text == text


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


def _quoted(command: str) -> str:
    return shlex.quote(command)


@pytest.mark.parametrize(
    "command",
    [
        "cat {file}; exit 1",
        "cat {file}; exit 130",
        "cat {file}; exit 143",
        "cat {file}; grep -rn zebra /dev/null",
        "cat {file}; cmp {file} /dev/null",
        "cat {file} # headroom retrieve\nexit 4",
    ],
)
@pytest.mark.parametrize("lines", [0, 40, 2_000])
def test_a_secret_in_a_failing_output_is_masked_however_it_fails(
    host: Host, command: str, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_REDACT", "model")
    secret = "aB3xy12q"  # shorter than the mask
    (host.project / "env.txt").write_text(
        f"{log(lines)}\nDB_PASSWORD={secret}\n" if lines else f"DB_PASSWORD={secret}\n"
    )

    code = host.run(command.replace("{file}", f"{host.project}/env.txt"), "bash")

    assert code != 0
    assert secret not in host.output.read_text()
    assert "DB_PASSWORD=[secret: value of db_password]" in host.output.read_text()
