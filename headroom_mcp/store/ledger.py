"""What compression was worth: figures from the rows of what was shown, minus what was fetched back.

Every figure is in estimated tokens (`tokens.estimate`), measured against what the host would have shown without us, and
a loss is shown as a loss.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from headroom_mcp.errors import StoreError

if TYPE_CHECKING:
    from headroom_mcp.store.originals import Store


class Totals(NamedTuple):
    """Sums over a set of compressed outputs. Tokens are estimates."""

    outputs: int = 0
    tokens_host: int = 0
    """What the host would have shown without us."""
    tokens_after: int = 0
    retrievals: int = 0
    tokens_retrieved: int = 0

    @property
    def net(self) -> int:
        """Tokens saved after retrievals; negative where they cost more than was saved."""
        return self.tokens_host - self.tokens_after - self.tokens_retrieved

    @property
    def net_share(self) -> float:
        """`net` as a share of what the host would have shown; 0.0 for no outputs."""
        return self.net / self.tokens_host if self.tokens_host else 0.0


class Ledger(NamedTuple):
    """The figures of one scope (everything, a project or a session)."""

    totals: Totals
    by_kind: dict[str, Totals]
    losses: int
    """Originals whose slices cost more tokens than leaving them out had saved."""
    originals: int
    original_bytes: int
    stored_bytes: int


_SCOPE = "(:project IS NULL OR project = :project) AND (:session IS NULL OR session = :session)"

_SHOWN = f"""
SELECT kind, COUNT(*), SUM(tokens_host), SUM(tokens_after) FROM output WHERE {_SCOPE} GROUP BY kind ORDER BY kind
"""

# A slice is charged to the kind under which its original was last shown.
_FETCHED = f"""
SELECT COALESCE((SELECT o.kind FROM output o WHERE o.ref = r.ref ORDER BY o.id DESC LIMIT 1), ''),
       COUNT(*), SUM(r.tokens)
FROM (SELECT ref, tokens FROM retrieval WHERE {_SCOPE}) r GROUP BY 1
"""

_LOSSES = f"""
SELECT COUNT(*) FROM (
    SELECT SUM(tokens_host - tokens_after)
           - COALESCE((SELECT SUM(r.tokens) FROM retrieval r WHERE r.ref = output.ref
                       AND (:project IS NULL OR r.project = :project)
                       AND (:session IS NULL OR r.session = :session)), 0) AS net
    FROM output WHERE {_SCOPE} GROUP BY ref
) WHERE net < 0
"""

_KEPT = f"""
SELECT COUNT(*), COALESCE(SUM(size_bytes), 0), COALESCE(SUM(stored_bytes), 0) FROM original
WHERE ref IN (SELECT ref FROM output WHERE {_SCOPE})
"""


def read(store: Store, *, project: str | None = None, session: str | None = None) -> Ledger:
    """Return the figures of `project` and `session` (None: all of them). Raises: StoreError."""
    scope = {"project": project, "session": session}
    db = store.connection
    try:
        shown = {
            str(kind): Totals(int(outputs), int(host), int(after))
            for kind, outputs, host, after in db.execute(_SHOWN, scope)
        }
        for kind, retrievals, fetched in db.execute(_FETCHED, scope):
            row = shown.get(str(kind), Totals())
            shown[str(kind)] = row._replace(retrievals=int(retrievals), tokens_retrieved=int(fetched))
        losses = int(db.execute(_LOSSES, scope).fetchone()[0])
        originals, original_bytes, stored_bytes = db.execute(_KEPT, scope).fetchone()
    except sqlite3.DatabaseError as error:
        msg = f"The store could not be read: {error}. `headroom doctor` says what is wrong with it."
        raise StoreError(msg) from error
    totals = Totals(*(sum(column) for column in zip(*shown.values(), strict=True))) if shown else Totals()
    by_kind = dict(sorted(shown.items(), key=lambda item: (-item[1].net, item[0])))
    return Ledger(totals, by_kind, losses, int(originals), int(original_bytes), int(stored_bytes))
