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


@pytest.mark.parametrize(
    "question",
    [
        "Where is the code of the mvc example and its user controller?",
        "Where is the mvc example, and which user controllers are there?",
        "Where is the mvc example; where is the user controller?",
    ],
)
def test_each_of_two_things_asked_for_is_found(question: str) -> None:
    """One that has fewer of the question's words does not fall behind the other."""
    lines = [
        *_NAMES,
        "examples/mvc/controllers/user/index.js",
        "examples/mvc/index.js",
        *(f"examples/{at}.js" for at in range(9)),
    ]

    found = pieces.best(question, lines, 8)

    assert {len(_NAMES), len(_NAMES) + 1} <= set(found)


def test_a_name_of_two_letters_is_found_where_it_stands_alone_and_only_there() -> None:
    lines = [f"├── item{at}s@1.{at}.0" for at in range(30)]
    lines[7] = "│ ├── qs@6.5.1 deduped"
    lines[20] = "├─┬ unqsed@2.0.0"

    assert pieces.best("Which version of qs is installed?", lines, 5) == [7]
    assert pieces.best("Which version of ms is installed?", lines, 5) == []  # it stands in "items" only


@pytest.mark.parametrize("word", ["files", "links", "shards", "ports", "tasks", "rules", "workers", "hosts"])
@pytest.mark.parametrize("longer", ["{}tream_centisecs", "no{}tat", "pre{}ize"])
def test_a_word_within_longer_names_does_not_hide_the_name_that_it_means(word: str, longer: str) -> None:
    """`filestream` holds "files" by its letters; `file-max` is what is asked for."""
    lines = [
        *(f"net.{name} = {at}" for at, name in enumerate(_NAMES)),
        f"fs.{longer.format(word)} = 3000",
        f"fs.{word[:-1]}-max = 77",
    ]

    assert pieces.best(f"How many {word} may there be?", lines, 5)[0] == len(lines) - 1
