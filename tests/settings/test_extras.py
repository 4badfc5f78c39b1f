"""The line that installs an extra is right for the way in which we were installed."""

from __future__ import annotations

import json
import shlex
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.settings import extras


class _Installed:
    version = "1.2.3"

    def __init__(self, told: Any) -> None:
        self._said = None if told is None else told if isinstance(told, str) else json.dumps(told)

    def read_text(self, name: str) -> str | None:
        return self._said if name == "direct_url.json" else None


def _remedy(told: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(metadata, "distribution", lambda _: _Installed(told))
    return extras.remedy("team")


@pytest.mark.parametrize("name", ["plain", "with a space", "it's mine"])
@pytest.mark.parametrize("editable", [True, False])
def test_from_a_checkout_it_names_the_checkout(
    name: str, editable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "pyproject.toml").touch()
    said = _remedy({"url": folder.as_uri(), "dir_info": {"editable": editable}}, monkeypatch)

    assert shlex.split(said) == ["pip", "install", *(["-e"] if editable else []), f"{folder}[team]"]
    if "'" not in name:  # in one pair of quotes, as a person would write it
        assert said.endswith(f" '{folder}[team]'")


def test_a_checkout_that_is_gone_is_not_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _remedy({"url": (tmp_path / "gone").as_uri(), "dir_info": {}}, monkeypatch)

    assert said == "pip install '.[team]' in a checkout of headroom"


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"url": "https://h.example/r.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}}, "headroom-mcp[team] @ git+https://h.example/r.git@abc"),
        ({"url": "https://h.example/r", "vcs_info": {"vcs": "hg"}}, "headroom-mcp[team] @ hg+https://h.example/r@HEAD"),
        ({"url": "https://h.example/r", "vcs_info": {}}, "headroom-mcp[team] @ git+https://h.example/r@HEAD"),
        ({"vcs_info": {}}, "headroom-mcp[team]==1.2.3"),
        ({"url": "file:///w/h.whl", "archive_info": {}}, "headroom-mcp[team] @ file:///w/h.whl"),
        (None, "headroom-mcp[team]==1.2.3"),
        ("no JSON", "headroom-mcp[team]==1.2.3"),
        ("[1]", "headroom-mcp[team]==1.2.3"),
    ],
)  # fmt: skip
def test_from_elsewhere_it_names_that_place_or_this_very_version(
    told: Any, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shlex.split(_remedy(told, monkeypatch)) == ["pip", "install", line]


def test_a_folder_on_the_path_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", absent)

    assert shlex.split(extras.remedy("team"))[-1] == f"{Path(__file__).parents[2]}[team]"
