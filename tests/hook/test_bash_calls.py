"""What the transcripts tell of a shell command: whether the host has it in the background."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headroom_mcp.hook.claude_code import bash_calls, transcript
from tests.hook.bash_tool import Host


@pytest.fixture(name="host")
def _host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def _background(host: Host, command: str, age_s: float = 0.1) -> bool | None:
    return bash_calls.went_to_background(str(host.output), command, str(host.transcript), age_s)


def test_the_call_of_the_same_command_counts_and_any_where_none_is_the_same(host: Host) -> None:
    host.call("make", run_in_background=True)
    host.call("pytest")

    assert _background(host, "pytest") is False
    assert _background(host, "make") is True
    assert _background(host, "rewritten by a hook of the user's") is True


def test_answered_calls_count_no_more(host: Host) -> None:
    host.result(host.call("make", run_in_background=True))
    host.call("make")

    assert _background(host, "make") is False


def test_other_tools_and_what_the_host_sent_to_its_model_are_no_calls(host: Host) -> None:
    call = {"type": "tool_use", "id": "t9", "name": "Bash", "input": {"command": "make", "run_in_background": True}}
    host.write("api-request-blob", call)
    host.write("assistant", {**call, "name": "Monitor"})
    host.call("make")

    assert _background(host, "make") is False


def test_a_call_of_a_subagent_is_found(host: Host) -> None:
    subagents = host.transcript.with_suffix("") / "subagents"
    subagents.mkdir(parents=True)
    block = {"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "make", "run_in_background": True}}
    (subagents / "agent-1.jsonl").write_text(json.dumps({"type": "assistant", "message": {"content": [block]}}) + "\n")

    assert _background(host, "make") is True


def test_a_call_that_is_written_down_late_is_waited_for(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            host.call("make", run_in_background=True)

    monkeypatch.setattr(time, "sleep", sleep)

    assert _background(host, "make") is True
    assert len(waits) == 3


def test_no_call_in_time_is_no_answer(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bash_calls, "_WAIT_S", 0.1)

    assert _background(host, "make") is None


@pytest.mark.parametrize(
    ("given", "environment", "age_s", "expected"),
    [
        ({"timeout": 5_000}, {}, 4.0, False),
        ({"timeout": 5_000}, {}, 4.6, True),
        ({}, {}, 119.0, False),
        ({}, {}, 119.6, True),
        ({}, {"BASH_DEFAULT_TIMEOUT_MS": "300000"}, 200.0, False),
        ({"timeout": 900_000}, {}, 590.0, False),
        ({"timeout": 900_000}, {}, 600.0, True),
        ({"timeout": 900_000}, {"BASH_MAX_TIMEOUT_MS": "1000000"}, 600.0, False),
        ({"timeout": "soon"}, {"BASH_MAX_TIMEOUT_MS": "nonsense"}, 590.0, False),
    ],
)
def test_what_takes_longer_than_its_timeout_has_been_moved(
    host: Host,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, object],
    environment: dict[str, str],
    age_s: float,
    expected: bool,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    host.call("make", **given)

    assert _background(host, "make", age_s) is expected


@pytest.mark.parametrize(
    "line", ["", "{", '{"message":3,"x":"tool_use"}', '{"message":{"content":["tool_use"]}}', '["tool_use"]']
)
def test_lines_of_another_form_are_passed_over(host: Host, line: str) -> None:
    with host.transcript.open("a") as stream:
        stream.write(line + "\n")
    host.call("make")

    assert _background(host, "make") is False


def test_a_long_transcript_is_read_from_its_end(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "TAIL_BYTES", 2_000)
    for number in range(100):
        host.call(f"make {number}", run_in_background=True)
    host.call("pytest")

    assert len(bash_calls.unanswered(str(host.transcript))) < 20
    assert _background(host, "pytest") is False


@pytest.mark.skipif(sys.platform != "linux", reason="/proc tells")
def test_the_age_of_a_process_grows_and_an_unknown_one_has_none() -> None:
    process = subprocess.Popen(["sleep", "30"])
    try:
        time.sleep(0.3)
        first = bash_calls.age_s(process.pid, 0)
        time.sleep(0.3)
        later = bash_calls.age_s(process.pid, 0)
    finally:
        process.kill()
        process.wait()

    assert 0 < first < later
    assert bash_calls.age_s(process.pid, os.open(os.devnull, os.O_RDONLY)) == 0
