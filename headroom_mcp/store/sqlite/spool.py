"""What of this machine's store has not reached the team's yet: the store itself is the write-ahead spool.

Hooks write as they always do and know nothing of it. Which rows have been delivered stands in a table that only the deliverer
writes, so that a row counts as delivered when, and only when, the other side has it for good.
"""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from headroom_mcp.store.sqlite.database import Database
from headroom_mcp.text import sha256

_OUTPUT = (
    "ref", "session", "project", "tool_name", "tool_use_id", "kind", "created_s", "tokens_before", "tokens_host",
    "tokens_after", "shown_sha256", "label", "host",
)  # fmt: skip
_BILL = (
    "session", "project", "model", "created_s", "tokens_input", "tokens_cache_read", "tokens_cache_write", "tokens_output",
    "tokens_left_out",
)  # fmt: skip
COLUMNS = {
    "output": _OUTPUT,
    "retrieval": ("ref", "session", "project", "created_s", "tokens"),
    "charge": ("session", "project", "what", "created_s", "tokens"),
    "bill": _BILL,
}
"""Table → the columns that are delivered, in the order of delivery."""

_ORIGINAL = ("ref", "sha256", "codec", "size_bytes", "stored_bytes", "created_s", "used_s", "body")


class Entry(NamedTuple):
    """One row of `table` to be delivered. `key` names it among the rows of all machines."""

    table: str
    id: int
    created_s: float
    key: str
    values: dict[str, Any]


class NoteEntry(NamedTuple):
    """One note to be delivered, by its row here; `state` is the id of the note that replaces it, "" while it holds."""

    row: int
    id: str
    created_s: float
    state: str


class Spool:
    """The rows of this machine's store that wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._machine = ""

    def entries(self, table: str, after_id: int, most: int) -> list[Entry]:
        """Return the next rows of `table` after that id that were not delivered, in order. Raises: StoreError."""
        columns = COLUMNS[table]
        rows = self._database.all(
            f"SELECT t.id, {', '.join(f't.{name}' for name in columns)} FROM {table} t"
            f" LEFT JOIN delivered d ON d.source = '{table}' AND d.id = t.id AND d.created_s = t.created_s"
            " WHERE t.id > ? AND d.id IS NULL ORDER BY t.id LIMIT ?",
            (after_id, most),
        )
        made = []
        for row_id, *values in rows:
            row = dict(zip(columns, values, strict=True))
            made.append(Entry(table, int(row_id), row["created_s"], self._key(table, row_id, row["created_s"]), row))
        return made

    def waiting(self) -> int:
        """Return how many rows were not delivered. Raises: StoreError."""
        return sum(
            int(
                self._database.value(
                    f"SELECT COUNT(*) FROM {table} t LEFT JOIN delivered d"
                    f" ON d.source = '{table}' AND d.id = t.id AND d.created_s = t.created_s WHERE d.id IS NULL"
                )
            )
            for table in COLUMNS
        ) + len(self.notes(1 << 30))

    def original(self, ref: str) -> dict[str, Any] | None:
        """Return the row of an original, packed as it is; None where retention has taken it. Raises: StoreError."""
        row = self._database.one(f"SELECT {', '.join(_ORIGINAL)} FROM original WHERE ref = ?", (ref,))
        return None if row is None else dict(zip(_ORIGINAL, row, strict=True))

    def notes(self, most: int) -> list[NoteEntry]:
        """Return notes that were not delivered as they are now, in the order of saving. Raises: StoreError."""
        rows = self._database.all(
            "SELECT n.row, n.id, n.created_s, n.superseded_by FROM note n LEFT JOIN delivered d ON d.source = 'note'"
            " AND d.id = n.row AND d.created_s = n.created_s AND d.state = n.superseded_by"
            " WHERE d.id IS NULL ORDER BY n.row LIMIT ?",
            (most,),
        )
        return [NoteEntry(int(row), str(name), float(at_s), str(state)) for row, name, at_s, state in rows]

    def gone(self, most: int) -> dict[str, list[tuple[int, str]]]:
        """Return what was delivered and has been removed here on purpose, by table: id and the name it has there.

        Raises: StoreError.
        """
        found: dict[str, list[tuple[int, str]]] = {}
        for table in ("output", "note"):
            key = "row" if table == "note" else "id"
            rows = self._database.all(
                f"SELECT d.id, d.name FROM delivered d LEFT JOIN {table} t ON t.{key} = d.id AND t.created_s = d.created_s"
                f" WHERE d.source = '{table}' AND t.{key} IS NULL ORDER BY d.id LIMIT ?",
                (most,),
            )
            found[table] = [(int(row_id), str(name)) for row_id, name in rows]
        return found

    def mark(self, entries: list[Entry], notes: list[NoteEntry]) -> None:
        """Note that these have been delivered. Raises: StoreError."""
        rows = [(entry.table, entry.id, entry.created_s, entry.key, "") for entry in entries]
        rows += [("note", note.row, note.created_s, note.id, note.state) for note in notes]
        with self._database.write() as db:
            db.executemany(
                "INSERT OR REPLACE INTO delivered (source, id, created_s, name, state) VALUES (?, ?, ?, ?, ?)", rows
            )

    def unmark(self, table: str, ids: list[int]) -> None:
        """Forget that these rows, which are gone here and there, were delivered. Raises: StoreError."""
        with self._database.write() as db:
            db.executemany("DELETE FROM delivered WHERE source = ? AND id = ?", [(table, row_id) for row_id in ids])

    def _key(self, table: str, row_id: int, created_s: float) -> str:
        if not self._machine:
            with self._database.write() as db:
                found = db.execute("SELECT name FROM delivered WHERE source = 'machine'").fetchone()
                self._machine = str(found[0]) if found else os.urandom(16).hex()
                if not found:
                    db.execute(
                        "INSERT INTO delivered (source, id, created_s, name, state) VALUES ('machine', 0, 0, ?, '')",
                        (self._machine,),
                    )
        return sha256.of(f"{self._machine} {table} {row_id} {created_s!r}".encode())[:32]
