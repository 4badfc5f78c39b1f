"""What hooks saw and may learn from: a command failed, a file changed, a note was shown."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store.rows import Observation

if TYPE_CHECKING:
    from headroom_mcp.store.sqlite.database import Database

_FIELDS = Observation._fields[1:]


class SqliteObservations:
    """See `interface.Observations`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def add(self, rows: Sequence[Observation]) -> None:
        """Keep what was seen, in this order; the ids of `rows` do not matter."""
        with self.database.write() as db:
            db.executemany(
                f"INSERT INTO observation ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))})",
                [row[1:] for row in rows],
            )

    def find(
        self,
        scope: str,
        what: str,
        *,
        subject: str = "",
        session: str = "",
        since_s: float | None = None,
        after_id: int = 0,
    ) -> list[Observation]:
        """Return what was seen in `scope`, oldest first, of all subjects and sessions where none is named."""
        where, values = _where(scope=scope, what=what, subject=subject or None, session=session or None)
        if since_s is not None:
            where, values = f"{where} AND created_s >= ?", [*values, since_s]
        rows = self.database.all(
            f"SELECT id, {', '.join(_FIELDS)} FROM observation WHERE {where} AND id > ? ORDER BY id",
            [*values, after_id],
        )
        return [Observation(*row) for row in rows]

    def forget(
        self,
        scope: str | None = None,
        what: str | None = None,
        *,
        subject: str | None = None,
        session: str | None = None,
        before_s: float | None = None,
    ) -> None:
        """Forget what meets every condition given; without any, everything."""
        where, values = _where(scope=scope, what=what, subject=subject, session=session)
        if before_s is not None:
            where, values = f"{where} AND created_s < ?", [*values, before_s]
        with self.database.write() as db:
            db.execute(f"DELETE FROM observation WHERE {where}", values)


def _where(**columns: str | None) -> tuple[str, list[object]]:
    """Return the condition that every column named has its value, and the values; "TRUE" where there are none."""
    given = {name: value for name, value in columns.items() if value is not None}
    return " AND ".join(["TRUE", *(f"{name} = ?" for name in given)]), list(given.values())
