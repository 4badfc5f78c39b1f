"""Parts from kept lines: gaps with their notes, runs of rows."""

from __future__ import annotations

import pytest

from headroom_mcp.text import parts
from headroom_mcp.types import Part


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        ([3], [(3, 4)]),
        ([3, 4, 5], [(3, 6)]),
        ([0, 2, 3, 7], [(0, 1), (2, 4), (7, 8)]),
        ([5, 1, 2, 9], [(1, 3), (5, 6), (9, 10)]),
    ],
)
def test_rows_are_joined_to_runs(rows: list[int], found: list[tuple[int, int]]) -> None:
    assert list(parts.runs(set(rows))) == found


def test_gaps_between_kept_lines_have_the_notes_that_are_said_of_them() -> None:
    kept = [1, 2, 5]

    by_place = parts.from_kept(kept, 8, {0: "the head", 6: "the tail"})
    by_range = parts.from_kept(kept, 8, lambda start, stop: f"{start}-{stop}")

    assert [(part.start, part.stop, part.action) for part in by_place] == [
        (0, 1, "omit"), (1, 3, "keep"), (3, 5, "omit"), (5, 6, "keep"), (6, 8, "omit"),
    ]  # fmt: skip
    assert [part.note for part in by_place] == ["the head", "", "", "", "the tail"]
    assert [part.note for part in by_range] == ["0-1", "", "3-5", "", "6-8"]
    assert parts.from_kept([1, 0], 2, {}) == [Part(0, 2, "keep")]
    assert parts.from_kept([], 2, {0: "all"}) == [Part(0, 2, "omit", note="all")]


def test_lines_cut_from_what_is_kept_are_announced_once_where_the_first_stood() -> None:
    made = parts.without(
        [Part(0, 4, "keep"), Part(4, 6, "omit"), Part(6, 9, "keep")], [(1, 2), (4, 5), (8, 9)], "[cut]", "why"
    )

    parts.check(made, 9)
    assert [(part.start, part.stop, part.action, part.text or part.note) for part in made] == [
        (0, 1, "keep", ""),
        (1, 1, "render", "[cut]"),
        (1, 2, "render", "why"),
        (2, 4, "keep", ""),
        (4, 6, "omit", ""),  # already left out
        (6, 8, "keep", ""),
        (8, 9, "render", "why"),
    ]
