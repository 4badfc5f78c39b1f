"""What is not hot, by sqlite-utils over the store's own connection: figures, exports, full-text set-up, indexes.

Hooks, and what the server does for a conversation, use plain sqlite3 (see `database`): sqlite-utils costs more to import
than a whole hook may take. Here, in commands that people run and in evals, it reads better and costs nothing that counts.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlite_utils

from headroom_mcp.late import TYPE_CHECKING, Any
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.types import StoreError

if TYPE_CHECKING:
    from headroom_mcp.store.sqlite.database import Database


class Queries:
    """Queries whose rows come as dicts."""

    day = "strftime('%Y-%m-%d', created_s, 'unixepoch', 'localtime')"
    """The day of a row, where this database is, as YYYY-MM-DD."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query. Raises: StoreError."""
        with self.database.lock:
            try:
                return list(tables(self.database.connection).query(sql, values or {}))
            except sqlite3.Error as error:
                raise _unreadable(error) from error

    def rows_of(self, table: str, scopes: Sequence[str] | None) -> list[dict[str, Any]]:
        """Return the rows of `table` in the order of saving, those of `scopes` (None: all). Raises: StoreError."""
        where = None if scopes is None else f"scope IN ({', '.join('?' * len(scopes))})"
        with self.database.lock:
            try:
                return list(
                    tables(self.database.connection).table(table).rows_where(where, list(scopes or ()), order_by="row")
                )
            except sqlite3.Error as error:
                raise _unreadable(error) from error


def tables(connection: sqlite3.Connection) -> sqlite_utils.Database:
    """Return sqlite-utils' view of an open connection; plug-ins of other packages stay out of it."""
    return sqlite_utils.Database(connection, execute_plugins=False, recursive_triggers=False)


def _unreadable(error: sqlite3.Error) -> StoreError:
    return StoreError(f"The store could not be read: {error}. `headroom doctor` says what is wrong with it.")
