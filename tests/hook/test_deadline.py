"""A hook ends in time, whatever holds it up, and says nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_mcp.settings import fault_log
from tests.hook.host import bash, event, log, run_hook

# The handler of an event is replaced by what never ends; the deadline is short, so that the test is.
_HELD = """
import itertools, sys, time
from headroom_mcp.hook import entry
entry.TIMEOUT_S = 0.3
entry.handle = lambda payload: {held}
entry.main()
"""
_HELD_BY = {
    "Python": "[None for _ in iter(int, 1)]",
    "a call of C's that looks at no signal": "sum(itertools.repeat(1))",
    "a file that nobody writes": "open({fifo!r}).read()",
}


@pytest.mark.parametrize("name", _HELD_BY)
def test_a_hook_that_is_held_up_ends_at_its_deadline(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    script = _HELD.format(held=_HELD_BY[name].format(fifo=str(tmp_path / "fifo")))
    done = subprocess.run(
        [sys.executable, "-c", script], input=b"{}", capture_output=True, timeout=30, check=False, env={**os.environ}
    )

    assert (done.stdout, done.stderr) == (b"", b"")
    if "C's" not in name:  # ended by the thread, it has no time to say why
        assert done.returncode == 0
        assert "TimeoutError" in fault_log.read()[-1]


@pytest.mark.parametrize("what", ["fifo", "/dev/zero", "/dev/full"])
def test_a_failure_log_that_is_no_file_holds_up_nothing(what: str, tmp_path: Path) -> None:
    path = tmp_path / "failures.log"
    if what == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(what)

    answer = run_hook(b"[not an event", HEADROOM_HOME=str(tmp_path))

    assert (answer.code, answer.stdout, answer.stderr) == (0, b"", b"")


@pytest.mark.parametrize("what", ["fifo", "/dev/zero"])
def test_settings_that_are_no_file_hold_up_nothing(what: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    if what == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(what)

    for given in (bash(log()), json.dumps(event("Read", {}, hook_event_name="SessionStart")).encode()):
        answer = run_hook(given, HEADROOM_HOME=str(tmp_path))

        assert (answer.code, answer.stdout, answer.stderr) == (0, b"", b"")
