"""What is looked for in the whole text at once, before any expression is tried on a line, misses no total."""

from __future__ import annotations

import random

from headroom_mcp.facts import test_totals

_PIECES = (
    "12|1,234|3,|of|tests|test|specs|passed|passing|failed|failures|errors|succeeded|skipped|xpassed|flaky|did not run|interrupted"
    "|examples|scenarios|steps|suites|runs|assertions|total|tests run|test suites|all|OK|FAILED|PASSED|BUILD SUCCESS|Result: |checks"
    "|ok|test run|(|)|[|:|=|/|-|.|✓|12ms|%|in|  "
).split("|")  # fmt: skip


def test_every_total_is_looked_at() -> None:
    rng = random.Random(11)
    lines = [
        "".join(
            (piece if rng.random() < 0.8 else piece.swapcase()) + rng.choice(["", " ", " ", ": "])
            for piece in rng.choices(_PIECES, k=rng.randint(1, 6))
        )
        for _ in range(6_000)
    ]

    totals = [at for at, line in enumerate(lines) if len(line) <= 240 and test_totals._TOTAL.search(line)]

    assert len(totals) > 500
    assert totals == test_totals.that_count(lines)
