"""Originals, content-addressed: what went in comes out byte for byte, from any process, until retention says otherwise.

A ref is the first 12 hex digits of the original's SHA-256 (more where two originals share them), so the same output has
the same ref, and the text shown is the same bytes every time.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from headroom_mcp.errors import ExpiredRef, StoreError, UnknownRef
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.sqlite import connection as connection_module

REF_DIGITS = 12
_CODEC_RAW = 0
_CODEC_ZLIB = 1
_ZLIB_LEVEL = 1  # 3.5 times smaller at 100 MB/s; level 6 gains little and takes twice as long


class Original(NamedTuple):
    """An original as stored. `text` decodes UTF-8; bytes that are none come back as lone surrogates."""

    ref: str
    body: bytes
    tool_name: str
    kind: str
    created_s: float

    @property
    def text(self) -> str:
        """The original as it came in."""
        return decode(self.body)


class Store:
    """An open store. One per thread or call; cheap to open (under a millisecond once the file exists)."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings) -> None:
        self.connection = connection
        self.settings = settings

    def close(self) -> None:
        """Close the connection; what was put is already durable."""
        self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run statements as one write. Raises: StoreError when the store is locked, full or read-only."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:  # an interrupt too: nothing half-written, no lock left behind; raised again
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            if connection_module.is_corruption(error):
                connection_module.set_aside(connection_module.store_path(self.settings), self.settings)
            msg = f"The store could not be written: {error}."
            raise StoreError(msg) from error

    def put(
        self,
        original: str | bytes,
        *,
        shown: Callable[[str], str] | None = None,
        session: str = "",
        project: str = "",
        tool_name: str = "",
        tool_use_id: str = "",
        kind: str = "",
        label: str = "",
        tokens_before: int = 0,
        tokens_host: int = 0,
        tokens_after: int = 0,
    ) -> str:
        """Store `original` and the record of what was shown for it; return its ref once both are safe.

        `shown(ref)` gives the text that replaces it, whose digest `was_shown` asks for later. Raises: StoreError.
        """
        body = encode(original)
        digest = hashlib.sha256(body).hexdigest()
        now = time.time()
        with self.transaction() as db:
            row = db.execute("SELECT ref FROM original WHERE sha256 = ?", (digest,)).fetchone()
            if row is not None:
                ref = str(row[0])
                db.execute("UPDATE original SET used_s = ? WHERE ref = ?", (now, ref))
            else:
                ref = _free_ref(db, digest)
                packed = zlib.compress(body, _ZLIB_LEVEL)
                codec, packed = (_CODEC_ZLIB, packed) if len(packed) < len(body) else (_CODEC_RAW, body)
                db.execute(
                    "INSERT INTO original (ref, sha256, codec, size_bytes, stored_bytes, created_s, used_s, body)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (ref, digest, codec, len(body), len(packed), now, now, packed),
                )
                db.execute("DELETE FROM expired WHERE ref = ?", (ref,))
            shown_digest = hashlib.sha256(encode(shown(ref))).hexdigest() if shown else ""
            db.execute(
                "INSERT INTO output (ref, session, project, tool_name, tool_use_id, kind, created_s, tokens_before,"
                " tokens_host, tokens_after, shown_sha256, label) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (ref, session, project, tool_name, tool_use_id, kind, now, tokens_before, tokens_host or tokens_before,
                 tokens_after, shown_digest, label),
            )  # fmt: skip
            if session:
                touch_session(db, session, project, now)
        return ref

    def get(self, ref: str, *, project: str | None = None, session: str = "") -> Original:
        """Return the original stored under `ref`.

        `project` limits the search to what that project (or `session`) has stored; None looks everywhere.
        Raises: UnknownRef, ExpiredRef, StoreError when the stored bytes no longer match their digest.
        """
        try:
            row = self.connection.execute(
                "SELECT o.codec, o.body, o.sha256, o.created_s FROM original o WHERE o.ref = ?", (ref,)
            ).fetchone()
            if row is not None:
                seen = self.connection.execute(
                    "SELECT tool_name, kind FROM output WHERE ref = ? AND (? IS NULL OR project = ?"
                    " OR (session = ? AND session != '')) ORDER BY id DESC LIMIT 1",
                    (ref, project, project, session),
                ).fetchone()
                if seen is None:
                    raise UnknownRef(_unknown(ref))
                codec, packed, digest, created_s = row
                body = zlib.decompress(packed) if codec == _CODEC_ZLIB else bytes(packed)
                if hashlib.sha256(body).hexdigest() != digest:
                    msg = f"The original with ref {ref} is damaged on disk. Run the tool again."
                    raise StoreError(msg)
                return Original(ref, body, str(seen[0]), str(seen[1]), float(created_s))
            gone = self.connection.execute("SELECT expired_s FROM expired WHERE ref = ?", (ref,)).fetchone()
        except (sqlite3.DatabaseError, zlib.error) as error:
            msg = f"The store could not be read: {error}."
            raise StoreError(msg) from error
        if gone is not None:
            day = time.strftime("%Y-%m-%d", time.gmtime(gone[0]))
            msg = f"The original with ref {ref} expired on {day}. Run the tool again."
            raise ExpiredRef(msg)
        raise UnknownRef(_unknown(ref))

    def was_shown(self, ref: str, text: str) -> bool:
        """Tell whether `text` is, to the byte, what was once shown for `ref`."""
        digest = hashlib.sha256(encode(text)).hexdigest()
        return (
            self.connection.execute(
                "SELECT 1 FROM output WHERE ref = ? AND shown_sha256 = ? LIMIT 1", (ref, digest)
            ).fetchone()
            is not None
        )

    def expire(self, now_s: float | None = None) -> int:
        """Remove originals beyond retention (age, then size); return how many. Those of live sessions stay."""
        now = time.time() if now_s is None else now_s
        settings = self.settings
        # By the latest sign of life, not by the clock alone: a clock that jumps must not make every session look dead.
        latest = self.connection.execute("SELECT MAX(seen_s) FROM session WHERE ended_s IS NULL").fetchone()[0]
        live_since = min(now, latest or now) - settings.live_session_hours * 3600
        live = (
            "EXISTS (SELECT 1 FROM output p JOIN session s ON s.id = p.session WHERE p.ref = original.ref"
            " AND s.ended_s IS NULL AND s.seen_s >= ?)"
        )
        removed = 0
        with self.transaction() as db:
            old = [
                str(ref)
                for (ref,) in db.execute(
                    f"SELECT ref FROM original WHERE used_s < ? AND NOT {live}",
                    (now - settings.retention_days * 86400, live_since),
                )
            ]
            removed += _remove(db, old, now)
            total = int(db.execute("SELECT COALESCE(SUM(stored_bytes), 0) FROM original").fetchone()[0])
            if total > settings.max_store_bytes:
                excess: list[str] = []
                for ref, stored_bytes in db.execute(
                    f"SELECT ref, stored_bytes FROM original WHERE NOT {live} ORDER BY used_s", (live_since,)
                ):
                    if total <= settings.max_store_bytes:
                        break
                    total -= int(stored_bytes)
                    excess.append(str(ref))
                removed += _remove(db, excess, now)
        return removed

    def retrieved(self, ref: str, tokens: int, *, session: str = "", project: str = "") -> None:
        """Charge a retrieval back to the ledger and count it as use."""
        now = time.time()
        with self.transaction() as db:
            db.execute(
                "INSERT INTO retrieval (ref, session, project, created_s, tokens) VALUES (?, ?, ?, ?, ?)",
                (ref, session, project, now, tokens),
            )
            db.execute("UPDATE original SET used_s = ? WHERE ref = ?", (now, ref))


def open_store(settings: Settings | None = None) -> Store:
    """Open the store in `settings.home`, `HEADROOM_HOME` or the platform's data folder. Raises: StoreError."""
    settings = settings or load_settings()
    return Store(connection_module.connect(settings), settings)


def encode(original: str | bytes) -> bytes:
    """Return the bytes of an original: what `decode` turns back into the same string.

    Bytes of a file that are no UTF-8 travel as escapes (U+DC80 …) and become the same bytes again.
    """
    if isinstance(original, bytes):
        return original
    try:
        return original.encode("utf-8")
    except UnicodeEncodeError:
        pass
    try:
        body = original.encode("utf-8", "surrogateescape")
        if decode(body) == original:
            return body
    except UnicodeEncodeError:
        pass  # other lone surrogates, as JSON can spell them
    return original.encode("utf-8", "surrogatepass")


def decode(body: bytes) -> str:
    """Return the text of stored bytes; never raises."""
    try:
        return body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return body.decode("utf-8", "surrogateescape")


def touch_session(db: sqlite3.Connection, session: str, project: str, now_s: float) -> None:
    """Note, inside a transaction, that `session` is alive."""
    db.execute(
        "INSERT INTO session (id, project, seen_s) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET seen_s = excluded.seen_s, ended_s = NULL",
        (session, project, now_s),
    )


def _free_ref(db: sqlite3.Connection, digest: str) -> str:
    for digits in range(REF_DIGITS, len(digest) + 1):
        ref = digest[:digits]
        if db.execute("SELECT 1 FROM original WHERE ref = ?", (ref,)).fetchone() is None:
            return ref
    return digest  # pragma: no cover - two equal digests are one original


def _remove(db: sqlite3.Connection, refs: list[str], now_s: float) -> int:
    for ref in refs:
        db.execute("DELETE FROM original WHERE ref = ?", (ref,))
        db.execute("INSERT OR REPLACE INTO expired (ref, expired_s) VALUES (?, ?)", (ref, now_s))
    return len(refs)


def _unknown(ref: str) -> str:
    return f"No original with ref {ref} in this project. Check the 12 hex digits, or run the tool again."
