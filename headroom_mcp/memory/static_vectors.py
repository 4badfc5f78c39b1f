"""A table of word vectors as an embedding model: numpy and tokenizers, no network of neurons, some 20,000 texts a second.

A text's vector is the mean of those of its tokens, as model2vec and WordLlama make theirs (Tulkens & van Dongen, 2024; the
idea is that of bag-of-words averages, Wieting et al., 2016, arXiv:1511.08198). Reads what such packages and folders hold: one
safetensors file with one matrix of a row per token, and the tokenizer's JSON.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from headroom_mcp.late import json
from headroom_mcp.types import MissingExtra, SettingsError

_TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}
_MOST_BYTES = 1 << 30
WORDS = (
    3.0  # of the ranking by words, in fusion: an average of word vectors knows less of a question than a network does
)


class Engine:
    """What `embeddings.Model` asks for vectors."""

    def __init__(self, table: Any, tokenizer: Any) -> None:
        self._table, self._tokenizer = table, tokenizer

    def encode(self, texts: Sequence[str], **_options: object) -> Any:
        """Return the texts' vectors, of length 1, as rows of a float32 matrix; an empty text has the vector of token 0."""
        import numpy

        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        rows = numpy.stack([self._table[one.ids or [0]].astype("<f4").mean(axis=0) for one in encoded])
        return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def folder_of(named: str) -> str:
    """Return the folder with a table of vectors that `named`, a path or an installed package, stands for; "" for neither.

    A package is found without being imported.
    """
    path = os.path.abspath(os.path.expanduser(named))
    if not os.path.isdir(path):
        try:
            spec = find_spec(named) if named.isidentifier() else None
        except (ImportError, ValueError):
            return ""
        if spec is None or not spec.origin:
            return ""
        path = os.path.dirname(spec.origin)
    return path if _files(path) else ""


def load(folder: str) -> tuple[str, Engine]:
    """Return a name that tells this table from another, and the engine. Raises: MissingExtra, SettingsError."""
    try:
        import numpy
        from tokenizers import Tokenizer
    except ImportError as error:
        from headroom_mcp.settings import extras

        msg = f"Recall by word vectors needs numpy and tokenizers: {extras.remedy('recall')}"
        raise MissingExtra(msg) from error
    found = _files(folder)
    if found is None:
        msg = f"embeddings: {folder} holds no table of vectors (one .safetensors file and one tokenizer)."
        raise SettingsError(msg)
    weights, words = found
    try:
        with open(weights, "rb") as file:
            data = file.read(_MOST_BYTES)
        start = 8 + int.from_bytes(data[:8], "little")
        about = [value for key, value in json.loads(data[8:start]).items() if key != "__metadata__"]
        (tensor,) = [value for value in about if len(value["shape"]) == 2]
        first, last = tensor["data_offsets"]
        kind = _TYPES[tensor["dtype"]]
        table = numpy.frombuffer(data[start + first : start + last], dtype=kind).reshape(tensor["shape"])
        tokenizer = Tokenizer.from_file(words)
        tokenizer.no_padding()
        tokenizer.no_truncation()
        if tokenizer.get_vocab_size() > len(table):
            msg = f"the tokenizer knows {tokenizer.get_vocab_size():,} tokens, the table {len(table):,}"
            raise ValueError(msg)
    except Exception as error:  # whatever json, numpy and tokenizers raise for files that are something else
        msg = f"embeddings: {weights} and {words} cannot be read as a table of vectors: {error}"
        raise SettingsError(msg) from error
    name = hashlib.sha256(data[:start] + str(len(data)).encode() + data[-4096:]).hexdigest()[:16]
    return name, Engine(table, tokenizer)


def _files(folder: str) -> tuple[str, str] | None:
    """Return the weights and the tokenizer in `folder` (or in "weights" and "tokenizers" below it), None without both.

    A folder with a "modules.json" is a model of sentence-transformers, whose matrix is only its first layer.
    """
    if os.path.exists(os.path.join(folder, "modules.json")):
        return None
    weights = _only(folder, ("*.safetensors", "weights/*.safetensors"))
    words = _only(folder, ("tokenizer.json", "tokenizers/*.json"))
    return (weights, words) if weights and words else None


def _only(folder: str, patterns: Sequence[str]) -> str:
    for pattern in patterns:
        found = sorted(glob.glob(os.path.join(glob.escape(folder), pattern)))
        if len(found) == 1:
            return found[0]
    return ""
