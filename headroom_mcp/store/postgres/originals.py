"""Originals of one tenant: content-addressed, compressed, found by one look at an index.

A ref of another tenant is looked up exactly as one that was never given: the index holds the tenant before the ref, and the
database compares both.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, cast

from headroom_mcp.settings.table import Settings
from headroom_mcp.store.codec import encode
from headroom_mcp.store.postgres.database import Database
from headroom_mcp.store.rows import Original
from headroom_mcp.store.sqlite import originals as portable
from headroom_mcp.text import sha256
from headroom_mcp.types import Origin, StoreError, UnknownRef

_COUNTED_S = 5.0  # a use within seconds of the last one is not written down again: it would only rewrite the row

_FOUND = """
SELECT o.codec, o.body, o.sha256, o.created_s, s.tool_name, s.kind FROM original o LEFT JOIN LATERAL (
    SELECT p.tool_name, p.kind FROM output p WHERE p.ref = o.ref AND (
        CAST(? AS TEXT) IS NULL OR p.project = ? OR (p.session = ? AND p.session <> '')
    ) ORDER BY p.id DESC LIMIT 1
) s ON TRUE WHERE o.ref = ?
"""


_USED = "UPDATE original SET used_s = ? WHERE ref = ? AND abs(used_s - ?) > ?"
_KNOWN = "SELECT sha256 FROM original WHERE ref = ?"
_HELD = "SELECT (SELECT COALESCE(SUM(stored_bytes), 0) FROM usage), (SELECT max_store_bytes FROM headroom_limits())"
_OUTPUT_COLUMNS = (
    "ref, session, project, tool_use_id, host, tool_name, kind, label, created_s, shown_sha256, tokens_before, tokens_host,"
    " tokens_after"
)
# Of nothing but what is still there, with these very bytes
_OUTPUT = (
    f"INSERT INTO output ({_OUTPUT_COLUMNS}) SELECT {', '.join('?' * 13)}"
    " WHERE EXISTS (SELECT 1 FROM original WHERE ref = ? AND sha256 = ?)"
)
_SESSION = (
    "INSERT INTO session (id, project, seen_s) SELECT ?, ?, ? WHERE EXISTS (SELECT 1 FROM original WHERE ref = ? AND sha256 = ?)"
    " ON CONFLICT (tenant, id) DO UPDATE SET seen_s = excluded.seen_s, ended_s = NULL"
)


class PostgresOriginals(portable.SqliteOriginals):
    """See `interface.Originals`. `caller` is who asks, for the audit."""

    caller = ""

    def put(
        self,
        original: str | bytes,
        *,
        origin: Origin | None = None,
        shown: Callable[[str], str] | None = None,
        tool_name: str = "",
        kind: str = "",
        label: str = "",
        tokens_before: int = 0,
        tokens_host: int = 0,
        tokens_after: int = 0,
    ) -> str:
        """Store `original` and the record of what was shown for it; return its ref once both are safe.

        In two journeys to the database; whatever is not plain (a ref that is taken, a folder of this machine whose identity is to
        be noted, another write around it) goes the long way, statement by statement.
        """
        origin = origin or Origin()
        body = encode(original)
        digest = sha256.of(body)
        ref, now = digest[: portable.REF_DIGITS], time.time()
        database = cast("Database", self.database)
        if not database.is_writing and not os.path.isabs(origin.project):
            shown_digest = sha256.of(encode(shown(ref))) if shown else ""
            output = (
                ref, origin.session, origin.project, origin.tool_use_id, origin.host, tool_name, kind, label, now, shown_digest,
                tokens_before, tokens_host or tokens_before, tokens_after,
            )  # fmt: skip
            if _put(database, ref, digest, body, now, origin, output):
                return ref
        return super().put(
            body, origin=origin, shown=shown, tool_name=tool_name, kind=kind, label=label, tokens_before=tokens_before,
            tokens_host=tokens_host, tokens_after=tokens_after,
        )  # fmt: skip

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
        cast("Database", self.database).together(
            [
                (
                    "INSERT INTO retrieval (ref, session, project, created_s, tokens, caller) VALUES (?, ?, ?, ?, ?, ?)",
                    (ref, origin.session, origin.project, now, tokens, self.caller),
                ),
                (_USED, (now, ref, now, _COUNTED_S)),
            ],
            at_once=True,
        )

    def refused(self, ref: str, *, origin: Origin) -> None:
        """Note, for the audit, that `origin` asked for a ref that leads nowhere."""
        sql = "INSERT INTO refusal (ref, project, created_s, caller) VALUES (?, ?, ?, ?)"
        values = (ref[:100], origin.project, time.time(), self.caller)
        cast("Database", self.database).together([(sql, values)], at_once=True)

    def expire(self, now_s: float | None = None, *, within_s: float | None = None) -> int:
        """Remove this tenant's originals beyond retention; see `interface.Originals.expire`."""
        from headroom_mcp.store.postgres import retention

        return retention.expire(cast("Any", self.database), time.time() if now_s is None else now_s, within_s)

    def _kept(self, db: Any, digest: str, body: bytes, now_s: float) -> str:
        ref, isnew = keep(db, digest, body, now_s)
        if isnew:
            see_to_quota(db, self.database.settings)
        return ref


def _put(
    database: Database, ref: str, digest: str, body: bytes, now: float, origin: Origin, output: tuple[Any, ...]
) -> bool:
    """Store an original under `ref` with its `output`; tell whether that was done, for the ref may be another's. Raises: StoreError."""
    (_, known), (_, held) = database.together([(_KNOWN, (ref,)), (_HELD, ())])
    statements: list[tuple[str, Any]] = []
    if not known:
        _check_quota(database.settings, *held[0])
        row = portable.original_row(ref, digest, body, now)
        statements.append((_insert(row), tuple(row.values())))
        statements.append(("DELETE FROM expired WHERE ref = ?", (ref,)))
    elif known[0][0] != digest:
        return False
    else:
        statements.append((_USED, (now, ref, now, _COUNTED_S)))
    if origin.session:
        statements.append((_SESSION, (origin.session, origin.project, now, ref, digest)))
    statements.append((_OUTPUT, (*output, ref, digest)))
    return database.together(statements)[-1][0] == 1


def _insert(row: dict[str, Any]) -> str:
    return f"INSERT INTO original ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) ON CONFLICT DO NOTHING"


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
    return bool(db.execute(_insert(row), tuple(row.values())).rowcount)


def see_to_quota(db: Any, settings: Settings) -> None:
    """Refuse what would go far beyond the tenant's quota: retention, which lets the oldest go, has not kept up. Raises: StoreError."""
    used, most = db.execute(_HELD).fetchone()
    _check_quota(settings, used, most)


def _check_quota(settings: Settings, used: int, most: int | None) -> None:
    most = settings.max_store_bytes if most is None else most
    if used > most * 2 + (1 << 20):
        msg = f"The quota of this tenant is full: {used:,} bytes of originals where {most:,} are allowed."
        raise StoreError(msg)
