"""Which lines, blocks or rows a query is about: Okapi BM25 (Robertson & Zaragoza, 2009) over identifier-aware terms.

`camelCase`, `snake_case`, paths and versions count as a whole and by their words, so that "user id" finds `getUserId`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import compress, repeat
from operator import contains

from headroom_mcp import late
from headroom_mcp.late import re

# a word, with the joints that hold identifiers, paths and versions together
_TOKEN = late.pattern(r"[^\W_]+(?:[._\-/:@][^\W_]+)*", re.UNICODE)
_SPLIT = late.pattern(r"[._\-/:@]+")
# getHTTPResponse2 -> get HTTP Response 2
_CAMEL = late.pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")

_FIGURE = late.pattern("[0-9]+")

_DIGITS = frozenset("0123456789")
LETTER_NAME = late.pattern(r"(?<![\w'’.-])[B-HJ-Z](?![\w'’.-])")  # the classes P and L, vitamin C, rank D
_MAX_LETTERS = 4

_K1 = 1.2
MOST = _K1 + 1
_CHARS_PER_TERM = 6
_B = 0.5  # log lines and rows vary in length for no reason of meaning: half the usual length penalty

_COMPARING = "est worst most least first last min max top low nearly expensive running short bottleneck hot time long above exceed than".split()  # pieces of words

Measured = tuple[dict[str, int], int]
"""How often each wanted word stands in a text, and of how many terms it is."""
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
    if token.isalnum() and (token.islower() or token.isdigit()):
        return [token]
    whole = token.lower()
    found = [whole]
    for piece in _SPLIT.split(token) if not token.isalnum() else (token,):
        low = piece.lower()
        if low != whole:
            found.append(low)
        if not (piece.islower() or piece.isdigit()):
            found.extend(_humps(piece))
    return found


@lru_cache(maxsize=1 << 12)  # times of day have the same "01T12" in thousands of lines
def _humps(piece: str) -> list[str]:
    """Return the words of a name in camel case, in lower case; none of what is one word."""
    words = _CAMEL.findall(piece)
    return [word.lower() for word in words] if len(words) > 1 else []


def may_compare(question: str) -> bool:
    """Tell whether `question` may have a superlative: "oldest", "most", "top 3", "last". `superlatives`, which knows, need not
    be imported otherwise."""
    low = question.lower()
    return any(part in low for part in _COMPARING)


def query_terms(query: str) -> list[str]:
    """Return the terms of a query that can tell lines apart: no stop words, each once, in order; letters that are names last."""
    telling = [term for term in terms(query) if term not in STOP and (len(term) > 1 or term.isdigit())]
    telling += [name.lower() for name in LETTER_NAME.findall(query)[:_MAX_LETTERS]]
    return list(dict.fromkeys(telling))


def rarity(texts: int, holders: int) -> float:
    """Return what a word is worth that `holders` of so many texts hold: the fewer, the more."""
    return math.log(1.0 + (texts - holders + 0.5) / (holders + 0.5))


def saturated(count: int, length: float, length_share: float = _B) -> float:
    """Return what `count` times the same word are worth in a text of `length` (1.0 is the average): each less than the one
    before it, and less in a long text, as far as `length_share` (0 … 1) says."""
    return count * MOST / (count + slowness(length, length_share))


def slowness(length: float, length_share: float = _B) -> float:
    """Return how slowly `count` times a word come to be worth `MOST`, in a text of `length`: `saturated` is of one word,
    this the same for all the words of a text."""
    return _K1 * (1 - length_share + length_share * length)


def rank(query: str, documents: Sequence[str] | Iterable[str]) -> list[float]:
    """Return the BM25 score of each document for `query`, in order; all 0.0 when no query term occurs anywhere."""
    return rank_each([query], documents)[0]


def rank_each(queries: Sequence[str], documents: Sequence[str] | Iterable[str]) -> list[list[float]]:
    """Return for each of `queries` the BM25 score of each document: the documents are read once for all of them."""
    wanted_of = [query_terms(query) for query in queries]
    wanted = list(dict.fromkeys(term for terms in wanted_of for term in terms))
    texts = list(documents)
    ranked = [[0.0] * len(texts) for _ in queries]
    if not wanted or not texts:
        return ranked
    from headroom_mcp.text.lines import by_shape  # a prompt, which ranks nothing, has no use for it

    known = _Tokens(frozenset(wanted))
    numbered = [term for term in wanted if not _DIGITS.isdisjoint(term)]
    plain = [term for term in wanted if term not in numbered]
    # A run of digits is never cut, so to the query all figures are alike but its own.
    figures = sorted({figure for term in numbered for figure in _FIGURE.findall(term)})
    alike = by_shape(texts)
    # Splitting words is the expensive part: a text in which no wanted word occurs at all is only measured.
    told = [_has_any(plain, shape.lower()) for shape in alike.shapes]
    # What holds a term with a figure holds the figure, with no other digit beside it: the others need not be searched for either.
    figured: set[int] = set()
    for figure in figures:
        alone = re.compile(f"(?<![0-9]){figure}(?![0-9])").search
        holders = compress(range(len(texts)), map(contains, texts, repeat(figure)))
        figured.update(index for index in holders if alone(texts[index]))
    measured: dict[object, Measured] = {}
    hits: list[tuple[int, Measured]] = []
    looked_at = figured.union(compress(range(len(texts)), map(told.__getitem__, alike.of)))
    total_length = sum(length // _CHARS_PER_TERM for length in map(len, texts))
    for index in sorted(looked_at):
        text, shape = texts[index], alike.of[index]
        has_figure = index in figured
        if not told[shape] and not _has_any(numbered, text.lower()):
            continue
        key: object = shape
        if has_figure:
            key = (shape, *((at.start(), at[0]) for at in _FIGURE.finditer(text) if at[0] in figures))
        total_length -= len(text) // _CHARS_PER_TERM
        found = measured.get(key)
        if found is None:
            found = measured[key] = known.measure(text)
        total_length += found[1]
        if found[0]:
            hits.append((index, found))
    document_frequency: dict[str, int] = {}
    for _, (counts, _) in hits:
        for word in counts:
            document_frequency[word] = document_frequency.get(word, 0) + 1
    average = max(1.0, total_length / len(texts))
    worth = {word: rarity(len(texts), holders) for word, holders in document_frequency.items()}
    for scores, terms in zip(ranked, map(frozenset, wanted_of), strict=True):
        scored: dict[int, float] = {}
        for index, found in hits:
            score = scored.get(id(found))
            if score is None:
                counts, length = found
                share = length / average
                score = 0.0
                for word, frequency in counts.items():
                    if word in terms:
                        score += worth[word] * saturated(frequency, share)
                scored[id(found)] = score
            scores[index] = score
    return ranked


def _has_any(words: Sequence[str], text: str) -> bool:
    for word in words:  # noqa: SIM110  asked for every line, and any() of a generator takes three times as long
        if word in text:
            return True
    return False


class _Tokens(dict[str, int]):
    """By token, of how many terms it is; `telling` are the terms of those that hold any that is wanted."""

    def __init__(self, wanted: frozenset[str]) -> None:
        super().__init__()
        self.wanted = wanted
        self.telling: dict[str, list[str]] = {}

    def measure(self, text: str) -> Measured:
        """Return what `text` holds of the wanted words."""
        found = _TOKEN.findall(text)
        length = sum(map(self.__getitem__, found))
        counts: dict[str, int] = {}
        for token in filter(self.telling.__contains__, found):
            for word in self.telling[token]:
                counts[word] = counts.get(word, 0) + 1
        return counts, length

    def __missing__(self, token: str) -> int:
        words = _terms_of(token)
        told = [word for word in words if word in self.wanted]
        if told:
            self.telling[token] = told
        self[token] = len(words)
        return len(words)
