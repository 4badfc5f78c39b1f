"""Purging everything, on a full disk too, where deleting rows would need room for the log of what is deleted.

Then what stays, the notes and the refs that are gone, is written to a file of its own, here or in the system's folder for
temporary files, and takes the place of the store. Files that were set aside as corrupt hold originals, too, and go.
"""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import tempfile
import time
from collections.abc import Iterator

from headroom_mcp.settings import private
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import glance
from headroom_mcp.store.rows import Purged
from headroom_mcp.store.sqlite import connection as connection_module
from headroom_mcp.store.sqlite import notes, schema
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.types import StoreError

_FULL = ("full", "disk I/O error", "unable to open", "No space left", "Disk quota")
_STAYS = ("note", "note_vector", "observation", "expired")


def purge_everything(settings: Settings | None = None) -> Purged:
    """Remove every original and record; notes stay. Raises: StoreError."""
    from headroom_mcp.store.sqlite.store import open_store

    settings = settings or load_settings()
    path = connection_module.store_path(settings)
    before = _bytes_of(path)
    _remove_asides(path)
    try:
        with open_store(settings) as store:
            done = store.purge()
    except StoreError as error:
        if not any(word in str(error) for word in _FULL):
            raise
        done = _begin_again(path)
    glance.forget(os.path.dirname(path))
    _remove_asides(path)  # opening a damaged store has just made one
    return done._replace(file_bytes=before - _bytes_of(path))


def _remove_asides(path: str) -> None:
    for aside in glob.glob(f"{glob.escape(path)}.corrupt-*"):
        os.remove(aside)


def _begin_again(path: str) -> Purged:
    """Put a store with the notes alone in the place of `path`. Raises: StoreError where there is no room for them."""
    with contextlib.closing(_locked(path)) as old:
        done = Purged(_count(old, "original"), _count(old, "output"), 0)
        new = _written(old, path)
        old.execute("ROLLBACK")
    # What is not yet in the file stands in its log: both go before the new file comes, or they would be mixed.
    for suffix in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            os.remove(path + suffix)
    shutil.move(new, path)
    private.close_to_others(path)
    return done


def _locked(path: str) -> sqlite3.Connection:
    """Return a connection that keeps writers out, and needs no file beside the store's own to read it."""
    connection = sqlite3.connect(path, timeout=connection_module.BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.Error as error:
        connection.close()
        msg = f"The store {path} could not be read: {error}. Free some space, or run it again when no agent is at work."
        raise StoreError(msg) from error
    return connection


def _written(old: sqlite3.Connection, path: str) -> str:
    """Return the path of a new store with what stays of `old`: beside it, else among the temporary files."""
    failure: Exception | None = None
    for folder in (os.path.dirname(path), tempfile.gettempdir()):
        new = os.path.join(folder, f"{os.path.basename(path)}.new-{os.getpid()}")
        try:
            os.close(private.open_file(new, os.O_CREAT | os.O_EXCL | os.O_RDWR))
            _copy(old, new)
        except (OSError, sqlite3.Error) as error:
            failure = error
            with contextlib.suppress(OSError):
                os.remove(new)
        else:
            return new
    msg = f"Nothing was removed: there is no room for the notes, which stay ({failure}). Free some space first."
    raise StoreError(msg) from failure


def _copy(old: sqlite3.Connection, new: str) -> None:
    with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as connection:
        schema.migrate(connection)
        connection.execute("BEGIN")
        for table in _STAYS:
            names = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
            rows = old.execute(f"SELECT {', '.join(names)} FROM {table}")
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", rows)
        connection.executemany("INSERT OR REPLACE INTO expired (ref, expired_s) VALUES (?, ?)", _gone(old))
        notes.reindex(connection)
        connection.execute("COMMIT")
    with open(new, "rb") as stream:
        os.fsync(stream.fileno())


def _gone(old: sqlite3.Connection) -> Iterator[tuple[str, float]]:
    now = time.time()
    for (ref,) in old.execute("SELECT ref FROM original"):
        yield str(ref), now


def _count(old: sqlite3.Connection, table: str) -> int:
    return int(old.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def _bytes_of(path: str) -> int:
    return sum(os.path.getsize(file) for file in glob.glob(f"{glob.escape(path)}*") if os.path.isfile(file))
