"""One write to the store's file, all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from headroom_mcp.errors import StoreError


@contextmanager
def write(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Run statements as one transaction. Raises: StoreError when the store is locked, full or read-only."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:  # an interrupt too: the lock must not outlive the statement that failed; raised again
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        msg = f"The memory could not be written: {error}."
        raise StoreError(msg) from error
