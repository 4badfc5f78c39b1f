"""A hundred log entries as JSON, one of them critical: what it says survives, and nine tenths are saved."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.compressors.json import select
from headroom_mcp.evals.relatives import one_critical
from tests import long_form

_SEEDS = range(long_form.count(25, 1_000))


@pytest.mark.parametrize("query", [False, True], ids=["unasked", "asked"])
def test_what_the_critical_entry_says_survives_in_any_shape(query: bool) -> None:
    games = [(seed, one_critical.played(one_critical.shape(seed), query=query)) for seed in _SEEDS]
    losing = {seed: game.lost for seed, game in games if game.lost}

    assert len(losing) <= len(games) // 100, losing
    assert sum(game.saved for _, game in games) >= 0.9 * len(games)


def _event(at: int, **more: object) -> select.Leaves:
    return {"when": f"2026-03-01 10:{at // 60:02d}:{at % 60:02d}", "kind": "a" if at % 3 else "b", **more}


def test_what_stands_out_of_events_is_a_rare_state_or_a_field_of_its_own() -> None:
    events = [_event(at) for at in range(100)]
    events[40] = _event(40, remedy="turn it off")
    events[60]["kind"] = "x"

    assert select.standing_out(events) == {40, 60}


def test_nothing_stands_out_of_records_that_are_no_events() -> None:
    records = [_event(at) for at in range(100)]
    records[60]["kind"] = "x"
    Random(1).shuffle(records)

    assert select.standing_out(records) == set()
