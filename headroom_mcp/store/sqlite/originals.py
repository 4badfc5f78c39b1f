"""Originals, content-addressed: what went in comes out byte for byte, from any process, until retention says otherwise.

A ref is the first 12 hex digits of the original's SHA-256 (more where two originals share them), so the same output has
the same ref, and the text shown is the same bytes every time.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

from headroom_mcp.late import TYPE_CHECKING, Any
from headroom_mcp.store.codec import encode
from headroom_mcp.store.sqlite.database import insert
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.store.sqlite.sessions import touch_session
from headroom_mcp.text import sha256
from headroom_mcp.types import ExpiredRef, StoreError, UnknownRef

if TYPE_CHECKING:
    from headroom_mcp.store.rows import Original
    from headroom_mcp.store.sqlite.database import Database
    from headroom_mcp.types import Origin

REF_DIGITS = 12
_CODEC_RAW = 0
_CODEC_ZLIB = 1
_ZLIB_LEVEL = 1  # 3.5 times smaller at 100 MB/s; level 6 gains little and takes twice as long


class SqliteOriginals:
    """See `interface.Originals`."""

    def __init__(self, database: Database) -> None:
        self.database = database

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
        """Store `original` and the record of what was shown for it; return its ref once both are safe."""
        body = encode(original)
        digest = sha256.of(body)
        origin = origin or _nobody()
        now = time.time()
        with self.database.write() as db:
            ref = self._kept(db, digest, body, now)
            shown_digest = sha256.of(encode(shown(ref))) if shown else ""
            row = {
                "ref": ref, "session": origin.session, "project": origin.project, "tool_use_id": origin.tool_use_id, "host": origin.host,
                "tool_name": tool_name, "kind": kind, "label": label, "created_s": now, "shown_sha256": shown_digest,
                "tokens_before": tokens_before, "tokens_host": tokens_host or tokens_before, "tokens_after": tokens_after,
            }  # fmt: skip
            insert(db, "output", row)
            if origin.session:
                touch_session(db, origin.session, origin.project, now)
        return ref

    def get(self, ref: str, *, project: str | None = None, session: str = "") -> Original:
        """Return the original stored under `ref`; see `interface.Originals.get`."""
        from headroom_mcp.store.rows import Original

        row = self.database.one("SELECT codec, body, sha256, created_s FROM original WHERE ref = ?", (ref,))
        if row is None:
            raise self._gone(ref)
        seen = self.database.one(
            "SELECT tool_name, kind FROM output WHERE ref = ? AND (? IS NULL OR project = ?"
            " OR (session = ? AND session != '')) ORDER BY id DESC LIMIT 1",
            (ref, project, project, session),
        )
        if seen is None:
            seen = self._shown_before_the_move(ref, project or "")
        if seen is None:
            raise UnknownRef(unknown(ref))
        codec, packed, digest, created_s = row
        return Original(ref, unpacked(ref, codec, packed, digest), str(seen[0]), str(seen[1]), float(created_s))

    def was_shown(self, ref: str, text: str) -> bool:
        """Tell whether `text` is, to the byte, what was once shown for `ref`."""
        digest = sha256.of(encode(text))
        sql = "SELECT 1 FROM output WHERE ref = ? AND shown_sha256 = ? LIMIT 1"
        return self.database.one(sql, (ref, digest)) is not None

    def ref_of_call(self, tool_use_id: str) -> str:
        """Return the ref of the original of this tool call, "" where its output was not kept."""
        if not tool_use_id:
            return ""
        sql = "SELECT ref FROM output WHERE tool_use_id = ? ORDER BY id DESC LIMIT 1"
        return str(self.database.value(sql, (tool_use_id,)) or "")

    def retrieved(self, ref: str, tokens: int, *, origin: Origin | None = None) -> None:
        """Charge a retrieval by `origin` back to the ledger and count it as use."""
        origin = origin or _nobody()
        now = time.time()
        with self.database.write() as db:
            row = {"ref": ref, "session": origin.session, "project": origin.project, "created_s": now, "tokens": tokens}
            insert(db, "retrieval", row)
            db.execute("UPDATE original SET used_s = ? WHERE ref = ?", (now, ref))

    def expire(self, now_s: float | None = None, *, within_s: float | None = None) -> int:
        """Remove originals beyond retention; see `interface.Originals.expire`."""
        from headroom_mcp.store.sqlite import retention

        return retention.expire(self.database, time.time() if now_s is None else now_s, within_s)

    def _kept(self, db: sqlite3.Connection, digest: str, body: bytes, now_s: float) -> str:
        """Keep `body`, unless it is there already, and return its ref."""
        row = db.execute("SELECT ref FROM original WHERE sha256 = ?", (digest,)).fetchone()
        if row is not None:
            ref = str(row[0])
            db.execute("UPDATE original SET used_s = ? WHERE ref = ?", (now_s, ref))
            return ref
        ref = _free_ref(db, digest)
        insert(db, "original", original_row(ref, digest, body, now_s))
        db.execute("DELETE FROM expired WHERE ref = ?", (ref,))
        return ref

    def _shown_before_the_move(self, ref: str, project: str) -> tuple[str, str] | None:
        """Return tool and kind of what was shown to the same project when its folder lay elsewhere, None if it was not."""
        from headroom_mcp.settings.project import identity

        known = identity(project) if project else ""
        if not known:
            return None
        row = self.database.one(
            "SELECT o.tool_name, o.kind FROM output o JOIN project p ON p.path = o.project"
            " WHERE o.ref = ? AND p.identity = ? ORDER BY o.id DESC LIMIT 1",
            (ref, known),
        )
        return None if row is None else (str(row[0]), str(row[1]))

    def _gone(self, ref: str) -> ExpiredRef | UnknownRef:
        expired_s = self.database.value("SELECT expired_s FROM expired WHERE ref = ?", (ref,))
        if expired_s is None:
            return UnknownRef(unknown(ref))
        day = time.strftime("%Y-%m-%d", time.gmtime(expired_s))
        return ExpiredRef(f"The original with ref {ref} expired on {day}. Run the tool again.")


def _nobody() -> Origin:
    from headroom_mcp.types import Origin  # an event that stores nothing has no use for it

    return Origin()


def original_row(ref: str, digest: str, body: bytes, now_s: float) -> dict[str, Any]:
    """Return the row of an original: what it is stored as, column → value."""
    packed = zlib.compress(body, _ZLIB_LEVEL)
    codec, packed = (_CODEC_ZLIB, packed) if len(packed) < len(body) else (_CODEC_RAW, body)
    return {
        "ref": ref, "sha256": digest, "codec": codec, "size_bytes": len(body), "stored_bytes": len(packed),
        "created_s": now_s, "used_s": now_s, "body": packed,
    }  # fmt: skip


def unpacked(ref: str, codec: int, packed: bytes, digest: str) -> bytes:
    """Return the bytes of an original. Raises: StoreError where they are not what was stored."""
    try:
        body = zlib.decompress(packed) if codec == _CODEC_ZLIB else bytes(packed)
    except zlib.error:
        body = None
    if body is None or sha256.of(body) != digest:
        msg = f"The original with ref {ref} is damaged on disk. Run the tool again."
        raise StoreError(msg)
    return body


def _free_ref(db: sqlite3.Connection, digest: str) -> str:
    for digits in range(REF_DIGITS, len(digest) + 1):
        ref = digest[:digits]
        if db.execute("SELECT 1 FROM original WHERE ref = ?", (ref,)).fetchone() is None:
            return ref
    return digest  # pragma: no cover - two equal digests are one original


def unknown(ref: str) -> str:
    """Return what is said of a ref that leads nowhere."""
    return f"No original with ref {ref} in this project. Check the 12 hex digits, or run the tool again."
