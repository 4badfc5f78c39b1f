"""Vectors of notes: little-endian float32 blobs beside them, searched exactly. No loadable extension."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.memory.embeddings import Model

if TYPE_CHECKING:
    from headroom_mcp.store import Store

_TEXT_CHARS = 2_000  # small models read about 256 tokens
_BATCH = 256
_NEIGHBOURS = ((1, 0.6), (2, 0.3))  # distance in the session, weight


def catch_up(store: Store, model: Model, scopes: Sequence[str], limit: int = _BATCH) -> int:
    """Encode up to `limit` live notes of `scopes` that have no vector yet, newest first, and return how many.

    Raises: StoreError.
    """
    found = store.notes.without_vector(model.name, scopes, limit=limit, chars=_TEXT_CHARS)
    if found:
        encoded = model.encode([text for _, text in found])
        store.notes.add_vectors(
            model.name,
            {row: vector.astype("<f4").tobytes() for (row, _), vector in zip(found, encoded, strict=True)},
        )
    return len(found)


def similar(store: Store, model: Model, query: str, scopes: Sequence[str]) -> dict[int, float]:
    """Return the cosine of every note in `scopes` that has a vector, by row.

    A note's vector is mixed with those of its neighbours in the session, as its words are: what a short remark is about
    often stands in the one before it.
    """
    import numpy

    rows = store.notes.vectors(model.name, scopes)
    if not rows:
        return {}
    own = numpy.frombuffer(b"".join(body for *_, body in rows), dtype="<f4").reshape(len(rows), -1)
    threads = {thread: number for number, thread in enumerate(dict.fromkeys(thread for _, thread, _ in rows), 1)}
    thread_of = numpy.array([threads[thread] if thread else -row for row, thread, _ in rows])
    mixed = own.copy()
    for distance, weight in _NEIGHBOURS:
        if len(rows) > distance:
            together = (weight * (thread_of[distance:] == thread_of[:-distance])).astype("<f4")[:, None]
            mixed[distance:] += together * own[:-distance]
            mixed[:-distance] += together * own[distance:]
    asked = model.encode([query[:_TEXT_CHARS]])[0].astype("<f4")
    cosines = (mixed @ asked) / numpy.maximum(numpy.linalg.norm(mixed, axis=1), 1e-9)
    return {int(row): float(cosine) for (row, *_), cosine in zip(rows, cosines, strict=True)}
