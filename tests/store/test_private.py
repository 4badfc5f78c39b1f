"""The data folder is 0700 and every file in it 0600, whatever the umask and whichever command comes first."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom_mcp.settings import fault_log, private
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from tests import long_form
from tests.hook.host import bash, log

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")

_HEADROOM = [sys.executable, "-m", "headroom_mcp"]
_FIRST: dict[str, list[str]] = {
    "install": [*_HEADROOM, "install"],
    "install for another host": [*_HEADROOM, "install", "--host", "gemini"],
    "off": [*_HEADROOM, "off"],
    "off for a session": [*_HEADROOM, "off", "--session", "s1"],
    "memory add": [*_HEADROOM, "memory", "add", "a note"],
    "memory auto on": [*_HEADROOM, "memory", "auto", "on"],
    "stats": [*_HEADROOM, "stats"],
    "purge": [*_HEADROOM, "purge", "--all", "--yes"],
    "hook": [sys.executable, "-m", "headroom_mcp.hook.run"],
    "hook that fails": [sys.executable, "-m", "headroom_mcp.hook.run"],
}


def _open_to_others(folder: Path) -> dict[str, str]:
    """Return the modes of the folder and of all in it that are not for the user alone."""
    wanted = {True: 0o700, False: 0o600}
    found = [folder, *folder.rglob("*")]
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in found}
    return {str(path): oct(mode) for path, mode in modes.items() if mode != wanted[path.is_dir()]}


_UMASKS = (0o000, 0o022, 0o777)


@pytest.mark.parametrize(
    ("first", "umask"),
    [
        pytest.param(first, umask, id=f"{first}-{umask:o}")
        for number, first in enumerate(_FIRST)
        for umask in (_UMASKS if long_form.FULL or first in ("install", "hook") else (_UMASKS[number % 3],))
    ],
)
def test_whichever_command_is_first_the_data_folder_is_closed_to_others(tmp_path: Path, first: str, umask: int) -> None:
    home = tmp_path / "not" / "yet" / "there"
    project = tmp_path / "project"
    project.mkdir()
    environment = {
        **os.environ,
        "HEADROOM_HOME": str(home),
        "HOME": str(tmp_path / "user"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment["CLAUDE_CONFIG_DIR"] = str(tmp_path / "claude")
    event = "not JSON" if first == "hook that fails" else json.dumps(bash(log(600)))

    subprocess.run(
        _FIRST[first], input=event.encode(), env=environment, cwd=project, umask=umask, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip

    assert home.is_dir()
    assert any(home.iterdir())
    assert _open_to_others(home) == {}


@pytest.fixture(name="any_umask", params=[0o000, 0o777], ids=oct)
def _any_umask(request: pytest.FixtureRequest) -> Callable[[], None]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_the_log_the_lock_and_what_is_beside_an_open_store_are_closed_too(tmp_path: Path, any_umask: int) -> None:
    home = tmp_path / "home"
    fault_log.record("test", ValueError("x"), Settings(home=str(home)))
    (home / "headroom.db").write_bytes(b"this is not a database at all" * 100)
    (home / "headroom.db").chmod(0o644)
    with open_store(Settings(home=str(home))) as store:  # set aside, under a lock
        store.put("text")
        names = {path.name.partition("-")[0] for path in home.iterdir()}

        assert {"headroom.db", "headroom.db.corrupt", "headroom.db.lock", "failures.log"} <= names
        assert (home / "headroom.db-wal").exists()
        assert _open_to_others(home) == {}


def test_a_store_that_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with open_store(Settings(home=str(home))) as store:
        store.put("text")
        home.chmod(0o755)
        for file in home.iterdir():
            file.chmod(0o644)
        with open_store(Settings(home=str(home))):
            assert _open_to_others(home) == {}


@pytest.mark.parametrize("foreign", ["thesis.tex", "office.txt", "src"])
def test_a_folder_that_holds_other_things_keeps_its_mode_and_our_files_are_closed(tmp_path: Path, foreign: str) -> None:
    home = tmp_path / "shared"
    home.mkdir()
    (home / foreign).touch()
    home.chmod(0o755)
    with open_store(Settings(home=str(home))) as store:
        store.put("text")

    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    assert {oct(stat.S_IMODE(path.stat().st_mode)) for path in home.glob("headroom*")} == {"0o600"}


def test_a_folder_for_everybodys_temporary_files_stays_one(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)

    private.folder(str(tmp_path))

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


def test_a_folder_is_made_closed_to_others_and_is_not_closed_only_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, int]] = []
    mkdir = os.mkdir

    def noted(path: str, mode: int = 0o777) -> None:
        made.append((os.path.relpath(path, tmp_path), mode))
        mkdir(path, mode)

    monkeypatch.setattr(os, "mkdir", noted)
    private.folder(str(tmp_path / "a" / "b"))

    assert made == [("a", 0o700), ("a/b", 0o700)]
    assert [stat.S_IMODE(os.stat(tmp_path / name).st_mode) for name in ("a", "a/b")] == [0o700, 0o700]
