"""The one place that knows LLMLingua-2 (Pan et al., 2024): a token classifier that drops the words a reader can spare.

For prose only and off by default: its library takes 900 MB, seconds to start and seconds for every thousand words, so no
hook ever loads it. The model is a folder on this machine; nothing is fetched.
"""

from __future__ import annotations

import importlib
import os
from functools import lru_cache

from headroom_mcp.late import Any
from headroom_mcp.types import MissingExtra, SettingsError

# llmlingua tells a model's way of splitting words by these names in its path.
_FAMILIES = ("xlm-roberta-large", "bert-base-multilingual-cased")
_KEPT_ALWAYS = ["\n", ".", "?", "!"]


def prune(text: str, model: str, rate: float) -> str:
    """Return `text` with about the share `rate` (0 … 1) of its words, in order, as the model in folder `model` chooses.

    Raises: SettingsError when `model` is not a folder that can be used, MissingExtra naming the pip command.
    """
    result = _load(os.path.abspath(model)).compress_prompt(
        text, rate=rate, force_tokens=_KEPT_ALWAYS, drop_consecutive=True
    )
    return str(result["compressed_prompt"])


@lru_cache(maxsize=1)
def _load(model: str) -> Any:
    if not os.path.isfile(os.path.join(model, "config.json")):
        msg = f"prose model {model!r} is not a folder with a model (config.json); download one and name its folder."
        raise SettingsError(msg)
    if not any(family in model for family in _FAMILIES):
        msg = (
            f"prose model {model!r}: llmlingua needs {' or '.join(_FAMILIES)} in the folder's path; rename the folder."
        )
        raise SettingsError(msg)
    try:
        library: Any = importlib.import_module("llmlingua.prompt_compressor")
    except ImportError as exc:
        msg = "shortening prose by a model needs LLMLingua-2: pip install 'headroom-mcp[ml]'"
        raise MissingExtra(msg) from exc
    # The library fetches OpenAI's ranks only to boast of dollars saved; we show none, so it counts words.
    library.tiktoken = _NoRanks
    return library.PromptCompressor(model_name=model, device_map="cpu", use_llmlingua2=True)


class _NoRanks:
    """Stands for the tiktoken module inside llmlingua."""

    @staticmethod
    def encoding_for_model(name: str) -> type[_NoRanks]:
        return _NoRanks

    @staticmethod
    def encode(text: str, **options: Any) -> list[str]:
        return text.split()
