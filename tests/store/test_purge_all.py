"""Everything is purged but the notes, on a disk without room too, and corrupt files that were set aside go along."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

from headroom_mcp.memory import notes, recall
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.sqlite import connection, purge_all
from headroom_mcp.store.sqlite.store import SqliteStore
from headroom_mcp.types import ExpiredRef, Origin, StoreError


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=str(tmp_path / "home"))


def _filled(settings: Settings) -> list[str]:
    """Make a store with a note and two originals of two projects; return the refs."""
    with open_store(settings) as store:
        notes.save(store, "the gate is green", scope="/p")
        return [store.put(os.urandom(30_000), origin=Origin(session="s", project=f"/p{number}")) for number in range(2)]


def _is_full(*_: object, **__: object) -> NoReturn:
    msg = "The store could not be written: database or disk is full."
    raise StoreError(msg)


@pytest.fixture(name="full", params=[False, True], ids=["with room", "without room"])
def _full(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if request.param:
        monkeypatch.setattr(SqliteStore, "purge", _is_full)
    return bool(request.param)


def test_originals_go_and_are_known_to_be_gone_and_notes_stay(settings: Settings, full: bool) -> None:
    refs = _filled(settings)

    done = purge_all.purge_everything(settings)

    assert (done.originals, done.outputs) == (2, 2)
    assert done.file_bytes > 50_000
    with open_store(settings) as store:
        assert [note.text for note in store.notes.newest(["/p"], limit=5)] == ["the gate is green"]
        assert [hit.note.text for hit in recall.search(store, "green gate", ["/p"])] == ["the gate is green"]
        for ref in refs:
            with pytest.raises(ExpiredRef):
                store.get(ref)
        assert store.get(store.put("new")).text == "new"


def test_nothing_of_what_is_purged_is_left_in_any_file(settings: Settings, full: bool) -> None:
    _filled(settings)
    home = Path(settings.home)
    secret = os.urandom(30_000)
    with open_store(settings) as store:
        store.put(secret)
    (home / "headroom.db.corrupt-1").write_bytes(secret)
    purge_all.purge_everything(settings)

    assert not list(home.glob("*.corrupt-*"))
    assert not list(home.glob("*.new-*"))
    assert not any(secret[500:600] in path.read_bytes() for path in home.iterdir() if path.is_file())


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_file_that_takes_its_place_is_closed_to_others(settings: Settings, full: bool) -> None:
    _filled(settings)
    purge_all.purge_everything(settings)

    assert stat.S_IMODE((Path(settings.home) / "headroom.db").stat().st_mode) == 0o600


def test_any_other_fault_is_told_and_removes_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = _filled(settings)[0]

    def fail(*_: object, **__: object) -> NoReturn:
        msg = "The store could not be read: malformed"
        raise StoreError(msg)

    with monkeypatch.context() as patched:
        patched.setattr(SqliteStore, "purge", fail)
        with pytest.raises(StoreError, match="malformed"):
            purge_all.purge_everything(settings)
    with open_store(settings) as store:
        assert len(store.get(ref).body) == 30_000


def test_without_room_for_the_notes_nothing_is_removed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = _filled(settings)[0]

    def fail(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(SqliteStore, "purge", _is_full)
        patched.setattr(purge_all, "_copy", fail)
        with pytest.raises(StoreError, match=r"Nothing was removed.*No space left"):
            purge_all.purge_everything(settings)
    assert not list(Path(settings.home).glob("*.new-*"))
    with open_store(settings) as store:
        assert len(store.get(ref).body) == 30_000


def test_without_room_beside_the_store_the_notes_pass_by_the_temporary_files(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(settings)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    copy = purge_all._copy

    def only_elsewhere(old: sqlite3.Connection, new: str) -> None:
        if Path(new).parent != elsewhere:
            raise OSError(28, "No space left on device")
        copy(old, new)

    monkeypatch.setattr(SqliteStore, "purge", _is_full)
    monkeypatch.setattr(purge_all, "_copy", only_elsewhere)
    monkeypatch.setattr(tempfile, "tempdir", str(elsewhere))
    purge_all.purge_everything(settings)

    assert list(elsewhere.iterdir()) == []
    with open_store(settings) as store:
        assert [note.text for note in store.notes.newest(["/p"], limit=5)] == ["the gate is green"]


def test_a_store_that_somebody_writes_to_is_not_exchanged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = _filled(settings)[0]
    monkeypatch.setattr(SqliteStore, "purge", _is_full)
    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.05)
    with (
        open_store(settings) as writer,
        writer.transaction(),
        pytest.raises(StoreError, match="when no agent is at work"),
    ):
        purge_all.purge_everything(settings)

    with open_store(settings) as store:
        assert len(store.get(ref).body) == 30_000
