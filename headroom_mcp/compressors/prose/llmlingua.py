"""The one place that knows LLMLingua-2 (Pan et al., 2024): a token classifier that says which words a reader can spare.

For prose only and off by default: its library takes 900 MB, seconds to start and seconds for every thousand words, so no
hook ever loads it. The model is a folder on this machine, or a name that transformers knows how to find; it stays loaded.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache

from headroom_mcp.late import Any, pattern, re
from headroom_mcp.types import MissingExtra, SettingsError

# llmlingua tells a model's way of splitting words by these names in its path.
_FAMILIES = ("xlm-roberta-large", "bert-base-multilingual-cased")
_KEPT_ALWAYS = ["\n", ".", "?", "!"]
_WINDOW = 500  # tokens that the model reads at once, without the two around them
_BATCH = 8
_HUB_NAME = pattern(r"^[\w-][\w.-]*/[\w-][\w.-]*$", re.ASCII)  # microsoft/llmlingua-2-xlm-roberta-large-meetingbank


def prune(text: str, model: str, rate: float) -> str:
    """Return `text` with about the share `rate` (0 … 1) of its words, in order, as `model` chooses.

    Raises: SettingsError when `model` is neither a folder that can be used nor the name of a model, MissingExtra naming the
    pip command.
    """
    result = _load(_named(model)).compress_prompt(text, rate=rate, force_tokens=_KEPT_ALWAYS, drop_consecutive=True)
    return str(result["compressed_prompt"])


def worth(sentences: Sequence[str], model: str) -> list[float]:
    """Return for each sentence the mean probability (0 … 1) that a token of it is kept, read in its context; 0 for one without
    tokens. Raises: as `prune`."""
    loaded = _load(_named(model))
    torch: Any = importlib.import_module("torch")
    tokenizer = loaded.tokenizer
    ids = tokenizer(list(sentences), add_special_tokens=False)["input_ids"]
    kept = [0.0] * len(sentences)
    for windows in _batches(ids):
        rows = [[tokenizer.cls_token_id, *(token for _, token in window), tokenizer.sep_token_id] for window in windows]
        longest = max(map(len, rows))
        padded = [row + [tokenizer.pad_token_id] * (longest - len(row)) for row in rows]
        mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        with torch.no_grad():
            logits = loaded.model(input_ids=torch.tensor(padded), attention_mask=torch.tensor(mask)).logits
        keep = torch.softmax(logits, dim=-1)[:, :, 1].tolist()
        for window, row in zip(windows, keep, strict=True):
            for (sentence, _), probability in zip(window, row[1:], strict=False):
                kept[sentence] += probability
    return [total / len(own) if own else 0.0 for total, own in zip(kept, ids, strict=True)]


def _batches(ids: Sequence[Sequence[int]]) -> Iterator[list[list[tuple[int, int]]]]:
    """Yield windows of sentence and token, some at a time: what stands together is read together."""
    tokens = [(sentence, token) for sentence, own in enumerate(ids) for token in own]
    windows = [tokens[start : start + _WINDOW] for start in range(0, len(tokens), _WINDOW)]
    for start in range(0, len(windows), _BATCH):
        yield windows[start : start + _BATCH]


def _named(model: str) -> str:
    """Return the path of a folder with a model, or the name of one as it is. Raises: SettingsError."""
    path = os.path.abspath(os.path.expanduser(model))
    if os.path.isfile(os.path.join(path, "config.json")):
        return path
    if _HUB_NAME.search(model) and not os.path.exists(path):
        return model
    msg = f"prose model {model!r} is not a folder with a model (config.json), nor a name such as owner/model."
    raise SettingsError(msg)


@lru_cache(maxsize=1)
def _load(model: str) -> Any:
    if not any(family in model for family in _FAMILIES):
        msg = f"prose model {model!r}: llmlingua needs {' or '.join(_FAMILIES)} in its path or name; rename the folder."
        raise SettingsError(msg)
    try:
        library: Any = importlib.import_module("llmlingua.prompt_compressor")
    except ImportError as exc:
        from headroom_mcp.settings import extras

        msg = f"shortening prose by a model needs LLMLingua-2: {extras.remedy('ml')}"
        raise MissingExtra(msg) from exc
    # The library fetches OpenAI's ranks only to boast of dollars saved; we show none, so it counts words.
    library.tiktoken = _NoRanks
    try:
        return library.PromptCompressor(model_name=model, device_map="cpu", use_llmlingua2=True)
    except (OSError, ValueError) as exc:  # what transformers raises for what is no model, or cannot be fetched
        msg = f"prose model {model!r} cannot be loaded: {exc}"
        raise SettingsError(msg) from exc


class _NoRanks:
    """Stands for the tiktoken module inside llmlingua."""

    @staticmethod
    def encoding_for_model(name: str) -> type[_NoRanks]:
        return _NoRanks

    @staticmethod
    def encode(text: str, **options: Any) -> list[str]:
        return text.split()
