"""Notes on PostgreSQL: the words of each stand beside it, as a weighted `tsvector`, and are ranked by how rare they are.

What a word is, is decided here and not by the database: a path falls into its words, accents are folded, as in every other
store of ours; PostgreSQL only stems.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from headroom_mcp.late import pattern
from headroom_mcp.store import search_terms
from headroom_mcp.store.rows import Note
from headroom_mcp.store.sqlite import notes as portable
from headroom_mcp.store.sqlite.note_search import holes

_WORD = pattern(r"[^\W_]+")
_WEIGHTS = "{1.0, 0.3, 0.5, 1.0}"  # of D, C, B and A: tags, two away, neighbours, its own
_MAX_WORDS = 20_000  # a tsvector holds a megabyte; a note is far shorter

_CANDIDATES = """
WITH term AS (SELECT place, phraseto_tsquery('headroom', words) AS asked FROM unnest(CAST(? AS TEXT[])) WITH ORDINALITY AS t (words, place)),
view AS MATERIALIZED (SELECT row, words FROM note WHERE scope = ANY(?) AND superseded_by = ''{tagged}),
hit AS (
    SELECT view.row, term.place, ts_rank(CAST(? AS REAL[]), view.words, term.asked, 1) AS rank
    FROM view JOIN term ON view.words @@ term.asked
),
rarity AS (SELECT place, ln(1 + (SELECT COUNT(*) FROM view) / CAST(COUNT(*) AS DOUBLE PRECISION)) AS weight FROM hit GROUP BY place)
SELECT hit.row, SUM(hit.rank * rarity.weight) AS score FROM hit JOIN rarity ON rarity.place = hit.place
GROUP BY hit.row ORDER BY score DESC, hit.row LIMIT ?
"""


class PostgresNotes(portable.SqliteNotes):
    """See `interface.Notes`."""

    tagged = "CAST(note.tags AS JSONB) @> to_jsonb(CAST(? AS TEXT))"
    by_hand = ""

    def candidates(
        self, terms: Sequence[str], scopes: Sequence[str], *, tags: Sequence[str] = (), limit: int
    ) -> dict[int, float]:
        """Return the score of the live notes that hold any of `terms`, by row, best first."""
        sql = _CANDIDATES.replace("{tagged}", f" AND {self.tagged}" * len(tags))
        rows = self.database.all(sql, ([folded(term) for term in terms], list(scopes), *tags, _WEIGHTS, limit))
        return {int(row): float(score) for row, score in rows}

    def holding(self, text: str, scopes: Sequence[str], *, limit: int) -> list[int]:
        """Return the rows of the live notes that hold `text` as it stands, newest first."""
        rows = self.database.all(
            "SELECT row FROM note WHERE scope = ANY(?) AND superseded_by = '' AND strpos(text, ?) > 0"
            " ORDER BY row DESC LIMIT ?",
            (list(scopes), search_terms.clean(text), limit),
        )
        return [int(row) for (row,) in rows]

    def sharing(self, terms: Sequence[str], *, at_most: int) -> dict[int, int]:
        """Return how many of `terms` each note holds itself, by row; a term in more notes than `at_most` is not counted."""
        shared: dict[int, int] = {}
        for term in terms:
            sql = "SELECT row FROM note WHERE ts_filter(words, '{a}') @@ phraseto_tsquery('headroom', ?) LIMIT ?"
            rows = self.database.all(sql, (folded(term), at_most + 1))
            if len(rows) <= at_most:
                for (row,) in rows:
                    shared[row] = shared.get(row, 0) + 1
        return shared

    def add_vectors(self, model: str, vectors: Mapping[int, bytes]) -> None:
        """Keep the vectors of notes, by row."""
        with self.database.write() as db:
            db.executemany(
                "INSERT INTO note_vector (row, model, body) SELECT row, ?, ? FROM note WHERE row = ?"
                " ON CONFLICT (tenant, row, model) DO UPDATE SET body = excluded.body",
                [(model, body, row) for row, body in vectors.items()],
            )

    def stamp(self, scopes: Sequence[str]) -> str:
        """Return what tells the live notes in `scopes` from those at any other time; here others replace notes, too."""
        sql = f"SELECT count(*) FROM note WHERE scope IN ({holes(scopes)}) AND superseded_by <> ''"
        return f"{super().stamp(scopes)} {self.database.value(sql, tuple(scopes))}"

    def folder(self) -> str:
        """Return "": the notes are on another machine, and no file here may outlive them."""
        return ""

    def _all_rows(self, scopes: Sequence[str] | None) -> Iterable[dict[str, object]]:
        where, values = ("", []) if scopes is None else (f" WHERE scope IN ({holes(scopes)})", list(scopes))
        rows = self.database.all(f"SELECT {portable.COLUMNS} FROM note{where} ORDER BY row", values)
        return (dict(zip(Note._fields, row, strict=True)) for row in rows)

    def _insert(self, db: Any, note: Note) -> int:
        sql = f"INSERT INTO note ({portable.COLUMNS}) VALUES ({holes(Note._fields)}) RETURNING row"
        return int(db.execute(sql, portable.as_columns(note)).fetchone()[0])

    def _index(self, db: Any, rows: Iterable[int]) -> None:
        for row in rows:
            words = portable.words_of(db, row)
            vector = " || ".join(f"setweight(to_tsvector('headroom', ?), '{weight}')" for weight in "ABCD")
            given = [folded(part) for part in (words.own, words.near, words.far, words.tags)]
            db.execute(f"UPDATE note SET words = {vector} WHERE row = ?", (*given, row))

    def _forget_words(self, db: Any, row: int) -> None:
        db.execute("UPDATE note SET words = NULL WHERE row = ?", (row,))
        db.execute("DELETE FROM note_vector WHERE row = ?", (row,))


def folded(text: str) -> str:
    """Return the words of `text`, lower case, without accents, with a space between each two."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", plain).casefold())[:_MAX_WORDS])
