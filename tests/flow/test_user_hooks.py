"""Compression hooks of the user's own: found when installed, called in the flow, never in the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from headroom_mcp import compress_output, retrieve
from headroom_mcp.flow import user_hooks
from headroom_mcp.settings import fault_log
from tests.hook.host import bash, run_hook

_EXAMPLE = Path(__file__).parents[2] / "examples" / "compression_hooks"


def _log(lines: int = 900) -> str:
    return "\n".join(f'2026-01-01 12:00:00 INFO order {n} of customer="Ada Lovelace" was sent' for n in range(lines))


def _use(module: str, folder: Path) -> None:
    row = {"name": "own", "module": module, "attribute": "", "folder": str(folder)}
    user_hooks.save([row])


def _module(folder: Path, name: str, body: str) -> None:
    (folder / f"{name}.py").write_text(body)
    _use(name, folder)


def test_an_installed_packages_entry_point_is_found_by_install(tmp_path: Path) -> None:
    info = tmp_path / "headroom_ticket_hooks-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: headroom-ticket-hooks\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[headroom_mcp.hooks]\ntickets = ticket_hooks\n")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{Path(__file__).parents[2]}{os.pathsep}{tmp_path}",
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
    }
    for words in (["install"], ["install"]):
        command = [sys.executable, "-m", "headroom_mcp", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path, check=True)

    assert "Compression hook 'tickets'" in done.stdout
    rows = json.loads(Path(os.environ["HEADROOM_HOME"], user_hooks.FILE).read_text())
    assert [(row["module"], row["folder"]) for row in rows] == [("ticket_hooks", str(tmp_path))]

    subprocess.run([sys.executable, "-m", "headroom_mcp", "uninstall"], env=environment, cwd=tmp_path, check=True)

    assert not Path(os.environ["HEADROOM_HOME"], user_hooks.FILE).exists()


def test_the_example_hides_names_in_the_real_hook_and_the_original_stays() -> None:
    _use("ticket_hooks", _EXAMPLE)

    answer = run_hook(bash(_log()))

    shown = answer.value["stdout"]
    assert answer.stderr == b""
    assert "***" in shown
    assert "Ada Lovelace" not in shown


def test_the_example_leaves_a_tool_alone(tmp_path: Path) -> None:
    _use("ticket_hooks", _EXAMPLE)

    assert compress_output(_log(), tool_name="mcp__billing__list").outcome == "unknown"
    result = compress_output(_log(), tool_name="Bash")
    assert "Ada Lovelace" in retrieve(result.ref or "", lines="5")


def test_an_objection_shows_the_output_as_it_was(tmp_path: Path) -> None:
    _module(tmp_path, "objecting", "def post_compress(result, tool_name, tool_input):\n    return False\n")

    assert compress_output(_log()).text == _log()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "raising",
            "def pre_compress(*a):\n    raise KeyError('x')\ndef post_compress(*a):\n    raise KeyError('x')\n",
        ),
        ("shortening", "def pre_compress(text, *a):\n    return 'short'\n"),
        ("broken", "def pre_compress(:\n"),
    ],
)
def test_a_hook_that_misbehaves_is_logged_and_passed_over(tmp_path: Path, name: str, body: str) -> None:
    plain = compress_output(_log()).text
    _module(tmp_path, name, body)

    assert compress_output(_log()).text == plain
    assert Path(os.environ["HEADROOM_HOME"], fault_log.LOG_NAME).exists()
