"""What only the order of records, or all of them together, tells of a slot.

again   in a slot whose values all differ, the one that comes twice        key 4f2a … key 81bc … key 4f2a
turns   a slot that says one thing for long, then another for as long      role=leader ×212, role=follower ×88

That two of many ids are alike by chance is reckoned from how many there could be: of three figures soon, of 24 bits hardly ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import compress, count, islice, pairwise
from operator import ne

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.records.atoms import ATOM
from headroom_mcp.records.leaps import in_order
from headroom_mcp.records.slots import Slot
from headroom_mcp.records.values import is_time, numbers

_MIN_RECORDS = 20
_MAX_AGAIN = 2  # values that come again; more are how it goes
_SAMPLE, _SAMPLED_CHARS = 100, 16
_MIN_NUMBER_CHARS = 4  # of numbers that are all of one length: others measure something
_LEAST_UNLIKELY = 0.05  # of two values being alike by chance
_MAX_TURNS = 3
_MAX_VALUES = 12
_BETWEEN = late.pattern(r"[^\w\s]|_")
_UNORDERED = ("word", "form")
_MIN_STRETCH = 5  # records that say the same on either side of a turn


class Odd(NamedTuple):
    """A record, its value, and how unlikely it is, in nats."""

    row: int
    value: str
    score: float


def again(slot: Slot) -> list[Odd]:
    """Return the records that hold a value of `slot` which comes again though all others differ."""
    counts = slot.counts
    extra = slot.total - len(counts)
    if not 0 < extra <= _MAX_AGAIN or slot.total < _MIN_RECORDS or slot.context in _UNORDERED:
        return []
    sample = list(islice(counts, _SAMPLE))
    if sum(map(is_time, sample)) * 2 > len(sample) or not _are_ids(sample):
        return []
    by_chance = slot.total * (slot.total - 1) / 2 / _possible(sample)
    if by_chance > _LEAST_UNLIKELY:
        return []
    score = min(-math.log(by_chance), math.log(slot.total))
    twice = {value for value, times in counts.items() if times > 1}
    return [
        Odd(row, value, score)
        for rows, column in slot.columns
        for row, value in compress(zip(rows, column, strict=True), map(twice.__contains__, column))
    ]


def _are_ids(sample: Sequence[str]) -> bool:
    """Tell whether values are names or ids: numbers of many lengths measure something."""
    figures = numbers(sample)
    if figures.count(None) * 2 > len(figures):
        return True
    lengths = set(map(len, sample))
    return len(lengths) == 1 and min(lengths) >= _MIN_NUMBER_CHARS and "".join(sample).isdecimal()


def _possible(sample: Sequence[str]) -> float:
    """Return about how many values there could be that are written like these: the ways in which each place differs."""
    possible = 1.0
    for place in range(-_SAMPLED_CHARS, 0):
        possible *= max(1, len({value[place] for value in sample if len(value) >= -place}))
    return possible


def turns(slot: Slot) -> list[Odd]:
    """Return the first record of each stretch in which `slot`, or a part of its values, says something else than in the long
    one before."""
    counts = slot.counts
    if not 1 < len(counts) <= _MAX_VALUES or slot.total < _MIN_RECORDS or slot.context in _UNORDERED:
        return []
    ways = [way for way in _ways(counts) if 1 < len(set(way.values())) <= _MAX_TURNS + 1]
    if not ways:
        return []
    rows, column = in_order(slot)
    found: dict[int, Odd] = {}
    for way in ways:
        for at, score in _turns_of(list(map(way.__getitem__, column))):
            found.setdefault(at, Odd(rows[at], column[at], score))
    return list(found.values())


def _ways(counts: Mapping[str, int]) -> Iterator[dict[str, str]]:
    """Yield what values stand for: themselves, and each part of what has several, as "lake" and "open" in "lake/open"."""
    if not any(map(_is_figure, counts)):
        yield {value: value for value in counts}
    parts = {value: _BETWEEN.split(value) for value in counts}
    sizes = set(map(len, parts.values()))
    if len(sizes) == 1 and max(sizes) > 1:
        for at in range(max(sizes)):
            way = {value: of_value[at] for value, of_value in parts.items()}
            if not any(map(_is_figure, way.values())):
                yield way


def _turns_of(column: Sequence[str]) -> list[tuple[int, float]]:
    """Return where `column` turns for long, with how unlikely that is; nothing for one that comes and goes."""
    at = list(islice(compress(count(1), map(ne, column, islice(column, 1, None))), _MAX_TURNS + 1))
    if not at or len(at) > _MAX_TURNS:
        return []
    if min(stop - start for start, stop in pairwise([0, *at, len(column)])) < _MIN_STRETCH:
        return []
    score = math.log(len(column) / len(at))
    return [(place, score) for place in at]


def _is_figure(value: str) -> bool:
    """Tell whether `value` is a number, a time or how a value is written, which are no states of anything."""
    return value.isdecimal() or ATOM in value or is_time(value)
