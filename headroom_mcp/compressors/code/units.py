"""A source file in pieces that can be shown or left out, and how much the reader's words are about each.

A piece is what lies between two signatures: a body, or a paragraph of a long one; a comment, a table, statements at the
margin. Words count where they stand, in the definition around, and most in its name; a piece beside a good one is worth
showing, too. Of changes that released patches make in files of 6,000 tokens and more, a quarter of the file chosen so holds
all lines in half of the cases; whole bodies by their words, which never hold what stands between them, in four of ten.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress, count, pairwise, repeat
from operator import add, sub

from headroom_mcp.compressors.code.outline import Definition
from headroom_mcp.late import NamedTuple
from headroom_mcp.query import bm25

_PARAGRAPH_ROWS = 6  # a blank line ends a piece that has as many
_MAX_ROWS = 30
_LENGTH_SHARE = 0.7  # of BM25: how much less a word is worth in a long piece
_NAME_WEIGHT = 3.0  # a word in the signature says more than one in the body
_AROUND = 0.5  # what a word anywhere in the definition is worth
_BESIDE = 0.5  # what a neighbour's score is worth


class Unit(NamedTuple):
    """Rows `start` … `stop - 1` inside the definition `owner` (an index; -1 at the margin)."""

    start: int
    stop: int
    owner: int


def split(lines: Sequence[str], definitions: Sequence[Definition], signatures: set[int]) -> list[Unit]:
    """Return the pieces of `lines` between the rows of `signatures`, in order."""
    owners = [-1] * len(lines)
    for index, definition in enumerate(definitions):  # in row order: the innermost is written last
        owners[definition.start : definition.stop] = [index] * (min(definition.stop, len(lines)) - definition.start)
    units: list[Unit] = []
    for first, last in pairwise([-1, *sorted(row for row in signatures if row < len(lines)), len(lines)]):
        start = first + 1
        while start < last:
            owner = owners[start]
            row = start + 1
            most = min(last, start + _MAX_ROWS)
            while row < most and owners[row] == owner and (row - start < _PARAGRAPH_ROWS or lines[row].strip()):
                row += 1
            units.append(Unit(start, row, owner))
            start = row
    return units


def scores(
    lines: Sequence[str], units: Sequence[Unit], definitions: Sequence[Definition], terms: Iterable[str]
) -> list[float]:
    """Return how much `terms` (lower-case stems) are about each unit; 0.0 where none of them occurs around it."""
    if not units:  # nothing but signatures
        return []
    text = "\n".join(lines).lower()
    starts = [0, *accumulate(map(add, map(len, text.split("\n")), repeat(1)))]
    found = [places for term in terms if (places := _occurrences(text, term))]
    own = _scores(found, [(starts[unit.start], starts[unit.stop]) for unit in units], _LENGTH_SHARE)
    last = len(lines)
    around = _scores(found, [(starts[d.start], starts[min(d.stop, last)]) for d in definitions], _LENGTH_SHARE)
    named = _scores(found, [(starts[d.start], starts[min(d.head_stop, last)]) for d in definitions], 0.0)
    documented = {d.start: at for at, d in enumerate(definitions) if 0 <= d.doc < d.start}
    about = [
        documented.get(unit.stop, unit.owner) for unit in units
    ]  # a comment right above is about what it stands over
    direct = [
        score + (_AROUND * around[at] + _NAME_WEIGHT * named[at] if at >= 0 else 0.0)
        for at, score in zip(about, own, strict=True)
    ]
    beside = map(max, [0.0, *direct[:-1]], [*direct[1:], 0.0])
    return [score + _BESIDE * best for score, best in zip(direct, beside, strict=True)]


def _scores(found: list[list[int]], spans: list[tuple[int, int]], length_share: float) -> list[float]:
    """Return the score of each span (half-open, of characters) from the places where each term stands."""
    totals = [0.0] * len(spans)
    if not found:
        return totals
    starts, stops = [start for start, _ in spans], [stop for _, stop in spans]
    sizes = list(map(sub, stops, starts))
    average = max(1.0, sum(sizes) / max(1, len(spans)))
    slowness = [bm25.slowness(size / average, length_share) for size in sizes]
    for places in found:
        counts = list(map(sub, map(bisect_left, repeat(places), stops), map(bisect_left, repeat(places), starts)))
        holders = [(index, counts[index]) for index in compress(count(), counts)]
        rarity = bm25.rarity(len(spans), len(holders))
        for index, times in holders:
            totals[index] += rarity * (times * bm25.MOST / (times + slowness[index]))
    return totals


def _occurrences(text: str, term: str) -> list[int]:
    found: list[int] = []
    at = text.find(term)
    while at >= 0:
        found.append(at)
        at = text.find(term, at + len(term))
    return found
