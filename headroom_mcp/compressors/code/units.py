"""A source file in pieces that can be shown or left out, and how much the reader's words are about each.

A piece is what lies between two signatures: a body, or a paragraph of a long one; a comment, a table, statements at the
margin. Words count where they stand, in the definition around, and most in its name; a piece beside a good one is worth
showing, too. Of changes that released patches make in files of 6,000 tokens and more, a quarter of the file chosen so holds
all lines in half of the cases; whole bodies by their words, which never hold what stands between them, in four of ten.
"""

from __future__ import annotations

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
    rows = text.split("\n")
    starts = [0, *accumulate(map(add, map(len, rows), repeat(1)))]
    # How often each word stands above each row.
    found = [[0, *accumulate(map(str.count, rows, repeat(term)))] for term in terms if term in text]
    last = len(lines)
    begins = [d.start for d in definitions]
    own = _scores(found, starts, [unit.start for unit in units], [unit.stop for unit in units], _LENGTH_SHARE)
    around = _scores(found, starts, begins, [min(d.stop, last) for d in definitions], _LENGTH_SHARE)
    named = _scores(found, starts, begins, [min(d.head_stop, last) for d in definitions], 0.0)
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


def _scores(
    found: list[list[int]], chars: list[int], starts: list[int], stops: list[int], length_share: float
) -> list[float]:
    """Return the score of the rows from each of `starts` to each of `stops`; by row, `chars` and each of `found` have how many
    characters, and how many of a word, stand above it."""
    totals = [0.0] * len(starts)
    if not found:
        return totals
    sizes = _within(chars, starts, stops)
    average = max(1.0, sum(sizes) / max(1, len(sizes)))
    slowness = [bm25.slowness(size / average, length_share) for size in sizes]
    for above in found:
        counts = _within(above, starts, stops)
        holders = [(index, counts[index]) for index in compress(count(), counts)]
        rarity = bm25.rarity(len(starts), len(holders))
        for index, times in holders:
            totals[index] += rarity * (times * bm25.MOST / (times + slowness[index]))
    return totals


def _within(above: list[int], starts: list[int], stops: list[int]) -> list[int]:
    """Return how much lies between each of `starts` and each of `stops` of what is counted by row."""
    return list(map(sub, map(above.__getitem__, stops), map(above.__getitem__, starts)))
