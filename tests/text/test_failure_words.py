"""One vocabulary of failure: every class is found, what denies a failure is not, and no stem hides a word."""

from __future__ import annotations

import random
import re

import pytest

from headroom_mcp.facts import find
from headroom_mcp.query import clip
from headroom_mcp.text import failure_words

_CLASSES = (failure_words.FAILED, failure_words.REFUSED, failure_words.MISSING, failure_words.WRONG)


def _words(alternatives: str) -> list[str]:
    """Return the words of a class: the first of each optional ending with it and without it."""
    words: set[str] = set()
    for word in re.split(r"\|(?![^(]*\))", alternatives):
        for ending in (r"\1", ""):
            words.add(
                re.sub(
                    r"(?:\(\?:(\w+)[^)]*\)|(\w| ))\?", lambda found, e=ending: (found[1] or found[2]) if e else "", word
                )
            )
    return sorted(word.replace(r"\w*", "ing") for word in words)


@pytest.mark.parametrize("word", [word for words in _CLASSES for word in _words(words)])
def test_every_word_makes_a_line_a_failure(word: str) -> None:
    line = f"step 3 of the parcel run: {word} at the depot"

    assert failure_words.is_failure(line)
    assert find.failures(["all quiet", line, "all quiet again"]) == [1], "no stem lets the word be looked at"


@pytest.mark.parametrize("word", [*_words(failure_words.LABEL), "java.io.IOException", "KeyError"])
def test_a_label_before_a_message_is_strong(word: str) -> None:
    assert failure_words.is_strong(f"{word}: the parcel is late")


@pytest.mark.parametrize(
    "line", ["0 errors", "no failures", '"error": null', "errors: 0", "t_1 PASSED [ 3%]", "see error-handling"]
)
def test_what_denies_a_failure_is_none(line: str) -> None:
    assert not failure_words.is_failure(line)


@pytest.mark.parametrize("word", ["refused", "no such file", "IOException", "mismatch"])
def test_a_long_line_is_cut_around_any_word_of_failure(word: str) -> None:
    line = f"{'parcel ' * 600}{word}{' depot' * 600}"

    assert word in clip.clip(line, 800)


_PIECES = "error errors fatal failed failure abort aborted could not no such timed out timeout KeyError e f E x 1 _ - . : ( é".split(
    " "
)


def _line(rng: random.Random) -> str:
    pieces = (rng.choice(_PIECES) for _ in range(rng.randint(1, 6)))
    return "".join(
        (piece if rng.random() < 0.8 else piece.swapcase()) + rng.choice(["", " ", ": "]) for piece in pieces
    )


def test_whole_words_are_found_as_by_the_plain_expression() -> None:
    alternatives = f"{failure_words.FAILED}|{failure_words.REFUSED}|{failure_words.MISSING}".split("|")
    plain = re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)
    quick = re.compile(rf"{failure_words.firsts(alternatives)}(?<!\w.)(?i:{failure_words.rests(alternatives)})\b")
    rng = random.Random(7)

    for _ in range(5_000):
        line = _line(rng)
        assert [match.span() for match in plain.finditer(line)] == [match.span() for match in quick.finditer(line)], (
            line
        )


def test_the_words_of_failure_are_found_as_by_the_plain_expression() -> None:
    classes = f"{failure_words.FAILED}|{failure_words.REFUSED}|{failure_words.MISSING}|{failure_words.WRONG}"
    plain = re.compile(rf"\b(?:{classes})\b|\w(?:Error|Exception)\b", re.IGNORECASE)
    rng = random.Random(8)

    for _ in range(5_000):
        line = _line(rng)
        assert (plain.search(line) is None) == (failure_words.WORDS.search(line) is None), line


def test_other_characters_are_found_too() -> None:
    quick = re.compile(
        rf"{failure_words.firsts(['passed'], '✓')}(?:(?<=✓)|(?<!\w.)(?i:{failure_words.rests(['passed'])})\b)"
    )

    assert quick.findall("✓ it Passed, it surpassed") == ["✓", "Passed"]


def test_what_is_denied_is_told_without_the_expression_as_with_it() -> None:
    dice = random.Random(5)
    words = '0 no zero without error errors Error failed failures passed success ... ok error_handler error-page errorlog : = null None [] "" " \' [ ] a Z0 x. é s'
    pieces = [*words.split(), " ", "  ", "\t"]
    denied = 0

    for _ in range(4_000):
        line = "".join(dice.choice(pieces) + dice.choice(["", "", " "]) for _ in range(dice.randrange(1, 9)))
        found = failure_words.DENIED.search(line) is not None
        denied += found
        assert failure_words.is_denied(line) == found, line

    assert denied > 400
