"""The status line: quick, never in the way, beside the user's own, and gone without a trace."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from headroom_mcp import open_store
from headroom_mcp.cli import main
from headroom_mcp.hook import status_line
from headroom_mcp.install import claude_code, command_lines
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings
from headroom_mcp.types import Origin

_SCRIPT = os.path.join(command_lines.HOOK_FOLDER, "status_line.py")
_EVENT = json.dumps({"session_id": "s", "cwd": "/", "workspace": {"current_dir": "/", "project_dir": "/"}}).encode()


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def _save(before: int, after: int, fetched: int = 0, session: str = "s") -> None:
    with open_store(Settings()) as store:
        origin = Origin(session, project="/")
        ref = store.put(f"{before} {after} {fetched}", origin=origin, tokens_host=before, tokens_after=after)
        if fetched:
            store.retrieved(ref, fetched, origin=origin)


def _printed(command: str, event: bytes = _EVENT) -> str:
    done = subprocess.run(command, shell=True, input=event, capture_output=True, timeout=30, check=True)
    assert done.stderr == b""
    return done.stdout.decode()


def test_it_says_what_this_session_has_saved_net() -> None:
    assert status_line.line(_EVENT) == "headroom on"
    _save(20_000, 1_000)
    _save(900, 100, session="another")
    assert status_line.line(_EVENT) == "headroom 19.0k tokens saved"
    _save(500, 300, fetched=1_500)
    assert status_line.line(_EVENT) == "headroom 17.7k tokens saved · 1 fetched back"
    _save(10, 20_000)
    assert status_line.line(_EVENT) == "headroom 2.3k tokens lost · 1 fetched back"


def test_it_says_that_it_is_off_for_this_session_or_for_all() -> None:
    CliRunner().invoke(main, ["off", "--session", "s"])
    assert status_line.line(_EVENT) == "headroom off"
    assert status_line.line(_EVENT.replace(b'"s"', b'"t"')) == "headroom on"
    CliRunner().invoke(main, ["on", "--session", "s"])
    CliRunner().invoke(main, ["off"])
    assert status_line.line(_EVENT) == "headroom off"


def test_it_tells_of_trouble(tmp_path: Path) -> None:
    _save(20_000, 1_000)
    fault_log.record("hook", ValueError("x"))
    assert status_line.line(_EVENT) == "headroom 19.0k tokens saved · trouble (headroom doctor)"
    (tmp_path / "home" / "config.toml").write_text("min_tokens = 'many'")
    assert "settings cannot be read" in status_line.line(_EVENT)
    (tmp_path / "home" / "config.toml").unlink()
    (tmp_path / "home" / "headroom.db").write_bytes(b"no database" * 999)
    assert "the store cannot be read" in status_line.line(_EVENT)


def test_it_makes_no_store_and_changes_none(tmp_path: Path) -> None:
    status_line.line(_EVENT)
    assert not (tmp_path / "home").exists()
    _save(20_000, 1_000)
    before = (tmp_path / "home" / "headroom.db").read_bytes()
    status_line.line(_EVENT)
    assert (tmp_path / "home" / "headroom.db").read_bytes() == before


@pytest.mark.parametrize(
    "event", [b"", b"{", b"[]", b"null", b'{"session_id": 7, "workspace": [], "cwd": null}', b"\xff"]
)
def test_whatever_comes_in_it_ends_well_and_the_users_own_line_is_there(event: bytes) -> None:
    assert _printed(command_lines.status_line(_SCRIPT, "echo mine"), event).startswith("mine")


def test_it_imports_the_standard_library_alone_and_little_of_it() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from headroom_mcp.hook import status_line; "
        "status_line.line(sys.argv[2].encode()); print(*sys.modules)"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, root, _EVENT.decode()], capture_output=True, text=True, check=True
    )
    names = set(done.stdout.split())

    assert {"click", "asyncio", "typing", "subprocess", "tiktoken", "sqlite3"} & names == set()


def test_the_users_own_line_comes_first_and_reads_the_same_event(tmp_path: Path) -> None:
    own = 'python3 -c \'import json, sys; print(json.load(sys.stdin)["session_id"], "it\'"\'"\'s")\''
    _save(20_000, 1_000)

    assert _printed(command_lines.status_line(_SCRIPT, own)) == "s it's · headroom 19.0k tokens saved\n"
    assert _printed(own) == "s it's\n"


def test_a_line_of_the_users_that_fails_costs_ours_nothing() -> None:
    assert _printed(command_lines.status_line(_SCRIPT, "exit 3")) == "headroom on\n"


def test_when_we_are_gone_the_users_own_line_is_left(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone" / "headroom_mcp" / "hook" / "status_line.py")

    assert _printed(command_lines.status_line(gone, "cat | wc -c")).strip() == str(len(_EVENT))
    assert _printed(command_lines.status_line(gone)) == ""


_SETTINGS: list[str | None] = [
    None,
    "{}\n",
    '{\n    "model": "x",\n    "statusLine": {"command": "echo hi", "type": "command", "padding": 0}\n}\n',
    '{"statusLine": {"type": "command", "command": "~/.claude/line.sh \\"a b\\" \'c\'"}}',
    '{\r\n\t"statusLine": {\r\n\t\t"type": "command",\r\n\t\t"command": "echo \u00fcber; exit 1"\r\n\t}\r\n}',
    '{"statusLine": null}',
]


@pytest.mark.parametrize("before", _SETTINGS)
@pytest.mark.parametrize("edited", [False, True], ids=["as it was left", "edited meanwhile"])
def test_install_and_uninstall_leave_the_settings_to_the_byte(before: str | None, edited: bool, tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.json"
    file.parent.mkdir()
    if before is not None:
        file.write_bytes(before.encode())
    own = (json.loads(before or "{}").get("statusLine") or {}).get("command", "")

    _install("--statusline")
    _install("--statusline")  # an upgrade
    _install()  # as before
    command = json.loads(file.read_text())["statusLine"]["command"] if before != _SETTINGS[-1] else ""
    if before != _SETTINGS[-1]:
        assert "headroom_mcp/hook/status_line.py" in command
        assert command_lines.own_status_line(command) == own
    if edited:
        file.write_bytes(file.read_bytes() + b"\n \n")
    CliRunner().invoke(main, ["uninstall"])

    if before is None:
        assert file.read_bytes() == b"{}\n\n \n" if edited else not file.exists()
    else:
        assert file.read_bytes() == before.encode() + (b"\n \n" if edited else b"")


def _install(*options: str) -> None:
    result = CliRunner().invoke(main, ["install", *options])
    assert result.exit_code == 0, result.output


def test_no_statusline_takes_it_out_and_leaves_the_hooks(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.json"
    _install("--statusline")
    assert "statusLine" in json.loads(file.read_text())
    _install("--no-statusline")
    settings = json.loads(file.read_text())

    assert "statusLine" not in settings and "PostToolUse" in settings["hooks"]


def test_beside_the_plugin_only_the_line_is_installed(tmp_path: Path) -> None:
    file = tmp_path / "config" / "settings.json"
    file.parent.mkdir()
    file.write_text('{"enabledPlugins": {"headroom@headroom": true}}')
    _install("--statusline")
    settings: dict[str, Any] = json.loads(file.read_text())

    assert set(settings) == {"enabledPlugins", "statusLine"}


def test_the_command_prints_the_same_line() -> None:
    _save(20_000, 1_000)
    result = CliRunner().invoke(main, ["statusline", "--with", "echo mine"], input=_EVENT)

    assert result.exit_code == 0
    said = _printed(f"{shlex.quote(sys.executable)} -I -S {shlex.quote(_SCRIPT)} --with 'echo mine'")
    assert re.fullmatch(r"mine · headroom 19\.0k tokens saved\n", said)


@pytest.mark.parametrize(("tokens", "said"), [(0, "0"), (999, "999"), (1000, "1.0k"), (999_949, "999.9k"), (999_950, "1.0M"), (2_500_000, "2.5M")])  # fmt: skip
def test_counts_are_short(tokens: int, said: str) -> None:
    assert status_line.short(tokens) == said


def test_scopes_share_one_way_in(tmp_path: Path) -> None:
    changes = claude_code.plan_install("project", str(tmp_path), statusline=True)

    assert any(b"statusLine" in (change.after or b"") for change in changes)
