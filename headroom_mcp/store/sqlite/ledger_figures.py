"""The ledger's figures, read for `stats`, `report` and the server's tool: never on a hook's way, so by sqlite-utils."""

from __future__ import annotations

from headroom_mcp.late import TYPE_CHECKING, Any
from headroom_mcp.store.figures import Billed, Case, Figures, Grouping, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headroom_mcp.store.sqlite.upkeep import Queries

# In words that every database knows; `Queries.day` is what they spell differently.
_SCOPE = (
    "(CAST(:project AS TEXT) IS NULL OR project = :project) AND (CAST(:session AS TEXT) IS NULL OR session = :session)"
)
_COLUMN = {
    "kind": "kind",
    "tool": "tool_name",
    "project": "project",
    "host": "host",
    "tool and kind": "tool_name || ' ' || kind",
}
_OF_OUTPUTS = ("kind", "tool", "host", "tool and kind")  # what neither a slice nor a charge has itself

_LOSSES = f"""
SELECT COUNT(*) AS count FROM (
    SELECT ref, SUM(tokens_host - tokens_after) AS saved FROM output WHERE {_SCOPE} GROUP BY ref
) o LEFT JOIN (
    SELECT ref, SUM(tokens) AS fetched FROM retrieval WHERE {_SCOPE} GROUP BY ref
) r ON r.ref = o.ref
WHERE o.saved < COALESCE(r.fetched, 0)
"""

_KEPT = f"""
SELECT COUNT(*) AS originals, COALESCE(SUM(size_bytes), 0) AS original_bytes,
       COALESCE(SUM(stored_bytes), 0) AS stored_bytes FROM original
WHERE ref IN (SELECT ref FROM output WHERE {_SCOPE})
"""

_LATER = f"""
SELECT COALESCE(SUM(saved * later) * 1.0 / NULLIF(SUM(saved), 0), 0) AS later FROM (
    SELECT CASE WHEN tokens_host > tokens_after THEN tokens_host - tokens_after ELSE 0 END AS saved,
           ROW_NUMBER() OVER (PARTITION BY session ORDER BY id DESC) - 1 AS later
    FROM output WHERE {_SCOPE} AND session != ''
) o
"""

# An estimate of the same text in another place may differ by a few tokens.
_CUT = f"""
SELECT COUNT(*) AS outputs, COALESCE(SUM(tokens_before - tokens_host), 0) AS tokens FROM output
WHERE {_SCOPE} AND tokens_before > tokens_host + 100
"""

# What it was last shown as, and the sums over all that was shown of it
_CASES = f"""
SELECT o.ref, l.label, l.tool_name, l.kind, l.created_s, o.outputs, o.host AS tokens_host, o.after AS tokens_after,
       COALESCE(r.retrievals, 0) AS retrievals, COALESCE(r.fetched, 0) AS tokens_retrieved
FROM (SELECT ref, MAX(id) AS last, COUNT(*) AS outputs, SUM(tokens_host) AS host, SUM(tokens_after) AS after
      FROM output WHERE {_SCOPE} GROUP BY ref) o
JOIN output l ON l.id = o.last
LEFT JOIN (SELECT ref, COUNT(*) AS retrievals, SUM(tokens) AS fetched FROM retrieval WHERE {_SCOPE} GROUP BY ref) r
    ON r.ref = o.ref
"""
_WORST_FIRST = "ORDER BY (o.host - o.after - COALESCE(r.fetched, 0)) * 1.0 / CASE WHEN o.host > 1 THEN o.host ELSE 1 END, o.ref LIMIT :most"
_LEFT_OUT_MOST = "ORDER BY o.host - o.after DESC, o.ref LIMIT :most"


def read(queries: Queries, by: Grouping, project: str | None, session: str | None) -> Figures:
    """Return the figures of `project` and `session` (None: all of them), in rows by `by`. Raises: StoreError."""
    scope = {"project": project, "session": session}
    rows = _rows(queries, by, scope)
    (losses,) = queries.rows(_LOSSES, scope)
    (kept,) = queries.rows(_KEPT, scope)
    (followed,) = queries.rows(_LATER, scope)
    (cut,) = queries.rows(_CUT, scope)
    totals = Totals(*(sum(column) for column in zip(*rows.values(), strict=True))) if rows else Totals()
    ordered = sorted(rows.items(), key=lambda item: item[0] if by == "day" else (-item[1].net, item[0]))
    return Figures(
        totals,
        dict(ordered),
        losses["count"],
        kept["originals"],
        kept["original_bytes"],
        kept["stored_bytes"],
        float(followed["later"]),
        int(cut["outputs"]),
        int(cut["tokens"]),
    )


def worst(queries: Queries, most: int, project: str | None, session: str | None) -> list[Case]:
    """Return the originals that were worth least, as a share of their size, losses first. Raises: StoreError."""
    return list(_cases(queries, _WORST_FIRST, most, project, session))


def most_left_out(queries: Queries, most: int, project: str | None, session: str | None) -> list[Case]:
    """Return the originals of which most was left out. Raises: StoreError."""
    return list(_cases(queries, _LEFT_OUT_MOST, most, project, session))


def billed(queries: Queries, project: str | None, session: str | None) -> dict[str, Billed]:
    """Return what providers said of requests, by model, most requests first. Raises: StoreError."""
    sums = ", ".join(f"SUM({name}) AS {name}" for name in Billed._fields[1:])
    rows = queries.rows(
        f"SELECT model, COUNT(*) AS requests, {sums} FROM bill WHERE {_SCOPE} GROUP BY model ORDER BY 2 DESC, 1",
        {"project": project, "session": session},
    )
    return {str(row.pop("model")): Billed(**row) for row in rows}


def _rows(queries: Queries, by: Grouping, scope: dict[str, Any]) -> dict[str, Totals]:
    column = queries.day if by == "day" else _COLUMN[by]
    outputs = queries.rows(
        f"SELECT {column} AS name, COUNT(*) AS outputs, SUM(tokens_host) AS tokens_host, SUM(tokens_after) AS tokens_after"
        f" FROM output WHERE {_SCOPE} GROUP BY 1",
        scope,
    )
    rows = {str(row.pop("name")): Totals(**row) for row in outputs}
    # A slice has a day and a project of its own; kind, tool and host are those under which its original was last shown.
    of_slice = column
    if by in _OF_OUTPUTS:
        of_slice = f"COALESCE((SELECT {column} FROM output o WHERE o.ref = r.ref ORDER BY o.id DESC LIMIT 1), '')"
    retrieved = queries.rows(
        f"SELECT {of_slice} AS name, COUNT(*) AS retrievals, SUM(tokens) AS tokens_retrieved FROM retrieval r"
        f" WHERE {_SCOPE} GROUP BY 1",
        scope,
    )
    of_charge = "what" if by in _OF_OUTPUTS else column
    charged = queries.rows(
        f"SELECT {of_charge} AS name, SUM(tokens) AS tokens_charged FROM charge WHERE {_SCOPE} GROUP BY 1", scope
    )
    for row in (*retrieved, *charged):
        name = str(row.pop("name"))
        rows[name] = rows.get(name, Totals())._replace(**row)
    return rows


def _cases(queries: Queries, order: str, most: int, project: str | None, session: str | None) -> Iterator[Case]:
    for row in queries.rows(f"{_CASES} {order}", {"project": project, "session": session, "most": most}):
        figures = Totals(*(int(row.pop(name)) for name in Totals._fields[:5]))
        yield Case(**row, totals=figures)
