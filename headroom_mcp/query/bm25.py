"""Which lines, blocks or rows a query is about: Okapi BM25 (Robertson & Zaragoza, 2009) over identifier-aware terms.

`camelCase`, `snake_case`, paths and versions count as a whole and by their words, so that "user id" finds `getUserId`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from headroom_mcp import late

# a word, with the joints that hold identifiers, paths and versions together
_TOKEN = late.pattern(r"[^\W_]+(?:[._\-/:@][^\W_]+)*", re.UNICODE)
_SPLIT = late.pattern(r"[._\-/:@]+")
# getHTTPResponse2 -> get HTTP Response 2
_CAMEL = late.pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")

_K1 = 1.2
_CHARS_PER_TERM = 6
_B = 0.5  # log lines and rows vary in length for no reason of meaning: half the usual length penalty

_COMPARING = "est worst most least first last min max top low nearly expensive running short".split()  # pieces of words

STOP = frozenset(
    (
        "a an the is are was were be been do does did of in on at to for from by with and or not it its this that these "
        "those what which who whom whose when where why how all any each give me show find tell list please there their "
        "if so as into about than then has have had can could should would will you your i we our us my"
    ).split()
)


def terms(text: str) -> list[str]:
    """Return the lower-cased terms of `text`: whole tokens and, for compound ones, their words. Stop words stay in."""
    return [term for token in _TOKEN.findall(text) for term in _terms_of(token)]


def _terms_of(token: str) -> list[str]:
    whole = token.lower()
    found = [whole]
    for piece in _SPLIT.split(token) if not token.isalnum() else (token,):
        low = piece.lower()
        if low != whole:
            found.append(low)
        if not (piece.islower() or piece.isdigit()):
            words = _CAMEL.findall(piece)
            if len(words) > 1:
                found.extend(word.lower() for word in words)
    return found


def may_compare(question: str) -> bool:
    """Tell whether `question` may have a superlative: "oldest", "most", "top 3", "last". `superlatives`, which knows, need not
    be imported otherwise."""
    low = question.lower()
    return any(part in low for part in _COMPARING)


def query_terms(query: str) -> list[str]:
    """Return the terms of a query that can tell lines apart: no stop words, each once, in order."""
    return list(dict.fromkeys(term for term in terms(query) if term not in STOP and (len(term) > 1 or term.isdigit())))


def rarity(texts: int, holders: int) -> float:
    """Return what a word is worth that `holders` of so many texts hold: the fewer, the more."""
    return math.log(1.0 + (texts - holders + 0.5) / (holders + 0.5))


def saturated(count: int, length: float, length_share: float = _B) -> float:
    """Return what `count` times the same word are worth in a text of `length` (1.0 is the average): each less than the one
    before it, and less in a long text, as far as `length_share` (0 … 1) says."""
    return count * (_K1 + 1) / (count + _K1 * (1 - length_share + length_share * length))


def rank(query: str, documents: Sequence[str] | Iterable[str]) -> list[float]:
    """Return the BM25 score of each document for `query`, in order; all 0.0 when no query term occurs anywhere."""
    wanted = query_terms(query)
    texts = list(documents)
    scores = [0.0] * len(texts)
    if not wanted or not texts:
        return scores
    wanted_set = frozenset(wanted)
    hits: list[tuple[int, dict[str, int], int]] = []
    known: dict[str, tuple[int, list[str]]] = {}  # by token: how many terms it has, and the wanted ones
    document_frequency: dict[str, int] = {}
    total_length = 0
    # Splitting words is the expensive part: a text in which no wanted word occurs at all is only measured.
    occurs = re.compile("|".join(map(re.escape, wanted))).search
    for index, text in enumerate(texts):
        if occurs(text.lower()) is None:
            total_length += len(text) // _CHARS_PER_TERM
            continue
        length = 0
        counts: dict[str, int] = {}
        for token in _TOKEN.findall(text):
            told = known.get(token)
            if told is None:
                words = _terms_of(token)
                told = known[token] = len(words), [word for word in words if word in wanted_set]
            length += told[0]
            for word in told[1]:
                counts[word] = counts.get(word, 0) + 1
        total_length += length
        if counts:
            hits.append((index, counts, length))
            for word in counts:
                document_frequency[word] = document_frequency.get(word, 0) + 1
    average = max(1.0, total_length / len(texts))
    for index, counts, length in hits:
        score = 0.0
        for word, frequency in counts.items():
            score += rarity(len(texts), document_frequency[word]) * saturated(frequency, length / average)
        scores[index] = score
    return scores
