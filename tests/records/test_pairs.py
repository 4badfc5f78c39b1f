"""Two numbers that are the same in all records but one."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.records import survey
from headroom_mcp.records.surprise import Reason

_WAYS = [
    "{k} wanted={a} placed={b}",
    "{k}: ran {a} of {b}",
    "{k},{a},{b},x",
    "{k}  {a}/{b}  ready",
    "in {k} | debit {a} | credit {b}",
]


def _told(lines: list[str], *reasons: Reason) -> list[str]:
    found = survey.of(lines)
    telling = survey.telling(found)
    return [found.texts[one.record] for one in telling if not reasons or one.evidence[0].reason in reasons]


@pytest.mark.parametrize("write", _WAYS)
def test_the_record_whose_numbers_differ_is_told(write: str) -> None:
    pick = Random(5)
    figures = [pick.randint(2, 9) for _ in range(200)]
    keys = [f"{pick.getrandbits(40):010x}" for _ in figures]
    lines = [write.format(k=key, a=n - (at == 70), b=n) for at, (key, n) in enumerate(zip(keys, figures, strict=True))]

    assert lines[70] in _told(lines)


@pytest.mark.parametrize("write", _WAYS)
def test_numbers_that_often_differ_say_nothing(write: str) -> None:
    pick = Random(5)
    lines = [
        write.format(k=f"{pick.getrandbits(40):010x}", a=n - pick.choice((0, 0, 0, 1)), b=n)
        for n in (pick.randint(2, 9) for _ in range(200))
    ]

    assert _told(lines, "unequal", "shape") == []
