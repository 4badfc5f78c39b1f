"""Columns that touch, in records of fixed width."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from headroom_mcp.evals.planted import game
from headroom_mcp.evals.planted.draw import Draw
from headroom_mcp.evals.planted.formats import LINES
from headroom_mcp.records import fixed, survey

_NAMES = ("ANVIL", "DOWEL", "GIMLET", "HASP")
_COLUMNS: dict[str, Callable[[Random, int], str]] = {
    "moment": lambda _, at: f"20260301{8 + at // 3600:02d}{at // 60 % 60:02d}{at % 60:02d}",
    "day": lambda random, _: f"202603{random.randint(1, 28):02d}",
    "id": lambda random, _: f"{random.getrandbits(32):08X}",
    "amount": lambda random, _: f"{random.randint(1_000, 9_999):010d}",
    "right": lambda random, _: f"{random.randint(7, 99_999):>7}",
    "name": lambda random, _: f"{random.choice(_NAMES):<9}",
}
_ORDERS = (
    ("id", "amount", "name", "moment"),
    ("moment", "id", "amount", "name"),
    ("name", "day", "amount", "id"),
    ("right", "id", "amount", "moment", "right"),
    ("day", "name", "moment", "amount"),
)


@pytest.mark.parametrize("order", _ORDERS, ids="-".join)
@pytest.mark.parametrize("seed", range(4))
def test_columns_that_touch_are_told_apart(order: tuple[str, ...], seed: int) -> None:
    random = Random(seed)
    rows = [[_COLUMNS[name](random, at * 7) for name in order] for at in range(60)]

    found = fixed.of(["".join(row) for row in rows])

    assert found is not None
    columns = [list(slot.columns[0][1]) for slot in found.found]
    assert columns == [[cell.strip() for cell in column] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize("odd", ["3400000", ""])
def test_what_is_odd_in_one_record_is_in_its_column(odd: str) -> None:
    random = Random(3)
    rows = [[_COLUMNS[name](random, at) for name in ("moment", "id", "amount", "name")] for at in range(80)]
    rows[50][2 if odd else 3] = f"{odd:0>10}" if odd else " " * 9
    lines = ["".join(row) for row in rows]

    assert survey.telling(survey.of(lines))[0].record == 50


@pytest.mark.parametrize("made", [made for made in LINES if made.name != "fixed_width"], ids=lambda made: made.name)
def test_other_records_have_no_columns_of_fixed_width(made: game.Format) -> None:
    for seed in range(4):
        assert fixed.of([made.write(entry) for entry in Draw(seed).entries(60)]) is None
