"""What is usual in a slot and how far a value is from it. All scores are in nats: the logarithm of how unlikely a value
is, as far as the slot itself tells.

rarity    of n values, those that are as rare as this one or rarer make up a share; its logarithm is the score. Ids, each of
          which stands once, make up the whole and score 0; one 503 among 400 codes scores log 400. No list, no threshold
          of how many values a category may have.
outlier   a number's distance from the median, in units of how the others spread, on a plain and on a log scale; the
          smaller of both counts, so neither a counter's first value nor a long tail is an outlier. Far below the others is a
          number, too, that is a smaller part of the next one than that is of the largest.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat

MIN_SCORE = 2.3  # one in ten
_MAX_OUTLIER = 10.0
_MIN_FIGURES = 8
_FAR = 4.0  # spreads: nearer, a value is the end of a range, not outside it
_NEARLY = 0.999  # what is nearer by so much is not looked at: limits are rounded
_MAX_BELOW = 2
_LEAST_TIMES = 8.0
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


def outliers(figures: Sequence[float], counts: Iterable[int]) -> dict[float, float]:
    """Return the score of each number that is far from the others; of every one of `figures` there are so many as `counts` says."""
    ordered = sorted(chain.from_iterable(map(repeat, figures, counts)))
    if len(ordered) < _MIN_FIGURES:
        return {}
    middle = ordered[len(ordered) // 2]
    spread = _spread(ordered, _LEAST_SPREAD * abs(middle) or 1e-9)
    if max(ordered[-1] - middle, middle - ordered[0]) <= _FAR * spread:
        return _far_below(ordered)
    log_middle = _log(middle)
    log_spread = _spread(ordered, _LEAST_LOG_SPREAD, _log)
    near, near_log = _NEARLY * _FAR * spread, _NEARLY * _FAR * log_spread
    below = min(bisect_left(ordered, middle - near), bisect_left(ordered, log_middle - near_log, key=_log))
    above = max(bisect_right(ordered, middle + near), bisect_right(ordered, log_middle + near_log, key=_log))
    found: dict[float, float] = {}
    for figure in chain(ordered[:below], ordered[above:]):
        far = min(abs(figure - middle) / spread, abs(_log(figure) - log_middle) / log_spread)
        if far > _FAR:
            found[figure] = min(_MAX_OUTLIER, _NATS_PER_SPREAD * far)
    for figure, score in _far_below(ordered).items():
        found[figure] = max(score, found.get(figure, 0.0))
    return found


def _far_below(ordered: Sequence[float]) -> dict[float, float]:
    """Return the score of the number or two that are far below all others: 7 among 900 … 2,700."""
    for below in range(1, _MAX_BELOW + 1):
        low, least, most = ordered[below - 1], ordered[below], ordered[-1]
        if low <= 0 or least < _LEAST_TIMES * low:
            continue
        gap, rest = math.log(least / low), max(math.log(most / least), _LEAST_LOG_SPREAD)
        if gap > rest:
            score = min(_MAX_OUTLIER, math.log(len(ordered)), _FAR * gap / rest)
            return dict.fromkeys(ordered[:below], score)
    return {}


def _log(figure: float) -> float:
    return math.copysign(math.log1p(abs(figure)), figure)


def _spread(ordered: Sequence[float], least: float, scale: Callable[[float], float] = float) -> float:
    """Return how far rising numbers lie from their median on a rising `scale`, in a measure that a few outliers cannot widen."""
    total = len(ordered)
    most = scale(ordered[total * 19 // 20]) - scale(ordered[total // 20])
    return max(_median_distance(ordered, scale), most / 4, least)


def _median_distance(ordered: Sequence[float], scale: Callable[[float], float] = float) -> float:
    """Return the median of how far rising numbers lie from their median on a rising `scale`.

    The nearer half of them stands together: of all runs of so many, it is the one whose farther end is nearest."""
    half = len(ordered) // 2
    middle = scale(ordered[half])
    runs = len(ordered) - half

    def ends(at: int) -> tuple[float, float]:  # how far both ends of a run are from the median
        return middle - scale(ordered[at]), scale(ordered[at + half]) - middle

    first = bisect_left(range(runs), True, key=lambda at: ends(at)[1] >= ends(at)[0])
    return min(max(ends(at)) for at in (first - 1, first) if 0 <= at < runs)
