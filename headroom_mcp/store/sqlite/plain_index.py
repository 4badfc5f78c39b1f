"""A bare FTS5 table ranked by its own BM25: what evals compare recall with.

Set up and filled by sqlite-utils; asked by plain SQL, so that a measured time is SQLite's own.
"""

from __future__ import annotations

from collections.abc import Iterable

from headroom_mcp import late
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.store.sqlite.upkeep import tables

_WORD = late.pattern(r"[^\W_]+")


class PlainIndex:
    """Texts by number, in memory or in the file `path`."""

    def __init__(self, path: str = ":memory:") -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        database = tables(self._connection)
        if path != ":memory:":
            database.enable_wal()
            self._connection.execute("PRAGMA synchronous = NORMAL")
        database.execute("CREATE VIRTUAL TABLE plain USING fts5 (body)")
        self._table = database.table("plain")

    def close(self) -> None:
        """Close it."""
        self._connection.close()

    def fill(self, texts: Iterable[tuple[int, str]]) -> None:
        """Add many texts in one transaction."""
        self._connection.execute("BEGIN")
        self._table.insert_all({"rowid": number, "body": text} for number, text in texts)
        self._connection.execute("COMMIT")

    def add(self, number: int, text: str) -> None:
        """Add one text in a transaction of its own."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO plain (rowid, body) VALUES (?, ?)", (number, text))
        self._connection.execute("COMMIT")

    def search(self, question: str, limit: int) -> list[tuple[int, str]]:
        """Return number and text of those that hold any word of `question`, best first."""
        match = " OR ".join(f'"{word}"' for word in _WORD.findall(question))
        if not match:
            return []
        sql = "SELECT rowid, body FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT ?"
        return [(int(number), str(body)) for number, body in self._connection.execute(sql, (match, limit))]
