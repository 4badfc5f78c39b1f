"""What retention takes: originals that are too old, then the oldest while there are too many; texts long out of sight.

In steps of a few megabytes, each a transaction of its own: deleting a gigabyte at once takes longer than a host waits for
a hook, and what is not committed then is not done. Between steps others may write.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store import glance

if TYPE_CHECKING:
    import sqlite3

    from headroom_mcp.store.sqlite.database import Database

STEP_ORIGINALS = 100
STEP_BYTES = 4 << 20  # about 60 ms
_PAUSE_S = 0.01  # for a writer that waits
_SHOWN_DAYS = 14.0  # a context whose session never ended: its host has dropped what it was shown

_LIVE = (
    "EXISTS (SELECT 1 FROM output p JOIN session s ON s.id = p.session WHERE p.ref = original.ref"
    " AND s.ended_s IS NULL AND s.seen_s >= ?)"
)


def expire(database: Database, now_s: float, within_s: float | None) -> int:
    """Remove what is due, in steps, until it is done or `within_s` seconds are over; return how many originals went.

    Raises: StoreError.
    """
    ends = None if within_s is None else time.monotonic() + within_s
    removed = 0
    for step in _steps(database, now_s):
        with database.write() as db:
            removed += _remove(db, step, now_s)
        if ends is None:
            time.sleep(_PAUSE_S)
        elif time.monotonic() >= ends:
            return removed
    _forget_shown(database, now_s)
    return removed


def _steps(database: Database, now_s: float) -> Iterator[list[str]]:
    """Yield the refs that are due, a step at a time; the caller removes them before it asks for the next."""
    settings = database.settings
    # By the latest sign of life, not by the clock alone: a clock that jumps must not make every session look dead.
    latest = database.value("SELECT MAX(seen_s) FROM session WHERE ended_s IS NULL")
    live_since = min(now_s, latest or now_s) - settings.live_session_hours * 3600
    old_before = now_s - settings.retention_days * 86400
    while step := _due(database, "used_s < ?", old_before, live_since, excess=None):
        yield [ref for ref, _ in step]
    excess = int(database.value("SELECT COALESCE(SUM(stored_bytes), 0) FROM original")) - settings.max_store_bytes
    while excess > 0 and (step := _due(database, "used_s <= ?", float("inf"), live_since, excess=excess)):
        excess -= sum(stored_bytes for _, stored_bytes in step)
        yield [ref for ref, _ in step]


def _due(
    database: Database, condition: str, used_s: float, live_since: float, *, excess: int | None
) -> list[tuple[str, int]]:
    """Return ref and size of the next originals to go, those used longest ago first; of `excess`, no more than needed."""
    rows = database.all(
        f"SELECT ref, stored_bytes FROM original WHERE {condition} AND NOT {_LIVE} ORDER BY used_s, ref LIMIT ?",
        (used_s, live_since, STEP_ORIGINALS),
    )
    step: list[tuple[str, int]] = []
    total = 0
    for ref, stored_bytes in rows:
        if step and (total >= STEP_BYTES or (excess is not None and total >= excess)):
            break
        total += int(stored_bytes)
        step.append((str(ref), int(stored_bytes)))
    return step


def _remove(db: sqlite3.Connection, refs: list[str], now_s: float) -> int:
    for ref in refs:
        db.execute("DELETE FROM original WHERE ref = ?", (ref,))
        note_expired(db, ref, now_s)
    return len(refs)


def note_expired(db: sqlite3.Connection, ref: str, now_s: float) -> None:
    """Note, inside a transaction, that the original `ref` was here until now."""
    if not db.execute("UPDATE expired SET expired_s = ? WHERE ref = ?", (now_s, ref)).rowcount:
        db.execute("INSERT INTO expired (ref, expired_s) VALUES (?, ?) ON CONFLICT DO NOTHING", (ref, now_s))


def _forget_shown(database: Database, now_s: float) -> None:
    """Forget a step's worth of what contexts were shown that no session has ended or compacted since."""
    old = "SELECT id FROM shown WHERE created_s < ? ORDER BY id LIMIT ?"
    with database.write() as db:
        db.execute(f"DELETE FROM shown WHERE id IN ({old})", (now_s - _SHOWN_DAYS * 86400, STEP_ORIGINALS))
    if database.path:
        glance.forget(os.path.dirname(database.path), before_s=now_s - _SHOWN_DAYS * 86400)
