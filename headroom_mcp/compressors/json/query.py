"""What a query asks of JSON: words, exact values, and whether it wants failures or extremes."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Value
from headroom_mcp.late import NamedTuple, re
from headroom_mcp.query import bm25, failures

# "Office Chair", 'main', `id`: what stands in quotes is meant exactly
_QUOTED = late.pattern(r"[\"“]([^\"”]{2,80})[\"”]|`([^`]{2,80})`|(?<!\w)'([^']{2,60})'(?!\w)")
# an id, a version, a path, an address: a word with a digit or a joint in it
_IDENTIFIER = late.pattern(r"[^\s\"'`,;?!()]+")
# prompt(): what is called is meant exactly
_CALLED = late.pattern(r"\b([A-Za-z_]\w{2,60})\(\)")
_LINKS = late.pattern(r"\b(?:ur[il]s?|links?|href|https?|address(?:es)?|endpoints?)\b", re.IGNORECASE)
_CAPITALS = late.pattern(r"\b[A-Z]{3,12}\b")


class Match(NamedTuple):
    """How well a text answers a query: `score` is 1.0 for the best by words and more for exact values; `rare` counts
    the query's words that few other texts hold; `exact` its exact values, where they single out a few texts."""

    score: float
    rare: int
    exact: int
    enough: int = 2

    @property
    def sure(self) -> bool:
        """Tell whether this is what was asked for, and not a mere echo of common words."""
        return self.exact > 0 or self.rare >= self.enough


_NO_MATCH = Match(0.0, 0, 0)
_NO_WORDS: frozenset[str] = frozenset()


class Query:
    """A query, taken apart once."""

    __slots__ = ("capitals", "exact", "failures", "largest", "links", "paths", "smallest", "stems", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        words = bm25.query_terms(text) if text else []
        self.words = frozenset(word for word in words if len(word) > 1)
        self.stems = frozenset(map(stem, self.words))
        self.exact = frozenset(_exact_values(text)) if text else frozenset()
        self.paths = [(_pieces(value), value[value.rfind("/") :]) for value in sorted(self.exact)]
        self.paths = [(pieces, tail) for pieces, tail in self.paths if len(pieces) >= 3]
        self.capitals = frozenset(word.lower() for word in _CAPITALS.findall(text))
        self.links = bool(_LINKS.search(text))
        self.failures = failures.asked(text)
        self.largest = self.smallest = False
        if bm25.may_compare(text):
            from headroom_mcp.query import superlatives

            self.largest, self.smallest = superlatives.ends(text)

    def parts(self) -> list[Query]:
        """Return what the query asks for, one by one, where that is several things."""
        if not any(end in self.text for end in ("?", ",", ";", " and ", " or ")):
            return []
        from headroom_mcp.query import clauses

        asked = clauses.parts(self.text)
        return [Query(part) for part in asked] if len(asked) > 1 else []

    def names(self, name: str) -> bool:
        """Tell whether the query speaks of the field `name`: "duration" of `dur`, "URLs" of `url`, "fixes" of
        `FixedVersion`."""
        if not self.stems:
            return False
        for word in bm25.terms(name):
            if len(word) < 2:
                continue
            short = stem(word)
            if short in self.stems:
                return True
            if len(short) >= 3 and any(asked.startswith(short) or short.startswith(asked) for asked in self.stems):
                return True
        return False

    def asks_for(self, name: str, value: Value, form: str) -> bool:
        """Tell whether a column of this name with such a value is to be written whole and not in the `form` that leaves
        part of it to others: because the query speaks of it, or because it is a link cut in two and nobody knows which
        link will be followed."""
        if "://" in value and (self.links or (form == "text" and not self.text)):
            return True
        return self.names(name)

    def speaks_of(self, text: str) -> bool:
        """Tell whether `text` says what the query is about: two of its words, or one of its exact values."""
        if not self.stems:
            return False
        low = text.lower()
        return low in self.exact or len(self.stems & {stem(word) for word in bm25.terms(text)}) >= 2

    def _paired(self, values: Sequence[frozenset[str]]) -> list[int]:
        """Return for each text in how many short values two words of the query meet that meet in few texts: "Ivan
        Johnson" means the row of ivan_johnson_6036."""
        hits = [0] * len(values)
        if len(self.stems) < 2:
            return hits
        either = re.compile("|".join(sorted(map(re.escape, self.stems), key=len, reverse=True)))
        texts_with: dict[frozenset[str], list[int]] = {}
        known: dict[str, frozenset[str]] = {}
        for index, found in enumerate(values):
            for value in found:
                pair = known.get(value)
                if pair is None:
                    pair = _NO_WORDS
                    if len(value) <= 60 and len(set(either.findall(value))) >= 2:
                        pair = self.stems & {stem(word) for word in bm25.terms(value)}
                    known[value] = pair
                if len(pair) >= 2:
                    texts_with.setdefault(pair, []).append(index)
        for indexes in texts_with.values():
            if len(set(indexes)) <= max(2, len(values) // 20):
                for index in set(indexes):
                    hits[index] += 1
        return hits

    def calls(self, name: str) -> bool:
        """Tell whether the query says `name` itself, as a word: "of the release" says "release"."""
        return len(name) >= 4 and (stem(name.lower()) in self.stems or name.lower() in self.exact)

    def _likest(self, values: Sequence[frozenset[str]]) -> list[int]:
        """Return 1 for the one text with the value most like a path or a compound name in the query, where one stands
        out: "POST org/project-cards-/projects" means /repos/org/project-cards-2022/projects, not …/projects/1/columns."""
        likeness = [0.0] * len(values)
        for asked, tail in self.paths:
            for index, found in enumerate(values):
                for value in found:
                    if len(value) <= 200 and any(joint in value for joint in "/-_."):
                        pieces = _pieces(value)
                        like = 2 * len(asked & pieces) / (len(asked) + len(pieces))
                        like += 0.2 if value.endswith(tail) else 0.0
                        if like > likeness[index]:
                            likeness[index] = like
        # Equal paths are told apart by words in capitals: GET, POST, ERROR.
        for index, found in enumerate(values):
            if any(word in found for word in self.capitals):
                likeness[index] += 0.05
        best = max(likeness, default=0.0)
        near = [index for index, like in enumerate(likeness) if like >= best - 0.02]
        return [1 if best >= 0.4 and len(near) <= 2 and index in near else 0 for index in range(len(values))]

    def _said_in_words(self, exact: list[int], counts: Sequence[dict[str, int]]) -> list[int]:
        """Return `exact` with the texts that say a number of the query among other words: "a 429 response" is not the row
        whose line happens to be 429. `exact` as it is where many say it."""
        numbers = [value for value in self.exact if value.isdigit()]
        if not numbers:
            return exact
        said = [
            hits or sum(1 for number in numbers if number in found) for hits, found in zip(exact, counts, strict=True)
        ]
        return said if sum(1 for hits in said if hits) <= max(3, len(said) // 10) else exact

    def _called(self, exact: list[int], names: Sequence[frozenset[str]]) -> list[int]:
        """Return `exact` with the texts of which a name is a word of the query, as few others' is: "which qs" means the row
        of qs. `exact` as it is where that would single out none."""
        holding: dict[str, list[int]] = {}
        for index, found in enumerate(names):
            for word in self.words & found:
                holding.setdefault(word, []).append(index)
        hits = list(exact)
        for indexes in holding.values():
            if len(indexes) <= max(2, len(names) // 20):
                for index in indexes:
                    hits[index] += 1
        return hits if sum(map(bool, hits)) <= max(3, len(names) // 10) else exact

    def match(
        self,
        texts: list[str],
        values: Sequence[frozenset[str]] | None = None,
        names: Sequence[Sequence[frozenset[str]]] = (),
        said: Sequence[Sequence[str]] | None = None,
    ) -> list[Match]:
        """Return how well each of `texts` answers; `values` holds their lower-cased values, for exact matches, `names` what
        each is called, first by itself and then by what it lists, and `said` their words if these are known (`stems_of`).

        BM25 over stems (Robertson & Zaragoza, 2009); a word that more than half of the texts hold tells none apart.
        """
        total = len(texts)
        if not self.stems:
            return [_NO_MATCH] * total
        counts: list[dict[str, int]] = []
        lengths: list[int] = []
        frequency: dict[str, int] = {}
        wanted = self.stems
        for words in said if said is not None else map(stems_of, texts):
            lengths.append(len(words))
            found: dict[str, int] = {}
            for short in words:
                if short in wanted:
                    found[short] = found.get(short, 0) + 1
            for short in found:
                frequency[short] = frequency.get(short, 0) + 1
            counts.append(found)
        common = {word for word, texts_with in frequency.items() if total >= 3 and texts_with > total / 2}
        rare = {
            word for word, texts_with in frequency.items() if texts_with <= (max(2, total // 10) if total >= 10 else 1)
        } - common
        rarity = {word: bm25.rarity(total, holders) for word, holders in frequency.items() if word not in common}
        average = max(1.0, sum(lengths) / max(1, total))
        exact = [len(self.exact & found) for found in values] if self.exact and values is not None else [0] * total
        if values is not None and not any(exact):
            exact = self._likest(values) if self.paths else exact
            if not any(exact):
                exact = self._paired(values)
        else:
            exact = self._said_in_words(exact, counts)
        for at, called in enumerate(names):
            if not at or not any(exact):
                exact = self._called(exact, called)
        singled_out = sum(1 for hits in exact if hits) <= max(3, total // 10)
        matches: list[Match] = []
        for found, length, hits in zip(counts, lengths, exact, strict=True):
            score = 0.0
            for word, count in found.items():
                if word in rarity:
                    score += rarity[word] * bm25.saturated(count, length / average)
            # A question for failures or extremes names kinds of things, and meets its words by chance.
            enough = 3 if self.failures or self.largest or self.smallest else 2
            matches.append(Match(score, len(rare.intersection(found)), hits if singled_out else 0, enough))
        best = max((found.score for found in matches), default=0.0) or 1.0
        return [found._replace(score=found.score / best + 2.0 * found.exact) for found in matches]


def _pieces(value: str) -> frozenset[str]:
    return frozenset(word for word in bm25.terms(value) if word.isalnum())


def stems_of(text: str) -> list[str]:
    """Return the words of `text` without their endings."""
    return list(map(stem, bm25.terms(text)))


def stem(word: str) -> str:
    """Return `word` without the endings that plural and tense give it."""
    for ending in ("ies", "es", "ed", "ing", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _exact_values(text: str) -> list[str]:
    values = [(a or b or c).strip().lower() for a, b, c in _QUOTED.findall(text)]
    values += [name.lower() for name in _CALLED.findall(text)]
    for word in _IDENTIFIER.findall(text):
        word = word.rstrip(".:").lstrip("#([{<")
        if len(word) >= 3 and (any(c.isdigit() for c in word) or any(c in "_/-@." for c in word[1:-1])):
            values.append(word.lower())
    return values
