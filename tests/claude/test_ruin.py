"""Claude Code goes on, whatever has become of us since we were installed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from headroom_mcp.install import claude_code, command_lines
from headroom_mcp.install.live.fake_api import Call
from tests import long_form
from tests.claude.conftest import VERSIONS, Sandbox
from tests.install import ruin

if TYPE_CHECKING:
    from tests.install.ruin import Place

pytestmark = pytest.mark.claude

_VERSIONS = ("2.1.332", *VERSIONS) if long_form.FULL_FAULTS else VERSIONS[:1]
# The three ways in which it happened first: pip uninstall, an environment of another Python, a switched branch.
_INTERESTING = ("package gone", "interpreter gone", "half an upgrade: only the scripts", "interpreter says block")
_HOWS = ("installed", "plugin")
_STATES = (
    [(name, how) for name in ruin.STATES for how in _HOWS]
    if long_form.FULL_FAULTS
    # each state in one of the ways
    else [(name, _HOWS[number % 2]) for number, name in enumerate(_INTERESTING)]
)
_SCRIPT = [Call("Bash", {"command": "seq 1 3"}), "done"]


@pytest.fixture(name="place")
def _place() -> Iterator[Place]:
    with ruin.place() as place:
        yield place


def _installed(sandbox: Sandbox, place: Place) -> None:
    """Install from `place` into the settings of `sandbox`."""
    with (
        mock.patch.dict(os.environ, sandbox.environment, clear=True),
        mock.patch.object(command_lines, "HOOK_FOLDER", str(place.package / "hook")),
        mock.patch.object(sys, "executable", str(place.bin / "python")),
    ):
        folder = str(sandbox.project)
        claude_code.apply_install("user", folder, claude_code.plan_install("user", folder))


@pytest.mark.parametrize("version", _VERSIONS)
@pytest.mark.parametrize(("name", "how"), _STATES)
def test_the_prompt_is_sent_and_the_output_is_the_tools_own(
    name: str, how: str, version: str, place: Place, tmp_path: Path, install_claude: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if ruin.STATES[name].lives:
        pytest.skip("some of it still works there: what it answers is tested elsewhere")
    sandbox = Sandbox(tmp_path, install_claude(version))
    if how == "installed":
        _installed(sandbox, place)
    ruin.STATES[name].happen(place)
    if how == "plugin":
        monkeypatch.setenv("PATH", f"{place.bin}{os.pathsep}{os.environ['PATH']}")
    arguments = ["--plugin-dir", str(place.plugin)] if how == "plugin" and place.plugin.exists() else []

    run = sandbox.run(_SCRIPT, *arguments)

    assert len(run.api.requests) == 2
    assert run.texts[0].startswith("1\n2\n3")
    assert "headroom" not in json.dumps(_said_by_hooks(run.stdout))


def _said_by_hooks(stdout: str) -> list[Any]:
    events = [json.loads(line) for line in stdout.splitlines() if line.startswith("{")]
    return [event for event in events if event.get("subtype") == "hook_response" and event.get("exit_code") != 0]
