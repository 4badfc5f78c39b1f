"""Which lines of data a question is about, where words are cut off, quoted, or inside longer names.

Over rows, paths and hits a question names keys ("Order ID = 612968719"), beginnings ("like `kern.timer.lon`") and ends;
term statistics over whole words (relevance.py) miss those. Here every piece of the question is looked for as a substring,
and counts for more the rarer it is (inverse document frequency), the longer it is, and when the question quotes it.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from headroom_mcp import relevance

# "…"  `…`  “…”  and '…' where it does not stand inside a word
_QUOTED = re.compile(r"\"([^\"\n]{2,200})\"|`([^`\n]{2,200})`|“([^”\n]{2,200})”|(?<!\w)'([^'\n]{2,200})'(?!\w)")
# Order ID = 612968719;   name: foo,
_ASSIGNED = re.compile(r"[=:]\s+([^;,=\n]{2,120}?)(?=\s*(?:[;,?\n]|$))")
_EDGES = " \t\r\n.,;:!?()[]{}<>\"'`“”…"
_WORD = re.compile(r"\S+")
_MAX_PIECES = 60
_COMMON_SHARE = 0.2  # what stands in every fifth line tells nothing apart
_QUOTED_WEIGHT = 3.0


class Piece:
    """One piece of a question: `text` in lower case, and how much a line that holds it is worth."""

    __slots__ = ("text", "weight")

    def __init__(self, text: str, weight: float) -> None:
        self.text = text
        self.weight = weight


def quoted(question: str) -> list[str]:
    """Return what `question` puts in quotes or back-quotes, in order, each once."""
    found = (next(group for group in match.groups() if group) for match in _QUOTED.finditer(question))
    return list(dict.fromkeys(text.strip() for text in found if text.strip()))


def pieces(question: str) -> list[Piece]:
    """Return the pieces of `question` to look for: quotations, assigned values, then words that can tell lines apart."""
    weights: dict[str, float] = {}
    for text in quoted(question):
        weights.setdefault(text.lower(), _QUOTED_WEIGHT)
    for match in _ASSIGNED.finditer(question):
        value = match.group(1).strip(_EDGES).lower()
        if len(value) > 1:
            weights.setdefault(value, _QUOTED_WEIGHT)
    for match in _WORD.finditer(question):
        word = match.group().strip(_EDGES).lower()
        if (len(word) > 2 or word.isdigit()) and word not in relevance.STOP:
            weights.setdefault(word, 1.0)
    return [Piece(text, weight) for text, weight in list(weights.items())[:_MAX_PIECES]]


def scores(question: str, lines: Sequence[str]) -> dict[int, float]:
    """Return a score for each line (0-based) that holds a telling piece of `question`; others are not in it."""
    wanted = pieces(question)
    if not wanted or not lines:
        return {}
    text = "\n".join(lines).lower()
    if len(text) != sum(map(len, lines)) + len(lines) - 1:  # "İ".lower() is two characters
        text = "\n".join(line.lower().ljust(len(line))[: len(line)] for line in lines)
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    too_many = max(20, int(len(lines) * _COMMON_SHARE))
    found: dict[int, float] = {}
    for piece in wanted:
        where = _lines_with(text, starts, piece.text, too_many)
        if not where or len(where) > too_many:
            continue
        rarity = math.log(1 + len(lines) / len(where))
        worth = piece.weight * rarity * min(2.0, 0.5 + len(piece.text) / 8)
        for index, boundary in where.items():
            found[index] = found.get(index, 0.0) + worth * boundary
    return found


def best(question: str, lines: Sequence[str], limit: int) -> list[int]:
    """Return at most `limit` line indexes, best first: those that score at least 40 % of the best."""
    found = scores(question, lines)
    if not found:
        return []
    floor = 0.4 * max(found.values())
    return sorted((i for i, score in found.items() if score >= floor), key=lambda i: (-found[i], i))[:limit]


def _lines_with(text: str, starts: list[int], piece: str, too_many: int) -> dict[int, float]:
    """Return the lines that hold `piece`, each with 1.0 where it stands as a word, less where it only begins or ends one
    or lies inside."""
    where: dict[int, float] = {}
    at = text.find(piece)
    while at >= 0:
        end = at + len(piece)
        before = at == 0 or not text[at - 1].isalnum()
        after = end >= len(text) or not text[end].isalnum()
        boundary = 1.0 if before and after else 0.8 if before or after else 0.5
        line = bisect_right(starts, at) - 1
        if boundary > where.get(line, 0.0):
            where[line] = boundary
            if len(where) > too_many:
                return where
        # A word met once in a line is enough, but a better place may follow.
        at = text.find(piece, end if boundary < 1.0 else max(end, starts[line + 1] - 1))
    return where
