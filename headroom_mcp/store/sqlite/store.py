"""The store as one SQLite file: `headroom_mcp.store.open_store` gives it, `interface` says what it does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.sqlite import connection as connection_module
from headroom_mcp.store.sqlite.database import Database
from headroom_mcp.store.sqlite.originals import SqliteOriginals

if TYPE_CHECKING:
    import sqlite3

    from headroom_mcp.store.rows import Purged
    from headroom_mcp.store.sqlite.contexts import SqliteContexts
    from headroom_mcp.store.sqlite.ledger import SqliteLedger
    from headroom_mcp.store.sqlite.notes import SqliteNotes
    from headroom_mcp.store.sqlite.observations import SqliteObservations
    from headroom_mcp.store.sqlite.sessions import SqliteSessions


class SqliteStore(SqliteOriginals):
    """An open store; threads may share it. Each of its halves is imported when it is asked for: a hook needs two."""

    @property
    def settings(self) -> Settings:
        """The settings it was opened with."""
        return self.database.settings

    @property
    def is_local(self) -> bool:
        """Whether the files that sessions have met are those of this machine."""
        return True

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection itself, for tests and for looking at a store by hand."""
        return self.database.connection

    @property
    def ledger(self) -> SqliteLedger:
        """What compression was worth."""
        from headroom_mcp.store.sqlite.ledger import SqliteLedger

        return SqliteLedger(self.database)

    @property
    def sessions(self) -> SqliteSessions:
        """What sessions are about, and the files their contexts have seen."""
        from headroom_mcp.store.sqlite.sessions import SqliteSessions

        return SqliteSessions(self.database)

    @property
    def contexts(self) -> SqliteContexts:
        """What each context has been shown."""
        from headroom_mcp.store.sqlite.contexts import SqliteContexts

        return SqliteContexts(self.database)

    @property
    def notes(self) -> SqliteNotes:
        """The notes of the memory."""
        from headroom_mcp.store.sqlite.notes import SqliteNotes

        return SqliteNotes(self.database)

    @property
    def observations(self) -> SqliteObservations:
        """What hooks saw and may learn from."""
        from headroom_mcp.store.sqlite.observations import SqliteObservations

        return SqliteObservations(self.database)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is written inside one write, all or nothing."""
        with self.database.write():
            yield

    @contextmanager
    def erasing(self, *, rebuild: bool = True) -> Iterator[None]:
        """Overwrite what is removed inside; with `rebuild`, the file is written again without it."""
        from headroom_mcp.store.sqlite import purge

        with purge.erasing(self.database, rebuild=rebuild):
            yield

    def purge(
        self, *, session: str | None = None, project: str | None = None, older_than_s: float | None = None
    ) -> Purged:
        """Remove outputs that match every criterion given; with none, everything but the notes."""
        from headroom_mcp.store.sqlite import purge

        return purge.purge(self.database, session=session, project=project, older_than_s=older_than_s)

    def close(self) -> None:
        """Close the connection; what was put is already durable."""
        self.database.close()

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def open_store(settings: Settings | None = None) -> SqliteStore:
    """Open the store in `settings.home`, `HEADROOM_HOME` or the platform's data folder. Raises: StoreError."""
    settings = settings or load_settings()
    path = connection_module.store_path(settings)
    return SqliteStore(Database(connection_module.connect(settings), settings, path))


def open_in_memory(settings: Settings | None = None) -> SqliteStore:
    """Open a store that is gone when it is closed: for evals and tests."""
    return SqliteStore(Database(connection_module.connect_in_memory(), settings or Settings()))
