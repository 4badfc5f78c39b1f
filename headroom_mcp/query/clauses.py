"""Which passages of a text answer a query: the query is taken apart into its questions, and each gets its passages.

A long query often holds several questions, or quotes the beginnings of what it wants. Ranking against all its words at
once lets one question win every place, so passages are ranked for each clause by BM25 over word stems, with a bonus for
words that follow each other as in the clause, and places are dealt out clause by clause.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Sequence

from headroom_mcp import late
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.query import bm25
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput

# … and before a question word that begins a sentence where the mark of the last one is missing; ", and skip the scripts?"
# asks for something else than what precedes it
_CLAUSE_END = late.pattern(
    r"[?!;…\n]+|, (?:and|but) |\.{2,}|\.\s+(?=[A-Z\"'`(])|(?<=\w)\s+(?=(?:What|When|Where|Which|Who|Whose|Why|How)\b)"
)
# Which port is it, and who owns it? · the example and its test: "and" before a word that begins something else to look for
_PART_END = late.pattern(
    r"[?!;\n]+|,\s{1,9}(?:and|or|but)\s{1,9}|(?:,|,?\s{1,9}(?:and|or|but|also))\s{1,9}"
    r"(?=(?:also|which|what|whose|who|where|when|why|how|its|their|the|is|are|was|were|does|did|do|has|have|had|in|at|on|by|from|say|tell|show|list|give)\b)",
    re.IGNORECASE,
)
_OF = late.pattern(r"\b(?:of|in|for)\s{1,9}\S.*", re.IGNORECASE | re.DOTALL)
_HAS = late.pattern(r"\b(?:has|have|of|in|for)\s{1,9}\S.*", re.IGNORECASE | re.DOTALL)
# What goes on with "and the owner" is no question of its own; nor is "which port" before "and which owner has mail?".
_DETERMINED = late.pattern(r"(?:the|its|their)\b", re.IGNORECASE)
_WHICH = late.pattern(r"(?:which|what|whose)\b", re.IGNORECASE)
_THAT = late.pattern(r"\b(?:its?|their|they|them|that|this|these|those)\b", re.IGNORECASE)
_MAX_PARTS, _MAX_QUESTION_CHARS = 5, 300  # longer, it is the description of a task
_WORD = late.pattern(r"[^\W_]+(?:['’][a-z]+)?")
# Chinese, Japanese, Thai, Lao, Burmese and Khmer put no blanks between words
_UNSPACED = late.pattern(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]{2,}"
)
_MAX_CLAUSES = 16
_MIN_TERMS = 1
_LENGTH_SHARE = 0.6  # of BM25
_ENDS = frozenset("degsyz")  # letters one of which is at the end of whatever has an ending
_WITH_ES = ("ses", "xes", "zes", "ches", "shes", "oes")  # of others the plural is an s: files
_MIN_IZE = 4  # letters: quiz
_FEW, _FEW_SHARE = 4, 10  # passages that hold a telling word: so many, or one in so many
_FOR_ALL = late.pattern(
    r"\b(?:all|every(?:thing)?|each|entire|whole|full(?:y)?|complete(?:ly)?|list|summar\w*|overview|outline|translate|verbatim)\b",
    re.IGNORECASE,
)
# Stems of words that speak of a text as a whole: "read this page and give me its main text".
_OF_THE_WHOLE = frozenset(
    "page articl content text titl author main document docu websit site summary summaris overview read say said point topic".split()
)
_MIN_NAME = 6  # letters of two words written as one
_MAX_COMPARED = 60  # passages whose word order is compared with the clause's
Pairs = frozenset[tuple[str, str]]
"""Stems of words that follow each other."""


class Passage(NamedTuple):
    """A ranked passage: its place among the passages, and its score for one clause."""

    place: int
    score: float


def asked(output: ToolOutput) -> str:
    """Return what the caller wants to know: the query, and a prompt that came with the tool call (a fetch's)."""
    prompt = output.tool_input.get("prompt", "")
    if not isinstance(prompt, str) or prompt in output.query:
        return output.query
    return f"{output.query}\n{prompt}" if output.query else prompt


def clauses(query: str) -> list[str]:
    """Return the questions or quotations in `query` that hold a word to search for, in order, at most 16."""
    found = [piece.strip() for piece in _CLAUSE_END.split(query)]
    return [piece for piece in found if piece and bm25.query_terms(piece)][:_MAX_CLAUSES]


def parts(question: str) -> list[str]:
    """Return what `question` asks for, one by one, each with what it is asked of: of "the port and the owner of mail, and where
    is it set?" the port of mail, the owner of mail, and where it, the owner of mail, is set. At most 5; the whole of what is
    no question but a task."""
    if len(question) > _MAX_QUESTION_CHARS:
        return [question]
    found: list[str] = []
    about = ""  # what a colon stands behind holds until the question ends: "mail: port and owner?"
    ends = [(match.start(), match.end(), match.group()) for match in _PART_END.finditer(question)]
    start = 0
    for stop, after, mark in [*ends, (len(question), len(question), "?")]:
        said = question[start:stop].strip()
        start = after
        if not bm25.query_terms(said):
            continue
        before, colon, _ = said.rpartition(": ")
        if colon:
            about = before
        elif about:
            said = f"{about}: {said}"
        elif found and _THAT.search(said):
            said = f"{found[-1]} {said}"
        found.append(said)
        if "?" in mark:
            about = ""
    for at in range(len(found) - 2, -1, -1):  # the port and the owner of mail
        said, behind = found[at], found[at + 1]
        of = _OF.search(behind) if _DETERMINED.match(behind) else None
        if _WHICH.match(said) and _WHICH.match(behind) and len(bm25.query_terms(said)) == 1:
            of = _HAS.search(behind)
        if of is not None and not _OF.search(said):
            found[at] = f"{said} {of.group()}"
    return found[:_MAX_PARTS] or [question]


def in_turn(ranked: Sequence[Sequence[int]]) -> list[int]:
    """Return what is `ranked` for several parts of a question: the best of each, then the second best of each, each once."""
    found: dict[int, None] = {}
    for place in range(max(map(len, ranked), default=0)):
        for ranks in ranked:
            if place < len(ranks):
                found.setdefault(ranks[place])
    return list(found)


def stem(word: str) -> str:
    """Return `word` without its commonest English endings, "pluralize" as "pluralise": light, because a wrong merge only ranks a
    passage higher."""
    if len(word) <= 3 or word[-1] not in _ENDS or not word.isascii():
        return word
    bare = _without_ending(word)
    return f"{bare[:-1]}s" if bare.endswith(("iz", "yz")) and len(bare) > _MIN_IZE else bare


def _without_ending(word: str) -> str:
    for ending, left in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return _undouble(word[: -len(ending)] + left)
    if word.endswith(_WITH_ES) and len(word) > 4:
        bare = word[:-2]
        return f"{bare}e" if len(bare) == 3 and bare[-1] in "sz" else _undouble(bare)  # sizes, cases; boxes
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _undouble(word: str) -> str:
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        return word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def rank(query: str, passages: Sequence[str]) -> list[list[Passage]]:
    """Return for each clause of `query` the passages it finds, best first."""
    if _UNSPACED.search(query):
        query, passages = _spaced(query), [_spaced(passage) for passage in passages]
    asked_for = clauses(query)
    if not asked_for or not passages:
        return []
    wanted = [terms_of(clause) for clause in asked_for]
    vocabulary = frozenset(term for terms in wanted for term in terms)
    held: dict[int, dict[str, int]] = {}
    lengths: list[int] = []
    frequency: dict[str, int] = {}
    stems: dict[str, str] = {}
    candidates = _candidates(vocabulary).findall
    for index, passage in enumerate(passages):
        lengths.append(len(passage.split()))
        counts: dict[str, int] = {}
        for word in candidates(passage):
            known = stems.get(word)
            if known is None:
                known = stems[word] = stem(word.lower())
            if known in vocabulary:
                counts[known] = counts.get(known, 0) + 1
        if counts:
            held[index] = counts
            for word in counts:
                frequency[word] = frequency.get(word, 0) + 1
    total = len(passages)
    average = max(1.0, sum(lengths) / total)
    weight = {term: bm25.rarity(total, holders) for term, holders in frequency.items()}
    ranked: list[list[Passage]] = []
    quoted = [_pairs(clause) for clause in asked_for]
    first = frozenset(word for pairs in quoted for word, _ in pairs)
    pairs_in = functools.cache(lambda place: _pairs(passages[place], first))
    for pairs, terms in zip(quoted, wanted, strict=True):
        found: list[Passage] = []
        for index, counts in held.items():
            length = lengths[index] / average
            score = sum(
                weight[term] * bm25.saturated(counts[term], length, _LENGTH_SHARE) for term in terms if term in counts
            )
            if score > 0:
                found.append(Passage(index, score))
        found.sort(key=lambda p: (-p.score, p.place))
        ranked.append(_prefer_quotes(found, pairs, pairs_in))
    return ranked


def _spaced(text: str) -> str:
    """Return `text` with the words of languages that put no blanks between them as overlapping pairs of letters."""
    return _UNSPACED.sub(lambda run: " " + " ".join(map("".join, itertools.pairwise(run[0]))) + " ", text)


def _candidates(vocabulary: frozenset[str]) -> re.Pattern[str]:
    """Return a pattern that finds the words which may have one of these stems, so that no others are looked at."""
    starts = sorted(
        f"{term}(?![^\\W_])" if len(term) == 1 else re.escape(term[:-1] if len(term) > 4 else term)
        for term in vocabulary
    )
    return re.compile(r"(?<![^\W_])(?:" + "|".join(starts) + r")[^\W_]*", re.IGNORECASE)


def _prefer_quotes(found: list[Passage], pairs: Pairs, pairs_in: Callable[[int], Pairs]) -> list[Passage]:
    """Return the best of `found` again in order, raised by the share of the clause's word `pairs` that they hold."""
    if not pairs:
        return found
    head = [
        p._replace(score=p.score * (1 + 2 * len(pairs & pairs_in(p.place)) / len(pairs))) for p in found[:_MAX_COMPARED]
    ]
    head.sort(key=lambda p: (-p.score, p.place))
    return head + found[_MAX_COMPARED:]


def _pairs(text: str, first: Collection[str] = ()) -> Pairs:
    """Return the pairs of neighbouring words of `text`, those that begin with one of the words `first` where there are any."""
    words = _WORD.findall(text)
    starts = {word for word in set(words) if not first or stem(word.lower()) in first}
    pairs = {pair for pair in itertools.pairwise(words) if pair[0] in starts}
    return frozenset((stem(word.lower()), stem(after.lower())) for word, after in pairs)


def deal(ranked: Sequence[Sequence[Passage]], places: int, *, near: float = 0.0) -> list[Passage]:
    """Return up to `places` passages, one clause after the other in rounds; none below `near` of its clause's best."""
    chosen: list[Passage] = []
    seen: set[int] = set()
    rounds = max((len(found) for found in ranked), default=0)
    for turn in range(min(rounds, places)):
        for found in ranked:
            if turn < len(found) and len(chosen) < places and found[turn].score >= near * found[0].score:
                passage = found[turn]
                if passage.place not in seen:
                    seen.add(passage.place)
                    chosen.append(passage)
    return chosen


def fit(passages: Sequence[str], query: str, budget: int) -> list[int]:
    """Return, in order, the passages that fit `budget` tokens: two thirds to what the query finds, the rest from the top."""
    kept: set[int] = set()
    left = budget
    for passage in deal(rank(query, passages), 400, near=0.3):
        cost = tokens.estimate(passages[passage.place])
        if cost > left - budget // 3:
            break
        left -= cost
        kept.add(passage.place)
    for index, text in enumerate(passages):
        if index in kept:
            continue
        left -= tokens.estimate(text)
        if left < 0:
            break
        kept.add(index)
    return sorted(kept)


def terms_of(clause: str) -> list[str]:
    """Return the stems of the words of `clause` that can tell lines apart, each once."""
    asked_for = bm25.query_terms(clause)
    terms = [stem(word) for word in asked_for]
    terms.extend(_written_as_one(clause, asked_for))
    words = [word for word in terms if _WORD.fullmatch(word)]
    return list(dict.fromkeys(words or terms))


def point_into(query: str, passages: Sequence[str]) -> bool:
    """Tell whether each part of `query` has a word that few of the `passages` hold, and none asks for all: it asks for something
    in them, and not for what they say as a whole."""
    if _FOR_ALL.search(query):
        return False
    low = [passage.lower() for passage in passages]
    few = max(_FEW, len(low) // _FEW_SHARE)
    asked_for = clauses(query)
    for clause in asked_for:
        telling = [term for term in terms_of(clause) if term not in _OF_THE_WHOLE]
        held = (sum(1 for passage in low if term in passage) for term in telling)
        if not any(0 < count <= few for count in held):
            return False
    return bool(asked_for)


def _written_as_one(clause: str, words: Sequence[str]) -> list[str]:
    """Return the stems of neighbouring `words` as names write them: "max clients" is `maxclients` or `maxClients`, and "the
    biggest keys" are found by `--bigkeys`."""
    plain = [word for word in words if word.isalpha()]
    if bm25.may_compare(clause):
        from headroom_mcp.query import superlatives

        plain = [superlatives.positive(word) for word in plain]
    joined = (before + after for before, after in itertools.pairwise(plain))
    return [stem(name) for name in joined if len(name) >= _MIN_NAME]
