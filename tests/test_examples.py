"""The examples run, and the README's console and Python blocks do what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import readme

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if path.suffix in {".py", ".sh"})
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(name="env")
def _env(tmp_path: Path) -> dict[str, str]:
    """An environment in which `headroom` is this checkout's."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "headroom").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m headroom_mcp "$@"\n')
    (bin_ / "headroom").chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HEADROOM_HOME": str(tmp_path / "home"),
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name: str, env: dict[str, str], tmp_path: Path) -> None:
    runner = ["sh"] if name.endswith(".sh") else [sys.executable]
    done = subprocess.run(
        [*runner, str(ROOT / "examples" / name)],
        env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "[headroom " in done.stdout


@pytest.mark.slow  # every new kind or command changes them: brought up to date before a change is published
def test_the_generated_parts_of_the_readme_are_up_to_date() -> None:
    made = readme.update(README)

    assert not readme.differs(README, made), "README.md is out of date; run: python -m tests.readme"


def test_the_table_of_hosts_is_up_to_date() -> None:
    written = (ROOT / "docs" / "hosts.md").read_text(encoding="utf-8")

    assert readme.update(written) == written, "run: python -m tests.readme docs/hosts.md"


def test_the_links_of_the_readme_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)

    assert [target for target in targets if not (ROOT / target).exists()] == []
