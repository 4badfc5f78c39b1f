"""A plain install, without any extra: every page of help can be read, and what is missing is named only when it is needed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main

_ROOT = Path(__file__).parents[2]
_ASK = """
import json, sys
hidden = set(json.loads(sys.argv[1]))
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Hide())
import click
from click.testing import CliRunner
from headroom_mcp.cli import main
bad = {}
def walk(command, path):
    done = CliRunner().invoke(main, [*path, "--help"])
    if done.exit_code or "Usage:" not in done.output:
        bad[" ".join(path)] = done.output
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            walk(command.get_command(context, name), [*path, name])
walk(main, [])
print(json.dumps(bad))
"""


def _hidden() -> list[str]:
    """Return the modules here that a plain install would not bring."""
    brought: set[str] = set()

    def add(name: str) -> None:
        name = re.sub(r"[-_.]+", "-", name).lower()
        if name in brought:
            return
        brought.add(name)
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            return
        for line in required:
            if "extra ==" not in line:
                add(re.split(r"[^\w.-]", line, maxsplit=1)[0])

    add("headroom-mcp")
    here = metadata.packages_distributions()
    return sorted(
        module
        for module, owners in here.items()
        if module not in sys.stdlib_module_names
        and not any(re.sub(r"[-_.]+", "-", owner).lower() in brought for owner in owners)
    )


def test_every_page_of_help_can_be_read_without_extras(tmp_path: Path) -> None:
    hidden = _hidden()
    assert {"PIL", "numpy"} & set(hidden), "this test hides nothing: the extras are not installed here"
    done = subprocess.run(
        [sys.executable, "-c", _ASK, json.dumps(hidden)],
        capture_output=True, text=True, timeout=120, check=False, cwd="/",
        env={**os.environ, "PYTHONPATH": str(_ROOT), "HEADROOM_HOME": str(tmp_path / "home")},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
    assert not (tmp_path / "home" / "failures.log").exists()


def test_a_slip_in_a_measurement_is_answered_with_the_nearest() -> None:
    done = CliRunner().invoke(main, ["bench", "latncy"])

    assert done.exit_code == 2
    assert "Did you mean latency?" in done.output


@pytest.mark.parametrize("group", ["memory", "images", "experiment", "admin", "cache", "bench"])
def test_a_group_alone_shows_its_help_as_help(group: str) -> None:
    shown, asked = (CliRunner().invoke(main, [group, *more], color=True).output for more in ((), ("--help",)))

    assert "\\x1b" not in shown
    assert shown.rstrip() == asked.rstrip()
