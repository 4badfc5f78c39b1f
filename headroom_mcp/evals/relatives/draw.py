"""What the families share: made-up words, and what one of them draws."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

THINGS = "levy pen ledger silo herd barn field grain orchard mill dairy stable hedge market harvest tariff voucher invoice parcel route".split()
VERBS = "weigh post close count open move split merge read write renew settle".split()
SENTENCES = (
    "{verb} of {thing} {n} went well and is entered in the book",
    "the {thing} of row {n} was {verb}ed twice and compared",
    "{thing} {n}: nothing to {verb}, going on",
)


class Relative(NamedTuple):
    """One output: its text, the command that printed it, and what its short form must say."""

    text: str
    command: str
    marks: list[str]
    query: str = ""


def word(random: Random) -> str:
    """Return a noun."""
    return random.choice(THINGS)


def name(random: Random) -> str:
    """Return a name of two words that no other line is likely to hold."""
    return f"{random.choice(VERBS)}_{word(random)}_{random.randrange(10_000, 99_999)}"


def routine(random: Random, count: int, sentence: str = "") -> list[str]:
    """Return `count` lines of one statement."""
    sentence = sentence or random.choice(SENTENCES)
    verb, thing = random.choice(VERBS), word(random)
    return [sentence.format(verb=verb, thing=thing, n=n) for n in range(count)]


def put(random: Random, lines: Sequence[str], odd: Sequence[str]) -> list[str]:
    """Return `lines` with the lines `odd` somewhere in their inner half."""
    at = random.randrange(len(lines) // 4, max(len(lines) // 4 + 1, len(lines) * 3 // 4))
    return [*lines[:at], *odd, *lines[at:]]
