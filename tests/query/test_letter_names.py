"""A capital letter that is a name is looked for: rank D, class P."""

from __future__ import annotations

import pytest

from headroom_mcp.flow.plan import plan
from headroom_mcp.query import bm25, pieces
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput


@pytest.mark.parametrize(
    ("question", "letters"),
    [
        ("Which blocks have rank D?", ["d"]),
        ("Classes P and L", ["p", "l"]),
        ("A dog I saw", []),
        ("John's F-16 and the x.C of Tom’S", []),
    ],
)
def test_a_letter_that_stands_alone_is_a_term(question: str, letters: list[str]) -> None:
    assert [term for term in bm25.query_terms(question) if len(term) == 1] == letters


def test_a_letter_is_no_part_of_a_word() -> None:
    lines = ["door D", "dust", "bad", "dd", *(f"row {n} B" for n in range(40))]

    assert list(pieces.scores("rank D", lines)) == [0]


def test_all_of_the_rank_that_is_asked_for_are_shown() -> None:
    ranks = ["D" if n in (7, 31, 58, 83) else "ABC"[n % 3] for n in range(110)]
    lines = [f'block "src/part{n}.py:{n * 7 + 3} step_{n}" has a rank of {rank}' for n, rank in enumerate(ranks)]
    text = "\n".join(lines) + "\n"

    body = plan(ToolOutput(text, "Bash", {"command": "ranks src"}, "Which blocks have rank D?"), Settings()).body

    assert [n for n in (7, 31, 58, 83) if f"step_{n}" not in body] == []
    assert len(body) < 0.6 * len(text)
