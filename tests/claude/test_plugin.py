"""This repository as a plugin: valid, and its hook and server work from the checkout."""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.install import claude_code
from headroom_mcp.install.live.fake_api import Call, Turn
from headroom_mcp.text import marker

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

_ROOT = Path(__file__).parents[2]
_LAUNCHER = runpy.run_path(str(_ROOT / "hooks" / "serve.py"), run_name="launcher")


def test_the_launcher_installs_what_the_project_declares() -> None:
    if sys.version_info < (3, 11):
        pytest.skip("Python 3.10 cannot read TOML to compare with")
    import tomllib

    text = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert _LAUNCHER["dependencies"](text) == tomllib.loads(text)["project"]["dependencies"]


def test_the_plugin_and_install_ask_for_the_same_events_and_tools() -> None:
    written = json.loads((_ROOT / "hooks" / "hooks.json").read_text(encoding="utf-8"))["hooks"]
    installed = claude_code.hook_events()

    assert {event: [group.get("matcher") for group in groups] for event, groups in written.items()} == {
        event: [group.get("matcher")] for event, group in installed.items()
    }


@pytest.mark.claude
def test_the_plugin_validates_strictly(sandbox: Sandbox) -> None:
    command = [sandbox.claude, "plugin", "validate", str(_ROOT), "--strict"]
    done = subprocess.run(command, env=sandbox.environment, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.claude
@pytest.mark.parametrize("how", ["plugin-dir", "marketplace"])
def test_the_plugins_hook_and_server_work_in_a_real_run(
    sandbox: Sandbox, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    arguments = ["--plugin-dir", str(_ROOT)] if how == "plugin-dir" else []
    if how == "marketplace":
        for words in (["marketplace", "add", str(_ROOT)], ["install", "headroom@headroom"]):
            command = [sandbox.claude, "plugin", *words]
            done = subprocess.run(
                command, env=sandbox.environment, cwd=sandbox.project, capture_output=True, text=True, timeout=60,
                check=False, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            assert done.returncode == 0, done.stdout + done.stderr
    # Not before: installing a plugin empties its data folder.
    _as_if_built(sandbox, "headroom-inline" if how == "plugin-dir" else "headroom-headroom", monkeypatch)

    fails = Call("Bash", {"command": "for i in $(seq 4000); do echo row $i; done; exit 3"})
    run = sandbox.run([Call("Bash", {"command": "seq 1 4000"}), _ask, fails, "done"], *arguments)

    shown, slice_, failed = run.texts
    assert "[headroom " in shown
    assert failed.startswith("Exit code 3\n")
    assert "[headroom " in failed
    assert "1998\n1999\n2000" in slice_


def _ask(shown: Mapping[str, str]) -> Turn:
    ref = marker.refs(next(iter(shown.values())))[-1]
    return Call("mcp__plugin_headroom_headroom__headroom_retrieve", {"ref": ref, "lines": "1998-2000"})


def _as_if_built(sandbox: Sandbox, plugin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the plugin's venv without the minute that pip takes: a python that is the one of these tests."""
    monkeypatch.setenv("CLAUDE_PLUGIN_DATA", str(sandbox.config / "plugins" / "data" / plugin))
    name: Callable[[], str] = _LAUNCHER["venv_name"]
    venv = Path(name())
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (venv / "complete").touch()
