"""What `headroom doctor` asks the file: is it sound, what is in it. Looks only; never makes, migrates or sets aside."""

from __future__ import annotations

from headroom_mcp.late import NamedTuple
from headroom_mcp.store.sqlite.connection import FILE_NAME as FILE_NAME
from headroom_mcp.store.sqlite.connection import store_path as store_path
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.types import StoreError


class Health(NamedTuple):
    """damage: what SQLite says of a damaged file, "" for a sound one."""

    damage: str
    originals: int
    original_bytes: int


def examine(path: str) -> Health:
    """Return what the store at `path` holds. Raises: StoreError where it cannot be read."""
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
        try:
            sound = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
            count, size = database.execute("SELECT COUNT(*), COALESCE(SUM(size_bytes), 0) FROM original").fetchone()
        finally:
            database.close()
    except sqlite3.Error as error:
        raise StoreError(str(error)) from error
    return Health("" if sound == "ok" else sound, int(count), int(size))
