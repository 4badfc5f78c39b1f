"""Where what is said about a failing test stands: above its verdict, below it, or in the paragraph around it.

In the pictures "V" is the verdict of a failing test, "v" another verdict, "n" a line of news, "_" a blank one.
"""

from __future__ import annotations

import pytest

from headroom_mcp.facts import test_blocks, test_verdicts
from headroom_mcp.facts.test_run import Reading


def _run(picture: str) -> tuple[list[str], Reading, list[int]]:
    words = {"V": "FAILED", "v": "passed", "n": "news", "_": "", "A": "apart"}
    lines = [f"{words[mark]} {at}".strip() if mark != "_" else "" for at, mark in enumerate(picture)]
    verdicts: dict[int, test_verdicts.Verdict] = {}
    verdicts.update((at, "failed" if mark == "V" else "passed") for at, mark in enumerate(picture) if mark in "Vv")
    reading = Reading(verdicts, set(), [], {at: 0 for at, mark in enumerate(picture) if mark == "_"})
    return lines, reading, reading.failed


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        ("vVnnv", [(1, 4)]),
        ("vnnVv", [(1, 4)]),
        ("vnVnnv", [(2, 5)]),  # more below
        ("vnnVnv", [(1, 4)]),  # more above
        ("VnVnVn", [(0, 2), (2, 4), (4, 6)]),
        ("nVvnVvnV", [(0, 2), (3, 5), (6, 8)]),
        ("nVnVnV", [(1, 3), (3, 5)]),  # as much on both sides: below
        ("VvnVnnnvVnn", [(3, 7), (8, 11)]),
        ("nnnnVnVn", [(4, 6), (6, 8)]),  # what stands above the first may be of anything …
        ("nVvnVnnnn", [(0, 2), (3, 5)]),  # … and so may what stands below the last
        ("vVn_nv", [(1, 5)]),  # a blank line belongs to the run
        ("vVn_v", [(1, 3)]),
        ("vVnAnv", [(1, 3)]),  # what is apart ends it
        ("vnAnVv", [(3, 5)]),
        ("vVv", []),
        ("V", []),
    ],
)
def test_details_are_the_run_of_news_on_the_side_where_most_of_it_stands(
    picture: str, found: list[tuple[int, int]]
) -> None:
    lines, reading, failed = _run(picture)
    apart = {at for at, mark in enumerate(picture) if mark == "A"}

    blocks = test_blocks._by_verdicts(lines, reading, failed, apart)

    assert [(block.start, block.stop) for block in blocks] == found
    assert all(block.test and set(failed).intersection(block.essential) for block in blocks)


@pytest.mark.parametrize("count", [1, 199, 200, 201, 300])
def test_details_of_one_test_are_at_most_two_hundred_lines(count: int) -> None:
    below, above = "V" + "n" * count, "n" * count + "V"

    assert test_blocks._run_below(_run(below)[0], 0, {0}, ()) == 1 + min(count, 200)
    assert test_blocks._run_above(_run(above)[0], count, {count}, ()) == max(0, count - 200)


@pytest.mark.parametrize(
    ("picture", "around"),
    [
        ("vn_nnVnn_nv", (3, 8)),
        ("vn_nnVnnv", (3, 8)),
        ("vnnVnn_v", (3, 6)),  # no paragraph ends between it and the verdict before it
        ("nnVnn_v", (0, 5)),  # the first begins with the output
        ("n_nVn", (2, 5)),
        ("v_V", (2, 3)),
        ("v_" + "n" * 15 + "V" + "n" * 14, (2, 32)),
        ("v_" + "n" * 15 + "V" + "n" * 15, (17, 18)),  # too long for one
    ],
)
def test_a_paragraph_is_what_stands_around_a_verdict_between_blank_lines_and_other_verdicts(
    picture: str, around: tuple[int, int]
) -> None:
    lines = _run(picture)[0]
    judged = [at for at, mark in enumerate(picture) if mark in "Vv"]

    assert test_blocks._paragraph(lines, picture.index("V"), judged) == around


@pytest.mark.parametrize(
    ("indents", "start", "ends", "stop"),
    [
        ("02220", 0, [4], 4),
        ("02220", 0, [2], 5),  # a verdict within is deeper
        ("02020", 0, [2], 2),
        ("02_00", 0, [3], 2),  # without the blank line before it
        ("0__00", 0, [3], 1),
        ("00000", 2, [1, 4], 4),
        ("00000", 2, [2], 5),
    ],
)
def test_a_block_ends_at_a_passing_test_that_is_not_deeper_than_its_head(
    indents: str, start: int, ends: list[int], stop: int
) -> None:
    lines = ["" if indent == "_" else " " * int(indent) + "x" for indent in indents]
    block = test_blocks.Block(start, 5, tuple(range(start, 5)), True)

    assert test_blocks._ended(lines, block, ends) == (start, stop, tuple(range(start, stop)), True)
