"""A question after failures is one in whatever words it is asked."""

from __future__ import annotations

import pytest

from headroom_mcp.query import failures


@pytest.mark.parametrize(
    "question",
    [
        "which files could not be opened?",
        "what went wrong?",
        "Which hosts are not reachable",
        "is anything missing?",
        "who was denied access",
        "what doesn't start?",
        "root cause of the crash",
    ],
)
def test_what_went_wrong_is_asked(question: str) -> None:
    assert failures.asked(question)


@pytest.mark.parametrize("question", ["", "which files were opened?", "how long did it take", "notes of the knot"])
def test_nothing_wrong_is_asked(question: str) -> None:
    assert not failures.asked(question)
