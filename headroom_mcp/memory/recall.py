"""Recall: the notes a question is about, without a model.

    terms of the question → FTS5: BM25 over four fields, a note's own words, its neighbours', its tags → the best 60
    → raised or lowered by who speaks, by date, by recency and use → the best k [fused by rank with vectors, if there are any]

BM25 reads every note that holds any of the terms, so in a large memory common words are left to the notes that hold a
rarer one too: the work stays bounded where a bare query's grows with the memory.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from headroom_mcp.errors import StoreError
from headroom_mcp.memory import dates, notes, words
from headroom_mcp.memory.notes import Note
from headroom_mcp.query import bm25

# Field weights for bm25(): own words, the notes next to it, those two away, tags; the scope only filters.
_WEIGHTS = "1.0, 0.5, 0.3, 1.0, 0.0"
_FIELDS = "{body near far tags}"
_POOL = 60  # notes that are looked at more closely; twice as many change nothing
_SMALL_SCOPE = 5_000  # notes in view up to which every term is searched
_MATCHES = 4_000  # notes that BM25 may score in a large memory: about 1 µs each

_SPEAKER = 0.6  # the one who is asked about says it: a name is too common a word for BM25 to weigh
_OWN = 0.3  # the words stand in the note itself: neighbours make every word look common in a small memory
_OWN_CHARS = 2_000
_IN_TIME = 0.25
_ASKS = 0.2  # a note that ends in a question holds no answer
_STALE = 0.5
_RECENT = 0.10
_RECENT_DAYS = 90.0
_USED = 0.03
# Reciprocal rank fusion (Cormack, Clarke & Büttcher, 2009), with k = 10 instead of their 60: two rankings of 60 notes are
# not the hundreds of systems of TREC, and the first places should count.
_RRF = 10
_WORDS = 1.5  # words know names and identifiers, which small models do not


class Hit(NamedTuple):
    """A note that was found and its score, which orders the hits of one search and means nothing between searches."""

    note: Note
    score: float


def search(
    connection: sqlite3.Connection,
    query: str,
    scopes: Sequence[str],
    *,
    limit: int = 5,
    tags: Sequence[str] = (),
    now_s: float | None = None,
    semantic: bool = True,
) -> list[Hit]:
    """Return up to `limit` live notes in `scopes` for `query`, best first; those with all of `tags`, if any are given.

    A query without any word (emoji, punctuation) is looked for as it stands. Raises: StoreError.
    """
    now = time.time() if now_s is None else now_s
    try:
        terms = words.asked(query)
        scores = _by_words(connection, terms, scopes, tags) if terms else _verbatim(connection, query, scopes)
        cosines = _by_meaning(connection, query, scopes) if semantic else {}
        near = sorted(cosines, key=lambda row: (-cosines[row], -row))[: 4 * _POOL]  # who speaks matters more here
        found = notes.by_row(connection, [*scores, *(row for row in near if row not in scores)], scopes)
        period = dates.window(query, now)
        weights = {row: _weight(note, terms, period, now) for row, note in found.items()}
        ranked = _ranked({row: score * weights[row] for row, score in scores.items() if row in found})
        if near:
            by_meaning = _ranked({row: cosines[row] * weights[row] for row in near if row in found})
            ranked = _ranked(_fused((_WORDS, ranked), (1.0, by_meaning)))
    except sqlite3.DatabaseError as error:
        msg = f"The memory could not be read: {error}."
        raise StoreError(msg) from error
    best = [Hit(found[row], score) for row, score in ranked.items() if all(tag in found[row].tags for tag in tags)]
    return best[:limit]


def _by_words(
    connection: sqlite3.Connection, terms: list[str], scopes: Sequence[str], tags: Sequence[str]
) -> dict[int, float]:
    holes = ", ".join("?" * len(scopes))
    in_view = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM note WHERE scope IN ({holes}) LIMIT {_SMALL_SCOPE + 1})", tuple(scopes)
    ).fetchone()[0]
    if in_view <= _SMALL_SCOPE:
        here = " OR ".join(words.scope_word(scope) for scope in scopes)
        match = f"({_FIELDS} : ({words.any_of(terms)})) AND scope : ({here})"
    else:
        match = f"{_FIELDS} : ({words.any_of(_affordable(connection, terms))})"
    tagged = " AND EXISTS (SELECT 1 FROM json_each(n.tags) WHERE value = ?)" * len(tags)
    rows = connection.execute(
        f"SELECT n.row, bm25(note_words, {_WEIGHTS}) AS score FROM note_words JOIN note n ON n.row = note_words.rowid"
        f" WHERE note_words MATCH ? AND +n.scope IN ({holes}){tagged} ORDER BY score LIMIT {_POOL}",
        (match, *scopes, *tags),
    )
    return {int(row): -float(score) for row, score in rows}


def _affordable(connection: sqlite3.Connection, terms: list[str]) -> list[str]:
    """Return the rarer terms, as long as the notes that hold them stay within `_MATCHES` together."""
    sql = f"SELECT count(*) FROM (SELECT 1 FROM note_words WHERE note_words MATCH ? LIMIT {_MATCHES + 1})"
    matches = {term: int(connection.execute(sql, (f'{_FIELDS} : "{term}"',)).fetchone()[0]) for term in terms}
    chosen: list[str] = []
    total = 0
    for term in sorted((term for term in terms if matches[term]), key=lambda term: matches[term]):
        total += matches[term]
        if chosen and total > _MATCHES:
            break
        chosen.append(term)
    return chosen or terms[:1]


def _verbatim(connection: sqlite3.Connection, query: str, scopes: Sequence[str]) -> dict[int, float]:
    wanted = words.clean(query).strip()
    if not wanted:
        return {}
    rows = connection.execute(
        f"SELECT row FROM note WHERE scope IN ({', '.join('?' * len(scopes))}) AND superseded_by = ''"
        f" AND instr(text, ?) > 0 ORDER BY row DESC LIMIT {_POOL}",
        (*scopes, wanted),
    )
    return {int(row): 1.0 for (row,) in rows}


def _weight(note: Note, terms: list[str], period: tuple[float, float] | None, now_s: float) -> float:
    weight = 1.0
    if note.speaker and any(name in terms for name in note.speaker.lower().split()):
        weight += _SPEAKER
    weight += _OWN * len(set(terms).intersection(bm25.terms(note.text[:_OWN_CHARS]))) / max(1, len(terms))
    if period and period[0] <= note.created_s < period[1]:
        weight += _IN_TIME
    if note.text.rstrip().endswith("?"):
        weight *= 1 - _ASKS
    age_days = max(0.0, now_s - note.created_s) / 86_400
    weight *= 1 + _RECENT * math.pow(0.5, age_days / _RECENT_DAYS)
    return weight * (1 + _USED * math.log1p(min(note.uses, 20)))


def _by_meaning(connection: sqlite3.Connection, query: str, scopes: Sequence[str]) -> dict[int, float]:
    """Return the cosines of the notes in view, empty without a model. Notes that have no vector yet get one here."""
    from headroom_mcp.memory import embeddings

    model = embeddings.configured()
    if model is None or not query.strip():
        return {}
    from headroom_mcp.memory import vectors

    with suppress(StoreError):  # a store that cannot be written now can still be searched
        vectors.catch_up(connection, model, scopes)
    return vectors.similar(connection, model, query, scopes)


def _ranked(scores: dict[int, float]) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda item: (-item[1], -item[0])))


def _fused(*rankings: tuple[float, dict[int, float]]) -> dict[int, float]:
    fused: dict[int, float] = {}
    for weight, ranking in rankings:
        for rank, row in enumerate(ranking, 1):
            fused[row] = fused.get(row, 0.0) + weight / (_RRF + rank)
    return fused
