"""What the order of records tells of a slot, or all of its values together: what comes again, what turns."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.records import survey
from headroom_mcp.records.surprise import Reason


def _told(lines: list[str], reason: Reason) -> list[str]:
    found = survey.of(lines)
    return [found.texts[one.record] for one in survey.telling(found) if one.evidence[0].reason == reason]


def _clock(second: int) -> str:
    return f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@pytest.mark.parametrize("write", ["key {k} stored", "{a},{k},{b}", "<job id='{k}' n='{b}'/>", "out/{k}.bin {b} kB"])
@pytest.mark.parametrize("seed", range(5))
def test_the_one_id_that_comes_twice_is_told(write: str, seed: int) -> None:
    pick = Random(seed)
    keys = [f"{pick.getrandbits(40):010x}" for _ in range(120)]
    keys[90] = keys[17]
    lines = [write.format(k=key, a=pick.randint(10, 99), b=pick.randint(100, 300)) for key in keys]

    assert {lines[17], lines[90]} <= set(_told(lines, "again"))


@pytest.mark.parametrize(
    "values",
    [
        [str(Random(at).randint(100, 999)) for at in range(40)],  # two of a thousand are soon alike
        [_clock(3600 + at * 20) for at in range(60)] + [_clock(4780)],
        [f"{Random(at).randint(5, 90_000)}" for at in range(60)] + [f"{Random(3).randint(5, 90_000)}"],
    ],
    ids=["small", "times", "sizes"],
)
def test_what_is_alike_by_chance_or_measures_something_is_not_told(values: list[str]) -> None:
    assert _told([f"took {value} in all" for value in values], "again") == []


@pytest.mark.parametrize(
    "write", ["{c} role={s} n={n}", "[{c}] {s}: sent {n}", '{{"at": "{c}", "n": {n}, "role": "{s}"}}']
)
def test_where_a_log_says_something_else_from_there_on_is_told(write: str) -> None:
    pick = Random(7)
    states = ["leader"] * 40 + ["follower"] * 60
    lines = [write.format(c=_clock(3600 + 3 * at), s=state, n=pick.randint(10, 90)) for at, state in enumerate(states)]

    assert _told(lines, "turn") == [lines[40]]


def test_sorted_rows_turn_without_a_word() -> None:
    pick = Random(7)
    lines = [
        f"{'amber' if at < 40 else 'jade'}  {pick.getrandbits(40):010x}  {pick.randint(10, 90)}" for at in range(99)
    ]

    assert _told(lines, "turn") == []


def test_what_comes_and_goes_does_not_turn() -> None:
    lines = [f"{_clock(3600 + 3 * at)} phase {'build' if at // 10 % 2 else 'test'} goes on" for at in range(100)]

    assert _told(lines, "turn") == []
