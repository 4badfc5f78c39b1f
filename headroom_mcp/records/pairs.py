"""Numbers that are the same in nearly every record, and the records in which they are not.

    desired=3 placed=3        debit 120 credit 120        ran 14 of 14
    desired=5 placed=4        debit 310 credit 290        ran 13 of 14

Each of the values is usual by itself; only beside the other one it is not.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import eq, ne

from headroom_mcp.late import NamedTuple
from headroom_mcp.records.slots import Group

_MIN_RECORDS = 20
_SAMPLE, _ALIKE = 30, 0.9
_APART = (1, 2)  # atoms: the next one, or the one after a word
_MIN_DIFFERENT = 3  # values: of fewer, the rare one tells
_MAX_ODD = 3


class Unequal(NamedTuple):
    """A record whose value, of the many `column`, is another than the one beside it; how unlikely that is, in nats."""

    row: int
    value: str
    score: float
    rows: Sequence[int]
    column: Sequence[str]


def unequal(groups: Sequence[Group]) -> Iterator[Unequal]:
    """Yield the few records of each group in which two numbers differ that are the same in the others."""
    for group in groups:
        if len(group.rows) < _MIN_RECORDS:
            continue
        for apart in _APART:
            for at in range(len(group.columns) - apart):
                if len(group.counts[at]) >= _MIN_DIFFERENT <= len(group.counts[at + apart]):
                    yield from _of_columns(group.rows, group.columns[at], group.columns[at + apart])


def _of_columns(rows: Sequence[int], one: Sequence[str], other: Sequence[str]) -> Iterator[Unequal]:
    if sum(map(eq, one[:_SAMPLE], other[:_SAMPLE])) < _ALIKE * min(_SAMPLE, len(rows)):
        return
    odd = list(compress(range(len(rows)), map(ne, one, other)))
    if not 0 < len(odd) <= _MAX_ODD:
        return
    score = math.log(len(rows) / len(odd))
    for at in odd:
        yield Unequal(rows[at], other[at], score, rows, other)
