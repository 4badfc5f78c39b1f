"""The ledger: what we put into contexts ourselves is charged here; what it all was worth is read from the records.

A charge is written by hooks and the server, so by plain sqlite3; the figures are read by people (see `ledger_figures`).
"""

from __future__ import annotations

import time

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store.sqlite.database import insert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headroom_mcp.store.figures import Bill, Billed, Case, Charge, Figures, Grouping
    from headroom_mcp.store.sqlite.database import Database
    from headroom_mcp.store.sqlite.upkeep import Queries
    from headroom_mcp.types import Origin


class SqliteLedger:
    """See `interface.Ledger`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def _queries(self) -> Queries:
        from headroom_mcp.store.sqlite.upkeep import Queries

        return Queries(self.database)

    def charge(self, what: Charge, tokens: int, origin: Origin, *, once: bool = False) -> None:
        """Note what we put into a context of `origin` ourselves; with `once`, only the first time in its session."""
        session, project = origin.session, origin.project
        with self.database.write() as db:
            if once and session:
                found = db.execute("SELECT 1 FROM charge WHERE session = ? AND what = ? LIMIT 1", (session, what))
                if found.fetchone() is not None:
                    return
            row = {"session": session, "project": project, "what": what, "created_s": time.time(), "tokens": tokens}
            insert(db, "charge", row)

    def bill(self, bills: Sequence[Bill]) -> None:
        """Note what providers say of requests; `created_s` 0 is now."""
        now = time.time()
        with self.database.write() as db:
            for bill in bills:
                insert(db, "bill", {**bill._asdict(), "created_s": bill.created_s or now})

    def billed(self, *, project: str | None = None, session: str | None = None) -> dict[str, Billed]:
        """Return what providers said, by model, most requests first."""
        from headroom_mcp.store.sqlite import ledger_figures

        return ledger_figures.billed(self._queries(), project, session)

    def read(self, by: Grouping = "kind", *, project: str | None = None, session: str | None = None) -> Figures:
        """Return the figures of `project` and `session` (None: all of them), in rows `by` kind, tool, day, project or host."""
        from headroom_mcp.store.sqlite import ledger_figures

        return ledger_figures.read(self._queries(), by, project, session)

    def worst(self, most: int, *, project: str | None = None, session: str | None = None) -> list[Case]:
        """Return the originals that were worth least, as a share of their size, losses first."""
        from headroom_mcp.store.sqlite import ledger_figures

        return ledger_figures.worst(self._queries(), most, project, session)

    def most_left_out(self, most: int, *, project: str | None = None, session: str | None = None) -> list[Case]:
        """Return the originals of which most was left out."""
        from headroom_mcp.store.sqlite import ledger_figures

        return ledger_figures.most_left_out(self._queries(), most, project, session)
