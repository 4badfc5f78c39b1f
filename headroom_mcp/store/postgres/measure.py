"""What measurements of a shared store need of the database itself: a look-up with nothing around it, and very many rows at once."""

from __future__ import annotations

import time
from typing import Any

from headroom_mcp.store.postgres.database import Database, connect
from headroom_mcp.text import sha256

_ORIGINALS = """
INSERT INTO original (ref, sha256, codec, size_bytes, stored_bytes, created_s, used_s, body)
SELECT left(made.digest, 12), made.digest, 0, length(made.body), length(made.body), ?, ?, made.body FROM (
    SELECT number.body, encode(sha256(number.body), 'hex') AS digest
    FROM (SELECT convert_to('row ' || n, 'UTF8') AS body FROM generate_series(CAST(? AS BIGINT), CAST(? AS BIGINT)) AS n) number
) made ON CONFLICT DO NOTHING
"""
_OUTPUTS = """
INSERT INTO output (
    ref, session, project, tool_name, tool_use_id, kind, created_s, tokens_before, tokens_host, tokens_after, shown_sha256
) SELECT left(encode(sha256(convert_to('row ' || n, 'UTF8')), 'hex'), 12), 's' || n / 200, 'p', 'Bash', '', 'log', ?, 100, 100, 10, ''
FROM generate_series(CAST(? AS BIGINT), CAST(? AS BIGINT)) AS n
"""
_STEP = 200_000


class Bare:
    """One connection that does nothing but look an original up, as little as the database can be asked for."""

    def __init__(self, address: str, tenant: str) -> None:
        self._connection = connect(address)
        self._connection.autocommit = True
        self._tenant = tenant

    def select(self, ref: str) -> float:
        """Return the seconds that `SELECT body` took for this ref."""
        begun = time.perf_counter()
        self._connection.execute(
            "SELECT body FROM original WHERE tenant = %s AND ref = %s", (self._tenant, ref)
        ).fetchone()
        return time.perf_counter() - begun

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each table with its indexes, and of the whole database as "database"."""
        rows = self._connection.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " UNION ALL SELECT 'database', pg_database_size(current_database()) ORDER BY 2 DESC"
        ).fetchall()
        return {str(name): int(size) for name, size in rows}

    def settle(self) -> None:
        """Let the database know how many rows there are, as its own upkeep would in a while."""
        self._connection.execute("VACUUM ANALYZE")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def row_ref(number: int) -> str:
    """Return the ref of the original that `fill` makes of a number."""
    return sha256.of(f"row {number}".encode())[:12]


def fill(database: Database, first: int, last: int) -> None:
    """Make the small originals `first` … `last`, each with the record of an output. Raises: StoreError."""
    now = time.time()

    def step(start: int, stop: int) -> Any:
        def work(db: Any) -> None:
            db.execute("SET LOCAL statement_timeout = 0")
            db.execute(_ORIGINALS, (now, now, start, stop))
            db.execute(_OUTPUTS, (now, start, stop))

        return work

    for start in range(first, last + 1, _STEP):
        database.written(step(start, min(last, start + _STEP - 1)))
