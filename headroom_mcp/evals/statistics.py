"""Figures with what they are worth: intervals of shares, of differences and of means, and the exact test of paired answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

_Z = 1.959964  # of the normal distribution, for 95 %
_RESAMPLES = 2_000


class Interval(NamedTuple):
    """An estimate with the ends of its 95 % interval."""

    estimate: float
    low: float
    high: float


def share(successes: int, of: int) -> Interval:
    """Return the share `successes / of` (0..1) with Wilson's interval; of nothing, the interval is everything."""
    if of <= 0:
        return Interval(0.0, 0.0, 1.0)
    found = successes / of
    spread = _Z * _Z / of
    middle = (found + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * math.sqrt(found * (1 - found) / of + spread / (4 * of))
    # What rounding leaves of a bound that is 0 or 1 would say that nothing is certain where all is.
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == of else middle + half
    return Interval(found, low, high)


def mean(values: Sequence[float], seed: int = 0) -> Interval:
    """Return the mean of `values` with its bootstrap interval; the same values and seed give the same interval."""
    if not values:
        return Interval(0.0, -math.inf, math.inf)
    found = sum(values) / len(values)
    if len(values) == 1:
        return Interval(found, -math.inf, math.inf)
    random = Random(seed)
    means = sorted(sum(random.choices(values, k=len(values))) / len(values) for _ in range(_RESAMPLES))
    return Interval(found, means[int(_RESAMPLES * 0.025)], means[int(_RESAMPLES * 0.975)])


def difference(first: Sequence[float], second: Sequence[float], seed: int = 0) -> Interval:
    """Return the mean of `second` minus that of `first`, which are not paired, with its bootstrap interval."""
    if len(first) < 2 or len(second) < 2:
        return Interval(0.0, -math.inf, math.inf)
    random = Random(seed)
    found = sum(second) / len(second) - sum(first) / len(first)
    drawn = sorted(
        sum(random.choices(second, k=len(second))) / len(second) - sum(random.choices(first, k=len(first))) / len(first)
        for _ in range(_RESAMPLES)
    )
    return Interval(found, drawn[int(_RESAMPLES * 0.025)], drawn[int(_RESAMPLES * 0.975)])


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided exact probability that paired answers differ so unevenly by chance.

    `only_first` pairs are right in the first way alone, `only_second` in the second alone; pairs that agree say nothing.
    """
    differing = only_first + only_second
    if differing == 0:
        return 1.0
    fewer = min(only_first, only_second)
    tail = float(sum(math.comb(differing, k) for k in range(fewer + 1))) / float(2**differing)
    return min(1.0, 2 * tail)


def quantile(values: Sequence[float], at: float) -> float:
    """Return the value below which a share `at` (0..1) of `values` lies; 0 where there are none."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(at * len(ordered)) - 1))]
