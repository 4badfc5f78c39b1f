"""What holds of the blocks of any text: they lie apart, in order, hold their essential lines, and move with the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.facts.blocks import blocks
from tests.facts import pictures

_LINES = (
    "", "", "plain words of a run", "  indented words of a run",
    "Traceback (most recent call last):", '  File "/srv/app/run.py", line 12, in main', "    load(path)", "ValueError: no such parcel: 17",
    "Exception in thread \"main\" java.lang.IllegalStateException: no weight", "\tat com.example.Weigh.of(Weigh.java:31)", "Caused by: java.io.IOException: weight",
    "TypeError: Cannot read properties of undefined", "    at weigh (/srv/app/weigh.js:14:21)", "    at Module._compile (node:internal/modules/cjs/loader:1105:14)",
    "panic: parcel 17 has no weight", "goroutine 1 [running]:", "main.weigh(0x11)", "\t/srv/app/weigh.go:14 +0x1d",
    "In file included from src/a.h:3,", "src/a.c: In function 'main':", "src/a.c:40:9: error: 'parcel' undeclared", "   40 | weigh(parcel);", "      | ^~~~",
    "Invalid read of size 1", "   at 0x1090CA: weigh (silo.c:40)", "   by 0x1090EF: main (silo.c:90)",
    "--- FAIL: TestWeigh (0.00s)", "=== RUN   TestWeigh", "    weigh_test.go:12: got 3, want 4", "FAIL", "=== RUN   TestOther", "--- PASS: TestOther (0.00s)",
    "____ test_weigh ____", ">       assert 3 == 4", "E       assert 3 == 4", "test_weigh.py:12: AssertionError", "==== short test summary ====",
    "  1) weighs a parcel", "     Error: expected 3 to equal 4", "  2) loads a parcel", "1 passing",
)  # fmt: skip


@given(lines=st.lists(st.sampled_from(_LINES), max_size=30), errors=st.booleans())
def test_blocks_lie_apart_in_order_and_hold_their_essential_lines(lines: list[str], errors: bool) -> None:
    below = 0
    for block in blocks(lines, errors=errors):
        assert below <= block.start < block.stop <= len(lines)
        assert list(block.essential) == sorted({i for i in block.essential if block.start <= i < block.stop}) != []
        assert block.stop - block.start == 1 or lines[block.stop - 1].strip()
        below = block.stop


@given(lines=st.lists(st.sampled_from(_LINES), min_size=1, max_size=24), errors=st.booleans())
def test_blocks_move_with_the_text(lines: list[str], errors: bool) -> None:
    dull = ["routine of a long run"] * 700
    here = blocks(["routine", *lines], errors=errors)
    there = blocks([*dull, *lines], errors=errors)

    by = len(dull) - 1
    assert [(one.start - by, one.stop - by, tuple(i - by for i in one.essential), one.test) for one in there] == here


@pytest.mark.parametrize(
    "head",
    [
        "Traceback (most recent call last):",
        "  + Exception Group Traceback (most recent call last):",
        "panic: parcel 17 has no weight",
        "thread 'main' panicked at src/main.rs:4:5:",
        "fatal error: all goroutines are asleep - deadlock!",
    ],
)
def test_a_head_that_announces_a_trace_is_a_block_though_no_frame_follows(head: str) -> None:
    lines = ["routine of a run", head, "", "", "", "routine of a run"]

    assert [(one.start, one.stop) for one in blocks(lines, errors=False)] == [(1, 2)]
    assert [(one.start, one.stop) for one in blocks(lines[:2], errors=False)] == [(1, 2)]


@pytest.mark.parametrize("head", ["TypeError: no weight", "java.io.IOException: no weight"])
def test_the_name_of_an_exception_without_frames_is_no_trace(head: str) -> None:
    assert [one for one in blocks(["routine", head, "routine"], errors=False) if not one.test] == []


PICTURES = (
    """\
. compiling
B In file included from src/a.h:3,
B src/a.c:40:9: error: 'parcel' undeclared
B    40 | weigh(parcel);
B     at one (/srv/a.js:1:2)
B     at two (/srv/b.js:1:2)
b     at three (/srv/c.js:1:2)
. linked the rest of it""",
    """\
B src/a.c:1:1: error: one
B In file included from src/b.h:3,
B src/b.c:2:1: error: two
B a word more
.
. INFO: done""",
)


@pytest.mark.parametrize("picture", PICTURES)
def test_an_error_says_itself_what_leads_to_it_what_follows_it_and_two_places(picture: str) -> None:
    found = blocks(pictures.lines_of(picture), errors=True)

    assert pictures.of(pictures.lines_of(picture), found) == picture


@pytest.mark.parametrize("count", [2, 11, 12, 38, 39, 40, 60])
def test_an_error_is_at_most_forty_lines_of_which_the_first_twelve_can_be_essential(count: int) -> None:
    lines = ["src/a.c:40:9: error: 'parcel' undeclared", *(f"   {n} | weigh(parcel);" for n in range(count)), "done"]

    [found] = blocks(lines, errors=True)

    assert (found.start, found.stop) == (0, min(count + 1, 40))
    assert found.essential == tuple(range(min(found.stop, 10)))
