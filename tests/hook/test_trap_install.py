"""The session's env file: what is written into it, for which shells, and what `uninstall` leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from headroom_mcp.hook.claude_code import trap

pytestmark = pytest.mark.skipif(not trap.is_possible(), reason="no trap here")
_SESSION = "0b0c5ecea5c4"


def _write(folder: Path, monkeypatch: pytest.MonkeyPatch, shell: str) -> str:
    env_file = folder / "session-env" / _SESSION / "sessionstart-hook-0.sh"
    env_file.parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(folder))
    monkeypatch.setenv("CLAUDE_ENV_FILE", str(env_file))
    monkeypatch.setenv("SHELL", shell)
    trap.install({"session_id": _SESSION, "transcript_path": "/t.jsonl"}, "/p")
    return env_file.read_text()


def _bash(folder: Path, version: str) -> str:
    program = folder / f"bash-{version}"
    program.write_bytes(b"\x7fELF" + bytes(5_000) + f"@(#)Bash version {version}(1) release GNU\0".encode() + bytes(90))
    return str(program)


def test_a_path_that_no_shell_line_can_hold_sets_no_trap() -> None:
    assert trap.snippet(["s", "/home/with\nnewline", "/p", "/t"]) == ""


def test_the_env_file_is_overwritten_and_uninstall_empties_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _write(tmp_path, monkeypatch, "/bin/zsh")
    again = _write(tmp_path, monkeypatch, "/bin/zsh")

    assert first == again
    assert again.count("failed.py") == again.count("\n") == 1

    trap.forget()

    assert [path.read_text() for path in tmp_path.rglob("*.sh")] == [""]


@pytest.mark.parametrize(
    ("version", "tried"), [("3.2.57", False), ("4.2.46", False), ("5.0.17", False), ("5.1.16", True), ("5.3.0", True)]
)
def test_an_old_bash_gets_an_empty_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, tried: bool
) -> None:
    """With nothing in it the host leaves it out, so that not even the lines are counted differently."""
    _write(tmp_path, monkeypatch, "/bin/zsh")

    assert (_write(tmp_path, monkeypatch, _bash(tmp_path, version)) != "") is tried


def test_the_shell_that_the_host_is_told_to_use_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SHELL", _bash(tmp_path, "3.2.57"))

    assert _write(tmp_path, monkeypatch, "/bin/zsh") == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_the_version_is_found_in_a_real_bash() -> None:
    found = trap._BASH_BINARY.search(Path(shutil.which("bash") or "").read_bytes())

    assert found is not None
    assert found[1][:1].isdigit()
