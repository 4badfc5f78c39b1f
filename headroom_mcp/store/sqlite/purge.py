"""Forgetting on purpose: originals, records and what contexts were shown, by session, project, age or altogether.

What is purged is gone from the file too: pages are overwritten (`secure_delete`) and the file is rebuilt (VACUUM), so the
bytes do not linger in free pages or in the write-ahead log.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store import glance
from headroom_mcp.store.rows import Purged
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.store.sqlite.retention import note_expired
from headroom_mcp.types import StoreError

if TYPE_CHECKING:
    from headroom_mcp.store.sqlite.database import Database


def purge(
    database: Database, *, session: str | None = None, project: str | None = None, older_than_s: float | None = None
) -> Purged:
    """Remove what matches every criterion given; with none, everything. Refs that were removed answer "expired".

    An original that others (another session or project) still have a record of stays for them. Raises: StoreError.
    """
    before = _file_bytes(database)
    with erasing(database), database.write() as db:
        originals, outputs, sessions = remove(db, session, project, older_than_s)
    _purge_glances(database, sessions, everything=all(given is None for given in (session, project, older_than_s)))
    return Purged(originals, outputs, before - _file_bytes(database))


def remove(
    db: sqlite3.Connection, session: str | None, project: str | None, older_than_s: float | None
) -> tuple[int, int, list[str]]:
    """Remove the rows that match, inside a transaction; return how many originals and outputs are gone, and which sessions."""
    where, values = _where(session, project, older_than_s)
    refs = [str(ref) for (ref,) in db.execute(f"SELECT DISTINCT ref FROM output WHERE {where}", values)]
    outputs = db.execute(f"DELETE FROM output WHERE {where}", values).rowcount
    db.execute(f"DELETE FROM charge WHERE {where}", values)
    db.execute(f"DELETE FROM bill WHERE {where}", values)
    orphans = [ref for ref in refs if db.execute("SELECT 1 FROM output WHERE ref = ?", (ref,)).fetchone() is None]
    now = time.time()
    for ref in orphans:
        db.execute("DELETE FROM original WHERE ref = ?", (ref,))
        db.execute("DELETE FROM retrieval WHERE ref = ?", (ref,))
        note_expired(db, ref, now)
    return len(orphans), outputs, _purge_contexts(db, session, project, older_than_s)


@contextmanager
def erasing(database: Database, *, rebuild: bool = True) -> Iterator[None]:
    """Overwrite what is removed inside, in the words of notes too. Raises: StoreError while others write."""
    with database.lock:
        database.connection.execute("PRAGMA secure_delete = ON")
        yield
        with database.write() as db:
            db.execute("INSERT INTO note_words (note_words) VALUES ('optimize')")
        if rebuild:
            _rebuild(database)


def _rebuild(database: Database) -> None:
    """Rewrite the file without what was deleted, and empty the write-ahead log."""
    try:
        database.connection.execute("VACUUM")
        database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError as error:
        msg = f"The rows are gone, but the file could not be rebuilt: {error}. Run it again when no agent is at work."
        raise StoreError(msg) from error


def _where(
    session: str | None,
    project: str | None,
    older_than_s: float | None,
    session_column: str = "session",
    time_column: str = "created_s",
) -> tuple[str, list[object]]:
    """Return the SQL condition of the criteria given, and its values; "TRUE" where there are none."""
    age = None if older_than_s is None else time.time() - older_than_s
    criteria = [(f"{session_column} = ?", session), ("project = ?", project), (f"{time_column} < ?", age)]
    given = [(term, value) for term, value in criteria if value is not None]
    return " AND ".join(["TRUE", *(term for term, _ in given)]), [value for _, value in given]


def _purge_contexts(
    db: sqlite3.Connection, session: str | None, project: str | None, older_than_s: float | None
) -> list[str]:
    """Remove what contexts were shown and have met; return their sessions."""
    where, values = _where(session, project, older_than_s, "id", "seen_s")
    found = [str(name) for (name,) in db.execute(f"SELECT id FROM session WHERE {where}", values)]
    db.execute(f"DELETE FROM shown WHERE session IN (SELECT id FROM session WHERE {where})", values)
    # A file's path tells something, too. A context is "SESSION" or "SESSION/AGENT".
    db.execute(
        "DELETE FROM seen_file WHERE EXISTS (SELECT 1 FROM session"
        f" WHERE {where} AND (context = id OR substr(context, 1, length(id) + 1) = id || '/'))",
        values,
    )
    db.execute(f"DELETE FROM session WHERE {where}", values)
    return found


def _purge_glances(database: Database, sessions: list[str], *, everything: bool) -> None:
    """Remove what was noted beside the store of what contexts were shown."""
    if database.path:
        for session in [None] if everything else sessions:
            glance.forget(os.path.dirname(database.path), session)


def _file_bytes(database: Database) -> int:
    return int(database.value("PRAGMA page_count")) * int(database.value("PRAGMA page_size"))
