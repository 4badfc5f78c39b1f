"""What a query asks of JSON: words, exact values, and whether it wants failures or extremes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from headroom_mcp import relevance

# "Office Chair", 'main', `id`: what stands in quotes is meant exactly
_QUOTED = re.compile(r"[\"“]([^\"”]{2,80})[\"”]|`([^`]{2,80})`|(?<!\w)'([^']{2,60})'(?!\w)")
# an id, a version, a path, an address: a word with a digit or a joint in it
_IDENTIFIER = re.compile(r"[^\s\"'`,;?!()]*[^\s\"'`,;?!().:]")
_FAILURES = re.compile(
    r"\b(?:fail\w*|error\w*|unhealthy|broken|wrong|crash\w*|problem\w*|issue|warning\w*|critical|severe|worst|vulnerab\w*|"
    r"exception\w*|root cause)\b",
    re.IGNORECASE,
)
_LARGEST = re.compile(
    r"\b(?:longest|largest|biggest|highest|slowest|most|maximum|max|top|greatest|heaviest|worst|expensive|latest|newest|"
    r"last)\b",
    re.IGNORECASE,
)
_SMALLEST = re.compile(
    r"\b(?:shortest|smallest|lowest|fastest|least|minimum|min|fewest|cheapest|oldest|earliest|worst)\b", re.IGNORECASE
)


class Query:
    """A query, taken apart once."""

    __slots__ = ("exact", "failures", "largest", "smallest", "stems", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = relevance.query_terms(text) if text else []
        self.stems = frozenset(stem(word) for word in self.words if len(word) > 2)
        self.exact = frozenset(_exact_values(text)) if text else frozenset()
        self.failures = bool(_FAILURES.search(text))
        self.largest = bool(_LARGEST.search(text))
        self.smallest = bool(_SMALLEST.search(text))

    def names(self, name: str) -> bool:
        """Tell whether the query speaks of the field `name`: "duration" of `dur`, "URLs" of `url`, "fixes" of
        `FixedVersion`."""
        if not self.stems:
            return False
        for word in relevance.terms(name):
            if len(word) < 2:
                continue
            short = stem(word)
            if short in self.stems:
                return True
            if len(short) >= 3 and any(asked.startswith(short) or short.startswith(asked) for asked in self.stems):
                return True
        return False

    def rank(self, texts: list[str], values: Iterable[frozenset[str]] | None = None) -> list[float]:
        """Return a score for each of `texts`; `values` holds their lower-cased values, for exact matches."""
        if not self.words:
            return [0.0] * len(texts)
        scores = relevance.rank(self.text, texts)
        if self.exact and values is not None:
            hits = [len(self.exact & found) for found in values]
            matching = sum(1 for hit in hits if hit)
            if matching:
                best = max(scores, default=0.0) or 1.0
                bonus = best * (2.0 if matching <= max(3, len(texts) // 10) else 0.3)
                scores = [score + bonus * hit for score, hit in zip(scores, hits, strict=False)]
        return scores


def stem(word: str) -> str:
    """Return `word` without the endings that plural and tense give it."""
    for ending in ("ies", "es", "ed", "ing", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _exact_values(text: str) -> list[str]:
    values = [(a or b or c).strip().lower() for a, b, c in _QUOTED.findall(text)]
    for word in _IDENTIFIER.findall(text):
        word = word.lstrip("#([{<")
        if len(word) >= 3 and (any(c.isdigit() for c in word) or any(c in "_/-@." for c in word[1:-1])):
            values.append(word.lower())
    return values
