"""Every command and program of README.md and docs/ does what it says; what cannot run here stands in one list, with its reason."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from headroom_mcp.settings.table import KNOBS
from tests import readme

_ROOT = Path(__file__).parents[1]
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").glob("*.md"))]
# How a command begins -> why it does not run here, and where it is tried instead.
NOT_RUN = {
    "python3 -m venv .venv": "makes an environment: .ci/run and .ci/matrix run these lines to the letter",
    "git clone": "from a place that is not known here: .ci/first-minute clones the checkout itself",
    "headroom demo": "takes some seconds: tests/cli/test_demo.py",
    "headroom proxy": "serves until it is stopped, some at a cloud: tests/proxy",
    "headroom wrap": "needs a model: tests/claude/test_proxy.py has a scripted one",
    "ANTHROPIC_BASE_URL=": "needs a model: tests/claude/test_proxy.py has a scripted one",
    "CLAUDE_CODE_USE_": "needs an account at a cloud: tests/claude/test_proxy_clouds.py",
    "claude ": "needs Claude Code: tests/claude/test_plugin.py",
    "headroom doctor": "fails where Claude Code is not set up: tests/install/test_doctor.py",
    "uv tool": "needs uv and an index: tests/test_package.py looks at what the wheel has",
    "uvx ": "needs uv and an index: tests/test_package.py looks at what the wheel has",
    "pipx ": "needs pipx and an index: tests/test_package.py looks at what the wheel has",
    "pip install": "needs an index",
    "python -m headroom_mcp.evals": "takes minutes: CONTRIBUTING says which run in CI",
    "python -m tests": "takes minutes: CONTRIBUTING says which run in CI",
    "headroom bench": "takes minutes: tests/cli/test_bench.py has a short form",
    "docker ": "needs Docker",
    "cp -n deploy/": "needs the files of a checkout: tests/test_deploy.py",
    "HEADROOM_STORE='postgresql://headroom_server": "serves until it is stopped: tests/server/http",
    "kubectl ": "needs a cluster",
    "helm ": "needs a cluster",
    "headroom admin": "needs a PostgreSQL: tests/store",
    "headroom serve --http": "needs a PostgreSQL: tests/server",
    "HEADROOM_STORE=": "needs a PostgreSQL: tests/store",
    "export HEADROOM_STORE": "needs a PostgreSQL: tests/store",
    "eval ": "is for a shell's start-up file: tests/cli/test_help.py completes with it",
}


class Block(NamedTuple):
    """A fenced block: its page, language and text."""

    page: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text.strip().splitlines()[0][:40] if self.text.strip() else ''}"


def _blocks() -> list[Block]:
    found = []
    for page in _PAGES:
        text = page.read_text(encoding="utf-8")
        found += [Block(page.name, *match) for match in re.findall(r"^```(\S*)\n(.*?)^```$", text, re.DOTALL | re.M)]
    return found


_BLOCKS = _blocks()


def _of(language: str) -> list[Block]:
    return [block for block in _BLOCKS if block.language == language]


def _commands() -> list[tuple[str, str]]:
    """Return each command of a shell block, with its page; a line that ends in a backslash goes on."""
    lines = [(block.page, line) for block in _of("sh") for line in block.text.replace("\\\n", " ").splitlines()]
    return [(page, line) for page, line in lines if line.strip() and not line.startswith("#")]


@pytest.fixture(name="env")
def _env(tmp_path: Path) -> dict[str, str]:
    """An environment in which `headroom` is this checkout's, and nothing of the user's is in reach."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "headroom").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m headroom_mcp "$@"\n')
    (bin_ / "headroom").chmod(0o755)
    return {
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "PYTHONPATH": str(_ROOT),
        "HOME": str(tmp_path / "home"),
        "HEADROOM_HOME": str(tmp_path / "data"),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "TIKTOKEN_CACHE_DIR": os.environ.get("TIKTOKEN_CACHE_DIR", ""),
    }


def _run(command: str, env: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(("page", "command"), _commands(), ids=str)
def test_a_command_of_a_shell_block_runs(page: str, command: str, env: dict[str, str], tmp_path: Path) -> None:
    reason = next((why for start, why in NOT_RUN.items() if command.startswith(start)), "")
    if reason:
        pytest.skip(reason)
    done = _run(command, env, tmp_path)

    assert done.returncode == 0, f"{page}: {command}\n{done.stdout}{done.stderr}"


def _exchanges(block: str) -> list[tuple[str, list[str]]]:
    """The commands of a console block, each with the lines it shows."""
    exchanges: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            exchanges.append((line[2:], []))
        else:
            exchanges[-1][1].append(line)
    return exchanges


def _pattern(shown: list[str]) -> str:
    """A regular expression for lines in which `…` stands for anything, a whole line of it for any lines."""
    lines = ["(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n" for line in shown]
    return "".join(lines)


@pytest.mark.parametrize("block", _of("console"), ids=str)
def test_a_console_shows_what_the_shell_shows(block: Block, env: dict[str, str], tmp_path: Path) -> None:
    for command, shown in _exchanges(block.text):
        done = _run(command, env, tmp_path)

        assert done.returncode == 0, done.stderr
        assert re.fullmatch(_pattern(shown), done.stdout), f"{command} printed:\n{done.stdout}"


@pytest.mark.parametrize("block", _of("python"), ids=str)
def test_a_program_runs_or_is_a_fragment_whose_imports_are_there(
    block: Block, env: dict[str, str], tmp_path: Path
) -> None:
    tree = ast.parse(block.text.replace("…", "..."))
    if "assert " in block.text:
        done = subprocess.run(
            [sys.executable, "-c", block.text], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("headroom_mcp"):
            missing = {alias.name for alias in node.names} - _names_in(node.module)
            assert missing == set(), f"{node.module} has no {missing}"


def _names_in(module: str) -> set[str]:
    """Return what a module of ours defines, without importing it and the library that it is for."""
    path = _ROOT.joinpath(*module.split("."))
    text = (path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text(encoding="utf-8")
    names = set(re.findall(r"^(?:async )?(?:def|class) (\w+)|^(\w+)(?:: [^=]+)? = ", text, re.M))
    listed = re.findall(r'^    "(\w+)"', text, re.M)
    return {name for pair in names for name in pair if name} | set(listed)


def test_every_block_says_what_it_is() -> None:
    known = {"sh", "console", "python", "text", "toml", "json", "yaml", "sql"}

    assert [str(block) for block in _BLOCKS if block.language not in known] == []


def test_a_text_block_hides_no_command() -> None:
    starts = ("$ ", "headroom ", "pip install", "python3 -m", "claude ")
    hidden = [
        f"{block.page}: {line}" for block in _of("text") for line in block.text.splitlines() if line.startswith(starts)
    ]

    assert hidden == []


@pytest.mark.parametrize("start", NOT_RUN)
def test_what_does_not_run_has_a_reason_that_still_stands(start: str) -> None:
    files = re.findall(r"tests/[\w/]+(?:\.py)?", NOT_RUN[start])

    assert [file for file in files if not (_ROOT / file).exists()] == []


@pytest.mark.parametrize("page", [page for page in _PAGES if page.parent.name == "docs"], ids=lambda page: page.name)
def test_a_page_is_reached_from_the_readme_and_its_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)

    assert f"docs/{page.name}" in (_ROOT / "README.md").read_text(encoding="utf-8")
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_no_page_tells_to_install_a_package_of_somebody_elses() -> None:
    """Nothing is published yet under our name: from an index comes whatever a stranger has put there."""
    fetching = re.compile(
        r"(?:pip|pipx|uv tool) install (?:-\S+ )*['\"]?headroom[-_]mcp|uvx (?:--from )?['\"]?headroom"
    )
    found = [
        f"{page.name}: {line.strip()}"
        for page in _PAGES
        for line in page.read_text(encoding="utf-8").splitlines()
        if fetching.search(line) and "once it is published" not in line
    ]

    assert found == []


def test_the_page_of_settings_has_every_setting() -> None:
    written = (_ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert readme.update(written) == written, "run: python -m tests.readme docs/configuration.md"
    assert all(f"`{knob.name}`" in written for knob in KNOBS)
