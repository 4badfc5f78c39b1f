"""What machines deliver, taken in exactly once: originals by their content, rows by the name their machine has given them.

Every batch is one transaction. A machine that does not learn of its end sends the batch again, which then changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from headroom_mcp.store.postgres import originals
from headroom_mcp.store.postgres.database import Database
from headroom_mcp.store.postgres.notes import PostgresNotes
from headroom_mcp.store.rows import Note
from headroom_mcp.store.sqlite.retention import note_expired


class Batch(NamedTuple):
    """What comes together. originals: their rows, packed · rows: by table, each with its `delivery` · expired: refs whose originals
    were gone before they could be sent · removed_outputs: deliveries that were taken back · removed_notes: ids."""

    originals: Sequence[Mapping[str, Any]] = ()
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = {}
    expired: Sequence[str] = ()
    notes: Sequence[Note] = ()
    removed_outputs: Sequence[str] = ()
    removed_notes: Sequence[str] = ()


def receive(database: Database, batch: Batch) -> int:
    """Take a batch in, whole; return how many originals were new. Raises: StoreError."""
    new: int = database.written(lambda db: _take(database, db, batch))
    return new


def _take(database: Database, db: Any, batch: Batch) -> int:
    before = _count(db)
    _add(
        db, "original", sorted(batch.originals, key=lambda row: str(row["ref"]))
    )  # in one order: no two writers wait in a circle
    taken = _taken(db, batch.originals)
    for table, rows in batch.rows.items():
        _add(db, table, [row for row in rows if row.get("ref") not in taken])
    present = [row["ref"] for row in batch.originals]
    if present:
        db.execute("DELETE FROM expired WHERE ref = ANY(?)", (present,))
    for ref in batch.expired:
        if db.execute("SELECT 1 FROM original WHERE ref = ?", (ref,)).fetchone() is None:
            note_expired(db, ref, time.time())
    _take_notes(database, db, batch)
    _take_back(db, batch.removed_outputs)
    if batch.originals:
        originals.see_to_quota(db, database.settings)
    return _count(db) - before


def _taken(db: Any, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return the refs under which another machine has put another original: nobody may be given that one in its place.

    A masked original has the ref of the one it was made of, so that its digest begins otherwise.
    """
    mine = {str(row["ref"]): str(row["sha256"]) for row in rows}
    there = db.execute("SELECT ref, sha256 FROM original WHERE ref = ANY(?)", (list(mine),)).fetchall() if mine else []
    return {
        ref for ref, digest in there if digest != mine[ref] and digest.startswith(ref) and mine[ref].startswith(ref)
    }


def _add(db: Any, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))}) ON CONFLICT DO NOTHING"
        db.executemany(sql, [[row[name] for name in names] for row in rows])


def _count(db: Any) -> int:
    return int(db.execute("SELECT COALESCE(SUM(originals), 0) FROM usage").fetchone()[0])


def _take_notes(database: Database, db: Any, batch: Batch) -> None:
    notes = PostgresNotes(cast("Any", database))
    new: list[Note] = []
    for note in batch.notes:
        known = db.execute("UPDATE note SET superseded_by = ? WHERE id = ?", (note.superseded_by, note.id)).rowcount
        if not known:
            new.append(note)
        elif note.superseded_by:
            db.execute("UPDATE note SET words = NULL WHERE id = ?", (note.id,))
    if new:
        notes.add_all(new)
    for note_id in batch.removed_notes:
        notes.remove(note_id)


def _take_back(db: Any, deliveries: Iterable[str]) -> None:
    """Remove outputs that their machine has purged, and the originals that nobody else has a record of."""
    for delivery in deliveries:
        row = db.execute("DELETE FROM output WHERE delivery = ? RETURNING ref", (delivery,)).fetchone()
        if row is not None and db.execute("SELECT 1 FROM output WHERE ref = ?", row).fetchone() is None:
            db.execute("DELETE FROM original WHERE ref = ?", row)
            db.execute("DELETE FROM retrieval WHERE ref = ?", row)
            note_expired(db, row[0], time.time())
