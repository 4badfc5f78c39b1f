"""What is installed and what runs in the workflows is pinned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

_ROOT = Path(__file__).parents[1]
_LOCK_FILE = _ROOT / ".github" / "requirements.lock"
_LOCK = _LOCK_FILE.read_text(encoding="utf-8") if _LOCK_FILE.exists() else ""
_WORKFLOWS = sorted((_ROOT / ".github" / "workflows").glob("*.yml"))

pytestmark = pytest.mark.skipif(not _LOCK, reason="only in a checkout")


def _wanted() -> list[Requirement]:
    """Return the requirements of the package and of its extra `code`, as pyproject.toml writes them."""
    text = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|code) = \[.*?^\]", text, re.MULTILINE | re.DOTALL)
    return [Requirement(found) for block in lists for found in re.findall(r'^  "([^"]+)"', block, re.MULTILINE)]


def test_the_lock_file_holds_every_dependency_with_hashes_at_a_version_that_is_allowed() -> None:
    locked = re.findall(
        r"^([\w.-]+)==([\w.+!-]+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", _LOCK, re.MULTILINE
    )
    versions: dict[str, list[Version]] = {}
    for name, version, _ in locked:
        versions.setdefault(canonicalize_name(name), []).append(Version(version))
    wanted = _wanted()

    assert len(wanted) > 15
    assert len(locked) == len(re.findall(r"^[\w.-]+==", _LOCK, re.MULTILINE))
    for requirement in wanted:
        found = versions.get(canonicalize_name(requirement.name), [])
        assert any(requirement.specifier.contains(version) for version in found), requirement


@pytest.mark.parametrize("path", _WORKFLOWS, ids=lambda path: path.name)
def test_workflows_name_actions_by_commit_and_may_only_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    uses = re.findall(r"uses: *(\S+)", text)

    assert uses
    assert [use for use in uses if not re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", use)] == []
    assert "permissions:\n  contents: read\n" in text
