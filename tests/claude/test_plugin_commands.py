"""The plugin's commands, skill and command line: reachable from the first session on, whatever is there yet."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headroom_mcp import __version__, compress_output
from headroom_mcp.cli import COMMANDS
from headroom_mcp.hook.claude_code import way_back
from headroom_mcp.install.live.fake_api import Call

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

_ROOT = Path(__file__).parents[2]
_COMMANDS = sorted((_ROOT / "commands").glob("*.md"))
_SERVE = runpy.run_path(str(_ROOT / "hooks" / "serve.py"), run_name="serve")
_OLD = sorted((Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions").glob("3.[6-9].*/bin/python3"))
_LOG = "\n".join(f"2026-01-01 12:00:{n % 60:02d} INFO worker finished job {n} in {n % 7} ms" for n in range(900))


def _head(path: Path) -> dict[str, str]:
    _, head, _ = path.read_text(encoding="utf-8").split("---\n", 2)
    return dict(line.split(": ", 1) for line in head.splitlines())


def test_the_commands_are_those_that_people_ask_for() -> None:
    assert [path.stem for path in _COMMANDS] == ["doctor", "memory", "off", "on", "report", "stats"]


@pytest.mark.parametrize("path", _COMMANDS, ids=lambda path: path.stem)
def test_a_command_runs_the_command_of_its_name_and_may_run_nothing_else(path: Path) -> None:
    start = f'"${{CLAUDE_PLUGIN_ROOT}}/bin/headroom" {path.stem}'
    [run] = re.findall(r"^!`(.*)`$", path.read_text(encoding="utf-8"), re.M)

    assert path.stem in COMMANDS
    assert run.startswith(start) and run.endswith(" 2>&1 || true")
    assert _head(path)["allowed-tools"] == f"Bash({start}:*)"
    assert _head(path)["disable-model-invocation"] == "true"
    assert 0 < len(_head(path)["description"]) < 80


def test_the_skill_says_when_it_is_of_use_and_names_what_there_is() -> None:
    path = _ROOT / "skills" / "headroom" / "SKILL.md"
    text = path.read_text(encoding="utf-8")

    assert _head(path)["name"] == "headroom"
    assert set(re.findall(r"/headroom:(\w+)", text)) == {path.stem for path in _COMMANDS}


def test_a_checkout_that_is_opened_as_a_project_starts_no_server_and_the_plugin_has_the_packages_version() -> None:
    plugin = json.loads((_ROOT / ".claude-plugin" / "plugin.json").read_text(encoding="utf-8"))

    assert not (_ROOT / ".mcp.json").exists()
    assert list(plugin["mcpServers"]) == ["headroom"]
    assert plugin["version"] == __version__


def _cli(tmp_path: Path, *arguments: str, python: Any = (sys.executable, "-I", "-S")) -> Any:
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "HEADROOM_HOME": str(tmp_path / "store"),
        "CLAUDE_PLUGIN_DATA": str(tmp_path / "data"), "CLAUDE_PROJECT_DIR": str(tmp_path),
    }  # fmt: skip
    return subprocess.run(
        [*python, str(_ROOT / "hooks" / "cli.py"), *arguments],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def _stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(tmp_path))
    from headroom_mcp.types import Origin

    ref = compress_output(_LOG, tool_name="Bash", origin=Origin("s", project=str(tmp_path))).ref
    assert ref is not None
    return ref


def test_before_the_environment_is_there_originals_come_back_with_the_standard_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = _stored(tmp_path, monkeypatch)

    done = _cli(tmp_path, "retrieve", ref, "--lines", "43-44")
    unknown = _cli(tmp_path, "retrieve", "000000000000")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == _LOG.splitlines()[42:44]
    assert unknown.returncode == 1 and "No original with ref" in unknown.stderr


def test_before_the_environment_is_there_other_commands_say_so(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, so that nothing is built")
    done = _cli(tmp_path, "stats")

    assert done.returncode == 1 and done.stdout == ""
    assert "about a minute" in done.stderr or "cannot" in done.stderr
    assert "Traceback" not in done.stderr


def test_once_the_environment_is_there_it_is_the_whole_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _built(Path(_SERVE["venv_name"](str(tmp_path / ".claude" / "plugins" / "data" / "headroom-headroom"))))

    done = _cli(tmp_path, "--version")

    assert done.stdout == f"headroom, version {__version__}\n", done.stderr


def test_the_script_finds_its_folder_through_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = _stored(tmp_path, monkeypatch)
    (tmp_path / "one").symlink_to(_ROOT / "bin" / "headroom")
    (tmp_path / "two").symlink_to("one")
    done = subprocess.run(
        [tmp_path / "two", "retrieve", ref, "--lines", "5"],
        env={**os.environ, "HOME": str(tmp_path), "CLAUDE_PLUGIN_DATA": str(tmp_path / "data")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert _LOG.splitlines()[4] in done.stdout, done.stderr


def test_an_old_python_is_named(tmp_path: Path) -> None:
    if not _OLD:
        pytest.skip("no Python older than 3.10 in pyenv")
    for python in _OLD:
        done = _cli(tmp_path, "stats", python=(str(python), "-I"))

        assert done.returncode == 1 and "needs Python 3.10 or newer" in done.stderr


def test_a_footer_of_the_first_session_names_the_plugins_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/nowhere/python3")

    assert way_back.command() == f"{_ROOT / 'bin' / 'headroom'} retrieve"


def _built(venv: Path) -> None:
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (venv / "complete").touch()


def test_an_update_with_the_same_dependencies_keeps_its_environment_and_old_ones_go(tmp_path: Path) -> None:
    current = Path(_SERVE["venv_name"](str(tmp_path)))
    for name, age_days in ((current.name, 99), ("venv-3.9-aaaaaaaaaaaa", 8), ("venv-3.9-bbbbbbbbbbbb", 1)):
        _built(tmp_path / name)
        then = time.time() - age_days * 86_400
        os.utime(tmp_path / name / "complete", (then, then))
    (tmp_path / "venv-3.9-cccccccccccc").mkdir()  # is being built by another
    _SERVE["_remove_old"](str(current))

    assert {path.name for path in tmp_path.iterdir()} == {
        current.name, "venv-3.9-bbbbbbbbbbbb", "venv-3.9-cccccccccccc",
    }  # fmt: skip


@pytest.mark.claude
@pytest.mark.slow
def test_a_slash_command_and_the_shell_reach_the_command_line(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if not Path(folder, "headroom").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join([str(_python3_alone(sandbox)), *folders]))
    _built(Path(_SERVE["venv_name"](str(sandbox.config / "plugins" / "data" / "headroom-inline"))))
    arguments = ["--plugin-dir", str(_ROOT), "--permission-mode", "default"]

    noted = sandbox.run(["done"], *arguments, prompt='/headroom:memory add "the build needs node 20"')
    asked = sandbox.run([Call("Bash", {"command": "headroom memory search node"}), "done"], "--plugin-dir", str(_ROOT))

    assert "Saved as " in json.dumps(noted.api.requests[0]["messages"])
    assert "the build needs node 20" in asked.texts[0]


def _python3_alone(sandbox: Sandbox) -> Path:
    folder = sandbox.home / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "python3").write_text(f'#!/bin/sh\nexec "{Path(sys.executable).resolve()}" "$@"\n')
    (folder / "python3").chmod(0o755)
    return folder
