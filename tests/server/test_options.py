"""The script `headroom-mcp`: it serves, unless its command line asks for something else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from headroom_mcp import __version__

_SCRIPT = ["-c", "from headroom_mcp.server import main; main()"]  # what an entry point does


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *_SCRIPT, *arguments],
        input="", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_printed_instead_of_serving(option: str) -> None:
    done = _run(option)

    assert done.returncode == 0
    assert done.stdout.startswith("usage: headroom-mcp")
    assert "claude mcp add headroom -- headroom-mcp" in done.stdout
    assert done.stderr == ""


def test_the_version_is_printed() -> None:
    done = _run("--version")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"headroom-mcp {__version__}\n", "")


@pytest.mark.parametrize("argument", ["--port", "serve", "-x", "--help-me", "x" * 5_000])
def test_anything_else_is_an_error_with_code_2(argument: str) -> None:
    done = _run(argument)

    assert done.returncode == 2
    assert done.stdout == ""
    assert "--help" in done.stderr
    assert len(done.stderr) < 300


def test_without_arguments_it_serves_until_its_input_ends() -> None:
    done = _run()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
