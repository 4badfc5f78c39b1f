"""One SQLite file for everything: opened safely by many processes at once, set aside when it is corrupt.

WAL, synchronous=NORMAL, explicit transactions (BEGIN IMMEDIATE), a busy timeout. The file is 0600 in a 0700 folder.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from headroom_mcp.late import Any
from headroom_mcp.settings import environment, fault_log, private
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.sqlite import schema
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.types import StoreError

FILE_NAME = "headroom.db"
BUSY_TIMEOUT_S = 5.0
_WAL_TRIES = 50  # the busy timeout does not cover the switch to WAL: the first start of several processes races


def store_path(settings: Settings | None = None) -> str:
    """Return the path of the database file."""
    return os.path.join(environment.data_home(settings), FILE_NAME)


def connect(settings: Settings | None = None) -> sqlite3.Connection:
    """Return a connection to the store, made or migrated as needed.

    A corrupt file is renamed to `headroom.db.corrupt-<date>` and a new one begun. Raises: StoreError when the folder or
    file cannot be written, or stays locked.
    """
    path = store_path(settings)
    try:
        return _connect(path)
    except sqlite3.DatabaseError as error:
        if not is_corruption(error):
            msg = f"The store {path} cannot be opened: {error}. Check its permissions and the free disk space."
            raise StoreError(msg) from error
    except OSError as error:
        msg = f"The store {path} cannot be opened: {error}. Set HEADROOM_HOME to a folder that you can write."
        raise StoreError(msg) from error
    try:
        set_aside(path, settings)
        return _connect(path)
    except (sqlite3.DatabaseError, OSError) as error:
        msg = f"The store {path} is corrupt and cannot be set aside: {error}. Move it away by hand."
        raise StoreError(msg) from error


def connect_in_memory() -> sqlite3.Connection:
    """Return a connection to a database that is gone when it is closed."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, factory=_Connection)
    schema.migrate(connection)
    return connection


def is_corruption(error: BaseException) -> bool:
    """Tell a damaged database file from one that is locked, full or read-only."""
    text = str(error)
    return isinstance(error, sqlite3.DatabaseError) and ("malformed" in text or "not a database" in text)


def set_aside(path: str, settings: Settings | None = None) -> str | None:
    """Rename a corrupt database, with a date; return the new name, or None where it turns out to be sound.

    Several processes may notice at once: under a lock, the first one renames and the others find a sound file.
    """
    with open(private.open_file(path + ".lock", os.O_WRONLY | os.O_CREAT), "wb") as lock:
        _lock(lock.fileno())
        if not os.path.exists(path) or _is_sound(path):
            return None
        aside = f"{path}.corrupt-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
        while os.path.exists(aside):
            aside += "x"
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.replace(path + suffix, aside + suffix)
    fault_log.record("store", StoreError(f"corrupt database set aside as {aside}"), settings)
    return aside


class _Connection(sqlite3.Connection):
    """A connection that takes any Python string: half surrogates, as JSON and file names can hold, are spelled out.

    SQLite refuses them before it runs anything, so that the second try is the first one to have an effect.
    """

    def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        try:
            return super().execute(sql, parameters)
        except UnicodeEncodeError:
            if isinstance(parameters, Mapping):
                return super().execute(sql, {name: _spelled(value) for name, value in parameters.items()})
            return super().execute(sql, [_spelled(value) for value in parameters])

    def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
        """Here a second try would come after the first rows: all are spelled out before."""
        return super().executemany(sql, [[_spelled(value) for value in row] for row in rows])


def _spelled(value: object) -> object:
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _text(raw: bytes) -> str:
    """Return a column's text: a damaged byte in it must not cost the whole answer."""
    return raw.decode("utf-8", "replace")


def _connect(path: str) -> sqlite3.Connection:
    private.folder(os.path.dirname(path))
    if not os.path.exists(path):
        # SQLite gives the -wal and -shm files the mode of the main file.
        os.close(private.open_file(path, os.O_CREAT | os.O_RDWR))
    for suffix in ("", "-wal", "-shm"):
        private.close_to_others(path + suffix)
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, factory=_Connection
    )
    connection.text_factory = _text
    try:
        _switch_to_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        schema.migrate(connection)
    except BaseException:  # whatever it is, a half-opened connection must not stay open; raised again
        connection.close()
        raise
    return connection


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    for attempt in range(_WAL_TRIES):
        try:
            if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or attempt == _WAL_TRIES - 1:
                raise
            time.sleep(0.002 * (attempt + 1))


def _is_sound(path: str) -> bool:
    try:
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        return not is_corruption(error)


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: the rename itself fails for all but one process
        return
    fcntl.flock(descriptor, fcntl.LOCK_EX)
