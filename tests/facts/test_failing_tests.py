"""Failing tests of which a runner that nobody knows tells: the lines of each, found by where they stand."""

from __future__ import annotations

import pytest

from headroom_mcp.facts import test_blocks, test_run, test_totals
from tests.facts import pictures

_PICTURES = {
    "details below the verdict": """\
. passed Farm.Rounds_0 (0ms)
. passed Farm.Rounds_1 (1ms)
. passed Farm.Rounds_2 (2ms)
. passed Farm.Rounds_3 (3ms)
T failed Farm.Splits (9ms)
T   wanted 4, got 5
t
T   at pen 7
. passed Farm.Opens_0 (0ms)
. passed Farm.Opens_1 (1ms)
. passed Farm.Opens_2 (2ms)
T failed Farm.Weighs (9ms)
T   the scale is out
. passed Farm.Ends (1ms)
. 7 passed, 2 failed""",
    "details above the verdict": """\
. passed Farm.Rounds_0 (0ms)
. passed Farm.Rounds_1 (1ms)
. passed Farm.Rounds_2 (2ms)
. passed Farm.Rounds_3 (3ms)
T   wanted 4, got 5
t
T   at pen 7
T failed Farm.Splits (9ms)
. passed Farm.Opens_0 (0ms)
. passed Farm.Opens_1 (1ms)
. passed Farm.Opens_2 (2ms)
T   the scale is out
T failed Farm.Weighs (9ms)
. passed Farm.Ends (1ms)
. 7 passed, 2 failed""",
    "a paragraph around each verdict": """\
. Case 0 begins
. setting up the pen
. Farm.Case_0 | PASS |
. tearing down the pen
.
. Case 1 begins
. setting up the pen
. Farm.Case_1 | PASS |
. tearing down the pen
.
T Case 2 begins
T setting up the pen
T Farm.Case_2 | FAIL |
T tearing down the pen
.
. Case 3 begins
. setting up the pen
. Farm.Case_3 | PASS |
. tearing down the pen
.
. 3 passed, 1 failed""",
    "a suite's own verdict is none": """\
. Pens
.   ✔ closes 0 (0.0ms)
.   ✔ closes 1 (0.1ms)
.   ✔ closes 2 (0.2ms)
.   ✔ closes 3 (0.3ms)
.   ✔ closes 4 (0.4ms)
.   ✔ closes 5 (0.5ms)
T   ✖ opens (1ms)
T     expected 3 to be 4
. ✖ Pens (3ms)
. tests 7, 1 failed, 6 passed""",
    "a known runner's block ends with the next verdict": """\
. ok 1 - adds 1
. ok 2 - adds 2
. ok 3 - adds 3
. ok 4 - adds 4
T not ok 5 - subtracts
T   ---
T   expected: 3
T   actual: 4
.   ...
.
. ok 6 - goes on
. # tests 6
. # fail 1""",
    "only failed": """\
. running 3 tests
T failed Farm.Splits (9ms)
T   wanted 4, got 5
T failed Farm.Weighs (9ms)
T   the scale is out
. Tests: 2 failed, 1 passed, 3 total""",
    "what stands above the first may be of anything": """\
. building the farm
. reading the levies
. sorting all of the parcels
T failed Farm.Splits (9ms)
T   wanted 4, got 5
. passed Farm.Opens_1 (1ms)
. passed Farm.Opens_2 (2ms)
. passed Farm.Opens_3 (3ms)
T failed Farm.Weighs (9ms)
T   the scale is out
. passed Farm.Ends_1 (1ms)
. passed Farm.Ends_2 (2ms)
. 5 passed, 2 failed""",
    "what stands below the last may be of anything": """\
. passed Farm.Opens_1 (1ms)
. passed Farm.Opens_2 (2ms)
. passed Farm.Opens_3 (3ms)
T   wanted 4, got 5
T failed Farm.Splits (9ms)
. passed Farm.Ends_1 (1ms)
. passed Farm.Ends_2 (2ms)
T   the scale is out
T failed Farm.Weighs (9ms)
. closing the farm
. writing the levies
. sweeping all of the pens
. 5 passed, 2 failed""",
    "a single one with more above it": """\
. passed Farm.Opens_1 (1ms)
. passed Farm.Opens_2 (2ms)
. passed Farm.Opens_3 (3ms)
T the pen is open
T   wanted 4, got 5
T failed Farm.Splits (9ms)
. closing
. passed Farm.Ends_1 (1ms)
. passed Farm.Ends_2 (2ms)
. 5 passed, 1 failed""",
    "a failing test of which nothing more is said": """\
. passed Farm.Opens_1 (1ms)
. passed Farm.Opens_2 (2ms)
. passed Farm.Opens_3 (3ms)
. failed Farm.Splits (9ms)
. passed Farm.Ends_1 (1ms)
. passed Farm.Ends_2 (2ms)
. 5 passed, 1 failed""",
}


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    return [(block.start, block.stop) for block in test_blocks.find(lines, test_run.read(lines))]


def _passed(name: str, count: int) -> list[str]:
    return [f"passed Farm.{name}_{n} ({n}ms)" for n in range(count)]


@pytest.mark.parametrize("name", _PICTURES)
def test_the_lines_of_a_failing_test(name: str) -> None:
    lines = pictures.lines_of(_PICTURES[name])

    assert pictures.of(lines, test_blocks.find(lines, test_run.read(lines))) == _PICTURES[name]


@pytest.mark.parametrize("size", [199, 200, 201])
def test_a_failing_test_has_at_most_200_lines_of_details(size: int) -> None:
    details = [
        f"detail {chr(97 + n % 26)}{chr(97 + n // 26)} of what was {chr(97 + n % 23)} there" for n in range(size)
    ]
    below = [*_passed("Opens", 3), "failed Farm.Splits (9ms)", *details, *_passed("Ends", 2), "5 passed, 1 failed"]
    above = [*_passed("Opens", 3), *details, "failed Farm.Splits (9ms)", *_passed("Ends", 2), "5 passed, 1 failed"]

    assert _blocks(below) == [(3, 4 + min(size, 200))]
    assert _blocks(above) == [(3 + size - min(size, 200), 4 + size)]


@pytest.mark.parametrize("size", [29, 30, 31])
def test_a_paragraph_around_a_verdict_has_at_most_30_lines(size: int) -> None:
    steps = [f"{chr(97 + n % 26)}{chr(97 + n // 26)} step" for n in range(size - 1)]
    lines = [line for n in range(4) for line in (*steps, f"Farm.Case_{n} | {'FAIL' if n == 2 else 'PASS'} |", "")]

    assert _blocks([*lines, "3 passed, 1 failed"]) == ([(2 * size + 2, 3 * size + 2)] if size <= 30 else [])


@pytest.mark.parametrize(
    ("lines", "concluding"),
    [
        (["3 passed, 1 failed"], [0]),
        (["a", "Ran 3 tests in 0.1s", "", "FAILED (failures=1)"], [1, 3]),
        (["12 files changed", "5 errors"], []),
        (["Tests: 1 failed, 9 passed, 10 total", "Snapshots:   0 total"], [0]),
        (["# tests 9", "# pass 8", "# fail 1"], [0, 1, 2]),
        (["# tests 9", "x", "# pass 8", "x", "x", "# fail 1"], [0, 2]),  # a count far below stands alone
        (["5 passed", "ok", "x", "y", "1 failed"], []),  # no line, nor its neighbours, counts two things
        ([*(f"suite of pens number {n}: 3 passed, 0 failed\n" for n in range(4)), "x", "x"], [0, 1, 2, 3]),
        ([*(f"suite of pens number {n}: 3 passed, 0 failed\n" for n in range(5)), "x", "x"], []),  # every suite has it
        ([*(f"runs tests {n} of all pens ... ok" for n in range(4)), "4 passed, 0 failed"], [4]),  # no verdict
    ],
)
def test_the_lines_that_say_how_a_whole_run_went(lines: list[str], concluding: list[int]) -> None:
    assert test_totals.conclusions(lines) == concluding
