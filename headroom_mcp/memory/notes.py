"""Notes: what may be saved, and where it comes from. An update supersedes; only `forget` and `purge` remove.

A note belongs to one scope: a project's path, or "" for global. Every function that reads takes the scopes it may see, so
that a project never meets another's notes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence

from headroom_mcp import late
from headroom_mcp.late import TYPE_CHECKING, json, re
from headroom_mcp.memory import note_secrets
from headroom_mcp.store import search_terms
from headroom_mcp.store.rows import GLOBAL as GLOBAL
from headroom_mcp.store.rows import Author as Author
from headroom_mcp.store.rows import Note as Note
from headroom_mcp.text import visible
from headroom_mcp.types import NoteError, SecretFound, UnknownNote

if TYPE_CHECKING:
    from headroom_mcp.store import Store

MAX_CHARS = 4_000_000  # a note is prose; a whole file belongs in the store, where it has a ref
_ID = late.pattern(r"^[\w-]{1,64}\Z", re.ASCII)
_KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        ("id", "text", "scope", "author", "speaker", "session", "tool", "ref", "topic", "superseded_by"), str
    ),
    **dict.fromkeys(("created_s", "used_s", "uses"), (int, float)),
}
_ALIKE = 0.6  # share of common words from which two notes may say the same
_ALIKE_ROWS = 300  # a word in more notes than this does not tell which one is alike


def save(
    store: Store,
    text: str,
    *,
    scope: str,
    author: Author = "agent",
    tags: Sequence[str] = (),
    replaces: str = "",
    speaker: str = "",
    session: str = "",
    tool: str = "",
    ref: str = "",
    topic: str = "",
    rests_on: dict[str, str] | None = None,
    created_s: float | None = None,
) -> Note:
    """Save a note and return it; with `replaces`, it supersedes the note of that id in the same scope.

    Raises: SecretFound, UnknownNote (`replaces`), NoteError (empty, too long, no text), StoreError.
    """
    created = time.time() if created_s is None else created_s
    note = Note(
        id=os.urandom(5).hex(), text=_checked(text), tags=_clean_tags(tags), scope=scope, author=author, speaker=speaker,
        session=session, tool=tool, ref=ref, topic=topic, rests_on=rests_on or {}, created_s=created, used_s=created,
    )  # fmt: skip
    store.notes.add(note, replaces=replaces)
    return note


def alike(store: Store, text: str, scopes: Sequence[str], limit: int = 3) -> list[Note]:
    """Return the notes in `scopes` that may already say what `text` says, most alike first. Nothing is merged."""
    wanted = set(search_terms.asked(text))
    telling = sorted(wanted, key=lambda term: (-len(term), term))[:8]
    shared = store.notes.sharing(telling, at_most=_ALIKE_ROWS)
    best = sorted(shared, key=lambda row: (-shared[row], -row))[:20]
    found = []
    for note in store.notes.by_row(best, scopes).values():
        theirs = set(search_terms.asked(note.text))
        share = len(wanted & theirs) / max(1, len(wanted | theirs))
        if share >= _ALIKE:
            found.append((share, note))
    found.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [note for _, note in found[:limit]]


def get(store: Store, note_id: str, scopes: Sequence[str]) -> Note:
    """Return the note with this id, superseded or not. Raises: UnknownNote."""
    note = store.notes.get(note_id, scopes)
    if note is None:
        msg = f"No note {note_id!r} in this project. List the notes to see their ids."
        raise UnknownNote(msg)
    return note


def newest(
    store: Store,
    scopes: Sequence[str],
    *,
    limit: int = 20,
    auto: bool = False,
    tags: Sequence[str] = (),
    superseded: bool = False,
) -> list[Note]:
    """Return the latest notes in `scopes`, newest first; `auto` only those that nobody asked for."""
    return store.notes.newest(scopes, limit=limit, auto=auto, tags=tags, superseded=superseded)


def used(store: Store, ids: Iterable[str], now_s: float | None = None) -> None:
    """Count that these notes were shown. Raises: StoreError."""
    store.notes.count_use(ids, time.time() if now_s is None else now_s)


def forget(store: Store, note_id: str, scopes: Sequence[str]) -> Note:
    """Remove a note and everything it superseded, and return it. Raises: UnknownNote, StoreError."""
    with store.transaction():
        note = get(store, note_id, scopes)
        store.notes.remove(note.id)
    _forget_vectors(store)
    return note


def purge(
    store: Store,
    *,
    scope: str | None = None,
    before_s: float | None = None,
    pattern: str = "",
    auto: bool = False,
) -> int:
    """Remove all notes that meet every condition given (without any: all), and return how many.

    `pattern` is a regular expression. Raises: NoteError where it is not one, StoreError.
    """
    try:
        matches = re.compile(pattern, re.IGNORECASE).search if pattern else None
    except re.error as error:
        msg = f"pattern={pattern!r} is not a regular expression: {error}."
        raise NoteError(msg) from error
    with store.transaction():
        removed = store.notes.remove_where(scope=scope, before_s=before_s, auto=auto, matches=matches)
        if scope is not None and before_s is None and not pattern:
            store.observations.forget(scope)
    _forget_vectors(store)
    return removed


def _forget_vectors(store: Store) -> None:
    from headroom_mcp.memory import vectors

    vectors.forget(store)


def export(store: Store, scopes: Sequence[str] | None = None) -> Iterable[str]:
    """Yield every note (superseded ones too) as one line of JSON, in the order of saving. None: all scopes."""
    for note in store.notes.all(scopes):
        yield as_json(note)


def as_json(note: Note) -> str:
    """Return a note as one line of JSON."""
    return visible.spelled_in_json(json.dumps({**note._asdict(), "tags": list(note.tags)}, ensure_ascii=False))


def load(store: Store, lines: Iterable[str], *, scope: str | None = None) -> tuple[int, int]:
    """Save exported notes and return how many were saved and how many were here already. All or nothing.

    `scope` puts them all there, for a project that lies elsewhere on this machine.
    Raises: NoteError naming the line that is not a note, SecretFound, StoreError.
    """
    known = 0
    new: dict[str, Note] = {}
    with store.transaction():
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            note = _parse(line, number)
            if scope is not None:
                note = note._replace(scope=scope)
            here = new.get(note.id) or store.notes.get(note.id)
            if here is None:
                new[note.id] = note
            elif here.text == note.text:
                known += 1
            else:
                msg = f"Line {number}: another note has the id {note.id} here; nothing was imported."
                raise NoteError(msg)
        saved = store.notes.add_all(new.values())
    return saved, known


def _checked(text: str) -> str:
    if not text.strip():
        raise NoteError("The note is empty; nothing was saved.")
    if len(text) > MAX_CHARS:
        msg = f"The note has {len(text):,} characters, more than {MAX_CHARS:,}; save what matters of it."
        raise NoteError(msg)
    if text != search_terms.clean(text):
        raise NoteError("The note holds NUL or half a surrogate pair, which is not text; nothing was saved.")
    found = note_secrets.find(text)
    if found:
        msg = (
            f"This looks like it holds a secret ({found[0].kind}, character {found[0].start + 1}); nothing was saved. "
            "Note where it is kept instead."
        )
        raise SecretFound(msg)
    return text


def _clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    cleaned = tuple(dict.fromkeys(search_terms.clean(tag).strip() for tag in tags if tag.strip()))
    _checked(" ".join(cleaned) or "-")
    return cleaned


def _parse(line: str, number: int) -> Note:
    try:
        fields = json.loads(line)
        note = Note(**{**fields, "tags": tuple(fields.get("tags", ()))})
        for name, kind in _KINDS.items():
            if not isinstance(getattr(note, name), kind) or isinstance(getattr(note, name), bool):
                raise TypeError(f"{name} is not {'a number' if kind is not str else 'a string'}")
        if not _ID.match(note.id):
            raise TypeError(f"id {note.id[:80]!r} is not one of letters, digits, - and _")
        if not all(isinstance(tag, str) for tag in note.tags):
            raise TypeError("tags are strings")
        if not (isinstance(note.rests_on, dict) and all(isinstance(one, str) for one in note.rests_on.values())):
            raise TypeError("rests_on is an object of strings")
        if note.author not in {"user", "agent", "tool"}:
            raise TypeError(f"author {note.author!r} is none of user, agent, tool")
    except (ValueError, TypeError, AttributeError) as error:
        msg = f"Line {number} is not an exported note ({error}); nothing was imported."
        raise NoteError(msg) from error
    _checked(note.text)
    return note._replace(tags=_clean_tags(note.tags))
