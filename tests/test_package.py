"""What a package index and the MCP registry are told: one version, one address, and nothing that they would refuse.

`.ci/package` builds the wheel and the source distribution and tries them; this looks at what is written down.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from headroom_mcp import __version__

_ROOT = Path(__file__).parents[1]
_PYPROJECT = (_ROOT / "pyproject.toml").read_text(encoding="utf-8")
_SERVER: dict[str, Any] = json.loads((_ROOT / "server.json").read_text(encoding="utf-8"))
_URLS = dict(re.findall(r'^(\w+) = "(https://[^"]+)"$', _PYPROJECT.split("[project.urls]")[1].split("\n\n")[0], re.M))
_REPOSITORY = _URLS["Source"]


def test_the_project_says_where_it_lives_and_everything_agrees() -> None:
    assert set(_URLS) == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert all(url.startswith(_REPOSITORY) for url in _URLS.values())
    owner, name = _REPOSITORY.removeprefix("https://github.com/").split("/")
    assert _SERVER["name"] == f"io.github.{owner}/{name}"
    assert _SERVER["repository"] == {"url": _REPOSITORY, "source": "github"}


def test_the_version_is_one() -> None:
    [package] = _SERVER["packages"]

    assert _SERVER["version"] == package["version"] == __version__ == str(Version(__version__))


def test_the_registry_would_take_what_is_written_of_the_server() -> None:
    """The rules of its schema 2025-12-11, in our words: names, lengths, and what a package must say."""
    [package] = _SERVER["packages"]

    assert re.fullmatch(r"https://static\.modelcontextprotocol\.io/schemas/\d{4}-\d\d-\d\d/server\.schema\.json", _SERVER["$schema"])  # fmt: skip
    assert set(_SERVER) <= {
        "$schema",
        "name",
        "title",
        "description",
        "version",
        "websiteUrl",
        "repository",
        "packages",
    }
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", _SERVER["name"]) and len(_SERVER["name"]) <= 200
    assert 1 <= len(_SERVER["description"]) <= 100 and 1 <= len(_SERVER["title"]) <= 100
    assert package["registryType"] == "pypi" and package["registryBaseUrl"] == "https://pypi.org"
    assert package["identifier"] == re.findall(r'^name = "(.+)"', _PYPROJECT, re.M)[0]
    assert package["transport"] == {"type": "stdio"}
    for variable in package["environmentVariables"]:
        assert set(variable) <= {"name", "description", "format", "isRequired", "isSecret", "default"}
        assert variable["format"] in ("string", "number", "boolean", "filepath")


def test_the_readme_proves_to_the_registry_whose_package_it_is() -> None:
    assert f"mcp-name: {_SERVER['name']}" in (_ROOT / "README.md").read_text(encoding="utf-8")


def test_the_script_that_the_registry_starts_is_the_server() -> None:
    """`uvx headroom-mcp` runs the script of the package's own name."""
    assert 'headroom-mcp = "headroom_mcp.server:main"' in _PYPROJECT


def test_classifiers_name_the_pythons_that_are_tested() -> None:
    named = re.findall(r"Programming Language :: Python :: (3\.\d+)", _PYPROJECT)

    assert named == ["3.10", "3.11", "3.12", "3.13"]
    workflow = _ROOT / ".github" / "workflows" / "ci.yml"
    if not workflow.exists():
        pytest.skip("only in a checkout")
    assert json.loads(re.findall(r"python: (\[.*\])", workflow.read_text(encoding="utf-8"))[0]) == named


def test_the_changelog_has_this_version() -> None:
    text = (_ROOT / ".github" / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\]", text, re.M)

    assert versions[0] == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions[1:])
    assert __version__ in versions[1:] or f"the first release, {__version__}" in text


def test_the_release_workflow_keeps_no_token() -> None:
    workflow = _ROOT / ".github" / "workflows" / "release.yml"
    if not workflow.exists():
        pytest.skip("only in a checkout")
    text = workflow.read_text(encoding="utf-8")

    assert text.count("id-token: write") == 1 and "secrets." not in text and "password" not in text
    assert ".ci/package dist" in text
