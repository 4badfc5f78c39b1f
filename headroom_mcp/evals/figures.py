"""A figure with its bar, its interval, and how it compares with an earlier one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from headroom_mcp.evals import statistics

Tick = Callable[[], None]
"""Called after each case, for whoever shows progress."""

TOLERANCE = 0.02  # a share that falls by more than two points has become worse


class Figure(NamedTuple):
    """A share 0..1 of `cases`, with its 95 % interval. `bar`: what it should reach at least (None: it is only reported).

    `failures` name some cases that count against it, so that somebody can look at them.
    """

    name: str
    value: float
    cases: int
    low: float
    high: float
    bar: float | None = None
    failures: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the bar is reached; a figure of no cases has proved nothing."""
        return self.bar is None or (self.cases > 0 and self.value >= self.bar)


class Layer(NamedTuple):
    """What one layer has found, and how long it took. `skipped` says why it was not run."""

    name: str
    figures: tuple[Figure, ...]
    seconds: float = 0.0
    skipped: str = ""

    @property
    def passed(self) -> bool:
        """Whether every bar is reached."""
        return all(figure.passed for figure in self.figures)


def share(name: str, good: int, cases: int, bar: float | None = None, failures: Sequence[str] = ()) -> Figure:
    """Return the figure of `good` cases out of `cases`."""
    found = statistics.share(good, cases)
    return Figure(name, found.estimate, cases, found.low, found.high, bar, tuple(failures[:8]))


def mean(name: str, values: Sequence[float], bar: float | None = None) -> Figure:
    """Return the figure that is the mean of shares 0..1."""
    found = statistics.mean(values)
    return Figure(name, found.estimate, len(values), max(0.0, found.low), min(1.0, found.high), bar)


def as_object(layer: Layer) -> dict[str, Any]:
    """Return a layer as plain data for JSON."""
    found = layer._asdict()
    found["figures"] = [{**figure._asdict(), "failures": list(figure.failures)} for figure in layer.figures]
    return found


def from_object(found: dict[str, Any]) -> Layer:
    """Return the layer that `as_object` made plain. Raises: KeyError, TypeError for anything else."""
    figures = [Figure(**{**one, "failures": tuple(one["failures"])}) for one in found["figures"]]
    return Layer(found["name"], tuple(figures), float(found["seconds"]), str(found["skipped"]))


def regressions(before: Sequence[Layer], after: Sequence[Layer]) -> list[str]:
    """Say what has become worse: a figure of the same cases that fell by more than two points, one of other cases whose
    interval lies below the earlier one's, one that is not there any more."""
    now = {(layer.name, figure.name): figure for layer in after for figure in layer.figures}
    told = []
    for layer in before:
        for old in layer.figures:
            new = now.get((layer.name, old.name))
            where = f"{layer.name}: {old.name}"
            if new is None:
                told.append(f"{where}: was measured before ({said(old)}), and is not now")
            elif (new.cases == old.cases and new.value < old.value - TOLERANCE) or new.high < old.low:
                told.append(f"{where}: {said(old)} before, {said(new)} now")
    return told


def said(figure: Figure) -> str:
    """Return a figure as people write it: 98.5 % of 200 (95.7 to 99.5)."""
    return f"{100 * figure.value:.1f} % of {figure.cases:,} ({100 * figure.low:.1f} to {100 * figure.high:.1f})"
