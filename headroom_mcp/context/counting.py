"""How many tokens a text costs a model: by its own tokenizer where that is at hand, else by o200k and a measured factor.

Claude's tokenizer is not public, and an o200k count understates current models of it by 16 % on logs and 55 % on code. So a
count is o200k (by tiktoken, or the estimate that is fitted to it) times what was measured for the model's family and the form
of the text. A share that is saved hardly depends on it; a budget or a bill does. `Counter.method` says how was counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Literal

from headroom_mcp.context import memo
from headroom_mcp.text import tokens
from headroom_mcp.text.models import family

Form = Literal["prose", "code", "json", "json_indented", "log"]

_FORMS: tuple[Form, ...] = ("prose", "code", "json", "json_indented", "log")
# Tokens as a multiple of o200k, measured in 2026 on 60 kB of each form: articles, Python, JSON on one line and indented, CI logs.
FACTORS: dict[str, tuple[float, float, float, float, float]] = {
    "o200k": (1.00, 1.00, 1.00, 1.00, 1.00),
    "cl100k": (1.02, 0.99, 0.99, 1.00, 0.94),
    "claude": (1.54, 1.55, 1.52, 1.34, 1.16),  # from Opus 4.7 on
    "claude-until-4.6": (1.12, 1.25, 1.13, 1.20, 0.98),
    "gemini": (1.07, 1.20, 1.36, 1.38, 1.29),  # by Gemma 3's vocabulary
    "qwen": (1.08, 1.08, 1.32, 1.36, 1.25),
    "deepseek": (1.01, 1.07, 1.04, 1.01, 1.02),
    "glm": (1.03, 0.99, 1.11, 1.08, 0.98),
}
_SAMPLE = 4_000  # characters by which a form is told
_FRAME_TOKENS = 6  # what ctok adds for the frame of a message


def form(text: str) -> Form:
    """Return what `text` looks like to a tokenizer, by its beginning."""
    sample = text[:_SAMPLE]
    if sample.lstrip()[:1] in ("[", "{") and '"' in sample:
        return "json_indented" if re.search(r"\n[ \t]+[\"\[{]", sample) else "json"
    size = max(1, len(sample))
    if sum(map(sample.count, "0123456789")) / size > 0.08:
        return "log"
    return "code" if sum(map(sample.count, "(){}[]=;_<>\"'")) / size > 0.05 else "prose"


_forms: memo.Memo[Form] = memo.Memo(entries=100_000, age_s=float("inf"))
_form_of_short = lru_cache(maxsize=20_000)(form)


class Counter:
    """Counts for one model. `exact`: by a real tokenizer, slower than the estimate by far, where one can be had."""

    def __init__(self, model: str = "", *, exact: bool = False) -> None:
        self.family = family(model)
        self._factors = dict(zip(_FORMS, FACTORS[self.family], strict=True))
        own = _own_tokenizer(model, self.family) if exact else None
        self._own = own is not None
        self._base: Callable[[str], int] = own or (tokens.count if exact else tokens.estimate)
        base = "ctok" if own else tokens.method() if exact else "estimate"
        self.estimates = base == "estimate" and self.family == "o200k"  # a count is `tokens.estimate`, and nothing else
        self.method = base if own or self.family == "o200k" else f"{base} × what was measured for {self.family}"
        self._key = f"{base} {self.family if own else ''}".encode()

    def count(self, text: str, like: Form | None = None, digest: bytes | None = None) -> int:
        """Return the tokens of `text`. `like`: the form to count it as, its own by default; `digest`: of the text, if known."""
        if not text:
            return 0
        counted = memo.count(text, self._base, self._key, digest)
        if self.is_plain:
            return counted
        return max(1, round(counted * self._factors[like or self.form(text, digest)]))

    @property
    def is_plain(self) -> bool:
        """Whether a count is what the counter says: no factor, so that forms do not matter."""
        return self._own or self.family == "o200k"

    def form(self, text: str, digest: bytes | None = None) -> Form:
        """Return the form of `text`, told once for a long one; any where forms do not matter."""
        if self.is_plain:
            return "prose"
        if len(text) < _SAMPLE:
            return _form_of_short(text)
        key = digest or memo.digest_of(text)
        known = _forms.get(key)
        if known is None:
            known = form(text)
            _forms.put(key, known)
        return known


def _own_tokenizer(model: str, of: str) -> Callable[[str], int] | None:
    """Return Claude's tokenizer as `ctok` has rebuilt it, None where that library is not installed or does not know it."""
    if not of.startswith("claude"):
        return None
    try:
        from ctok import token_count
    except Exception:  # not installed, or not for this Python
        return None
    version = "4.8" if of == "claude" else "3.0"

    def count(text: str) -> int:
        return max(0, int(token_count(text, version)) - _FRAME_TOKENS)

    return count
