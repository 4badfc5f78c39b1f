"""Recall: the notes a question is about, without a model.

terms of the question → the store's candidates: notes that hold them, in their own words, a neighbour's or a tag → the best 60
→ raised or lowered by who speaks, by date, by recency and use → the best k [fused by rank with vectors, if there are any]
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

from headroom_mcp.late import TYPE_CHECKING, NamedTuple
from headroom_mcp.memory import dates
from headroom_mcp.query import bm25
from headroom_mcp.store import search_terms
from headroom_mcp.store.rows import Note

if TYPE_CHECKING:
    from headroom_mcp.store import Store

_POOL = 60  # notes that are looked at more closely; twice as many change nothing
_NEAR = 4 * _POOL  # and of those near in meaning: who speaks matters more there

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


class Hit(NamedTuple):
    """A note that was found and its score, which orders the hits of one search and means nothing between searches."""

    note: Note
    score: float


def search(
    store: Store,
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
    terms = search_terms.asked(query)
    scores = _by_words(store, terms, query, scopes, tags)
    trust, cosines = _by_meaning(store, query, scopes) if semantic else (1.0, {})
    near = sorted(cosines, key=lambda row: (-cosines[row], -row))
    found = store.notes.by_row([*scores, *(row for row in near if row not in scores)], scopes)
    period = dates.window(query, now)
    weights = {row: _weight(note, terms, period, now) for row, note in found.items()}
    ranked = _ranked({row: score * weights[row] for row, score in scores.items() if row in found})
    if near:
        by_meaning = _ranked({row: cosines[row] * weights[row] for row in near if row in found})
        ranked = _ranked(_fused((trust, ranked), (1.0, by_meaning)))
    best = [Hit(found[row], score) for row, score in ranked.items() if all(tag in found[row].tags for tag in tags)]
    return best[:limit]


def _by_words(
    store: Store, terms: list[str], query: str, scopes: Sequence[str], tags: Sequence[str]
) -> dict[int, float]:
    if terms:
        return store.notes.candidates(terms, scopes, tags=tags, limit=_POOL)
    wanted = search_terms.clean(query).strip()
    return dict.fromkeys(store.notes.holding(wanted, scopes, limit=_POOL), 1.0) if wanted else {}


def _weight(note: Note, terms: list[str], period: tuple[float, float] | None, now_s: float) -> float:
    weight = 1.0
    if note.speaker and any(name in terms for name in note.speaker.lower().split()):
        weight += _SPEAKER
    weight += _OWN * _own(note.text[:_OWN_CHARS], terms) / max(1, len(terms))
    if period and period[0] <= note.created_s < period[1]:
        weight += _IN_TIME
    if note.text.rstrip().endswith("?"):
        weight *= 1 - _ASKS
    age_days = max(0.0, now_s - note.created_s) / 86_400
    weight *= 1 + _RECENT * math.pow(0.5, age_days / _RECENT_DAYS)
    return weight * (1 + _USED * math.log1p(min(note.uses, 20)))


def _own(text: str, terms: list[str]) -> int:
    """Return how many of `terms` stand in `text` as words of their own, or as humps of a camel; two hundred notes are asked."""
    low = text.lower()
    if len(low) != len(text):  # a letter that becomes two: places would not agree
        return len(set(terms).intersection(bm25.terms(text)))
    return sum(1 for term in set(terms) if term in low and _stands_alone(text, low, term))


def _stands_alone(text: str, low: str, term: str) -> bool:
    at = low.find(term)
    while at >= 0:
        stop = at + len(term)
        begins = at == 0 or not text[at - 1].isalnum() or (text[at].isupper() and text[at - 1].islower())
        ends = stop == len(text) or not text[stop].isalnum() or text[stop].isupper()
        if begins and ends:
            return True
        at = low.find(term, at + 1)
    return False


def _by_meaning(store: Store, query: str, scopes: Sequence[str]) -> tuple[float, dict[int, float]]:
    """Return the cosines of the notes in view, and how much more words are trusted; no cosines without a model. Notes that
    have no vector yet get one here."""
    from headroom_mcp.memory import embeddings

    model = embeddings.configured()
    if model is None or not query.strip():
        return 1.0, {}
    from headroom_mcp.memory import vectors

    return model.words, vectors.similar(store, model, query, scopes, _NEAR)


def _ranked(scores: dict[int, float]) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda item: (-item[1], -item[0])))


def _fused(*rankings: tuple[float, dict[int, float]]) -> dict[int, float]:
    fused: dict[int, float] = {}
    for weight, ranking in rankings:
        for rank, row in enumerate(ranking, 1):
            fused[row] = fused.get(row, 0.0) + weight / (_RRF + rank)
    return fused
