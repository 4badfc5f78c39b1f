"""Vectors of notes: little-endian float32 blobs beside them, searched exactly. No loadable extension."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from headroom_mcp.memory.embeddings import Model
from headroom_mcp.store.sqlite.transaction import write

_TEXT_CHARS = 2_000  # small models read about 256 tokens
_BATCH = 256
_NEIGHBOURS = ((1, 0.6), (2, 0.3))  # distance in the session, weight


def catch_up(connection: sqlite3.Connection, model: Model, scopes: Sequence[str], limit: int = _BATCH) -> int:
    """Encode up to `limit` live notes of `scopes` that have no vector yet, newest first, and return how many.

    Raises: StoreError.
    """
    holes = ", ".join("?" * len(scopes))
    rows = connection.execute(
        f"SELECT row, speaker, substr(text, 1, {_TEXT_CHARS}) FROM note WHERE scope IN ({holes}) AND superseded_by = ''"
        " AND NOT EXISTS (SELECT 1 FROM note_vector v WHERE v.row = note.row AND v.model = ?) ORDER BY row DESC LIMIT ?",
        (*scopes, model.name, limit),
    ).fetchall()
    if not rows:
        return 0
    encoded = model.encode([f"{speaker}: {text}" if speaker else text for _, speaker, text in rows])
    with write(connection) as db:
        db.executemany(
            # a note that was forgotten meanwhile must not leave a vector behind
            "INSERT OR REPLACE INTO note_vector (row, model, body) SELECT row, ?, ? FROM note WHERE row = ?",
            [
                (model.name, vector.astype("<f4").tobytes(), row)
                for (row, _, _), vector in zip(rows, encoded, strict=True)
            ],
        )
    return len(rows)


def similar(connection: sqlite3.Connection, model: Model, query: str, scopes: Sequence[str]) -> dict[int, float]:
    """Return the cosine of every note in `scopes` that has a vector, by row.

    A note's vector is mixed with those of its neighbours in the session, as its words are: what a short remark is about
    often stands in the one before it.
    """
    import numpy

    holes = ", ".join("?" * len(scopes))
    rows = connection.execute(
        "SELECT v.row, CASE WHEN n.session = '' OR n.topic != '' THEN '' ELSE n.scope || char(10) || n.session END, v.body"
        " FROM note n JOIN note_vector v ON v.row = n.row AND v.model = ?"
        f" WHERE n.scope IN ({holes}) AND n.superseded_by = '' ORDER BY 2, 1",
        (model.name, *scopes),
    ).fetchall()
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
