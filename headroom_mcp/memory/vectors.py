"""Vectors of notes: little-endian float32 blobs beside them, searched exactly. No loadable extension.

All of them in view are one matrix. It is held by this process, and lies as a file beside the store that a process maps into
memory, so that a search among ten thousand notes reads none of their rows. What it was made of is said by a stamp: a note that
was added, replaced or forgotten since makes another one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence

from headroom_mcp.late import TYPE_CHECKING, Any, NamedTuple, json
from headroom_mcp.memory.embeddings import Model
from headroom_mcp.settings import fault_log, private

if TYPE_CHECKING:
    from headroom_mcp.store import Store

_TEXT_CHARS = 2_000  # small models read about 256 tokens
_NEIGHBOURS = ((1, 0.6), (2, 0.3))  # distance in the session, weight
FILE = "headroom.db.vectors-"  # how the names of our files begin
_FILED = 500  # notes: fewer are read from the store in no time
_HELD = 4  # matrices: one for each project that this process searches
_ALIGNED = 64
_held: dict[str, Matrix] = {}


class Matrix(NamedTuple):
    """The rows of notes (int64), and a vector of length 1 for each (float32): its own, mixed with its neighbours'."""

    rows: Any
    vectors: Any


def similar(store: Store, model: Model, query: str, scopes: Sequence[str], limit: int) -> dict[int, float]:
    """Return the cosine of the `limit` notes in `scopes` that are nearest to `query`, by row. Raises: StoreError.

    A note's vector is mixed with those of its neighbours in the session, as its words are: what a short remark is about
    often stands in the one before it. Some notes that have no vector yet get one here.
    """
    import numpy

    matrix = _matrix(store, model, scopes)
    if matrix is None:
        return {}
    cosines = matrix.vectors @ model.encode([query[:_TEXT_CHARS]])[0].astype("<f4")
    nearest = numpy.arange(len(cosines))
    if len(cosines) > limit:
        nearest = numpy.argpartition(-cosines, limit)[:limit]
    return dict(zip(matrix.rows[nearest].tolist(), cosines[nearest].tolist(), strict=True))


def catch_up(store: Store, model: Model, scopes: Sequence[str]) -> int:
    """Encode live notes of `scopes` that have no vector yet, newest first, as many as take a moment; return how many.

    Raises: StoreError.
    """
    found = store.notes.without_vector(model.name, scopes, limit=model.at_once, chars=_TEXT_CHARS)
    if found:
        encoded = model.encode([text for _, text in found])
        store.notes.add_vectors(
            model.name,
            {row: vector.astype("<f4").tobytes() for (row, _), vector in zip(found, encoded, strict=True)},
        )
    return len(found)


def clear() -> None:
    """Forget the matrices that this process holds."""
    _held.clear()


def forget(store: Store) -> None:
    """Remove the files of vectors beside `store`: one of them may hold that of a note that is gone."""
    folder = store.notes.folder()
    for name in os.listdir(folder) if folder else ():
        if name.startswith(FILE):
            try:
                os.unlink(os.path.join(folder, name))
            except OSError as error:
                fault_log.record("vectors", error, store.settings)


def _matrix(store: Store, model: Model, scopes: Sequence[str]) -> Matrix | None:
    """Return the matrix of the notes in `scopes`, None where there are none: as it is held, from its file, or made now."""
    stamp = store.notes.stamp(scopes)
    name = hashlib.sha256(json.dumps([model.name, *scopes]).encode()).hexdigest()[:16]
    key = f"{name} {stamp}"
    if key in _held:
        return _held[key]
    folder = store.notes.folder()
    path = os.path.join(folder, f"{FILE}{name}") if folder else ""
    found = _read(path, key) if path else None
    if found is None:
        whole = _catches_up(store, model, scopes)
        found = _made(store, model, scopes)
        if found is None or not whole:
            return found
        if path and len(found.rows) >= _FILED:
            _write(path, key, found, store)
    while len(_held) >= _HELD:
        _held.pop(next(iter(_held)))
    _held[key] = found
    return found


def _catches_up(store: Store, model: Model, scopes: Sequence[str]) -> bool:
    """Tell whether every note has its vector now; a store that cannot be written can still be searched."""
    from headroom_mcp.types import StoreError

    try:
        return catch_up(store, model, scopes) < model.at_once
    except StoreError:
        return False


def _made(store: Store, model: Model, scopes: Sequence[str]) -> Matrix | None:
    import numpy

    found = store.notes.vectors(model.name, scopes)
    if not found:
        return None
    own = numpy.frombuffer(b"".join(body for *_, body in found), dtype="<f4").reshape(len(found), -1)
    threads = {thread: number for number, thread in enumerate(dict.fromkeys(thread for _, thread, _ in found), 1)}
    thread_of = numpy.array([threads[thread] if thread else -row for row, thread, _ in found])
    mixed = own.copy()
    for distance, weight in _NEIGHBOURS:
        if len(found) > distance:
            together = (weight * (thread_of[distance:] == thread_of[:-distance])).astype("<f4")[:, None]
            mixed[distance:] += together * own[:-distance]
            mixed[:-distance] += together * own[distance:]
    mixed /= numpy.maximum(numpy.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return Matrix(numpy.array([row for row, *_ in found], dtype="<i8"), mixed)


def _write(path: str, key: str, matrix: Matrix, store: Store) -> None:
    head = json.dumps([key, *matrix.vectors.shape]).encode()
    head += b" " * (-(len(head) + 1) % _ALIGNED) + b"\n"
    try:
        private.write(path, head + matrix.rows.tobytes() + matrix.vectors.astype("<f4").tobytes())
    except OSError as error:  # a full disk: the next search reads the rows
        fault_log.record("vectors", error, store.settings)


def _read(path: str, key: str) -> Matrix | None:
    """Return the matrix in a file, mapped into memory; None where it is of other notes, damaged, or not there."""
    import numpy

    try:
        with open(path, "rb") as stream:
            head = stream.readline(4_096)
            named, count, width = json.loads(head)
            if named != key or os.fstat(stream.fileno()).st_size != len(head) + count * 8 + count * width * 4:
                return None
            rows = numpy.memmap(stream, "<i8", "r", offset=len(head), shape=(count,))
            vectors = numpy.memmap(stream, "<f4", "r", offset=len(head) + count * 8, shape=(count, width))
    except (OSError, ValueError, TypeError):
        return None
    return Matrix(rows, vectors)
