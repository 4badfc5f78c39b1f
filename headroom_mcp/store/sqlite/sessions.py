"""What a session knows: the user's last prompt, and which files its contexts have been shown in short form.

A context is what one model has before its eyes: a session, or one of its subagents ("SESSION/AGENT").
"""

from __future__ import annotations

import time
from typing import NamedTuple

from headroom_mcp.store.sqlite.originals import Store, touch_session


class SeenFile(NamedTuple):
    """How a context last met a file. state: shortened (as `ref`) · whole · edited."""

    state: str
    ref: str


def file_state(store: Store, context: str, path: str) -> SeenFile | None:
    """Return how `context` last met the file `path`, None when it has not."""
    row = store.connection.execute(
        "SELECT state, ref FROM seen_file WHERE context = ? AND path = ?", (context, path)
    ).fetchone()
    return None if row is None else SeenFile(str(row[0]), str(row[1]))


def note_file(store: Store, context: str, path: str, state: str, ref: str = "") -> None:
    """Note that `context` has met the file `path`. Raises: StoreError."""
    with store.transaction() as db:
        db.execute(
            "INSERT OR REPLACE INTO seen_file (context, path, state, ref, seen_s) VALUES (?, ?, ?, ?, ?)",
            (context, path, state, ref, time.time()),
        )


class LiveRef(NamedTuple):
    """An original of a session that is still there. `label`: the command, file or tool it came from."""

    ref: str
    label: str
    tokens_before: int


def refs(store: Store, session: str, most: int) -> list[LiveRef]:
    """Return the refs of `session` that still lead somewhere, those that were retrieved first, then the latest."""
    rows = store.connection.execute(
        "SELECT p.ref, p.label, p.tool_name, p.tokens_before FROM output p JOIN original o ON o.ref = p.ref"
        " WHERE p.session = ? AND p.id = (SELECT MAX(q.id) FROM output q WHERE q.ref = p.ref AND q.session = p.session)"
        " ORDER BY EXISTS (SELECT 1 FROM retrieval r WHERE r.ref = p.ref) DESC, p.id DESC LIMIT ?",
        (session, most),
    )
    return [LiveRef(str(ref), str(label or tool_name), int(tokens)) for ref, label, tool_name, tokens in rows]


def query(store: Store, session: str) -> str:
    """Return the user's last prompt in `session`, "" when none was noted."""
    row = store.connection.execute("SELECT query FROM session WHERE id = ?", (session,)).fetchone()
    return "" if row is None else str(row[0])


def set_query(store: Store, session: str, project: str, text: str) -> None:
    """Note the user's prompt as what `session` is about. Raises: StoreError."""
    with store.transaction() as db:
        touch_session(db, session, project, time.time())
        db.execute("UPDATE session SET query = ? WHERE id = ?", (text, session))


def end(store: Store, session: str) -> None:
    """Note that `session` has ended: retention may take its originals, and its contexts are gone. Raises: StoreError."""
    with store.transaction() as db:
        db.execute("UPDATE session SET ended_s = ? WHERE id = ?", (time.time(), session))
        forget_files(store, session)


def forget_files(store: Store, session: str) -> None:
    """Forget, inside a transaction, what the contexts of `session` have seen: after a compaction they have seen nothing."""
    store.connection.execute(
        "DELETE FROM seen_file WHERE context = ? OR substr(context, 1, ?) = ?",
        (session, len(session) + 1, session + "/"),
    )
