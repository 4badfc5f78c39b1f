"""From this machine's store to the team's: in the background, in batches, exactly once, as often as it must be tried.

No hook waits for it: the server delivers while it runs, a session's end starts a process of its own, and `headroom admin deliver`
does it by hand. While the team's store cannot be reached, rows wait in the local one, where everything shown can be retrieved.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from headroom_mcp.settings import environment, private, redaction
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import codec
from headroom_mcp.store.rows import Note
from headroom_mcp.store.sqlite import originals
from headroom_mcp.store.sqlite.spool import COLUMNS, Entry, NoteEntry, Spool
from headroom_mcp.store.sqlite.store import SqliteStore
from headroom_mcp.store.sqlite.store import open_store as open_local
from headroom_mcp.text import sha256
from headroom_mcp.types import StoreError

BATCH_ROWS = 100
BATCH_BYTES = 8 << 20
LOCK = "deliver.lock"
_SCRIPT = "import sys; sys.path[:] = {path!r}; from headroom_mcp.store import delivery; delivery.main()"


class Delivered(NamedTuple):
    """What one call has delivered. `originals` are those that were new there; `waiting` rows are left; `busy`: another process
    of this machine is at it."""

    rows: int = 0
    originals: int = 0
    stored_bytes: int = 0
    waiting: int = 0
    busy: bool = False


def deliver(settings: Settings | None = None, *, within_s: float | None = None) -> Delivered:
    """Send what waits to the store that the setting `store` names, for at most about `within_s` seconds.

    Raises: StoreError when it cannot be reached or refuses; what was sent until then is not sent again.
    """
    settings = settings or load_settings()
    if not settings.store:
        return Delivered()
    with _alone(settings) as alone, open_local(settings) as local:
        if not alone:
            return Delivered(busy=True)
        from headroom_mcp.store.postgres import store as shared_store

        ends = None if within_s is None else time.monotonic() + within_s
        with shared_store.open_store(settings, connections_most=1) as shared:
            return _Delivery(local, shared, settings).run(ends)


def start_detached(settings: Settings) -> None:
    """Begin a delivery in a process of its own, which outlives this one. Raises: OSError."""
    if not settings.store:
        return
    import subprocess
    import sys

    subprocess.Popen(
        [sys.executable, "-I", "-c", _SCRIPT.format(path=sys.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        close_fds=True,
    )


def main() -> None:
    """Deliver once, in a process of its own; what goes wrong is a line in the failure log."""
    from headroom_mcp.settings import fault_log
    from headroom_mcp.types import HeadroomError

    try:
        deliver(within_s=600.0)
    except (HeadroomError, OSError) as error:
        fault_log.record("deliver", error)


class _Delivery:
    """One run: from the local store's first row that waits to its last."""

    def __init__(self, local: SqliteStore, shared: Any, settings: Settings) -> None:
        self._local = local
        self._shared = shared
        self._spool = Spool(local.database)
        self._settings = settings

    def run(self, ends: float | None) -> Delivered:
        done = Delivered()
        for entries, notes in self._batches():
            new, size = self._send(entries, notes)
            done = Delivered(done.rows + len(entries) + len(notes), done.originals + new, done.stored_bytes + size)
            if ends is not None and time.monotonic() >= ends:
                break
        else:
            self._take_back()
        return done._replace(waiting=self._spool.waiting())

    def _batches(self) -> Iterator[tuple[list[Entry], list[NoteEntry]]]:
        for table in COLUMNS:
            after_id = 0
            while entries := self._spool.entries(table, after_id, BATCH_ROWS):
                yield entries, []
                after_id = entries[-1].id
        while notes := self._spool.notes(BATCH_ROWS):
            yield [], notes

    def _send(self, entries: list[Entry], notes: list[NoteEntry]) -> tuple[int, int]:
        """Send a batch in pieces of at most about `BATCH_BYTES`; return how many originals were new, and the bytes sent."""
        new = size = 0
        piece: list[Entry] = []
        packed: dict[str, dict[str, Any]] = {}
        expired: set[str] = set()
        for entry in entries:
            ref = str(entry.values["ref"]) if entry.table == "output" else ""
            if ref and ref not in packed and ref not in expired:
                row = self._spool.original(ref)
                if row is None:
                    expired.add(ref)
                else:
                    packed[ref] = self._redacted(row)
            piece.append(entry)
            if sum(row["stored_bytes"] for row in packed.values()) >= BATCH_BYTES:
                new, size = new + self._sent(piece, packed, expired, []), size + _bytes(packed)
                piece, packed, expired = [], {}, set()
        if piece or notes:
            new, size = new + self._sent(piece, packed, expired, notes), size + _bytes(packed)
        return new, size

    def _sent(
        self, entries: list[Entry], packed: dict[str, dict[str, Any]], expired: set[str], notes: list[NoteEntry]
    ) -> int:
        from headroom_mcp.store.postgres import receive

        rows: dict[str, list[dict[str, Any]]] = {}
        for entry in entries:
            project = project_name(str(entry.values["project"]))
            rows.setdefault(entry.table, []).append({**entry.values, "project": project, "delivery": entry.key})
        whole = [note for note in (self._note(entry.id) for entry in notes) if note is not None]
        batch = receive.Batch(list(packed.values()), rows, sorted(expired), whole)
        new = receive.receive(self._shared.database, batch)
        self._spool.mark(entries, notes)
        return new

    def _take_back(self) -> None:
        """Remove there what was purged or forgotten here."""
        from headroom_mcp.store.postgres import receive

        while any((gone := self._spool.gone(BATCH_ROWS)).values()):
            names = {table: [name for _, name in rows] for table, rows in gone.items()}
            receive.receive(
                self._shared.database, receive.Batch(removed_outputs=names["output"], removed_notes=names["note"])
            )
            for table, rows in gone.items():
                self._spool.unmark(table, [row_id for row_id, _ in rows])

    def _note(self, note_id: str) -> Note | None:
        """Return a note as the team reads it: its project goes by its name, for its folder is elsewhere on every machine."""
        note = self._local.notes.get(note_id)
        if note is None:
            return None
        text = redaction.for_team(self._settings, note.text)
        return note._replace(text=text, scope=project_name(note.scope), rests_on={})

    def _redacted(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row of an original, packed again with its secrets masked where the settings ask for it."""
        body = originals.unpacked(row["ref"], row["codec"], row["body"], row["sha256"])
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:  # an image, or bytes of no text: there are no words to look at
            return row
        masked = redaction.for_team(self._settings, text)
        if masked == text:
            return row
        packed = codec.encode(masked)
        again = originals.original_row(row["ref"], sha256.of(packed), packed, row["created_s"])
        return {**again, "used_s": row["used_s"]}


def project_name(folder: str) -> str:
    """Return what a project is called in the team's store: the last part of its path."""
    return folder.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _bytes(packed: dict[str, dict[str, Any]]) -> int:
    return sum(int(row["stored_bytes"]) for row in packed.values())


@contextmanager
def _alone(settings: Settings) -> Iterator[bool]:
    """Tell whether no other process of this machine delivers; none begins until the end. Raises: StoreError."""
    try:
        home = private.folder(environment.data_home(settings))
        descriptor = private.open_file(os.path.join(home, LOCK), os.O_RDWR | os.O_CREAT)
    except OSError as error:
        msg = f"Nothing can be delivered from the data folder: {error}."
        raise StoreError(msg) from error
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows: what is sent twice is kept once
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
