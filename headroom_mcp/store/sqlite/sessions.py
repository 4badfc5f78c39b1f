"""What a session knows: the user's last prompt, and which files its contexts have been shown in short form.

A context is what one model has before its eyes: a session, or one of its subagents ("SESSION/AGENT").
"""

from __future__ import annotations

import os
import time

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store.sqlite.driver import sqlite3

if TYPE_CHECKING:
    from headroom_mcp.store.rows import LiveRef, SeenFile
    from headroom_mcp.store.sqlite.database import Database


class SqliteSessions:
    """See `interface.Sessions`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def query(self, session: str) -> str:
        """Return the user's last prompt in `session`, "" when none was noted."""
        return str(self.database.value("SELECT query FROM session WHERE id = ?", (session,)) or "")

    def set_query(self, session: str, project: str, text: str) -> None:
        """Note the user's prompt as what `session` is about."""
        with self.database.write() as db:
            touch_session(db, session, project, time.time())
            db.execute("UPDATE session SET query = ? WHERE id = ?", (text, session))

    def end(self, session: str) -> None:
        """Note that `session` has ended: retention may take its originals, and its contexts are gone."""
        with self.database.write() as db:
            db.execute("UPDATE session SET ended_s = ? WHERE id = ?", (time.time(), session))
            self.forget_files(session)

    def file_state(self, context: str, path: str) -> SeenFile | None:
        """Return how `context` last met the file `path`, None when it has not."""
        row = self.database.one("SELECT state, ref FROM seen_file WHERE context = ? AND path = ?", (context, path))
        if row is None:
            return None
        from headroom_mcp.store.rows import SeenFile

        return SeenFile(str(row[0]), str(row[1]))

    def note_file(self, context: str, path: str, state: str, ref: str = "") -> None:
        """Note that `context` has met the file `path`; without a ref, the one it was last shown as stays known."""
        with self.database.write() as db:
            known = db.execute(
                "UPDATE seen_file SET state = ?, ref = CASE WHEN ? = '' THEN ref ELSE ? END, seen_s = ?"
                " WHERE context = ? AND path = ?",
                (state, ref, ref, time.time(), context, path),
            )
            if not known.rowcount:
                db.execute(
                    "INSERT INTO seen_file (context, path, state, ref, seen_s) VALUES (?, ?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING",
                    (context, path, state, ref, time.time()),
                )
        if self.database.path:
            from headroom_mcp.store import glance

            session, _, agent = context.partition("/")
            glance.add_file(glance.Place(os.path.dirname(self.database.path), session, agent), path)

    def path_of(self, ref: str) -> str:
        """Return the file that was shown as `ref`, "" where none is known."""
        sql = "SELECT path FROM seen_file WHERE ref = ? ORDER BY seen_s DESC LIMIT 1"
        return str(self.database.value(sql, (ref,)) or "")

    def forget_files(self, session: str) -> None:
        """Forget what the contexts of `session` have seen: after a compaction they have seen nothing."""
        with self.database.write() as db:
            db.execute(
                "DELETE FROM seen_file WHERE context = ? OR substr(context, 1, ?) = ?",
                (session, len(session) + 1, session + "/"),
            )

    def refs(self, session: str, most: int) -> list[LiveRef]:
        """Return the refs of `session` that still lead somewhere, those that were retrieved first, then the latest."""
        from headroom_mcp.store.rows import LiveRef

        rows = self.database.all(
            "SELECT p.ref, p.label, p.tool_name, p.tokens_before FROM output p JOIN original o ON o.ref = p.ref"
            " WHERE p.session = ? AND p.id = (SELECT MAX(q.id) FROM output q WHERE q.ref = p.ref AND q.session = p.session)"
            " ORDER BY EXISTS (SELECT 1 FROM retrieval r WHERE r.ref = p.ref) DESC, p.id DESC LIMIT ?",
            (session, most),
        )
        return [LiveRef(str(ref), str(label or tool_name), int(tokens)) for ref, label, tool_name, tokens in rows]


def touch_session(db: sqlite3.Connection, session: str, project: str, now_s: float) -> None:
    """Note, inside a transaction, that `session` is alive; of a new one, which project it works in."""
    if db.execute("UPDATE session SET seen_s = ?, ended_s = NULL WHERE id = ?", (now_s, session)).rowcount:
        return
    if project:
        from headroom_mcp.settings.project import identity

        known = identity(project)
        if known:
            note_project(db, project, known)
    db.execute(
        "INSERT INTO session (id, project, seen_s) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (session, project, now_s)
    )


def note_project(db: sqlite3.Connection, path: str, identity: str) -> None:
    """Note, inside a transaction, which project lies at `path` now."""
    if not db.execute("UPDATE project SET identity = ? WHERE path = ?", (identity, path)).rowcount:
        db.execute("INSERT INTO project (path, identity) VALUES (?, ?) ON CONFLICT DO NOTHING", (path, identity))
