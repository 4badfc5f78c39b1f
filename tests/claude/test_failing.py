"""Failing commands with a real Claude Code: what the model sees of them, and that nothing else changes."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from headroom_mcp.evals import failing
from headroom_mcp.hook.claude_code import trap
from headroom_mcp.install.live.fake_api import Call, Turn
from headroom_mcp.text import marker
from tests import long_form

if TYPE_CHECKING:
    from tests.claude.conftest import Run, Sandbox

pytestmark = [pytest.mark.claude, pytest.mark.skipif(sys.platform not in trap.PLATFORMS, reason="off here")]
_SHELLS = [path for path in (shutil.which("bash"), shutil.which("zsh")) if path]


def _bash(command: str, **more: object) -> Call:
    return Call("Bash", {"command": command, "description": "x", **more})


@pytest.mark.slow
@pytest.mark.parametrize("shell", _SHELLS if long_form.FULL else _SHELLS[-1:])
def test_the_model_sees_every_failure_and_the_summary(sandbox: Sandbox, shell: str) -> None:
    sandbox.shell = shell
    jobs = failing.prepare(sandbox.project)
    sandbox.headroom("install")

    run = sandbox.run([_bash(job.command) for job in jobs])

    shown = [_own(text) for text in run.texts]
    assert [text.partition("\n")[0] for text in shown] == [f"Exit code {job.code}" for job in jobs]
    assert [[fact for fact in job.facts if fact not in text] for job, text in zip(jobs, shown, strict=True)] == [
        [] for _ in jobs
    ]
    assert all(_is_error(run))
    assert all("characters truncated" not in text and marker.refs(text) for text in shown)


@pytest.mark.slow
@pytest.mark.parametrize("shell", _SHELLS if long_form.FULL else _SHELLS[:1])
def test_nothing_else_about_commands_changes(sandbox: Sandbox, shell: str) -> None:
    """Exit codes, `cd`, timeouts, background commands and their files, own traps: the same words with and without us."""
    sandbox.shell = shell
    (sandbox.project / "sub").mkdir()
    count = "for i in $(seq 3000); do echo background line $i; done"
    mine = "for i in $(seq 400); do echo my own trap, line $i; done; trap 'echo gone' EXIT; exit 9"

    def background_file(shown: Mapping[str, str]) -> Turn:
        path = re.search(r"written to: (\S+\.output)", list(shown.values())[4])
        assert path is not None
        return _bash(f"sleep 1.5; wc -l < {path[1]}")

    turns: list[Turn] = [
        _bash("cd sub && pwd"),
        _bash("pwd; exit 5"),
        _bash("pwd; echo ok"),
        _bash("(exit 4)"),
        _bash(f"{count}; exit 7", run_in_background=True),
        background_file,
        _bash("echo slow; sleep 2.5; exit 6", timeout=1000),
        _bash(mine),
        _bash("set -x; true"),
        _bash("set -x; (exit 3)"),
        _bash("set -v\nfalse"),
        _bash("nonexistent_command_x\nnonexistent_command_y; f() { nonexistent_command_z; }; f; exit 2"),
        _bash("trap 'echo debug' DEBUG; true; (exit 3)"),
        _bash("trap 'echo error' ERR; false; exit 3"),
        _bash("set -eu; (exit 4); echo after"),
        _bash("alias case=no_case ulimit=no_ulimit; shopt -s expand_aliases; exit 3"),
        _bash("set -r; exit 3"),
        _bash("ulimit -v 100000; ulimit -n 9; exit 3"),
        _bash("trap; declare -F; alias; exit 3"),
        _bash("exit 130"),
        _bash("kill -TERM $$; sleep 1"),
    ]
    without = sandbox.run(turns)
    sandbox.headroom("install")
    with_us = sandbox.run(turns)

    assert [_known(text) for text in with_us.texts] == [_known(text) for text in without.texts]
    assert _is_error(with_us) == _is_error(without)


@pytest.mark.slow
def test_permission_rules_see_what_the_model_asked_for(sandbox: Sandbox) -> None:
    rules = {"allow": ["Bash(python3 gen.py:*)"], "deny": ["Bash(mkdir:*)"]}
    (sandbox.config / "settings.json").write_text(json.dumps({"permissions": rules}))
    (sandbox.project / "gen.py").write_text("for n in range(3000): print('row', n)\nraise SystemExit(3)\n")
    turns: list[Turn] = [_bash("python3 gen.py A"), _bash("mkdir denied"), _bash("python3 other.py")]
    arguments = ("--permission-mode", "default")
    without = sandbox.run(turns, *arguments)
    sandbox.headroom("install")
    with_us = sandbox.run(turns, *arguments)

    assert not (sandbox.project / "denied").exists()
    assert [_own(text) for text in with_us.texts[1:]] == [_own(text) for text in without.texts[1:]]
    assert _is_error(with_us) == _is_error(without) == [True, True, True]
    assert [text.texts[0].partition("\n")[0] for text in (without, with_us)] == ["Exit code 3", "Exit code 3"]
    assert marker.refs(_own(with_us.texts[0]))


def test_a_resumed_session_has_one_trap_and_none_after_uninstall(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    fails = _bash("for i in $(seq 3000); do echo row $i; done; exit 3")
    sandbox.run([fails])
    again = sandbox.run([fails], "--continue")
    env_files = list((sandbox.config / "session-env").glob("*/*.sh"))

    assert {path.read_text().count("failed.py") for path in env_files} == {1}
    assert marker.refs(_own(again.texts[-1]))

    sandbox.headroom("uninstall")

    assert {path.read_text() for path in env_files} == {""}


def _own(text: str) -> str:
    """Return what the tool said, without the reminders that the host appends."""
    return text.partition("\n\n<system-reminder>")[0]


def _known(text: str) -> str:
    """Return `text` with the names that differ from run to run made alike.

    zsh counts the host's own `pwd` after the command by the lines of all that it was given, ours among them.
    """
    return re.sub(r"\bzsh:\d+> pwd|ID: \w+|\(ID: \w+\)|/tmp/claude-\S+|task-id>\w+|\b[0-9]+ms\b", "*", _own(text))


def _is_error(run: Run) -> list[bool]:
    found: dict[str, bool] = {}
    for request in run.api.requests:
        for message in request["messages"]:
            blocks: Any = message["content"]
            for block in blocks if isinstance(blocks, list) else ():
                if block.get("type") == "tool_result":
                    found.setdefault(block["tool_use_id"], bool(block.get("is_error")))
    return list(found.values())
