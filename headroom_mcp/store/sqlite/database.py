"""One connection, shared by threads: one statement or one transaction at a time, and every error told as ours.

SQLite lets one writer in at a time anyway, so that a lock costs nothing that the file would not. Damage that is met while
reading or writing is dealt with as damage met on opening is: the file is set aside and the next call has a new one.

Plain `sqlite3`: a hook opens, writes and closes a store in a few milliseconds, and importing sqlite-utils takes some
hundred. What is not hot (figures, exports, upkeep) uses sqlite-utils over this same connection, see `upkeep`.
"""

from __future__ import annotations

import os
from _thread import RLock  # `threading` itself costs a hook a millisecond
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from headroom_mcp.late import Any
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.sqlite import connection as connection_module
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.types import StoreError

Values = Sequence[Any] | dict[str, Any]


def insert(db: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    """Add `row`, column → value, to `table`; inside `Database.write`."""
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


class Database:
    """An open connection with the lock that threads share. `path` is "" for a database in memory."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings, path: str = "") -> None:
        self.connection = connection
        self.settings = settings
        self.path = path
        self.lock = RLock()
        self._depth = 0
        self._file = _file_id(path)

    def close(self) -> None:
        """Close the connection; what was written is already durable."""
        with self.lock:
            self.connection.close()

    def all(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query. Raises: StoreError."""
        with self.lock:
            try:
                return self.connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise self._failure(error, "read") from error

    def one(self, sql: str, values: Values = ()) -> tuple[Any, ...] | None:
        """Return the first row of a query, None where there is none. Raises: StoreError."""
        with self.lock:
            try:
                row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
                return row
            except sqlite3.Error as error:
                raise self._failure(error, "read") from error

    def value(self, sql: str, values: Values = ()) -> Any:
        """Return the first column of the first row of a query that has one. Raises: StoreError."""
        row = self.one(sql, values)
        return None if row is None else row[0]

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run statements as one write, all or nothing; inside another one, as a part of it.

        Raises: StoreError when the store is locked, full or read-only.
        """
        with self.lock:
            outermost = self._depth == 0
            if outermost:
                self._follow_file()
            begin, commit, undo = _WHOLE if outermost else _PART
            try:
                self.connection.execute(begin)
                self._depth += 1
                try:
                    yield self.connection
                    self.connection.execute(commit)
                except BaseException:  # an interrupt too: nothing half-written, no lock left behind; raised again
                    # a disk that is full ends the transaction by itself
                    if self.connection.in_transaction:
                        for statement in undo:
                            self.connection.execute(statement)
                    raise
                finally:
                    self._depth -= 1
            except sqlite3.Error as error:
                raise self._failure(error, "written") from error
            except StoreError as error:  # of a part of this write: now the file can be looked at
                cause = error.__cause__
                if outermost and isinstance(cause, sqlite3.Error):
                    raise self._failure(cause, "written") from cause
                raise

    def _failure(self, error: sqlite3.Error, what: str) -> StoreError:
        """Return the error that callers see; a file that proves damaged is set aside first."""
        if connection_module.is_corruption(error) and self.path and not self._depth:
            aside = connection_module.set_aside(self.path, self.settings)
            self._reconnect()
            if aside:
                return StoreError(f"The store was damaged and is set aside as {aside}; a new one was begun.")
        return StoreError(f"The store could not be {what}: {error}.")

    def _follow_file(self) -> None:
        """Open the file again where another process has set it aside, or somebody has removed it.

        What was written to the old one would be safe from nobody's eyes but ours.
        """
        if self.path and _file_id(self.path) != self._file:
            self._reconnect()

    def _reconnect(self) -> None:
        self.connection.close()
        self.connection = connection_module.connect(self.settings)
        self._file = _file_id(self.path)


_WHOLE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_PART = ("SAVEPOINT part", "RELEASE part", ("ROLLBACK TO part", "RELEASE part"))


def _file_id(path: str) -> tuple[int, int] | None:
    """Return what tells a file from another one of the same name."""
    if not path:
        return None
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
