"""Each kind of fault in the cases, in other tools' formats: what is planted in an output is in its short form."""

from __future__ import annotations

import pytest

from headroom_mcp.evals.relatives import play

# Of many traces over the budget some are told by their heads alone, and counted.
MOSTLY = {"traces_without_words": 2}


@pytest.mark.parametrize("family", sorted(play.FAMILIES))
def test_what_is_planted_in_an_output_is_seen(family: str) -> None:
    lost = [seed for seed in range(20) if play.play(family, seed).missing]

    assert len(lost) <= MOSTLY.get(family, 0), f"play --family {family} --show {lost[0]}"


@pytest.mark.parametrize("family", sorted(set(play.FAMILIES) - {"cause_by_label"}))
def test_what_is_seen_is_shorter(family: str) -> None:
    played = [play.play(family, seed) for seed in range(5)]

    assert sum(len(one.shown) for one in played) < 0.9 * sum(len(one.output.text) for one in played)
