"""The superlatives of a question: which end of what it asks for, and how many.

the three longest tasks     the most of a time, 3          the largest file      the most of a size
the oldest branch           the least of a date            the last two errors   the last by place, of those with "errors"
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.types import End, Measure, Superlative

WORDS: dict[str, tuple[End, Measure]] = {
    **dict.fromkeys(("longest", "slowest"), ("most", "time")),
    **dict.fromkeys(("shortest", "fastest", "quickest"), ("least", "time")),
    **dict.fromkeys(("largest", "biggest", "heaviest"), ("most", "size")),
    **dict.fromkeys(("smallest", "lightest"), ("least", "size")),
    **dict.fromkeys(("oldest", "earliest"), ("least", "date")),
    **dict.fromkeys(("newest", "latest", "youngest"), ("most", "date")),
    **dict.fromkeys(("highest", "greatest", "maximum", "max", "most", "top", "costliest"), ("most", "any")),
    **dict.fromkeys(("lowest", "minimum", "min", "least", "fewest", "cheapest"), ("least", "any")),
    "first": ("first", "place"),
    "last": ("last", "place"),
}  # fmt: skip
# Which end these mean depends on what is measured: a rate, a delay.
EITHER = ("worst", "best")
# Words of other superlatives, "busiest", "hardest", end so; which end of what they mean only a reader knows.
_EST = late.pattern(r"[a-z]{3,12}est")
_NO_SUPERLATIVES = frozenset(
    "test request latest interest suggest digest manifest forest invest protest contest harvest honest modest arrest ingest "
    "conquest unrest attest pytest doctest unittest vitest retest behest detest infest molest tempest backtest subtest "
    "loadtest selftest priest breast bequest inquest".split()
)
# What takes the time: the bottleneck, where it goes, what makes it slow.
_COSTLY = late.pattern(
    r"\b(?:bottlenecks?|hot ?spots?|(?:what|which)\b[^?]{0,40}\bmakes?\b[^?]{0,40}\bslow|where (?:does|did|is|do)\b[^?]{0,30}\btime\b[^?]{0,12}"
    r"\b(?:go|spent|lost)|(?:takes?|took|needs?|costs?|eats?) (?:up )?(?:the|so much|all the) time|(?:takes?|took) so long)\b",
    re.IGNORECASE,
)
# What else asks for an end, without saying of what: "almost full", "running out of memory".
TOWARDS: dict[End, tuple[str, ...]] = {
    "most": (*EITHER, "expensive", "last"),
    "least": (*EITHER, "low", "nearly", "almost", "running out", "short of"),
}
_FIGURES = {word: figure for figure, word in enumerate("two three four five six seven eight nine ten".split(), 2)}
# "below its level", "above 90 %": what is beyond a limit is at that end; "what follows below" is no limit.
_BEYOND: dict[End, str] = {"most": "above|exceed(?:s|ing)?|more than", "least": "below|less than|fewer than"}
_LIMIT = r"(?:the|an?|its|their|any|\d\S*)"
_WORD = late.pattern(r"[^\W_]+")


def _toward(end: End) -> re.Pattern[str]:
    words = [*(word for word, known in WORDS.items() if known[0] == end), *TOWARDS[end]]
    return late.pattern(rf"\b(?:{'|'.join(words)}|(?:{_BEYOND[end]})\s{_LIMIT})\b", re.IGNORECASE)


_UP, _DOWN = _toward("most"), _toward("least")
_JOINTS = "_.="
_BEGIN_NAMES = frozenset(("max", "maximum", "min", "minimum", "first", "last"))  # "--max-time", "last-modified"
_SOME = 3  # where a question says no number: the next ones show by how much, and share the place
_MAX = 10
_AROUND = 6  # words around a superlative that say what it is of


def read(question: str) -> list[Superlative]:
    """Return the superlatives of `question`, in order."""
    matches = list(_WORD.finditer(question))
    words = [match.group().lower() for match in matches]
    found: list[Superlative] = []
    for at, word in enumerate(words):
        known = WORDS.get(word, ("most", "any") if word in EITHER or _is_another(word) else None)
        if (
            known is None
            or _in_a_name(matches[at])
            or (word == "last" and words[at + 1 : at + 2] in (["time"], ["week"], ["night"]))
        ):
            continue
        count = next(
            (figure for near in (*words[at + 1 : at + 2], *words[max(0, at - 1) : at]) if (figure := _figure(near))),
            1 if known[1] == "place" else _SOME,
        )
        about = tuple(words[max(0, at - _AROUND) : at] + words[at + 1 : at + 1 + _AROUND])
        found.append(Superlative(*known, min(_MAX, count), about))
        if word not in WORDS:
            found.append(found[-1]._replace(end="least"))
    if not found and (costly := _COSTLY.search(question)) is not None:
        found.append(Superlative("most", "time", _SOME, tuple(word.lower() for word in _WORD.findall(costly[0]))))
    return found


def _is_another(word: str) -> bool:
    """Tell whether `word` is a superlative that says neither which end it means nor of what."""
    return word.endswith("est") and _EST.fullmatch(word) is not None and word not in _NO_SUPERLATIVES


def ends(question: str) -> tuple[bool, bool]:
    """Tell whether `question` is after what is largest, and whether after what is smallest, of whatever it may be."""
    up, down = (any(not _in_a_name(match) for match in toward.finditer(question)) for toward in (_UP, _DOWN))
    return up, down


def _in_a_name(match: re.Match[str]) -> bool:
    """Tell whether the word found is a piece of a name, of `max-time` or `last_login`, not of a "longest-running" task."""
    text, (start, stop) = match.string, match.span()
    joints = f"{_JOINTS}-" if match.group().lower() in _BEGIN_NAMES else _JOINTS
    before, after = text[max(0, start - 2) : start], text[stop : stop + 2]
    joined = before[-1:] and before[-1:] in joints and (before[:1].isalnum() or before == "--")
    return bool(joined) or (after[:1] != "" and after[:1] in joints and after[1:].isalnum())


def positive(word: str) -> str:
    """Return what a superlative compares, "big" of "biggest", "heavy" of "heaviest"; other words as they are."""
    if word not in WORDS or not word.endswith("est"):
        return word
    bare = word.removesuffix("est")
    if bare.endswith("i"):
        return f"{bare[:-1]}y"
    return bare[:-1] if bare[-1:] == bare[-2:-1] and bare[-1:] not in "ls" else bare


def _figure(word: str) -> int:
    return int(word) if re.fullmatch(r"[1-9]\d?", word) else _FIGURES.get(word, 0)
