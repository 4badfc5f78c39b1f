"""The memory tools as a model meets them: text in, text out. Surfaces pass these through."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.memory import notes, provenance, recall, session_context
from headroom_mcp.memory.notes import Author, Note
from headroom_mcp.query import bm25
from headroom_mcp.text import tokens
from headroom_mcp.types import StoreError, UnknownNote

if TYPE_CHECKING:
    from headroom_mcp.store import Store

_LONG_CHARS = 1_200  # a note longer than this is shown by the part that matches
_PIECE_CHARS = 600


def remember(
    store: Store,
    text: str,
    *,
    project: str,
    everywhere: bool = False,
    tags: Sequence[str] = (),
    replaces: str = "",
    author: Author = "agent",
    session: str = "",
    tool: str = "memory_save",
    ref: str = "",
) -> str:
    """Save a note and say its id, and which notes say nearly the same. A note word for word alike is not saved twice.

    Raises: NoteError (SecretFound, UnknownNote), StoreError.
    """
    scope = notes.GLOBAL if everywhere else project
    similar = [note for note in notes.alike(store, text, (project, notes.GLOBAL)) if note.id != replaces]
    twin = next((note for note in similar if note.text == text and note.scope == scope), None)
    if twin is not None and not replaces:
        return f"Noted already as {twin.id}; nothing was saved."
    saved = notes.save(
        store,
        text,
        scope=scope,
        author=author,
        tags=tags,
        replaces=replaces,
        session=session,
        tool=tool,
        ref=ref,
    )
    answer = f"Saved as {saved.id}{' for every project' if everywhere else ''}."
    if replaces:
        answer += f" It supersedes {replaces}."
    if similar:
        listed = "\n".join(session_context.line(note, max_chars=160) for note in similar)
        answer += f'\nAlike; if one is out of date, save with replaces="ID":\n{listed}'
    return answer


def found(
    store: Store,
    query: str,
    *,
    project: str,
    limit: int = 5,
    tags: Sequence[str] = (),
    max_tokens: int = 1_500,
) -> str:
    """Return the notes for `query`, or the newest where it is empty, or the one whose id it is; fenced as data.

    Raises: StoreError.
    """
    scopes = (project, notes.GLOBAL)
    limit = max(1, min(limit, 50))
    if query.strip():
        single = _by_id(store, query.strip(), scopes)
        hits = [single] if single else [hit.note for hit in recall.search(store, query, scopes, limit=limit, tags=tags)]
    else:
        hits = notes.newest(store, scopes, limit=limit, tags=tags)
    if not hits:
        return "No note matches; an empty query lists the newest." if query.strip() else "No notes here yet."
    lines: list[str] = []
    room = max_tokens
    for note in hits:
        item = session_context.line(_excerpt(note, query), provenance.changed(note, project), _LONG_CHARS)
        room -= tokens.estimate(item) + 1
        if room < 0 and lines:
            lines.append(f"[{len(hits) - len(lines)} more; ask for fewer, or more narrowly]")
            break
        lines.append(item)
    with suppress(StoreError):  # counting is not worth an answer
        notes.used(store, [note.id for note in hits[: len(lines)]])
    body = "\n".join(lines)
    return f"<headroom-memory>\n{body}\n</headroom-memory>"


def forgotten(store: Store, note_id: str, *, project: str) -> str:
    """Remove a note with what it superseded, and say so. Raises: UnknownNote, StoreError."""
    note = notes.forget(store, note_id, (project, notes.GLOBAL))
    return f"Forgot {note.id}: {session_context.defused(note.text, 80)}"


def _by_id(store: Store, query: str, scopes: Sequence[str]) -> Note | None:
    if len(query) != 10 or not query.isalnum():
        return None
    try:
        return notes.get(store, query, scopes)
    except UnknownNote:
        return None


def _excerpt(note: Note, query: str) -> Note:
    """Return a long note with the piece of it that `query` is about."""
    if len(note.text) <= _LONG_CHARS:
        return note
    pieces = [note.text[i : i + _PIECE_CHARS] for i in range(0, len(note.text), _PIECE_CHARS)]
    scores = bm25.rank(query, pieces) if query else [0.0]
    best = max(range(len(scores)), key=lambda i: (scores[i], -i))
    rest = f"… ({len(note.text):,} characters; whole: headroom memory show {note.id})"
    return note._replace(text=f"{'… ' if best else ''}{pieces[best]}{rest}")
