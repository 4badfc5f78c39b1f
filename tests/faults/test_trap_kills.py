"""The trap's script killed at any point: what the host then reads has lost nothing that it would have shown of a failure."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from headroom_mcp.hook.claude_code import trap
from tests import long_form
from tests.hook.bash_tool import Host
from tests.hook.host import log

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not trap.is_possible() or not shutil.which("bash"), reason="no trap here"),
]
_SCRIPT = Path(trap.__file__).parents[1] / "failed.py"
_FOOTER = b"headroom retrieve "  # no server runs here, so the footer names the command
_KILLS = 60 if long_form.FULL_FAULTS else 12


def test_a_killed_script_leaves_the_output_or_its_replacement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The script's parent, which it takes for the shell, is this process: it may have been running for an hour.
    monkeypatch.setenv("BASH_MAX_TIMEOUT_MS", str(10**9))
    host = Host(tmp_path)
    host.call("make", timeout=10**9)
    original = (log(6000) + "\n").encode()
    chooser = random.Random(5)
    for number in range(_KILLS):
        path = host.tasks / f"b{number}.output"
        path.write_bytes(original)
        process = _start(path, host, f"s{number}")
        time.sleep(chooser.uniform(0, 0.9))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = path.read_bytes()
        assert now == original or _FOOTER in now
        assert b"ERROR worker 3 could not reach the payment gateway" in now

    path.write_bytes(original)
    _start(path, host, "unharmed").wait(60)

    assert _FOOTER in path.read_bytes()


def _start(path: Path, host: Host, session: str) -> subprocess.Popen[bytes]:
    """Start the script as the trap does: 5 was the shell's standard output, 3 its standard error, both the same file."""
    words = ["3", str(os.getpid()), session, os.environ["HEADROOM_HOME"], str(host.project), str(host.transcript)]
    command = [sys.executable, "-I", "-S", str(_SCRIPT), *words]
    with path.open("ab") as stream:
        return subprocess.Popen(
            ["bash", "-c", 'exec "$@" 3>&1 5>&1 >/dev/null', "bash", *command], stdout=stream, stdin=subprocess.DEVNULL
        )
