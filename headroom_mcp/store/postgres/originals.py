"""Originals of one tenant: content-addressed, compressed, found by one look at an index.

A ref of another tenant is looked up exactly as one that was never given: the index holds the tenant before the ref, and the
database compares both.
"""

from __future__ import annotations

import time
from typing import Any, cast

from headroom_mcp.settings.table import Settings
from headroom_mcp.store.rows import Original
from headroom_mcp.store.sqlite import originals as portable
from headroom_mcp.types import Origin, StoreError, UnknownRef

_COUNTED_S = 5.0  # a use within seconds of the last one is not written down again: it would only rewrite the row

_FOUND = """
SELECT o.codec, o.body, o.sha256, o.created_s, s.tool_name, s.kind FROM original o LEFT JOIN LATERAL (
    SELECT p.tool_name, p.kind FROM output p WHERE p.ref = o.ref AND (
        CAST(? AS TEXT) IS NULL OR p.project = ? OR (p.session = ? AND p.session <> '')
    ) ORDER BY p.id DESC LIMIT 1
) s ON TRUE WHERE o.ref = ?
"""


class PostgresOriginals(portable.SqliteOriginals):
    """See `interface.Originals`. `caller` is who asks, for the audit."""

    caller = ""

    def get(self, ref: str, *, project: str | None = None, session: str = "") -> Original:
        """Return the original stored under `ref`; see `interface.Originals.get`."""
        row = self.database.one(_FOUND, (project, project, session, ref))
        if row is None:
            raise self._gone(ref)
        codec, packed, digest, created_s, tool_name, kind = row
        if tool_name is None:
            seen = self._shown_before_the_move(ref, project or "")
            if seen is None:
                raise UnknownRef(portable.unknown(ref))
            tool_name, kind = seen
        body = portable.unpacked(ref, codec, packed, digest)
        return Original(ref, body, str(tool_name), str(kind), float(created_s))

    def retrieved(self, ref: str, tokens: int, *, origin: Origin | None = None) -> None:
        """Charge a retrieval by `origin` back to the ledger, with who asked, and count it as use."""
        origin = origin or Origin()
        now = time.time()
        with self.database.write() as db:
            db.execute(
                "INSERT INTO retrieval (ref, session, project, created_s, tokens, caller) VALUES (?, ?, ?, ?, ?, ?)",
                (ref, origin.session, origin.project, now, tokens, self.caller),
            )
            sql = "UPDATE original SET used_s = ? WHERE ref = ? AND abs(used_s - ?) > ?"
            db.execute(sql, (now, ref, now, _COUNTED_S))

    def refused(self, ref: str, *, origin: Origin) -> None:
        """Note, for the audit, that `origin` asked for a ref that leads nowhere."""
        with self.database.write() as db:
            db.execute(
                "INSERT INTO refusal (ref, project, created_s, caller) VALUES (?, ?, ?, ?)",
                (ref[:100], origin.project, time.time(), self.caller),
            )

    def expire(self, now_s: float | None = None, *, within_s: float | None = None) -> int:
        """Remove this tenant's originals beyond retention; see `interface.Originals.expire`."""
        from headroom_mcp.store.postgres import retention

        return retention.expire(cast("Any", self.database), time.time() if now_s is None else now_s, within_s)

    def _kept(self, db: Any, digest: str, body: bytes, now_s: float) -> str:
        ref, isnew = keep(db, digest, body, now_s)
        if isnew:
            see_to_quota(db, self.database.settings)
        return ref


def keep(db: Any, digest: str, body: bytes, now_s: float) -> tuple[str, bool]:
    """Keep `body` inside a transaction, unless it is there already; return its ref, and whether it is new."""
    for digits in range(portable.REF_DIGITS, len(digest) + 1):
        ref = digest[:digits]
        found = db.execute("SELECT sha256, used_s FROM original WHERE ref = ?", (ref,)).fetchone()
        if found is None and insert_original(db, portable.original_row(ref, digest, body, now_s)):
            db.execute("DELETE FROM expired WHERE ref = ?", (ref,))
            return ref, True
        # Another writer may just have been faster, with these bytes or with others of the same twelve digits.
        found = found or db.execute("SELECT sha256, used_s FROM original WHERE ref = ?", (ref,)).fetchone()
        if found is not None and found[0] == digest:
            if abs(found[1] - now_s) > _COUNTED_S:
                db.execute("UPDATE original SET used_s = ? WHERE ref = ?", (now_s, ref))
            return ref, False
    msg = "No ref is free for this original."  # pragma: no cover - two equal digests are one original
    raise StoreError(msg)


def insert_original(db: Any, row: dict[str, Any]) -> bool:
    """Add an original as it is packed; tell whether there was none under its ref."""
    marks = ", ".join("?" * len(row))
    sql = f"INSERT INTO original ({', '.join(row)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    return bool(db.execute(sql, tuple(row.values())).rowcount)


def see_to_quota(db: Any, settings: Settings) -> None:
    """Refuse what would go far beyond the tenant's quota: retention, which lets the oldest go, has not kept up. Raises: StoreError."""
    used, most = db.execute(
        "SELECT (SELECT COALESCE(SUM(stored_bytes), 0) FROM usage), (SELECT max_store_bytes FROM headroom_limits())"
    ).fetchone()
    most = settings.max_store_bytes if most is None else most
    if used > most * 2 + (1 << 20):
        msg = f"The quota of this tenant is full: {used:,} bytes of originals where {most:,} are allowed."
        raise StoreError(msg)
