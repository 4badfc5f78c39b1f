"""What compression was worth: figures from the rows of what was shown, minus what was fetched back and what we added.

    what the host would have shown without us
    − what was shown instead − slices fetched back − tool schemas (once per session that loaded them) − context that hooks add
    = net

Every figure is in estimated tokens (`tokens.estimate`), and a loss is shown as a loss. Outputs that were left as they were
cost and save nothing and are not counted.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Literal, NamedTuple

from headroom_mcp.errors import StoreError

if TYPE_CHECKING:
    from headroom_mcp.store.sqlite.originals import Store

Grouping = Literal["kind", "tool", "day", "project"]
GROUPINGS: tuple[Grouping, ...] = ("kind", "tool", "day", "project")

SCHEMAS = "tool schemas"
CONTEXT = "context added"


class Totals(NamedTuple):
    """Sums over a set of compressed outputs. Tokens are estimates."""

    outputs: int = 0
    tokens_host: int = 0
    """What the host would have shown without us."""
    tokens_after: int = 0
    retrievals: int = 0
    tokens_retrieved: int = 0
    tokens_charged: int = 0
    """What we ourselves put into contexts: tool schemas, notes, tables of refs."""

    @property
    def net(self) -> int:
        """Tokens saved after retrievals and charges; negative where they cost more than was saved."""
        return self.tokens_host - self.tokens_after - self.tokens_retrieved - self.tokens_charged

    @property
    def net_share(self) -> float:
        """`net` as a share of what the host would have shown; 0.0 for no outputs."""
        return self.net / self.tokens_host if self.tokens_host else 0.0


class Ledger(NamedTuple):
    """The figures of one scope (everything, a project or a session)."""

    totals: Totals
    rows: dict[str, Totals]
    """By kind, tool, day (YYYY-MM-DD, local) or project; best first, days in order. Charges belong to no kind or tool:
    there they have rows of their own (`SCHEMAS`, `CONTEXT`)."""
    losses: int
    """Originals whose slices cost more tokens than leaving them out had saved."""
    originals: int
    original_bytes: int
    stored_bytes: int


class Case(NamedTuple):
    """One original with everything that was shown of it. `label`: the command, file or tool it came from."""

    ref: str
    label: str
    tool_name: str
    kind: str
    created_s: float
    totals: Totals


_SCOPE = "(:project IS NULL OR project = :project) AND (:session IS NULL OR session = :session)"
_DAY = "strftime('%Y-%m-%d', created_s, 'unixepoch', 'localtime')"
_COLUMN = {"kind": "kind", "tool": "tool_name", "day": _DAY, "project": "project"}

_LOSSES = f"""
SELECT COUNT(*) FROM (
    SELECT ref, SUM(tokens_host - tokens_after) AS saved FROM output WHERE {_SCOPE} GROUP BY ref
) o LEFT JOIN (
    SELECT ref, SUM(tokens) AS fetched FROM retrieval WHERE {_SCOPE} GROUP BY ref
) r ON r.ref = o.ref
WHERE o.saved < COALESCE(r.fetched, 0)
"""

_KEPT = f"""
SELECT COUNT(*), COALESCE(SUM(size_bytes), 0), COALESCE(SUM(stored_bytes), 0) FROM original
WHERE ref IN (SELECT ref FROM output WHERE {_SCOPE})
"""

# SQLite takes the other columns of a group from the row of MAX(id): the latest output.
_CASES = f"""
SELECT o.ref, o.label, o.tool_name, o.kind, o.created_s, o.outputs, o.host, o.after,
       COALESCE(r.retrievals, 0), COALESCE(r.fetched, 0)
FROM (SELECT ref, MAX(id) AS last, label, tool_name, kind, created_s, COUNT(*) AS outputs, SUM(tokens_host) AS host,
             SUM(tokens_after) AS after FROM output WHERE {_SCOPE} GROUP BY ref) o
LEFT JOIN (SELECT ref, COUNT(*) AS retrievals, SUM(tokens) AS fetched FROM retrieval WHERE {_SCOPE} GROUP BY ref) r
    ON r.ref = o.ref
"""
_WORST_FIRST = "ORDER BY (o.host - o.after - COALESCE(r.fetched, 0)) * 1.0 / MAX(o.host, 1), o.ref LIMIT :most"
_LEFT_OUT_MOST = "ORDER BY o.host - o.after DESC, o.ref LIMIT :most"


def read(store: Store, by: Grouping = "kind", *, project: str | None = None, session: str | None = None) -> Ledger:
    """Return the figures of `project` and `session` (None: all of them), in rows `by` kind, tool, day or project.

    Raises: StoreError.
    """
    scope = {"project": project, "session": session}
    db = store.connection
    try:
        rows = _rows(db, by, scope)
        losses = int(db.execute(_LOSSES, scope).fetchone()[0])
        originals, original_bytes, stored_bytes = db.execute(_KEPT, scope).fetchone()
    except sqlite3.DatabaseError as error:
        raise _unreadable(error) from error
    totals = Totals(*(sum(column) for column in zip(*rows.values(), strict=True))) if rows else Totals()
    ordered = sorted(rows.items(), key=lambda item: item[0] if by == "day" else (-item[1].net, item[0]))
    return Ledger(totals, dict(ordered), losses, int(originals), int(original_bytes), int(stored_bytes))


def worst(store: Store, most: int, *, project: str | None = None, session: str | None = None) -> list[Case]:
    """Return the originals that were worth least, as a share of their size, losses first. Raises: StoreError."""
    return _cases(store, _WORST_FIRST, most, project, session)


def most_left_out(store: Store, most: int, *, project: str | None = None, session: str | None = None) -> list[Case]:
    """Return the originals of which most was left out. Raises: StoreError."""
    return _cases(store, _LEFT_OUT_MOST, most, project, session)


def charge(store: Store, what: str, tokens: int, *, session: str = "", project: str = "", once: bool = False) -> None:
    """Note what we put into a context ourselves; with `once`, only the first time in `session`. Raises: StoreError."""
    with store.transaction() as db:
        if once and session:
            found = db.execute("SELECT 1 FROM charge WHERE session = ? AND what = ? LIMIT 1", (session, what))
            if found.fetchone() is not None:
                return
        db.execute(
            "INSERT INTO charge (session, project, what, created_s, tokens) VALUES (?, ?, ?, ?, ?)",
            (session, project, what, time.time(), tokens),
        )


def _rows(db: sqlite3.Connection, by: Grouping, scope: dict[str, str | None]) -> dict[str, Totals]:
    column = _COLUMN[by]
    rows = {
        str(name): Totals(int(outputs), int(host), int(after))
        for name, outputs, host, after in db.execute(
            f"SELECT {column}, COUNT(*), SUM(tokens_host), SUM(tokens_after) FROM output WHERE {_SCOPE} GROUP BY 1",
            scope,
        )
    }
    # A slice has a day and a project of its own; kind and tool are those under which its original was last shown.
    of_slice = column
    if by in ("kind", "tool"):
        of_slice = f"COALESCE((SELECT o.{column} FROM output o WHERE o.ref = r.ref ORDER BY o.id DESC LIMIT 1), '')"
    for name, retrievals, fetched in db.execute(
        f"SELECT {of_slice}, COUNT(*), SUM(tokens) FROM retrieval r WHERE {_SCOPE} GROUP BY 1", scope
    ):
        row = rows.get(str(name), Totals())
        rows[str(name)] = row._replace(retrievals=int(retrievals), tokens_retrieved=int(fetched))
    of_charge = "what" if by in ("kind", "tool") else column
    for name, charged in db.execute(f"SELECT {of_charge}, SUM(tokens) FROM charge WHERE {_SCOPE} GROUP BY 1", scope):
        rows[str(name)] = rows.get(str(name), Totals())._replace(tokens_charged=int(charged))
    return rows


def _cases(store: Store, order: str, most: int, project: str | None, session: str | None) -> list[Case]:
    scope = {"project": project, "session": session, "most": most}
    try:
        return [
            Case(str(ref), str(label), str(tool), str(kind), float(created_s), Totals(*map(int, figures)))
            for ref, label, tool, kind, created_s, *figures in store.connection.execute(f"{_CASES} {order}", scope)
        ]
    except sqlite3.DatabaseError as error:
        raise _unreadable(error) from error


def _unreadable(error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(f"The store could not be read: {error}. `headroom doctor` says what is wrong with it.")
