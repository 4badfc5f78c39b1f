"""Twice the text takes at most 2.6 times the processor time: a short form of `python -m headroom_mcp.evals.growth`."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.evals import growth

_SIZE = 16_000
_EACH = 5


def _sample() -> list[growth.Case]:
    dice = random.Random(7)
    # Gaps that grow commit by commit, failures whose names share words, frames among many kept lines: each was quadratic once.
    tools = ("git: git log", "test_output: pytest, names of failures", "build: make, errors")
    named = (*tools, "words:: without end", "compact JSON without end", "blank lines", "lines of '='")
    flow = [case for case in growth.through_the_flow() if case.name.startswith("flow ·")]
    fixed = [case for case in flow if case.name.removeprefix("flow · ") in named]
    return [
        *fixed,
        *dice.sample(flow, _EACH),
        *dice.sample(list(growth.of_every_kind()), _EACH),
        *dice.sample(list(growth.mixed()), _EACH),
    ]


@pytest.mark.parametrize("case", _sample(), ids=lambda case: case.name)
def test_time_grows_with_the_text(case: growth.Case) -> None:
    found = growth.measured(case, _SIZE)

    assert not found.too_fast, f"×{found.growth:.2f} for twice the text: python -m headroom_mcp.evals.growth --match …"


def test_what_is_quadratic_is_found() -> None:
    case = growth.Case("pairs", lambda size: "a" * (size // 20), lambda text: [a == b for a in text for b in text])

    assert growth.measured(case, _SIZE).too_fast
