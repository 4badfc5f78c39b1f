"""Candidates for recall: FTS5 over a note's own words, its neighbours', its tags; vectors beside them.

BM25 reads every note that holds any of the terms, so in a large memory common words are left to the notes that hold a
rarer one too: the work stays bounded where a bare query's grows with the memory.

Plain `sqlite3`: every prompt of a conversation asks here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.store import search_terms
from headroom_mcp.text import sha256

if TYPE_CHECKING:
    from headroom_mcp.store.sqlite.database import Database

# Field weights for bm25(): own words, the notes next to it, those two away, tags; the scope only filters.
_WEIGHTS = "1.0, 0.5, 0.3, 1.0, 0.0"
_FIELDS = "{body near far tags}"
_SMALL_SCOPE = 5_000  # notes in view up to which every term is searched
_MATCHES = 4_000  # notes that BM25 may score in a large memory: about 1 µs each


class SqliteNoteSearch:
    """The searching half of `interface.Notes`."""

    tagged = "EXISTS (SELECT 1 FROM json_each(note.tags) WHERE value = ?)"
    """The condition that a note has a tag."""
    by_hand = "+"
    """Before a column: not by the index over it, here not over a whole scope."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def candidates(
        self, terms: Sequence[str], scopes: Sequence[str], *, tags: Sequence[str] = (), limit: int
    ) -> dict[int, float]:
        """Return the score of the live notes that hold any of `terms`, by row, best first."""
        in_view = self.database.value(
            f"SELECT count(*) FROM (SELECT 1 FROM note WHERE scope IN ({holes(scopes)}) LIMIT {_SMALL_SCOPE + 1})",
            tuple(scopes),
        )
        if in_view <= _SMALL_SCOPE:
            here = " OR ".join(scope_word(scope) for scope in scopes)
            match = f"({_FIELDS} : ({_any_of(terms)})) AND scope : ({here})"
        else:
            match = f"{_FIELDS} : ({_any_of(self._affordable(terms))})"
        tagged = f" AND {self.tagged}" * len(tags)
        rows = self.database.all(
            f"SELECT note.row, bm25(note_words, {_WEIGHTS}) AS score FROM note_words JOIN note ON note.row = note_words.rowid"
            f" WHERE note_words MATCH ? AND +note.scope IN ({holes(scopes)}){tagged} ORDER BY score LIMIT ?",
            (match, *scopes, *tags, limit),
        )
        return {int(row): -float(score) for row, score in rows}

    def holding(self, text: str, scopes: Sequence[str], *, limit: int) -> list[int]:
        """Return the rows of the live notes that hold `text` as it stands, newest first."""
        rows = self.database.all(
            f"SELECT row FROM note WHERE scope IN ({holes(scopes)}) AND superseded_by = ''"
            " AND instr(text, ?) > 0 ORDER BY row DESC LIMIT ?",
            (*scopes, search_terms.clean(text), limit),
        )
        return [int(row) for (row,) in rows]

    def sharing(self, terms: Sequence[str], *, at_most: int) -> dict[int, int]:
        """Return how many of `terms` each note holds itself, by row; a term in more notes than `at_most` is not counted."""
        shared: dict[int, int] = {}
        for term in terms:
            sql = "SELECT rowid FROM note_words WHERE note_words MATCH ? LIMIT ?"
            rows = self.database.all(sql, (f"body : {_quoted(term)}", at_most + 1))
            if len(rows) <= at_most:
                for (row,) in rows:
                    shared[row] = shared.get(row, 0) + 1
        return shared

    def without_vector(self, model: str, scopes: Sequence[str], *, limit: int, chars: int) -> list[tuple[int, str]]:
        """Return up to `limit` live notes that have no vector of `model` yet, newest first: row, speaker and text."""
        rows = self.database.all(
            f"SELECT row, speaker, substr(text, 1, ?) FROM note WHERE scope IN ({holes(scopes)}) AND superseded_by = ''"
            " AND NOT EXISTS (SELECT 1 FROM note_vector v WHERE v.row = note.row AND v.model = ?)"
            " ORDER BY row DESC LIMIT ?",
            (chars, *scopes, model, limit),
        )
        return [(int(row), f"{speaker}: {text}" if speaker else str(text)) for row, speaker, text in rows]

    def add_vectors(self, model: str, vectors: Mapping[int, bytes]) -> None:
        """Keep the vectors of notes, by row."""
        with self.database.write() as db:
            db.executemany(
                # a note that was forgotten meanwhile must not leave a vector behind
                "INSERT OR REPLACE INTO note_vector (row, model, body) SELECT row, ?, ? FROM note WHERE row = ?",
                [(model, body, row) for row, body in vectors.items()],
            )

    def vectors(self, model: str, scopes: Sequence[str]) -> list[tuple[int, str, bytes]]:
        """Return row, thread ("" for none) and vector of the live notes that have one, thread by thread, in order."""
        rows = self.database.all(
            "SELECT v.row, CASE WHEN n.session = '' OR n.topic != '' THEN '' ELSE n.scope || ? || n.session END,"
            " v.body FROM note n JOIN note_vector v ON v.row = n.row AND v.model = ?"
            f" WHERE n.scope IN ({holes(scopes)}) AND n.superseded_by = '' ORDER BY 2, 1",
            ("\n", model, *scopes),
        )
        return [(int(row), str(thread), bytes(body)) for row, thread, body in rows]

    def stamp(self, scopes: Sequence[str]) -> str:
        """Return what tells the live notes in `scopes` from those at any other time.

        A note changes only by being replaced, which adds one; and a row is taken again only after the newest note is gone.
        """
        count, last = self.database.one(
            f"SELECT count(*), coalesce(max(row), 0) FROM note WHERE scope IN ({holes(scopes)})", tuple(scopes)
        ) or (0, 0)
        return f"{count} {last} {self.database.value('SELECT id FROM note WHERE row = ?', (last,))}"

    def folder(self) -> str:
        """Return the folder with the store's files, "" for a store that has none."""
        path = self.database.value("SELECT file FROM pragma_database_list WHERE name = 'main'")
        return os.path.dirname(str(path)) if path else ""

    def _affordable(self, terms: Sequence[str]) -> Sequence[str]:
        """Return the rarer terms, as long as the notes that hold them stay within `_MATCHES` together."""
        sql = f"SELECT count(*) FROM (SELECT 1 FROM note_words WHERE note_words MATCH ? LIMIT {_MATCHES + 1})"
        matches = {term: int(self.database.value(sql, (f"{_FIELDS} : {_quoted(term)}",))) for term in terms}
        chosen: list[str] = []
        total = 0
        for term in sorted((term for term in terms if matches[term]), key=lambda term: matches[term]):
            total += matches[term]
            if chosen and total > _MATCHES:
                break
            chosen.append(term)
        return chosen or terms[:1]


def holes(values: Sequence[object]) -> str:
    """Return a question mark for each value, for `IN (…)`; for none what equals nothing."""
    return ", ".join("?" * len(values)) or "NULL"


def scope_word(scope: str) -> str:
    """Return the one word by which the index knows a scope, also where a folder's name is no UTF-8: as the store spells it."""
    return f"scope{sha256.of(scope.encode('utf-8', 'backslashreplace'))[:20]}" if scope else "scopeglobal"


def _any_of(terms: Sequence[str]) -> str:
    """Return the FTS5 expression that matches any of `terms`; each is quoted, so that none acts as an operator."""
    return " OR ".join(_quoted(term) for term in terms)


def _quoted(term: str) -> str:
    doubled = term.replace('"', '""')
    return f'"{doubled}"'
