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
from tests.hook.host import log

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not trap.is_possible() or not shutil.which("bash"), reason="no trap here"),
]
_SCRIPT = Path(trap.__file__).parents[1] / "failed.py"
_KILLS = 60 if os.environ.get("HEADROOM_FAULTS") == "full" else 12


def test_a_killed_script_leaves_the_output_or_its_replacement(tmp_path: Path) -> None:
    tasks = tmp_path / f"claude-{os.geteuid()}" / "-p" / "s" / "tasks"
    tasks.mkdir(parents=True)
    original = (log(6000) + "\n").encode()
    random.seed(5)
    for number in range(_KILLS):
        path = tasks / f"b{number}.output"
        path.write_bytes(original)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        words = ["3", str(os.getpid()), f"s{number}", os.environ["HEADROOM_HOME"], str(tmp_path), ""]
        command = [sys.executable, "-I", "-S", str(_SCRIPT), *words]
        # As the trap does: 5 was the shell's standard output, 3 its standard error, both of them the same file.
        process = subprocess.Popen(
            ["bash", "-c", 'exec "$@" 3>&1 5>&1 >/dev/null', "bash", *command],
            stdout=descriptor,
            stdin=subprocess.DEVNULL,
        )
        os.close(descriptor)
        time.sleep(random.uniform(0, 0.9))
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = path.read_bytes()
        replaced = b"; headroom_retrieve]" in now
        assert now == original or replaced
        assert b"ERROR worker 3 could not reach the payment gateway" in now
