"""Notes as rows: append-only, with the words of each and of its neighbours in `note_words`.

The neighbours of a note are those saved before and after it in the same session: an answer often lies next to the note
that shares words with the question. Only live notes are indexed; what is superseded stays as a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from headroom_mcp.late import Any, NamedTuple, json
from headroom_mcp.store import search_terms
from headroom_mcp.store.rows import Note
from headroom_mcp.store.sqlite.driver import sqlite3
from headroom_mcp.store.sqlite.note_search import SqliteNoteSearch, holes, scope_word
from headroom_mcp.types import NoteError, UnknownNote

COLUMNS = ", ".join(Note._fields)
_ALL = 1 << 40  # "no limit" is spelled differently by every database
_NEIGHBOUR_CHARS = 2_000  # how much of a neighbour is indexed with a note


class Words(NamedTuple):
    """What a note is found by: its own words, those of the notes beside it and two away, its tags; and its scope."""

    own: str
    near: str
    far: str
    tags: str
    scope: str


class SqliteNotes(SqliteNoteSearch):
    """See `interface.Notes`. What other databases spell differently stands in one method each."""

    def add(self, note: Note, *, replaces: str = "") -> None:
        """Save a note; with `replaces`, it supersedes the note of that id in the same scope."""
        with self.database.write() as db:
            if replaces:
                self._supersede(db, replaces, note)
            row = self._insert(db, note)
            self._index(db, [row, *_neighbours(db, row)])

    def add_all(self, notes: Iterable[Note]) -> int:
        """Save notes as they are, superseded ones too, and return how many."""
        with self.database.write() as db:
            rows = [self._insert(db, note) for note in notes]
            live = [row for row in rows if _is_live(db, row)]
            # Each once, when all are there: saving them one by one writes the words of five notes for each.
            self._index(db, sorted({*live, *(near for row in live for near in _neighbours(db, row))}))
        return len(rows)

    def get(self, note_id: str, scopes: Sequence[str] | None = None) -> Note | None:
        """Return the note with this id, superseded or not, if it lies in `scopes` (None: in any)."""
        where, values = ("", ()) if scopes is None else (f" AND scope IN ({holes(scopes)})", tuple(scopes))
        row = self.database.one(f"SELECT {COLUMNS} FROM note WHERE id = ?{where}", (note_id, *values))
        return None if row is None else _note(row)

    def newest(
        self,
        scopes: Sequence[str],
        *,
        limit: int,
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
        conditions.extend(self.tagged for _ in tags)
        sql = f"SELECT row, {COLUMNS} FROM note WHERE {' AND '.join(conditions)} ORDER BY row DESC LIMIT ?"
        # scope by scope: together they would be sorted whole
        rows = [row for scope in dict.fromkeys(scopes) for row in self.database.all(sql, (scope, *tags, limit))]
        rows.sort(key=lambda row: -int(row[0]))
        return [_note(row[1:]) for row in rows[:limit]]

    def on_topic(self, scope: str, topic: str) -> Note | None:
        """Return the live automatic note about `topic`, if there is one."""
        row = self.database.one(
            f"SELECT {COLUMNS} FROM note WHERE scope = ? AND topic = ? AND topic != '' AND superseded_by = ''"
            " ORDER BY row DESC LIMIT 1",
            (scope, topic),
        )
        return None if row is None else _note(row)

    def all(self, scopes: Sequence[str] | None = None) -> Iterator[Note]:
        """Yield every note, superseded ones too, in the order of saving."""
        for row in self._all_rows(scopes):
            yield _note([row[name] for name in Note._fields])

    def _all_rows(self, scopes: Sequence[str] | None) -> Iterable[dict[str, object]]:
        from headroom_mcp.store.sqlite import upkeep

        return upkeep.Queries(self.database).rows_of("note", scopes)

    def by_row(self, rows: Sequence[int], scopes: Sequence[str]) -> dict[int, Note]:
        """Return the live notes of these rows that lie in `scopes`."""
        found = self.database.all(
            f"SELECT row, {COLUMNS} FROM note WHERE row IN ({holes(rows)}) AND {self.by_hand}scope IN ({holes(scopes)})"
            " AND superseded_by = ''",
            (*rows, *scopes),
        )
        return {int(row[0]): _note(row[1:]) for row in found}

    def count_use(self, ids: Iterable[str], now_s: float) -> None:
        """Count that these notes were shown."""
        with self.database.write() as db:
            db.executemany(
                "UPDATE note SET used_s = ?, uses = uses + 1 WHERE id = ?", [(now_s, note_id) for note_id in ids]
            )

    def remove(self, note_id: str) -> None:
        """Remove a note and everything it superseded."""
        with self.database.write() as db:
            doomed = [note_id]
            for one in doomed:  # the older versions would otherwise still hold what was to be forgotten
                older = db.execute("SELECT id FROM note WHERE superseded_by = ?", (one,))
                doomed.extend(str(found) for (found,) in older if found not in doomed)
            self._remove(
                db, [row for (row,) in db.execute(f"SELECT row FROM note WHERE id IN ({holes(doomed)})", doomed)]
            )

    def remove_where(
        self,
        *,
        scope: str | None = None,
        before_s: float | None = None,
        auto: bool = False,
        matches: Callable[[str], object] | None = None,
    ) -> int:
        """Remove all notes that meet every condition given (without any: all), and return how many."""
        conditions, values = ["TRUE"], list[object]()
        if scope is not None:
            conditions.append("scope = ?")
            values.append(scope)
        if before_s is not None:
            conditions.append("created_s < ?")
            values.append(before_s)
        if auto:
            conditions.append("topic != ''")
        with self.database.write() as db:
            found = db.execute(f"SELECT row, text, tags FROM note WHERE {' AND '.join(conditions)}", values)
            rows = [int(row) for row, text, tags in found if matches is None or matches(f"{text}\n{tags}")]
            self._remove(db, rows)
        return len(rows)

    def keep_newest(self, scope: str, topics: str, count: int) -> None:
        """Remove the automatic notes on topics that begin with `topics`:, superseded or not, but the newest `count`."""
        with self.database.write() as db:
            rows = db.execute(
                "SELECT row FROM note WHERE scope = ? AND topic >= ? AND topic < ? ORDER BY row DESC LIMIT ? OFFSET ?",
                (scope, f"{topics}:", f"{topics};", _ALL, count),
            ).fetchall()
            if rows:
                self._remove(db, [int(row) for (row,) in rows])

    def _supersede(self, db: sqlite3.Connection, old_id: str, note: Note) -> None:
        sql = "SELECT row, superseded_by FROM note WHERE id = ? AND scope = ?"
        row = db.execute(sql, (old_id, note.scope)).fetchone()
        if row is None:
            msg = f"No note {old_id!r} in this project. List the notes to see their ids."
            raise UnknownNote(msg)
        if row[1]:
            msg = f"The note {old_id} is superseded by {row[1]} already; replace that one."
            raise NoteError(msg)
        near = _neighbours(db, row[0])
        db.execute("UPDATE note SET superseded_by = ? WHERE row = ?", (note.id, row[0]))
        self._forget_words(db, row[0])
        self._index(db, near)

    def _remove(self, db: sqlite3.Connection, rows: Sequence[int]) -> None:
        near: set[int] = set()
        for row in rows:
            near.update(_neighbours(db, row))
        for row in rows:
            self._forget_words(db, row)
            db.execute("DELETE FROM note WHERE row = ?", (row,))
        self._index(db, sorted(near.difference(rows)))

    def _insert(self, db: sqlite3.Connection, note: Note) -> int:
        row = db.execute(f"INSERT INTO note ({COLUMNS}) VALUES ({holes(Note._fields)})", as_columns(note)).lastrowid
        assert row is not None
        return row

    def _index(self, db: sqlite3.Connection, rows: Iterable[int]) -> None:
        for row in rows:
            _write_words(db, row, words_of(db, row))

    def _forget_words(self, db: sqlite3.Connection, row: int) -> None:
        db.execute("DELETE FROM note_words WHERE rowid = ?", (row,))
        db.execute("DELETE FROM note_vector WHERE row = ?", (row,))


def reindex(db: sqlite3.Connection) -> None:
    """Write the words of every live note again, inside a transaction: the index was damaged or is of another form."""
    db.execute("DELETE FROM note_words")
    for (row,) in db.execute("SELECT row FROM note WHERE superseded_by = '' ORDER BY row").fetchall():
        _write_words(db, row, words_of(db, row))


def as_columns(note: Note) -> Note:
    """Return `note` with its tags and files as the columns hold them."""
    return note._replace(
        tags=json.dumps(note.tags, ensure_ascii=False),  # type: ignore[arg-type]
        rests_on=json.dumps(note.rests_on, ensure_ascii=False, sort_keys=True),  # type: ignore[arg-type]
    )


def _is_live(db: sqlite3.Connection, row: int) -> bool:
    return bool(db.execute("SELECT superseded_by = '' FROM note WHERE row = ?", (row,)).fetchone()[0])


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


def words_of(db: sqlite3.Connection, row: int) -> Words:
    """Return the words by which the note in `row` is found: its own, and its neighbours'."""
    text, tags, scope, speaker = db.execute(
        "SELECT text, tags, scope, speaker FROM note WHERE row = ?", (row,)
    ).fetchone()
    sides = _sides(db, row)
    return Words(
        search_terms.indexed(f"{speaker}: {text}" if speaker else text),
        "\n".join(search_terms.indexed(side[0][1]) for side in sides if side),
        "\n".join(search_terms.indexed(side[1][1]) for side in sides if len(side) > 1),
        search_terms.indexed(" ".join(json.loads(tags))),
        scope,
    )


def _write_words(db: sqlite3.Connection, row: int, words: Words) -> None:
    db.execute(
        "INSERT OR REPLACE INTO note_words (rowid, body, near, far, tags, scope) VALUES (?, ?, ?, ?, ?, ?)",
        (row, words.own, words.near, words.far, words.tags, scope_word(words.scope)),
    )


def _note(row: Sequence[object]) -> Note:
    fields: dict[str, Any] = dict(zip(Note._fields, row, strict=True))
    # Most notes have neither: a search reads hundreds.
    tags = [] if fields["tags"] == "[]" else json.loads(fields["tags"])
    rests_on = {} if fields["rests_on"] == "{}" else json.loads(fields["rests_on"])
    return Note(**{**fields, "tags": tuple(tags), "rests_on": rests_on})
