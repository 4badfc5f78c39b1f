"""The quick form of "any of these words" finds what the plain one finds, where it finds it."""

from __future__ import annotations

import random
import re

from headroom_mcp.text import failure_words, words

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
    quick = re.compile(rf"{words.firsts(alternatives)}(?<!\w.)(?i:{words.rests(alternatives)})\b")
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
    quick = re.compile(rf"{words.firsts(['passed'], '✓')}(?:(?<=✓)|(?<!\w.)(?i:{words.rests(['passed'])})\b)")

    assert ["✓", "Passed"] == quick.findall("✓ it Passed, it surpassed")
