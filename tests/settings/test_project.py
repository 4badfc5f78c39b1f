"""What a project is known by stays when its folder moves, and no other folder has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from headroom_mcp.settings import project


def _clone(folder: Path, log: str = "0000 1111 A <a@b> 1700000000 +0000\tclone: from somewhere\n") -> Path:
    (folder / ".git" / "logs").mkdir(parents=True)
    (folder / ".git" / "logs" / "HEAD").write_text(log)
    return folder


def test_a_clone_is_known_by_the_first_entry_of_its_log_wherever_it_lies(tmp_path: Path) -> None:
    one = _clone(tmp_path / "one")
    known = project.identity(str(one))
    shutil.copytree(one, tmp_path / "deep" / "two")
    with (one / ".git" / "logs" / "HEAD").open("a") as log:
        log.write("1111 2222 A <a@b> 1700000001 +0000\tcommit: more\n")

    assert known.startswith("git:")
    assert len(known) == len("git:") + 32
    assert project.identity(str(tmp_path / "deep" / "two")) == known
    assert project.identity(str(one)) == known


def test_clones_of_one_second_but_other_origins_are_two(tmp_path: Path) -> None:
    one, two = _clone(tmp_path / "one"), _clone(tmp_path / "two", "0000 2222 A <a@b> 1700000000 +0000\tclone\n")

    assert project.identity(str(one)) != project.identity(str(two))


def test_a_folder_in_a_clone_is_known_by_its_place_there(tmp_path: Path) -> None:
    one = _clone(tmp_path / "one")
    (one / "a" / "b").mkdir(parents=True)
    (one / "c").mkdir()

    found = [project.identity(str(one / inside)) for inside in ("", "a", "a/b", "c")]
    assert len(set(found)) == 4
    assert all(identity.startswith("git:") for identity in found)


def test_a_worktree_is_known_by_the_log_its_file_points_to(tmp_path: Path) -> None:
    main = _clone(tmp_path / "main")
    own = main / ".git" / "worktrees" / "w" / "logs"
    own.mkdir(parents=True)
    (own / "HEAD").write_text("0000 1111 A <a@b> 1700000009 +0000\tworktree\n")
    for pointer in (str(own.parent), "../main/.git/worktrees/w"):
        tree = tmp_path / "tree"
        tree.mkdir(exist_ok=True)
        (tree / ".git").write_text(f"gitdir: {pointer}\n")

        assert project.identity(str(tree)).startswith("git:")
        assert project.identity(str(tree)) != project.identity(str(main))


def test_a_folder_without_git_is_known_by_itself_and_what_it_holds(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a").write_text("")
    known = project.identity(str(one))
    one.rename(tmp_path / "moved")

    assert known.startswith("folder:")
    assert project.identity(str(tmp_path / "moved")) == known != project.identity(str(two))


@pytest.mark.parametrize("folder", ["not there", "", "nul\0byte"])
def test_what_is_no_folder_has_no_identity(tmp_path: Path, folder: str) -> None:
    assert project.identity(str(tmp_path / "not there" / folder)) == ""


def test_an_empty_folder_and_an_empty_log_tell_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    assert project.identity(str(tmp_path / "empty")) == ""
    begun = project.identity(str(_clone(tmp_path / "begun", "\n")))
    assert not begun.startswith("git:")


def test_a_clone_is_looked_for_a_dozen_folders_up_and_no_further(tmp_path: Path) -> None:
    _clone(tmp_path / "one")
    near, far = tmp_path.joinpath("one", *"abcdefghijk"), tmp_path.joinpath("one", *"abcdefghijkl")
    far.mkdir(parents=True)
    (far / "file").touch()

    assert project.identity(str(near)).startswith("git:")
    assert project.identity(str(far)).startswith("folder:")
