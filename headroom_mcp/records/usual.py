"""What is usual in a slot and how far a value is from it. All scores are in nats: the logarithm of how unlikely a value
is, as far as the slot itself tells.

rarity    of n values, those that are as rare as this one or rarer make up a share; its logarithm is the score. Ids, each of
          which stands once, make up the whole and score 0; one 503 among 400 codes scores log 400. No list, no threshold
          of how many values a category may have.
outlier   a number's distance from the median, in units of how the others spread, on a plain and on a log scale; the
          smaller of both counts, so neither a counter's first value nor a long tail is an outlier.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from itertools import chain, repeat

MIN_SCORE = 2.3  # one in ten
_MAX_OUTLIER = 10.0
_MIN_FIGURES = 8
_FAR = 4.0  # spreads: nearer, a value is the end of a range, not outside it
_NATS_PER_SPREAD = 0.69  # the tail of a Laplace distribution, whose median distance is the unit
_LEAST_SPREAD, _LEAST_LOG_SPREAD = 0.02, 0.1  # a tenth more than ever before is not news


def rarities(counts: Mapping[str, int], total: int) -> dict[str, float]:
    """Return the score of each value that is rare among `total` values."""
    sizes = Counter(counts.values())
    scores: dict[int, float] = {}
    mass = 0
    for size in sorted(sizes):
        mass += size * sizes[size]
        score = math.log(total / mass)
        if score < MIN_SCORE:
            break
        scores[size] = score
    if not scores:
        return {}
    return {value: scores[count] for value, count in counts.items() if count in scores}


def outliers(figures: Mapping[str, float], counts: Mapping[str, int]) -> dict[str, float]:
    """Return the score of each value whose number is far from the others; `figures` are the numbers by value."""
    ordered = sorted(chain.from_iterable(map(repeat, figures.values(), map(counts.__getitem__, figures))))
    if len(ordered) < _MIN_FIGURES:
        return {}
    middle = ordered[len(ordered) // 2]
    spread = _spread(ordered, _LEAST_SPREAD * abs(middle) or 1e-9)
    if max(ordered[-1] - middle, middle - ordered[0]) <= _FAR * spread:
        return {}
    log_middle = _log(middle)
    log_spread = _spread([_log(figure) for figure in ordered], _LEAST_LOG_SPREAD)
    found: dict[str, float] = {}
    for value, figure in figures.items():
        far = min(abs(figure - middle) / spread, abs(_log(figure) - log_middle) / log_spread)
        if far > _FAR:
            found[value] = min(_MAX_OUTLIER, _NATS_PER_SPREAD * far)
    return found


def _log(figure: float) -> float:
    return math.copysign(math.log1p(abs(figure)), figure)


def _spread(ordered: list[float], least: float) -> float:
    """Return how far rising numbers lie from their median, in a measure that a few outliers cannot widen."""
    total = len(ordered)
    return max(_median_distance(ordered), (ordered[total * 19 // 20] - ordered[total // 20]) / 4, least)


def _median_distance(ordered: list[float]) -> float:
    """Return the median of how far rising numbers lie from their median.

    The nearer half of them stands together: of all runs of so many, it is the one whose farther end is nearest."""
    half = len(ordered) // 2
    middle = ordered[half]
    runs = len(ordered) - half
    first = bisect_left(range(runs), True, key=lambda at: ordered[at + half] - middle >= middle - ordered[at])
    return min(max(ordered[at + half] - middle, middle - ordered[at]) for at in (first - 1, first) if 0 <= at < runs)
