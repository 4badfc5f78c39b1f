"""A project's refs lead somewhere after its folder was moved, and nobody else's project is taken for it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from headroom_mcp.store import Store
from headroom_mcp.types import Origin, UnknownRef


def _project(folder: Path, *, git: bool) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "a.py").write_text(
        f"x = {str(folder)!r}\n"
    )  # two commits of the same second, alike else, are one
    if git:
        for command in ("init -q", "add .", "-c user.name=a -c user.email=a@b commit -q -m one"):
            subprocess.run(["git", *command.split()], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("git", [True, False], ids=["git", "no git"])
@pytest.mark.parametrize("inside", ["", "src"], ids=["root", "subfolder"])
def test_a_ref_is_found_again_from_where_the_folder_was_moved_to(
    store: Store, tmp_path: Path, git: bool, inside: str
) -> None:
    old = _project(tmp_path / "old", git=git)
    ref = store.put("text", origin=Origin(project=str(old / inside), session="s1"))
    new = tmp_path / "elsewhere" / "new"
    new.parent.mkdir()
    old.rename(new)

    assert store.get(ref, project=str(new / inside), session="s2").text == "text"
    with pytest.raises(UnknownRef):
        store.get(ref, project=str(tmp_path / "elsewhere"), session="s2")


def test_a_clone_that_was_copied_to_another_disk_is_the_same_project(store: Store, tmp_path: Path) -> None:
    old = _project(tmp_path / "old", git=True)
    ref = store.put("text", origin=Origin(project=str(old), session="s1"))
    shutil.copytree(old, tmp_path / "new")
    shutil.rmtree(old)

    assert store.get(ref, project=str(tmp_path / "new")).text == "text"


@pytest.mark.parametrize("git", [True, False], ids=["git", "no git"])
def test_another_project_in_the_old_place_or_of_the_old_name_finds_nothing(
    store: Store, tmp_path: Path, git: bool
) -> None:
    old = _project(tmp_path / "old", git=git)
    ref = store.put("text", origin=Origin(project=str(old), session="s1"))
    shutil.rmtree(old)
    for number in range(8):  # a new folder may well be given the number of the old one
        other = _project(tmp_path / f"other{number}" / "old", git=git)
        with pytest.raises(UnknownRef):
            store.get(ref, project=str(other), session="s2")


def test_projects_that_are_not_there_are_not_alike(store: Store) -> None:
    ref = store.put("text", origin=Origin(project="/nowhere/a", session="s1"))

    with pytest.raises(UnknownRef):
        store.get(ref, project="/nowhere/b", session="s2")
