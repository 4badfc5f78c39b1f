"""Lines of one shape have one mould, whatever they name; what a third of them say in common stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.facts import moulds


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["  running Barn.Pens_1", "  running Barn.Pens_2"], ["2  running *"] * 2),
        (["a/b c/d"], ["0 *"]),
        (["step 1  of   9", "step 2 of 9"], ["0 step * of *", "0 step * of *"]),
        (["", "   "], ["0 ", "3  "]),
        (["closed barn", "closed silo", "closed mill", "closed shed"], ["0 closed *"] * 4),
    ],
)
def test_names_numbers_and_blanks_are_masked_and_the_indent_counts(lines: list[str], expected: list[str]) -> None:
    assert moulds.of(lines) == expected


@given(st.lists(st.tuples(st.integers(0, 4), st.text("abz", min_size=1, max_size=5), st.integers(0, 99)), max_size=12))
def test_lines_that_differ_in_their_numbers_alone_have_one_mould(rows: list[tuple[int, str, int]]) -> None:
    lines = [f"{' ' * indent}{word} case_{number}" for indent, word, number in rows]
    again = [f"{' ' * indent}{word} case_{number + 1}" for indent, word, number in rows]

    assert moulds.of(lines) == moulds.of(again)
