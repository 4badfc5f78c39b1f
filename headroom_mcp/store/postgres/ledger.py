"""The ledger on PostgreSQL: the same figures by the same statements, but for how a day is spelled."""

from __future__ import annotations

from typing import Any, cast

from headroom_mcp.late import pattern
from headroom_mcp.store.figures import Charge
from headroom_mcp.store.postgres.database import Database
from headroom_mcp.store.sqlite.ledger import SqliteLedger
from headroom_mcp.types import Origin

_NAMED = pattern(r":([a-z]\w*)")


class Queries:
    """Queries whose rows come as dicts."""

    day = "to_char(to_timestamp(created_s), 'YYYY-MM-DD')"

    def __init__(self, database: Database) -> None:
        self.database = database

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a query with named values (`:name`). Raises: StoreError."""
        given = values or {}
        names = _NAMED.findall(sql)
        return self.rows_by_place(_NAMED.sub("?", sql), [given[name] for name in names])

    def rows_by_place(self, sql: str, values: list[Any]) -> list[dict[str, Any]]:
        """Return the rows of a query. Raises: StoreError."""
        with self.database.write() as db:
            cursor = db.execute(sql, values)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class PostgresLedger(SqliteLedger):
    """See `interface.Ledger`."""

    def _queries(self) -> Any:
        return Queries(cast("Database", self.database))

    def charge(self, what: Charge, tokens: int, origin: Origin, *, once: bool = False) -> None:
        """Note what we put into a context of `origin` ourselves; with `once`, only the first time in its session."""
        with self.database.write() as db:
            if once and origin.session:  # two servers of one session may start together
                db.execute("SELECT pg_advisory_xact_lock(hashtext(?))", (f"charge {what} {origin.session}",))
            super().charge(what, tokens, origin, once=once)
