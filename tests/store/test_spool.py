"""Which rows of this machine's store have not been delivered, and which of those that have been are gone: without a team."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.rows import Note
from headroom_mcp.store.sqlite.spool import COLUMNS, Spool
from headroom_mcp.store.sqlite.store import SqliteStore
from headroom_mcp.types import Origin


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[SqliteStore]:
    with open_store(Settings(home=str(tmp_path))) as store:
        assert isinstance(store, SqliteStore)
        yield store


@pytest.fixture(name="spool")
def _spool(store: SqliteStore) -> Spool:
    return Spool(store.database)


def _put(store: SqliteStore, *texts: str) -> list[str]:
    return [
        store.put(text, origin=Origin("s", project="/p"), kind="log", tokens_before=9, tokens_after=3) for text in texts
    ]


def test_rows_wait_in_their_order_until_they_are_marked(store: SqliteStore, spool: Spool) -> None:
    refs = _put(store, "one", "two", "three")
    store.retrieved(refs[0], 5)
    store.ledger.charge("tool schemas", 30, Origin("s"))

    outputs = spool.entries("output", 0, 9)
    assert [entry.values["ref"] for entry in outputs] == refs
    assert [entry.values["ref"] for entry in spool.entries("output", outputs[0].id, 1)] == [refs[1]]
    assert {table: len(spool.entries(table, 0, 9)) for table in COLUMNS} == {
        "output": 3,
        "retrieval": 1,
        "charge": 1,
        "bill": 0,
    }
    assert spool.waiting() == 5

    spool.mark(outputs[:2], [])

    assert [entry.values["ref"] for entry in spool.entries("output", 0, 9)] == [refs[2]]
    assert spool.waiting() == 3


def test_a_row_has_the_same_key_each_time_and_each_row_and_machine_its_own(
    store: SqliteStore, spool: Spool, tmp_path: Path
) -> None:
    _put(store, "one", "two")
    keys = [entry.key for entry in spool.entries("output", 0, 9)]

    assert keys == [entry.key for entry in Spool(store.database).entries("output", 0, 9)]
    assert len({*keys, *(entry.key for entry in spool.entries("retrieval", 0, 9))}) == 2
    assert all(len(key) == 32 for key in keys)
    with open_store(Settings(home=str(tmp_path / "other"))) as other:
        assert isinstance(other, SqliteStore)
        _put(other, "one")
        (entry,) = Spool(other.database).entries("output", 0, 9)
    assert entry.key not in keys


def test_a_note_waits_again_when_it_is_replaced(store: SqliteStore, spool: Spool) -> None:
    store.notes.add(Note("n1", "the gate is red", created_s=5.0))
    store.notes.add(Note("n2", "the gate is green", created_s=6.0))
    spool.mark([], spool.notes(9))
    assert (spool.notes(9), spool.waiting()) == ([], 0)

    store.notes.add(Note("n3", "the gate is blue", created_s=7.0), replaces="n1")

    waiting = spool.notes(9)
    assert [(note.id, note.created_s, note.state) for note in waiting] == [("n1", 5.0, "n3"), ("n3", 7.0, "")]
    assert [note.id for note in spool.notes(1)] == ["n1"]
    assert spool.waiting() == 2


def test_what_was_delivered_and_removed_here_is_gone_until_it_is_unmarked(store: SqliteStore, spool: Spool) -> None:
    _put(store, "one", "two")
    store.notes.add(Note("n1", "the gate is red", created_s=5.0))
    store.notes.add(Note("n2", "the gate is green", created_s=6.0))
    outputs, notes = spool.entries("output", 0, 9), spool.notes(9)
    spool.mark(outputs, notes)
    assert spool.gone(9) == {"output": [], "note": []}

    store.purge()
    store.notes.remove("n1")

    gone_outputs = [(entry.id, entry.key) for entry in outputs]
    assert spool.gone(9) == {"output": gone_outputs, "note": [(notes[0].row, "n1")]}
    assert spool.gone(1)["output"] == gone_outputs[:1]
    spool.unmark("output", [outputs[0].id])
    assert spool.gone(9) == {"output": gone_outputs[1:], "note": [(notes[0].row, "n1")]}
    spool.unmark("note", [notes[0].row])
    assert spool.gone(9)["note"] == []


def test_an_original_is_delivered_packed_as_it_is(store: SqliteStore, spool: Spool) -> None:
    (ref,) = _put(store, "one" * 99)

    row = spool.original(ref)

    assert row is not None
    assert (row["ref"], row["size_bytes"], len(row["body"])) == (ref, 297, row["stored_bytes"])
    assert spool.original("0123456789ab") is None


def test_rows_of_two_tables_have_two_keys_though_they_were_written_at_once(
    store: SqliteStore, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_700_000_000.0)
    [ref] = _put(store, "one")
    store.retrieved(ref, 5)
    store.ledger.charge("tool schemas", 30, Origin("s"))

    entries = [spool.entries(table, 0, 9)[0] for table in ("output", "retrieval", "charge")]

    assert {(entry.id, entry.created_s) for entry in entries} == {(1, 1_700_000_000.0)}
    assert [entry.table for entry in entries] == ["output", "retrieval", "charge"]
    assert len({entry.key for entry in entries}) == 3
