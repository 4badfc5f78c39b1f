"""Twice the text takes at most 2.6 times the processor time: a short form of `python -m headroom_mcp.evals.growth`."""

from __future__ import annotations

import random
import sys
import time
from functools import lru_cache
from types import ModuleType

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
    case = growth.Case("pairs", lambda size: "a" * (size // 30), lambda text: [a == b for a in text for b in text])

    assert growth.measured(case, _SIZE).too_fast


def test_a_small_text_that_is_remembered_in_full_makes_no_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    @lru_cache(maxsize=1_024)
    def known(word: str) -> None:
        looked_at.append(word)

    module = ModuleType("headroom_mcp.made_up")
    module.known = known  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    clock = [0.0]  # a millisecond for each word that is not known: what is remembered alone decides
    monkeypatch.setattr(time, "process_time", lambda: clock[0])

    def run(text: str) -> None:
        before = len(looked_at)
        for word in text.split():
            known(word)
        clock[0] += (len(looked_at) - before) / 1_000

    case = growth.Case("words", lambda size: " ".join(map(str, range(size))), run)
    monkeypatch.setattr(growth, "_MAX_RATE", 0.0)  # measured as often as may be

    found = growth.measured(case, 800, 1)

    assert found.small_s == pytest.approx(0.8)
    assert found.large_s == pytest.approx(1.6)
