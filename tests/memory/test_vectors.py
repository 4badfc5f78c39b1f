"""Recall by meaning, with a model that this test makes up: a vector is a handful of topics."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

numpy = pytest.importorskip("numpy")

from headroom_mcp.memory import embeddings, notes, recall, vectors  # noqa: E402
from headroom_mcp.settings.table import Settings  # noqa: E402
from headroom_mcp.store import Store, open_in_memory, open_store  # noqa: E402
from headroom_mcp.types import SettingsError  # noqa: E402 - numpy comes with the extra `embeddings`

HERE, THERE = "/projects/here", "/projects/there"
_TOPICS = (("car", "vehicle", "automobile"), ("dog", "puppy", "hound"), ("rain", "storm", "weather"))


class _Topics:
    """Counts words of each topic; the last place keeps every vector from being zero."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str], **_options: Any) -> Any:
        self.encoded.extend(texts)
        rows = [[*(sum(word in text.lower() for word in topic) for topic in _TOPICS), 0.01] for text in texts]
        matrix = numpy.array(rows, dtype="float32")
        return matrix / numpy.linalg.norm(matrix, axis=1, keepdims=True)


@pytest.fixture(name="engine")
def _engine(monkeypatch: pytest.MonkeyPatch) -> _Topics:
    engine = _Topics()
    monkeypatch.setattr(embeddings, "configured", lambda: embeddings.Model("topics", engine))
    return engine


@pytest.fixture(name="db")
def _db() -> Store:
    return open_in_memory()


def test_a_note_without_a_common_word_is_found_by_its_meaning(db: Store, engine: _Topics) -> None:
    notes.save(db, "the automobile is in the garage", scope=HERE)
    notes.save(db, "a hound barked all night", scope=HERE)

    found = recall.search(db, "where did I park my car", [HERE], limit=1)

    assert [hit.note.text for hit in found] == ["the automobile is in the garage"]
    assert recall.search(db, "where did I park my car", [HERE], semantic=False) == []


def test_each_note_is_encoded_once(db: Store, engine: _Topics) -> None:
    notes.save(db, "the puppy sleeps", scope=HERE)
    recall.search(db, "hound", [HERE])
    recall.search(db, "hound", [HERE])

    assert engine.encoded.count("the puppy sleeps") == 1


def test_another_projects_vectors_are_never_searched(db: Store, engine: _Topics) -> None:
    notes.save(db, "the puppy sleeps", scope=THERE)
    recall.search(db, "hound", [THERE])

    assert recall.search(db, "hound", [HERE, notes.GLOBAL]) == []


def test_forgetting_and_superseding_take_the_vector_along(db: Store, engine: _Topics) -> None:
    old = notes.save(db, "the puppy sleeps", scope=HERE)
    other = notes.save(db, "the car is red", scope=HERE)
    recall.search(db, "hound", [HERE])
    notes.save(db, "the puppy is awake", scope=HERE, replaces=old.id)
    notes.forget(db, other.id, [HERE])

    assert db.connection.execute("SELECT count(*) FROM note_vector").fetchone()[0] == 0
    vectors.catch_up(db, embeddings.configured() or pytest.fail(), [HERE])
    assert db.connection.execute("SELECT count(*) FROM note_vector").fetchone()[0] == 1


def test_a_model_that_is_none_is_a_clear_error_and_search_goes_on(db: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_EMBEDDINGS", "/nowhere/model")
    notes.save(db, "the puppy sleeps", scope=HERE)

    with pytest.raises(SettingsError, match="neither a folder nor"):
        embeddings.load("/nowhere/model")
    assert [hit.note.text for hit in recall.search(db, "puppy", [HERE])] == ["the puppy sleeps"]


def _texts(store: Store, query: str) -> list[str]:
    vectors.clear()  # as another process
    return [hit.note.text for hit in recall.search(store, query, [HERE], limit=2)]


def _files(home: Path) -> list[Path]:
    return sorted(home.glob(f"{vectors.FILE}*"))


def test_the_matrix_lies_beside_the_store_for_the_user_alone_and_is_of_the_notes_of_now(
    tmp_path: Path, engine: _Topics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_FILED", 1)
    with open_store(Settings(home=str(tmp_path))) as store:
        first = notes.save(store, "the automobile is in the garage", scope=HERE)
        asked = "where did I park my car"
        assert _texts(store, asked) == [first.text]
        (file,) = _files(tmp_path)
        assert file.stat().st_mode & 0o777 == 0o600
        engine.encoded.clear()
        assert _texts(store, asked) == [first.text]
        assert engine.encoded == [asked]

        second = notes.save(store, "her vehicle is red", scope=HERE)
        assert set(_texts(store, asked)) == {first.text, second.text}
        third = notes.save(store, "her vehicle is blue", scope=HERE, replaces=second.id)
        assert set(_texts(store, asked)) == {first.text, third.text}
        notes.forget(store, first.id, [HERE])
        assert _files(tmp_path) == []
        assert _texts(store, asked) == [third.text]


@pytest.mark.parametrize("body", [b"", b"{}\n", b'["x", 1, 4]\n', b"\xff" * 200, None])
def test_a_matrix_that_is_damaged_is_made_again(
    tmp_path: Path, engine: _Topics, monkeypatch: pytest.MonkeyPatch, body: bytes | None
) -> None:
    monkeypatch.setattr(vectors, "_FILED", 1)
    with open_store(Settings(home=str(tmp_path))) as store:
        saved = notes.save(store, "a hound barked all night", scope=HERE)
        assert _texts(store, "puppy") == [saved.text]
        (file,) = _files(tmp_path)
        whole = file.read_bytes()
        file.write_bytes(whole[:-4] if body is None else body)

        assert _texts(store, "puppy") == [saved.text]
        assert file.read_bytes() == whole
