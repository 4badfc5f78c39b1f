"""Law 8: whatever goes wrong, the host keeps its original: exit code 0, nothing said, one line in the log."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.hook.host import COMMAND, Answer, bash, event, log, run_hook

_SILENCE = Answer(0, b"", b"")


def _log_lines(home: Path) -> list[str]:
    path = home / "failures.log"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@pytest.fixture(name="home")
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _without(key: str) -> dict[str, Any]:
    payload = bash(log())
    del payload[key]
    return payload


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not json",
        b'{"session_id": ',
        b"[1, 2]",
        b"null",
        b"\xff\xfe\x00",
        _without("tool_name"),
        _without("tool_response"),
        event("Bash", "a string"),
        event("Bash", None),
        event("Bash", {"stdout": 5, "stderr": "", "interrupted": False}),
        event("Bash", {"stdout": log(), "stderr": ""}),
        event("Read", {"type": "text", "file": "x"}),
        event("Grep", {"mode": "content"}),
        event("Glob", {"filenames": [1, 2]}),
        event("mcp__x__y", {"content": []}),
        event("mcp__x__y", ["a", "b"]),
    ],
    ids=str,
)
def test_what_cannot_be_understood_is_one_line_in_the_log(raw: object, home: Path) -> None:
    assert run_hook(raw) == _SILENCE
    assert len(_log_lines(home)) == 1


@pytest.mark.parametrize("raw", [_without("session_id"), _without("hook_event_name"), _without("transcript_path"), {}])
def test_an_event_that_is_not_recognisably_claude_codes_gets_no_answer(raw: object, home: Path) -> None:
    assert run_hook(raw) == _SILENCE


@pytest.mark.parametrize("missing", ["tool_input", "tool_use_id", "cwd"])
def test_a_field_we_can_do_without_may_be_missing(missing: str, home: Path) -> None:
    assert run_hook(_without(missing)).value is not None


@pytest.mark.parametrize(
    "mess",
    [
        "\x00\x01\x02\x7f\x1b[2J" * 50,
        "\ud800 lone \udfff surrogates \udcff",
        "progress 1%\rprogress 50%\rprogress 100%\r\n",
        "\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07",
        "é漢字🙂\u2028\u2029\x0b\x0c\x85",
        "x" * 200_000,
    ],
    ids=["binary", "surrogates", "crlf", "ansi", "unicode", "one-long-line"],
)
def test_messy_text_gets_silence_or_a_valid_answer_and_is_kept(mess: str, home: Path) -> None:
    text = f"{log(300)}\n{mess}\n{log(300, 'task')}\r\n"

    answer = run_hook(bash(text))

    assert (answer.code, answer.stderr) == (0, b"")
    assert _log_lines(home) == []
    if answer.stdout:
        answer.value["stdout"].encode("utf-8")
        database = sqlite3.connect(home / "headroom.db")
        assert database.execute("SELECT COUNT(*) FROM original").fetchone() == (1,)


def test_a_hundred_megabytes_leave_the_original(home: Path) -> None:
    line = json.dumps("0123456789" * 10 + "\n")[1:-1].encode()
    whole = json.dumps(bash("@")).encode().replace(b"@", line * 1_000_000)

    assert len(whole) > 100_000_000
    assert run_hook(whole) == _SILENCE
    assert len(_log_lines(home)) == 1


def test_a_folder_that_cannot_be_written_leaves_the_original(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")

    assert run_hook(bash(log()), HEADROOM_HOME=str(in_the_way / "home")) == _SILENCE


def test_a_read_only_store_leaves_the_original(home: Path) -> None:
    run_hook(bash(log()))
    database = sqlite3.connect(home / "headroom.db")
    database.execute("CREATE TRIGGER full BEFORE INSERT ON output BEGIN SELECT RAISE(ABORT, 'read-only'); END")
    database.commit()
    database.close()

    assert run_hook(bash(log(700))) == _SILENCE
    assert len(_log_lines(home)) == 1


def test_a_full_disk_leaves_the_original(home: Path) -> None:
    def limit() -> None:
        # What a full disk is to SQLite: a write that does not fit.
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    run_hook(bash(log()))
    noise = "\n".join(os.urandom(40).hex() for _ in range(9_000))
    done = subprocess.run(
        COMMAND, input=json.dumps(bash(noise)).encode(), capture_output=True, preexec_fn=limit, check=False, timeout=60
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert run_hook(bash(log(800))).value is not None


def test_a_locked_store_leaves_the_original(home: Path) -> None:
    run_hook(bash(log()))
    database = sqlite3.connect(home / "headroom.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")

    answer = run_hook(bash(log(700)))

    database.execute("ROLLBACK")
    assert answer == _SILENCE
    assert len(_log_lines(home)) == 1


@pytest.mark.parametrize("damage", ["header", "middle"])
def test_a_corrupt_store_is_set_aside_and_a_new_one_begun(home: Path, damage: str) -> None:
    run_hook(bash(log()))
    run_hook(bash("\n".join(os.urandom(60).hex() for _ in range(900))))
    path = home / "headroom.db"
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body = bytearray(path.read_bytes())
    start = 0 if damage == "header" else 4096
    body[start : start + 8192] = b"\x5a" * 8192
    path.write_bytes(bytes(body))

    first = run_hook(bash(log(700)))
    second = run_hook(bash(log(800)))

    assert (first.code, first.stderr) == (0, b"")
    assert second.value is not None
    assert len([name for name in os.listdir(home) if ".corrupt-" in name]) >= 1
    assert any("corrupt" in line for line in _log_lines(home))


def test_settings_that_cannot_be_read_leave_the_original(home: Path) -> None:
    assert run_hook(bash(log()), HEADROOM_MIN_TOKENS="many") == _SILENCE
    assert len(_log_lines(home)) == 1


def test_a_host_that_closes_its_end_early_hears_nothing(home: Path) -> None:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(json.dumps(bash(log())).encode())
    process.stdin.close()

    assert process.wait(30) == 0
    assert process.stderr.read() == b""
