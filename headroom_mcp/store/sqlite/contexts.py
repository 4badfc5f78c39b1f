"""What each context has been shown: a session's agent, since its last compaction.

The texts are kept as they were shown (not the originals), so that "unchanged since shown by …" is said only of lines
that this very context has in front of it.
"""

from __future__ import annotations

import os
import time
import zlib

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store import glance
from headroom_mcp.store.sqlite.database import insert
from headroom_mcp.text import marker
from headroom_mcp.types import Shown

if TYPE_CHECKING:
    from headroom_mcp.store.sqlite.database import Database

MAX_TEXTS = 120  # the latest ones; a context that reads more than this has been compacted or has scrolled away
MAX_CHARS = 600_000  # about a context window of text, and 15 ms of work for the hook
MAX_TEXT_CHARS = 120_000  # a single larger text cannot have been shown whole


class SqliteContexts:
    """See `interface.Contexts`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def note_shown(self, session: str, agent: str, label: str, text: str, tool_use_id: str = "") -> None:
        """Remember that this context now has `text` in front of it, for that tool call."""
        if not session or len(text) > MAX_TEXT_CHARS:
            return
        place = self._place(session, agent)
        taken = glance.take(place) if place is not None else None
        waited = taken.texts if taken is not None else []
        with self.database.write() as db:
            for shown in [*waited, Shown(label, text, time.time(), tool_use_id)]:
                body = zlib.compress(shown.text.encode("utf-8", "surrogatepass"), 1)
                insert(
                    db, "shown",
                    {"session": session, "agent": agent, "label": shown.label, "created_s": shown.shown_s,
                     "chars": len(shown.text), "body": body, "tool_use_id": shown.tool_use_id},
                )  # fmt: skip
        if taken is not None:
            taken.done()
        if place is not None and not glance.add(place, text):
            self._make_glance(place)

    def _place(self, session: str, agent: str) -> glance.Place | None:
        """Return where it is noted what a glance tells of a context; None for a store in memory."""
        path = self.database.path
        return glance.Place(os.path.dirname(path), session, agent) if path else None

    def _make_glance(self, place: glance.Place) -> None:
        context = f"{place.session}/{place.agent}" if place.agent else place.session
        files = self.database.all("SELECT path FROM seen_file WHERE context = ?", (context,))
        texts = self.shown_in(place.session, place.agent)
        glance.make(place, (shown.text for shown in texts), (str(path) for (path,) in files))

    def shown_in(self, session: str, agent: str, *, since_s: float = 0.0) -> list[Shown]:
        """Return what this context has been shown since then, oldest first, bounded by `MAX_TEXTS` and `MAX_CHARS`."""
        if not session:
            return []
        latest = self.database.all(
            "SELECT id, label, created_s, chars, tool_use_id FROM shown WHERE session = ? AND agent = ? AND created_s >= ?"
            " ORDER BY id DESC LIMIT ?",
            (session, agent, since_s, MAX_TEXTS),
        )
        place = self._place(session, agent)
        waiting = [] if place is None else [shown for shown in glance.waiting(place) if shown.shown_s >= since_s]
        texts = waiting[: -MAX_TEXTS - 1 : -1]
        room = MAX_CHARS - sum(len(shown.text) for shown in texts)
        for row, label, created_s, chars, tool_use_id in latest:
            room -= int(chars)
            if room < 0:
                break
            text = _unpacked(self.database.value("SELECT body FROM shown WHERE id = ?", (row,)))
            if text is not None:
                texts.append(Shown(str(label), text, float(created_s), str(tool_use_id)))
        texts.reverse()
        return texts

    def shown_of(self, ref: str) -> str:
        """Return the latest text that was shown for the original `ref`, "" where it is not remembered any more."""
        for session, label in self.database.all("SELECT DISTINCT session, label FROM output WHERE ref = ?", (ref,)):
            for (body,) in self.database.all(
                "SELECT body FROM shown WHERE session = ? AND label = ? ORDER BY id DESC LIMIT ?",
                (session, label, MAX_TEXTS),
            ):
                text = _unpacked(body)
                if text is not None and marker.refs(text)[-1:] == [ref]:
                    return text
        return ""

    def forget_shown(self, session: str, agent: str | None = None) -> None:
        """Forget what a session (or one agent of it) has been shown: after a compaction, or at its end."""
        with self.database.write() as db:
            if agent is None:
                db.execute("DELETE FROM shown WHERE session = ?", (session,))
            else:
                db.execute("DELETE FROM shown WHERE session = ? AND agent = ?", (session, agent))
        if self.database.path:
            glance.forget(os.path.dirname(self.database.path), session, agent)


def _unpacked(body: bytes | None) -> str | None:
    """Return the text of a packed body; None for one that is damaged or gone: it is then not called shown."""
    try:
        return None if body is None else zlib.decompress(body).decode("utf-8", "surrogatepass")
    except (zlib.error, UnicodeDecodeError):
        return None
