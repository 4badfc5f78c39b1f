"""Intervals and the exact paired test, against figures worked out by hand or known from tables."""

from __future__ import annotations

import pytest

from headroom_mcp.evals import statistics


def test_wilsons_interval_is_that_of_the_textbooks() -> None:
    found = statistics.share(8, 10)

    assert pytest.approx(0.8) == found.estimate
    assert pytest.approx(0.490, abs=0.001) == found.low
    assert pytest.approx(0.943, abs=0.001) == found.high
    assert statistics.share(0, 0)[1:] == (0.0, 1.0)
    assert statistics.share(20, 20).high == 1.0


def test_mcnemar_is_the_binomial_test_of_the_pairs_that_differ() -> None:
    assert statistics.mcnemar(0, 0) == 1.0
    assert statistics.mcnemar(3, 3) == 1.0
    assert pytest.approx(2 * (1 + 10) / 2**10) == statistics.mcnemar(1, 9)
    assert statistics.mcnemar(9, 1) == statistics.mcnemar(1, 9)


def test_an_interval_of_a_mean_holds_it_and_narrows_with_more_values() -> None:
    few, many = statistics.mean([0.0, 1.0] * 5), statistics.mean([0.0, 1.0] * 200)

    assert few.low < 0.5 < few.high
    assert many.high - many.low < few.high - few.low
    assert few == statistics.mean([0.0, 1.0] * 5)


def test_a_difference_that_is_there_is_seen_and_one_that_is_not_is_not() -> None:
    low, high = [1.0, 2.0, 3.0] * 20, [11.0, 12.0, 13.0] * 20

    assert statistics.difference(low, high).low > 5
    same = statistics.difference(low, low)
    assert same.low < 0 < same.high


def test_a_quantile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(1, 101)]

    assert statistics.quantile(values, 0.5) == 50.0
    assert statistics.quantile(values, 0.99) == 99.0
    assert statistics.quantile([], 0.5) == 0.0
