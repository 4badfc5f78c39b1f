"""A damaged store costs one answer: it is set aside when the damage is met, on opening, reading or writing."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp.hook import entry
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import HeadroomError, Origin, StoreError
from tests.hook.host import bash, log

TABLES = (
    "original",
    "output",
    "session",
    "shown",
    "seen_file",
    "retrieval",
    "expired",
    "charge",
    "note",
    "observation",
)


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    return tmp_path


def _fill(store: Store) -> str:
    for number in range(3):
        entry.handle(bash(log(600, f"parcel-{number}")))
    store.sessions.set_query("s1", "/p", "where is the parcel")
    store.sessions.note_file("s1", "a.py", "whole")
    return store.put("an original", origin=Origin(session="s1", project="/p"))


def _damage(home: Path, table: str) -> None:
    """Overwrite the page at which `table` begins."""
    connection = sqlite3.connect(home / "headroom.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    roots = "SELECT rootpage FROM sqlite_master WHERE tbl_name = ? AND rootpage > 0"
    pages = [page for (page,) in connection.execute(roots, (table,))]
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with (home / "headroom.db").open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * page_bytes)
            file.write(b"\xa5" * page_bytes)


def _asides(home: Path) -> list[str]:
    return [
        path.name for path in home.iterdir() if ".corrupt-" in path.name and not path.name.endswith(("-wal", "-shm"))
    ]


@pytest.mark.parametrize("table", TABLES)
def test_whatever_table_is_damaged_at_most_one_output_stays_uncompressed(home: Path, table: str) -> None:
    with open_store() as store:
        _fill(store)
    _damage(home, table)
    answers = []
    for number in range(10, 16):
        try:
            answers.append(entry.handle(bash(log(600, f"parcel-{number}"))))
        except HeadroomError:
            answers.append(None)

    assert sum(answer is None for answer in answers) <= 1
    assert answers[-1] is not None


@pytest.mark.parametrize("table", ["original", "output", "shown", "session"])
def test_damage_met_while_reading_sets_the_file_aside_and_the_same_store_goes_on(home: Path, table: str) -> None:
    with open_store() as store:
        ref = _fill(store)
        _damage(home, table)
        read = {
            "original": lambda: store.get(ref),
            "output": lambda: store.was_shown(ref, "x"),
            "shown": lambda: store.contexts.shown_in("s1", ""),
            "session": lambda: store.sessions.query("s1"),
        }[table]
        store.connection.execute("PRAGMA cache_size = 0")
        store.database._reconnect()  # what is in memory knows nothing of the damage

        with pytest.raises(StoreError, match="set aside"):
            read()

        assert len(_asides(home)) == 1
        again = store.put("after the damage")
    with open_store() as other:
        assert other.get(again).text == "after the damage"


def test_a_store_that_is_open_goes_on_in_the_new_file_when_another_process_sets_the_old_one_aside(home: Path) -> None:
    with open_store() as store:
        store.put("before")
        os.replace(home / "headroom.db", home / "headroom.db.corrupt-x")

        ref = store.put("after")

        with open_store() as other:
            assert other.get(ref).text == "after"


def test_a_store_whose_folder_was_removed_begins_again(home: Path) -> None:
    with open_store() as store:
        store.put("before")
        for file in home.iterdir():
            file.unlink()

        ref = store.put("after")

        with open_store() as other:
            assert other.get(ref).text == "after"


def test_a_text_that_is_damaged_is_not_called_shown_and_costs_nothing_else(home: Path) -> None:
    with open_store() as store:
        for text in ("first", "second", "third"):
            store.contexts.note_shown("s1", "", "cat", text)
        store.connection.execute("UPDATE shown SET body = ? WHERE id = 2", (b"not zlib",))
        store.connection.execute("UPDATE shown SET label = CAST(? AS TEXT) WHERE id = 3", (b"\xff\xfe",))

        assert [(one.label, one.text) for one in store.contexts.shown_in("s1", "")] == [
            ("cat", "first"),
            ("\ufffd\ufffd", "third"),
        ]
