"""Which lines of data a question is about, where words are cut off, quoted, or inside longer names.

Over rows, paths and hits a question names keys ("Order ID = 612968719"), beginnings ("like `kern.timer.lon`") and ends;
term statistics over whole words (relevance.py) miss those. Here every piece of the question is looked for as a substring,
and counts for more the rarer it is (inverse document frequency), the longer it is, and when the question quotes it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, repeat
from operator import add

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple, re
from headroom_mcp.query import bm25
from headroom_mcp.text.lines import once

# "…"  `…`  “…”  and '…' where it does not stand inside a word
_QUOTED = late.pattern(r"\"([^\"\n]{2,200})\"|`([^`\n]{2,200})`|“([^”\n]{2,200})”|(?<!\w)'([^'\n]{2,200})'(?!\w)")
# Order ID = 612968719;   name: foo,
_ASSIGNED = late.pattern(r"[=:]\s+([^;,=\n]{2,120}?)(?=\s*(?:[;,?\n]|$))")
# "names start with: error-pa, post" | ending in ".tmp" | is like "kern.tim"
_MODE = late.pattern(
    r"\b(?:(?P<prefix>(?:start|begin)(?:s|ning|ting)?(?: with)?|prefix(?:ed)?(?: with| by)?|like)"
    r"|(?P<suffix>end(?:s|ing)?(?: with| in)|suffix))\b",
    re.IGNORECASE,
)
_EDGES = " \t\r\n.,;:!?()[]{}<>\"'`“”…"
_WORD = late.pattern(r"\S+")
_MAX_PIECES = 60
_COMMON_SHARE = 0.2  # what stands in every fifth line tells nothing apart
_QUOTED_WEIGHT = 3.0
_LISTED_WEIGHT = 2.0
_MODE_REACH = 60  # characters after "start with" in which its list stands
_SHORT = 2  # letters: "qs" is a name where it stands alone, and part of anything elsewhere
_MIN_STEM = 4  # letters
_GOOD = 0.7  # a place of at least this quality is where the question means it

Mode = Literal["any", "prefix", "suffix"]


class Piece(NamedTuple):
    """One piece of a question: `text` in lower case, what a line that holds it is worth, and which end is whole."""

    text: str
    weight: float
    mode: Mode


def quoted(question: str) -> list[str]:
    """Return what `question` puts in quotes or back-quotes, in order, each once."""
    found = (next(group for group in match.groups() if group) for match in _QUOTED.finditer(question))
    return list(dict.fromkeys(text.strip() for text in found if text.strip()))


def pieces(question: str) -> list[Piece]:
    """Return the pieces of `question` to look for: quotations, assigned values, then words that can tell lines apart."""
    modes = [(match.end(), "prefix" if match.group("prefix") else "suffix") for match in _MODE.finditer(question)]
    found: dict[str, Piece] = {}

    def add(text: str, weight: float, at: int) -> None:
        said = [mode for end, mode in modes if end <= at < end + _MODE_REACH]
        mode: Mode = "any" if not said else "prefix" if said[-1] == "prefix" else "suffix"
        found.setdefault(text, Piece(text, max(weight, _LISTED_WEIGHT) if said else weight, mode))

    for match in _QUOTED.finditer(question):
        text = next(group for group in match.groups() if group).strip().lower()
        if text:
            add(text, _QUOTED_WEIGHT, match.start())
    for match in _ASSIGNED.finditer(question):
        value = match.group(1).strip(_EDGES).lower()
        for part in [value, *value.split(" / ")]:
            if len(part) > 1:
                add(part, _QUOTED_WEIGHT, match.start())
    for match in _WORD.finditer(question):
        word = match.group().strip(_EDGES).lower()
        if (len(word) > 1 or word.isdigit()) and word not in bm25.STOP:
            add(word, 1.0, match.start())
    for match in bm25.LETTER_NAME.finditer(question):
        add(match.group().lower(), 1.0, match.start())
    return list(found.values())[:_MAX_PIECES]


def is_pointed(question: str) -> bool:
    """Tell whether `question` names what it wants, by quotation, value or beginning, and does not only speak of it."""
    return any(piece.weight > 1.0 for piece in pieces(question))


def scores(question: str, lines: Sequence[str]) -> dict[int, float]:
    """Return a score for each line (0-based) that holds a telling piece of `question`; others are not in it."""
    wanted = pieces(question)
    if not wanted or not lines:
        return {}
    text, starts = _lowered(lines)
    too_many = max(20, int(len(lines) * _COMMON_SHARE))
    found: dict[int, float] = {}
    for piece in wanted:
        where = _lines_with(text, starts, piece, too_many)
        if max(where.values(), default=0.0) < 1.0:
            # Within other words alone: "files" in `filestream`, while `file-max` is meant.
            other = _lines_with_stem(text, starts, piece, too_many)
            where = other if not where or max(other.values(), default=0.0) == 1.0 else where
        if not where or len(where) > too_many:
            continue
        rarity = math.log(1 + len(lines) / len(where))
        worth = piece.weight * rarity * min(2.0, 0.5 + len(piece.text) / 8)
        for index, quality in where.items():
            found[index] = found.get(index, 0.0) + worth * quality
    return found


@once
def _lowered(lines: Sequence[str]) -> tuple[str, list[int]]:
    """Return `lines` in lower case as one text, and where each begins in it, and the next one would."""
    text = "\n".join(lines).lower()
    starts = list(accumulate(map(add, map(len, lines), repeat(1)), initial=0))
    if len(text) != starts[-1] - 1:  # "İ".lower() is two characters
        text = "\n".join(line.lower().ljust(len(line))[: len(line)] for line in lines)
    return text, starts


def best(question: str, lines: Sequence[str], limit: int) -> list[int]:
    """Return at most `limit` line indexes, best first: for each clause of the question those that score at least a third
    of its best, the clauses in turn."""
    from headroom_mcp.query import clauses

    return clauses.in_turn([_ranked(part, lines) for part in clauses.parts(question)])[:limit]


def _ranked(question: str, lines: Sequence[str]) -> list[int]:
    found = scores(question, lines)
    if not found:
        return []
    floor = 0.33 * max(found.values())
    return sorted((i for i, score in found.items() if score >= floor), key=lambda i: (-found[i], i))


def _lines_with(text: str, starts: list[int], piece: Piece, too_many: int) -> dict[int, float]:
    """Return the lines that hold `piece` with the quality of its best place, 0 … 1.

    Where some places are as the question means them, the others do not count.
    """
    good: dict[int, float] = {}
    poor: dict[int, float] = {}
    last = len(text)
    least = _GOOD if len(piece.text) > 1 else 1.0  # "rank D", "line 5": no letter or figure of another word
    qualities: dict[str, float] = {}  # by what stands on both sides
    at = text.find(piece.text)
    while at >= 0:
        end = at + len(piece.text)
        line = bisect_right(starts, at) - 1
        sides = (text[at - 1] if at else "\n") + (text[end] if end < last else "\n")
        quality = qualities.get(sides, -1.0)
        if quality < 0:
            quality = qualities[sides] = _quality(sides, piece.mode)
        where = good if quality >= least else poor
        if quality > where.get(line, 0.0):
            where[line] = quality
            if len(good) > too_many or len(poor) > 50 * too_many:
                break
        # A word met once in a line is enough, but a better place may follow.
        at = text.find(piece.text, end if quality < 1.0 else max(end, starts[line + 1] - 1))
    return good if good or len(piece.text) <= _SHORT else poor


def _lines_with_stem(text: str, starts: list[int], piece: Piece, too_many: int) -> dict[int, float]:
    """Return the same for what is left of a word without its endings, where that is a word: "fuzzers" finds `jq_fuzz.c`."""
    if piece.weight > 1.0 or not piece.text.isalpha():
        return {}
    from headroom_mcp.query.clauses import stem

    root = stem(piece.text)
    for shorter in dict.fromkeys((root, stem(root.removesuffix("er").removesuffix("or")))):
        if _MIN_STEM <= len(shorter) < len(piece.text):
            found = _lines_with(text, starts, Piece(shorter, piece.weight, piece.mode), too_many)
            if found:
                return found
    return {}


def _quality(sides: str, mode: Mode) -> float:
    """Return how good a place is that stands between these two characters."""
    before, after = map(_edge, sides)
    if mode == "prefix":
        return before
    if mode == "suffix":
        return after
    whole = (before >= _GOOD) + (after >= _GOOD)
    return (0.5, 0.8, 1.0)[whole]


def _edge(neighbour: str) -> float:
    """Return how surely a name begins or ends beside `neighbour`."""
    if neighbour in "/ \t\n\"',":
        return 1.0
    return 0.3 if neighbour.isalnum() else 0.7
