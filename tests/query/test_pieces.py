"""Which lines a question names, word by word."""

from __future__ import annotations

import pytest

from headroom_mcp.query import pieces

_NAMES = [f"src/module_{name}.c" for name in "abcdefghijklmnopqrstuvwxyz"]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Where are the fuzzers?", "tests/jq_fuzz_load.c"),
        ("Which files do the parsing?", "lib/parse_all.c"),
        ("Where are the migrations?", "db/migration_7.sql"),
    ],
)
def test_a_word_finds_names_that_hold_what_is_left_without_its_endings(question: str, name: str) -> None:
    assert pieces.best(question, [*_NAMES, name], 5) == [len(_NAMES)]


def test_a_word_that_stands_somewhere_is_not_cut() -> None:
    lines = [*_NAMES, "tests/fuzzers.md", "tests/jq_fuzz_load.c"]

    assert pieces.best("Where are the fuzzers?", lines, 5) == [len(_NAMES)]
