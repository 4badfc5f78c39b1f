"""The words of a text that come nearest to those of a question: parts of longer names, and spellings a letter off."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from headroom_mcp.query import bm25

_MAX_LINES = 40_000
_MAX_WORDS = 4_000  # of a vocabulary to be compared letter by letter
_MIN_PART_CHARS = 3
_MIN_LIKENESS = 0.75
_PER_WORD = 2


def words(query: str, lines: Sequence[str]) -> list[str]:
    """Return the words of `lines` nearest to those of `query`, at most two for each of them; [] where none is near."""
    counts: Counter[str] = Counter()
    for line in islice(lines, _MAX_LINES):
        counts.update(bm25.terms(line[:2_000]))
    frequent = [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MAX_WORDS]]
    found: dict[str, None] = {}
    for wanted in bm25.query_terms(query):
        parts = [word for word in counts if len(wanted) >= _MIN_PART_CHARS and wanted in word]
        parts += [word for word in counts if len(word) > _MIN_PART_CHARS and word in wanted]
        near = sorted(parts, key=lambda word: (abs(len(word) - len(wanted)), word))
        near += difflib.get_close_matches(wanted, frequent, n=_PER_WORD, cutoff=_MIN_LIKENESS)
        found.update(dict.fromkeys(near[:_PER_WORD]))
    return list(found)
