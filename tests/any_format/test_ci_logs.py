"""The total and the verdict of every run of tests survive in the log of any CI service, in any runner's words."""

from __future__ import annotations

import pytest

from headroom_mcp.evals.whole_outputs import ci, play
from headroom_mcp.facts import test_totals
from tests import long_form

_MIN_SEEN = 0.98  # an output in a hundred may hold a verdict that no word of ours is for


@pytest.mark.parametrize("wrapper", sorted(ci.WRAPPERS))
def test_totals_and_how_a_step_ended_are_shown(wrapper: str) -> None:
    seeds = range(long_form.count(3, 60))
    outputs = [ci.make(seed, wrapper) for seed in seeds]
    lost = {
        seed: play.missing(one._replace(marks=[]), play.shown(one)) for seed, one in zip(seeds, outputs, strict=True)
    }
    losing = {seed: totals for seed, totals in lost.items() if totals}

    assert len(losing) <= (1 - _MIN_SEEN) * len(outputs), losing


def test_counts_below_each_other_say_together_how_a_run_went() -> None:
    lines = ["opening pens", "  Passed: 62", "  Failed: 1", "closing pens", "pens closed", "total: 4 rows"]

    assert test_totals.conclusions(lines) == [1, 2]


def test_what_every_suite_says_is_no_conclusion() -> None:
    lines = [*(f"Tests run: {n}, Failures: 0 in Pens{n}" for n in range(9)), "", "", "Tests run: 36, Failures: 0"]

    assert test_totals.conclusions(lines) == [11]
