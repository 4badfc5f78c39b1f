"""Notes: append-only rows with where they come from. An update supersedes; only `forget` and `purge` remove.

A note belongs to one scope: a project's path, or "" for global. Every function that reads takes the scopes it may see, so
that a project never meets another's notes. The words of live notes are kept in `note_words` together with the words of
their neighbours (the notes saved before and after them in the same session): an answer often lies next to the note that
shares words with the question.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from headroom_mcp.errors import NoteError, SecretFound, UnknownNote
from headroom_mcp.memory import note_secrets, words
from headroom_mcp.store.sqlite.transaction import write

GLOBAL = ""
MAX_CHARS = 4_000_000  # a note is prose; a whole file belongs in the store, where it has a ref
_NEIGHBOUR_CHARS = 2_000  # how much of a neighbour is indexed with a note
_ALIKE = 0.6  # share of common words from which two notes may say the same
_ALIKE_ROWS = 300  # a word in more notes than this does not tell which one is alike

Author = Literal["user", "agent", "tool"]
"""user: a person's own words · agent: a model's · tool: derived from tool output, which anybody may have written."""


class Note(NamedTuple):
    """One note. Times are seconds since 1970; `superseded_by` is "" while the note holds."""

    id: str
    text: str
    tags: tuple[str, ...] = ()
    scope: str = GLOBAL
    author: Author = "agent"
    speaker: str = ""
    session: str = ""
    tool: str = ""
    ref: str = ""
    topic: str = ""
    rests_on: dict[str, str] = {}  # noqa: RUF012 - read only, as the whole tuple is
    created_s: float = 0.0
    used_s: float = 0.0
    uses: int = 0
    superseded_by: str = ""


_COLUMNS = ", ".join(Note._fields)
_MARKS = ", ".join("?" * len(Note._fields))


def save(
    connection: sqlite3.Connection,
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
    now = time.time()
    created = now if created_s is None else created_s
    note = Note(
        id=os.urandom(5).hex(), text=_checked(text), tags=_clean_tags(tags), scope=scope, author=author, speaker=speaker,
        session=session, tool=tool, ref=ref, topic=topic, rests_on=rests_on or {}, created_s=created, used_s=created,
    )  # fmt: skip
    with write(connection) as db:
        if replaces:
            _supersede(db, replaces, note)
        _insert(db, note)
    return note


def alike(connection: sqlite3.Connection, text: str, scopes: Sequence[str], limit: int = 3) -> list[Note]:
    """Return the notes in `scopes` that may already say what `text` says, most alike first. Nothing is merged."""
    wanted = set(words.asked(text))
    if not wanted:
        return []
    candidates: dict[int, int] = {}
    for term in sorted(wanted, key=lambda term: (-len(term), term))[:8]:
        rows = connection.execute(
            "SELECT rowid FROM note_words WHERE note_words MATCH ? LIMIT ?", (f'body : "{term}"', _ALIKE_ROWS + 1)
        ).fetchall()
        if len(rows) <= _ALIKE_ROWS:
            for (row,) in rows:
                candidates[row] = candidates.get(row, 0) + 1
    best = sorted(candidates, key=lambda row: (-candidates[row], -row))[:20]
    found = []
    for note in by_row(connection, best, scopes).values():
        theirs = set(words.asked(note.text))
        share = len(wanted & theirs) / max(1, len(wanted | theirs))
        if share >= _ALIKE:
            found.append((share, note))
    found.sort(key=lambda pair: (-pair[0], pair[1].id))
    return [note for _, note in found[:limit]]


def get(connection: sqlite3.Connection, note_id: str, scopes: Sequence[str]) -> Note:
    """Return the note with this id, superseded or not. Raises: UnknownNote."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM note WHERE id = ? AND scope IN ({_holes(scopes)})", (note_id, *scopes)
    ).fetchone()
    if row is None:
        raise UnknownNote(_unknown(note_id))
    return _note(row)


def newest(
    connection: sqlite3.Connection,
    scopes: Sequence[str],
    *,
    limit: int = 20,
    auto: bool = False,
    tags: Sequence[str] = (),
    superseded: bool = False,
) -> list[Note]:
    """Return the latest notes in `scopes`, newest first; `auto` only those that nobody asked for."""
    conditions = ["scope = ?"]
    if not superseded:
        conditions.append("superseded_by = ''")
    if auto:
        conditions.append("topic != ''")
    conditions.extend("EXISTS (SELECT 1 FROM json_each(note.tags) WHERE value = ?)" for _ in tags)
    sql = f"SELECT row, {_COLUMNS} FROM note WHERE {' AND '.join(conditions)} ORDER BY row DESC LIMIT ?"
    # scope by scope: together they would be sorted whole
    rows = [row for scope in dict.fromkeys(scopes) for row in connection.execute(sql, (scope, *tags, limit))]
    rows.sort(key=lambda row: -int(row[0]))
    return [_note(row[1:]) for row in rows[:limit]]


def on_topic(connection: sqlite3.Connection, scope: str, topic: str) -> Note | None:
    """Return the live automatic note about `topic`, if there is one."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM note WHERE scope = ? AND topic = ? AND topic != '' AND superseded_by = '' ORDER BY row DESC LIMIT 1",
        (scope, topic),
    ).fetchone()
    return None if row is None else _note(row)


def used(connection: sqlite3.Connection, ids: Iterable[str], now_s: float | None = None) -> None:
    """Count that these notes were shown. Raises: StoreError."""
    now = time.time() if now_s is None else now_s
    with write(connection) as db:
        db.executemany("UPDATE note SET used_s = ?, uses = uses + 1 WHERE id = ?", [(now, note_id) for note_id in ids])


def forget(connection: sqlite3.Connection, note_id: str, scopes: Sequence[str]) -> Note:
    """Remove a note and everything it superseded, and return it. Raises: UnknownNote, StoreError."""
    with write(connection) as db:
        note = get(db, note_id, scopes)
        doomed = [note_id]
        for one in doomed:  # the older versions would otherwise still hold what was to be forgotten
            older = db.execute("SELECT id FROM note WHERE superseded_by = ?", (one,))
            doomed.extend(str(found) for (found,) in older if found not in doomed)
        _remove(db, [row for (row,) in db.execute(f"SELECT row FROM note WHERE id IN ({_holes(doomed)})", doomed)])
    return note


def purge(
    connection: sqlite3.Connection,
    *,
    scope: str | None = None,
    before_s: float | None = None,
    pattern: str = "",
    auto: bool = False,
) -> int:
    """Remove all notes that meet every condition given (without any: all), and return how many.

    `pattern` is a regular expression. Raises: NoteError where it is none, StoreError.
    """
    import re

    try:
        matches = re.compile(pattern, re.IGNORECASE).search if pattern else None
    except re.error as error:
        msg = f"pattern={pattern!r} is not a regular expression: {error}."
        raise NoteError(msg) from error
    conditions, values = ["1"], list[object]()
    if scope is not None:
        conditions.append("scope = ?")
        values.append(scope)
    if before_s is not None:
        conditions.append("created_s < ?")
        values.append(before_s)
    if auto:
        conditions.append("topic != ''")
    with write(connection) as db:
        rows = [
            int(row)
            for row, text, tags in db.execute(
                f"SELECT row, text, tags FROM note WHERE {' AND '.join(conditions)}", values
            )
            if matches is None or matches(f"{text}\n{tags}")
        ]
        _remove(db, rows)
        if scope is not None and before_s is None and not pattern:
            db.execute("DELETE FROM observation WHERE scope = ?", (scope,))
    return len(rows)


def keep_newest(connection: sqlite3.Connection, scope: str, topics: str, count: int) -> None:
    """Remove the automatic notes on topics that begin with `topics`:, superseded or not, but the newest `count`."""
    with write(connection) as db:
        rows = db.execute(
            "SELECT row FROM note WHERE scope = ? AND topic >= ? AND topic < ? ORDER BY row DESC LIMIT -1 OFFSET ?",
            (scope, f"{topics}:", f"{topics};", count),
        ).fetchall()
        if rows:
            _remove(db, [int(row) for (row,) in rows])


def scrub(connection: sqlite3.Connection) -> None:
    """Rewrite the word index without the words of removed notes. The rows' own pages are the store's to overwrite.

    Raises: StoreError.
    """
    with write(connection) as db:
        db.execute("INSERT INTO note_words (note_words) VALUES ('optimize')")


def export(connection: sqlite3.Connection, scopes: Sequence[str] | None = None) -> Iterable[str]:
    """Yield every note (superseded ones too) as one line of JSON, in the order of saving. None: all scopes."""
    where, values = ("", ()) if scopes is None else (f" WHERE scope IN ({_holes(scopes)})", tuple(scopes))
    for row in connection.execute(f"SELECT {_COLUMNS} FROM note{where} ORDER BY row", values):
        fields = _note(row)._asdict()
        yield json.dumps({**fields, "tags": list(fields["tags"])}, ensure_ascii=False)


def load(connection: sqlite3.Connection, lines: Iterable[str], *, scope: str | None = None) -> tuple[int, int]:
    """Save exported notes and return how many were saved and how many were here already. All or nothing.

    `scope` puts them all there, for a project that lies elsewhere on this machine.
    Raises: NoteError naming the line that is no note, SecretFound, StoreError.
    """
    known = 0
    rows: list[int] = []
    with write(connection) as db:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            note = _parse(line, number)
            if scope is not None:
                note = note._replace(scope=scope)
            here = db.execute("SELECT text FROM note WHERE id = ?", (note.id,)).fetchone()
            if here is None:
                rows.append(_insert_row(db, note))
            elif here[0] == note.text:
                known += 1
            else:
                msg = f"Line {number}: another note has the id {note.id} here; nothing was imported."
                raise NoteError(msg)
        live = [row for row in rows if _is_live(db, row)]
        # Each once, when all are there: saving them one by one writes the words of five notes for each.
        _index(db, sorted({*live, *(near for row in live for near in _neighbours(db, row))}))
    return len(rows), known


def by_row(connection: sqlite3.Connection, rows: Sequence[int], scopes: Sequence[str]) -> dict[int, Note]:
    """Return the live notes of these rows that lie in `scopes`."""
    found = connection.execute(
        f"SELECT row, {_COLUMNS} FROM note WHERE row IN ({_holes(rows)}) AND +scope IN ({_holes(scopes)})"
        " AND superseded_by = ''",  # the plus: by row, not by an index over the whole scope
        (*rows, *scopes),
    )
    return {int(row[0]): _note(row[1:]) for row in found}


def _checked(text: str) -> str:
    if not text.strip():
        raise NoteError("The note is empty; nothing was saved.")
    if len(text) > MAX_CHARS:
        msg = f"The note has {len(text):,} characters, more than {MAX_CHARS:,}; save what matters of it."
        raise NoteError(msg)
    if text != words.clean(text):
        raise NoteError("The note holds NUL or half a surrogate pair, which is no text; nothing was saved.")
    found = note_secrets.find(text)
    if found:
        msg = (
            f"This looks like it holds a secret ({found[0].kind}, character {found[0].start + 1}); nothing was saved. "
            "Note where it is kept instead."
        )
        raise SecretFound(msg)
    return text


def _clean_tags(tags: Sequence[str]) -> tuple[str, ...]:
    cleaned = tuple(dict.fromkeys(words.clean(tag).strip() for tag in tags if tag.strip()))
    _checked(" ".join(cleaned) or "-")
    return cleaned


def _supersede(db: sqlite3.Connection, old_id: str, note: Note) -> None:
    row = db.execute("SELECT row, superseded_by FROM note WHERE id = ? AND scope = ?", (old_id, note.scope)).fetchone()
    if row is None:
        raise UnknownNote(_unknown(old_id))
    if row[1]:
        msg = f"The note {old_id} is superseded by {row[1]} already; replace that one."
        raise NoteError(msg)
    near = _neighbours(db, row[0])
    db.execute("UPDATE note SET superseded_by = ? WHERE row = ?", (note.id, row[0]))
    db.execute("DELETE FROM note_words WHERE rowid = ?", (row[0],))
    db.execute("DELETE FROM note_vector WHERE row = ?", (row[0],))
    _index(db, near)


def _insert(db: sqlite3.Connection, note: Note) -> None:
    row = _insert_row(db, note)
    _index(db, [row, *_neighbours(db, row)])


def _insert_row(db: sqlite3.Connection, note: Note) -> int:
    values = (
        note.id, note.text, json.dumps(note.tags, ensure_ascii=False), note.scope, note.author, note.speaker,
        note.session, note.tool, note.ref, note.topic, json.dumps(note.rests_on, ensure_ascii=False, sort_keys=True),
        note.created_s, note.used_s, note.uses, note.superseded_by,
    )  # fmt: skip
    row = db.execute(f"INSERT INTO note ({_COLUMNS}) VALUES ({_MARKS})", values).lastrowid
    assert row is not None
    return row


def _is_live(db: sqlite3.Connection, row: int) -> bool:
    return bool(db.execute("SELECT superseded_by = '' FROM note WHERE row = ?", (row,)).fetchone()[0])


def _remove(db: sqlite3.Connection, rows: Sequence[int]) -> None:
    near: set[int] = set()
    for row in rows:
        near.update(_neighbours(db, row))
    for row in rows:
        db.execute("DELETE FROM note_words WHERE rowid = ?", (row,))
        db.execute("DELETE FROM note_vector WHERE row = ?", (row,))
        db.execute("DELETE FROM note WHERE row = ?", (row,))
    _index(db, sorted(near.difference(rows)))


def _neighbours(db: sqlite3.Connection, row: int) -> list[int]:
    """Return the rows of the two live notes before and after `row` in its session; none outside of a session."""
    return [near for side in _sides(db, row) for near, _ in side]


def _sides(db: sqlite3.Connection, row: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    scope, session, topic = db.execute("SELECT scope, session, topic FROM note WHERE row = ?", (row,)).fetchone()
    if not session or topic:  # automatic notes stand alone: they lie beside each other by chance
        return [], []
    sql = (
        f"SELECT row, speaker || ' ' || substr(text, 1, {_NEIGHBOUR_CHARS}) FROM note"
        " WHERE scope = ? AND session = ? AND row {} ? AND superseded_by = '' AND topic = '' ORDER BY row {} LIMIT 2"
    )
    before = db.execute(sql.format("<", "DESC"), (scope, session, row)).fetchall()
    after = db.execute(sql.format(">", "ASC"), (scope, session, row)).fetchall()
    return before, after


def _index(db: sqlite3.Connection, rows: Iterable[int]) -> None:
    """Write the words of these notes and of their neighbours anew."""
    for row in rows:
        text, tags, scope, speaker = db.execute(
            "SELECT text, tags, scope, speaker FROM note WHERE row = ?", (row,)
        ).fetchone()
        sides = _sides(db, row)
        near = "\n".join(words.indexed(side[0][1]) for side in sides if side)
        far = "\n".join(words.indexed(side[1][1]) for side in sides if len(side) > 1)
        db.execute(
            "INSERT OR REPLACE INTO note_words (rowid, body, near, far, tags, scope) VALUES (?, ?, ?, ?, ?, ?)",
            (row, words.indexed(f"{speaker}: {text}" if speaker else text), near, far,
             words.indexed(" ".join(json.loads(tags))), words.scope_word(scope)),
        )  # fmt: skip


def _parse(line: str, number: int) -> Note:
    try:
        fields = json.loads(line)
        note = Note(**{**fields, "tags": tuple(fields.get("tags", ()))})
        if not (isinstance(note.id, str) and note.id and isinstance(note.text, str) and isinstance(note.scope, str)):
            raise TypeError("id, text and scope are strings")
        if note.author not in {"user", "agent", "tool"}:
            raise TypeError(f"author {note.author!r} is none of user, agent, tool")
    except (ValueError, TypeError, AttributeError) as error:
        msg = f"Line {number} is not an exported note ({error}); nothing was imported."
        raise NoteError(msg) from error
    _checked(note.text)
    return note


def _note(row: Sequence[object]) -> Note:
    fields = dict(zip(Note._fields, row, strict=True))
    tags, rests_on = json.loads(str(fields["tags"])), json.loads(str(fields["rests_on"]))
    return Note(**{**fields, "tags": tuple(tags), "rests_on": rests_on})


def _holes(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _unknown(note_id: str) -> str:
    return f"No note {note_id!r} in this project. List the notes to see their ids."
