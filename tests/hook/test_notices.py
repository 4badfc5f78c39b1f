"""What a session's start tells the user about the installation itself: once, and nobody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.hook import entry
from headroom_mcp.hook.claude_code import notices
from headroom_mcp.install import claude_code
from tests.hook.host import event

_ROOT = Path(__file__).parents[2]


@pytest.fixture(name="place")
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(entry, "start_timer", lambda: None)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    return tmp_path


def _install(place: Path, scope: claude_code.Scope = "user") -> Path:
    claude_code.apply_install(scope, str(place), claude_code.plan_install(scope, str(place)))
    return Path(claude_code.files_of(scope, str(place))[0])


def _start(place: Path) -> str:
    """Return what the user is told when a session starts in `place`."""
    payload = event("", None, hook_event_name="SessionStart", source="startup", cwd=str(place))
    reply: Any = json.loads(entry.answer(json.dumps(payload).encode()) or b"{}")
    return str(reply.get("systemMessage", ""))


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_sound_installation_tells_nothing(place: Path) -> None:
    _install(place)

    assert _start(place) == ""


def test_two_scopes_are_told_once_with_the_command_for_each(place: Path) -> None:
    _install(place)
    _install(place, "local")

    told = _start(place)

    assert "answered 2 times" in told
    assert "headroom uninstall --scope user" in told
    assert "headroom uninstall --scope local" in told
    assert _start(place) == ""


def test_the_plugin_beside_an_installation_is_told(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(place)
    monkeypatch.setenv("CLAUDE_PLUGIN_ROOT", str(_ROOT))

    assert "claude plugin disable headroom@headroom" in _start(place)
    assert _start(place) == ""


def test_command_lines_of_an_earlier_version_are_told(place: Path) -> None:
    file = _install(place)
    value = json.loads(file.read_text())
    for groups in value["hooks"].values():
        groups[0]["hooks"][0]["command"] = f"{sys.executable} -I -S {_ROOT}/headroom_mcp/hook/run.py"
    file.write_text(json.dumps(value))

    assert "headroom install --scope user" in _start(place)


def test_a_second_installation_whose_script_is_gone_is_told(place: Path) -> None:
    _install(place)
    file = _install(place, "project")
    _replace(file, str(_ROOT), "/gone")

    told = _start(place)

    assert "/gone/headroom_mcp/hook/run.py, which is gone" in told
    assert "headroom install --scope project" in told


def test_what_cannot_be_noted_as_told_is_not_told(place: Path) -> None:
    _install(place)
    _install(place, "local")
    (place / "store" / "told").write_text("not a folder")

    assert _start(place) == ""


def test_an_installation_in_ones_home_is_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.delenv("CLAUDE_CONFIG_DIR")
    _install(place)

    assert notices.problems(str(place)) == []


def _old_python() -> str:
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(
        path for version in ("3.9", "3.8", "3.7", "3.6") for path in versions.glob(f"{version}.*/bin/python")
    )
    return str(found[0]) if found else ""


def _plugin_hook(python: str, payload: dict[str, Any], data: Path) -> tuple[int, bytes, bytes]:
    done = subprocess.run(
        [python, "-I", "-S", str(_ROOT / "hooks" / "hook.py")], input=json.dumps(payload).encode(), capture_output=True,
        env={**os.environ, "CLAUDE_PLUGIN_DATA": str(data)}, timeout=30, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(not _old_python(), reason="no Python older than 3.10 in pyenv")
def test_the_plugin_with_an_old_python_says_so_once_and_nothing_else(tmp_path: Path) -> None:
    start = event("", None, hook_event_name="SessionStart", source="startup")
    silence = (0, b"", b"")

    assert _plugin_hook(_old_python(), event("Bash", {"stdout": "x"}), tmp_path / "data") == silence
    code, out, err = _plugin_hook(_old_python(), start, tmp_path / "data")
    assert (code, err) == (0, b"")
    assert "3.10 or newer" in json.loads(out)["systemMessage"]
    assert list(json.loads(out)) == ["systemMessage"]
    assert _plugin_hook(_old_python(), start, tmp_path / "data") == silence
    (tmp_path / "file").write_text("")
    assert _plugin_hook(_old_python(), start, tmp_path / "file" / "data") == silence
