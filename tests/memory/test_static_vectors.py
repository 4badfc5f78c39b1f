"""Recall by a table of word vectors: a real tokenizer and a real safetensors file, made on the spot."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

numpy = pytest.importorskip("numpy")
tokenizers = pytest.importorskip("tokenizers")

from headroom_mcp.memory import embeddings, notes, recall, static_vectors  # noqa: E402 - both come with the extra `recall`
from headroom_mcp.store import open_in_memory  # noqa: E402
from headroom_mcp.types import SettingsError  # noqa: E402

_VECTORS = {
    "[UNK]": (0, 0, 0.1),
    "car": (1, 0, 0),
    "automobile": (0.9, 0.1, 0),
    "dog": (0, 1, 0),
    "hound": (0, 0.9, 0.1),
}


def _table(folder: Path, kind: str = "F16", weights: str = "model.safetensors", words: str = "tokenizer.json") -> Path:
    (folder / weights).parent.mkdir(parents=True, exist_ok=True)
    (folder / words).parent.mkdir(parents=True, exist_ok=True)
    matrix = numpy.array(list(_VECTORS.values()), dtype={"F16": "<f2", "F32": "<f4"}[kind])
    about = {"vectors": {"dtype": kind, "shape": list(matrix.shape), "data_offsets": [0, matrix.nbytes]}}
    head = json.dumps({"__metadata__": {"made": "here"}, **about}).encode()
    (folder / weights).write_bytes(len(head).to_bytes(8, "little") + head + matrix.tobytes())
    vocabulary = {word: number for number, word in enumerate(_VECTORS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / words))
    return folder


@pytest.mark.parametrize("kind", ["F16", "F32"])
@pytest.mark.parametrize(
    ("weights", "words"), [("model.safetensors", "tokenizer.json"), ("weights/w.safetensors", "tokenizers/t.json")]
)
def test_a_note_is_found_by_a_word_that_it_does_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, weights: str, words: str
) -> None:
    folder = str(_table(tmp_path, kind, weights, words))
    monkeypatch.setattr(embeddings, "configured", lambda: embeddings.load(folder))
    store = open_in_memory()
    notes.save(store, "the automobile is parked outside", scope="/here")
    notes.save(store, "a hound barked", scope="/here")

    found = recall.search(store, "car", ["/here"], limit=1)

    assert [hit.note.text for hit in found] == ["the automobile is parked outside"]


def test_vectors_are_the_mean_of_their_tokens_and_of_length_one(tmp_path: Path) -> None:
    model = embeddings.load(str(_table(tmp_path, "F32")))

    both, empty = model.encode(["car dog", ""])

    assert numpy.allclose(both, numpy.array([1, 1, 0]) / numpy.sqrt(2), atol=1e-6)
    assert numpy.isclose(numpy.linalg.norm(empty), 1)


def test_a_package_that_carries_a_table_is_found_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "carries_vectors"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')", encoding="utf-8")
    _table(package, weights="weights/w.safetensors", words="tokenizers/t.json")
    monkeypatch.syspath_prepend(str(tmp_path))

    assert embeddings.load("carries_vectors").words == static_vectors.WORDS
    assert "carries_vectors" not in sys.modules


@pytest.mark.parametrize("damage", ["cut", "another tensor", "fewer rows"])
def test_a_table_that_cannot_be_read_is_a_clear_error(tmp_path: Path, damage: str) -> None:
    folder = _table(tmp_path, "F32")
    weights = folder / "model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:40])
    elif damage == "another tensor":
        weights.write_bytes(weights.read_bytes().replace(b'"F32"', b'"I64"'))
    else:
        weights.write_bytes(weights.read_bytes().replace(b"[5, 3]", b"[3, 3]").replace(b"60]", b"36]"))

    with pytest.raises(SettingsError, match=r"model\.safetensors"):
        embeddings.load(str(folder))
