"""The store of one tenant on PostgreSQL: `headroom_mcp.store.open_shared` gives it, `interface` says what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from headroom_mcp.settings import addresses
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.postgres import database as connections
from headroom_mcp.store.postgres.database import Database
from headroom_mcp.store.postgres.ledger import PostgresLedger
from headroom_mcp.store.postgres.notes import PostgresNotes
from headroom_mcp.store.postgres.originals import PostgresOriginals
from headroom_mcp.store.rows import Purged
from headroom_mcp.store.sqlite import purge as portable
from headroom_mcp.store.sqlite.contexts import SqliteContexts
from headroom_mcp.store.sqlite.observations import SqliteObservations
from headroom_mcp.store.sqlite.sessions import SqliteSessions
from headroom_mcp.types import StoreError


class PostgresStore(PostgresOriginals):
    """An open store; threads may share it. Contexts, sessions and observations are those of SQLite, statement for statement."""

    def __init__(self, database: Database) -> None:
        super().__init__(cast("Any", database))

    @property
    def settings(self) -> Settings:
        """The settings it was opened with."""
        return self.database.settings

    @property
    def is_local(self) -> bool:
        """Whether the files that sessions have met are those of this machine."""
        return False

    @property
    def ledger(self) -> PostgresLedger:
        """What compression was worth."""
        return PostgresLedger(self.database)

    @property
    def sessions(self) -> SqliteSessions:
        """What sessions are about, and the files their contexts have seen."""
        return SqliteSessions(self.database)

    @property
    def contexts(self) -> SqliteContexts:
        """What each context has been shown."""
        return SqliteContexts(self.database)

    @property
    def notes(self) -> PostgresNotes:
        """The notes of the memory."""
        return PostgresNotes(self.database)

    @property
    def observations(self) -> SqliteObservations:
        """What hooks saw and may learn from."""
        return SqliteObservations(self.database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written inside one write, all or nothing."""
        with self.database.write():
            yield

    @contextmanager
    def erasing(self, *, rebuild: bool = True) -> Iterator[None]:
        """Remove inside; PostgreSQL overwrites what was removed when its autovacuum gives the room to other rows."""
        yield

    def purge(
        self, *, session: str | None = None, project: str | None = None, older_than_s: float | None = None
    ) -> Purged:
        """Remove this tenant's outputs that match every criterion given; with none, everything but the notes."""
        before = self._stored_bytes()
        with self.database.write() as db:
            originals, outputs, _ = portable.remove(db, session, project, older_than_s)
        return Purged(originals, outputs, before - self._stored_bytes())

    def close(self) -> None:
        """Close the connections; what was put is already durable."""
        self.database.close()

    def _stored_bytes(self) -> int:
        return int(self.database.value("SELECT COALESCE(SUM(stored_bytes), 0) FROM usage"))

    def __enter__(self) -> PostgresStore:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def open_store(settings: Settings | None = None, *, tenant: str = "", connections_most: int = 4) -> PostgresStore:
    """Open the shared store that the setting `store` names, as `tenant` ("": that of the login role).

    Raises: StoreError when it cannot be reached, its schema is older than this program, or row-level security would not hold.
    """
    settings = settings or load_settings()
    database = Database(settings, tenant, connections=connections_most)
    try:
        connections.check(database)
        if not tenant and database.value("SELECT headroom_tenant()") is None:
            msg = (
                f"The role of {addresses.shown(settings.store)} is bound to no tenant. Let the owner admit it: "
                "`headroom admin admit ROLE --tenant NAME`."
            )
            raise StoreError(msg)
    except BaseException:  # whatever it is, no thread of the pool may stay; raised again
        database.close()
        raise
    return PostgresStore(database)


def of_tenant(store: PostgresStore, tenant: str) -> PostgresStore:
    """Return the store of another tenant over the same connections."""
    database = cast("Database", store.database)
    return PostgresStore(Database(database.settings, tenant, owned=database.pool))
