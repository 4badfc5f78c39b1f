"""A trace or an error is one block, from its head to its last line, whatever stands before and behind it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.facts import blocks as blocks_module
from headroom_mcp.facts.blocks import blocks

_TRACES = {
    "python": """\
Traceback (most recent call last):
  File "/srv/app/run.py", line 12, in main
    load(path)
  File "/srv/app/load.py", line 40, in load
    raise ValueError(path)
ValueError: no such parcel: 17""",
    "python of one frame": """\
Traceback (most recent call last):
  File "<string>", line 1, in <module>
KeyError: 'weight'""",
    "a group of exceptions": """\
  + Exception Group Traceback (most recent call last):
  |   File "/srv/app/run.py", line 12, in main
  |     raise ExceptionGroup("parcels", errors)
  | ExceptionGroup: parcels (1 sub-exception)""",
    "java": """\
Exception in thread "main" java.lang.IllegalStateException: parcel 17 has no weight
\tat com.example.Weigh.of(Weigh.java:31)
\tat com.example.Main.main(Main.java:9)
Caused by: java.lang.NullPointerException: weight
\tat com.example.Scale.read(Scale.java:12)
\t... 2 more""",
    "node": """\
TypeError: Cannot read properties of undefined (reading 'weight')
    at weigh (/srv/app/weigh.js:14:21)
    at main (/srv/app/main.js:3:1)""",
    "go": """\
panic: parcel 17 has no weight

goroutine 1 [running]:
main.weigh(0x11)
\t/srv/app/weigh.go:14 +0x1d
main.main()
\t/srv/app/main.go:5 +0x2a""",
    "go, the runtime": """\
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive]:
main.main()
\t/srv/app/main.go:8 +0x31""",
}


def _block_over(lines: list[str], at: int) -> tuple[int, int]:
    [found] = [block for block in blocks(lines, errors=True) if block.start <= at < block.stop]
    return found.start, found.stop


@pytest.mark.parametrize("name", _TRACES)
@pytest.mark.parametrize(
    "behind", [[], ["INFO parcel 18 was weighed", "INFO parcel 19 was weighed"]], ids=["last", "followed"]
)
def test_a_trace_is_one_block_from_its_head_to_its_last_line(name: str, behind: list[str]) -> None:
    trace = _TRACES[name].split("\n")
    before = [f"INFO parcel {number} was weighed" for number in range(20)]
    lines = [*before, *trace, *behind]

    assert _block_over(lines, 20) == (20, 20 + len(trace))


@pytest.mark.parametrize("depth", range(7))
def test_an_error_comes_with_up_to_four_lines_that_say_through_which_files_it_came(depth: int) -> None:
    chain = [f"In file included from src/part{number}.h:3," for number in range(depth)]
    lines = ["compiling src/main.c", *chain, "src/deep.h:40:9: error: 'parcel' undeclared", "done with src/main.c"]
    error = 1 + depth

    start, _ = _block_over(lines, error)

    assert start == error - min(depth, 4)


@pytest.mark.parametrize("name", [name for name in _TRACES if name.startswith("python")])
def test_what_was_raised_is_essential_to_a_trace(name: str) -> None:
    trace = _TRACES[name].split("\n")

    [found] = blocks(trace, errors=True)

    assert len(trace) - 1 in found.essential


@given(st.from_regex(blocks_module._TELLING.pattern, alphabet=st.characters(max_codepoint=127)))
def test_every_line_that_the_expression_finds_has_one_of_the_words_that_are_looked_for_first(line: str) -> None:
    said = line.replace("\n", " ")[:300]

    assert blocks_module._tells(said) == bool(re.search(blocks_module._TELLING.pattern, said, re.IGNORECASE))


def test_what_stands_below_a_label_is_essential_with_it() -> None:
    """Boxes with advice: "Please run this:", and the command, which is the only thing of worth in them."""
    box = [
        "Error: browser.launch: no such program",
        "║ Please run the following command: ║",
        "║                      ║",
    ]
    text = [*box, "║     npm run fetch-browsers      ║", "║ Thank you ║", "    at open (/srv/app/e2e.ts:4:9)"]

    found = blocks([*text, *("    at step (/srv/app/lib.ts:9:1)" for _ in range(30))], errors=True)

    assert any(3 in block.essential for block in found if 1 in block.essential)


def test_a_trace_under_a_head_that_names_no_exception_goes_to_its_last_frame() -> None:
    lines = [
        "==12== Memcheck, a memory checker",
        "",
        "Invalid read of size 1",
        "   at 0x1090CA: weigh (silo.c:40)",
        "   by 0x1090EF: main (silo.c:90)",
        "",
        "all done",
        "AssertionError: expected 4",
    ]
    found = blocks(lines, errors=False)

    assert [(block.start, block.stop, block.test) for block in found] == [(2, 5, False), (7, 8, False)] or [
        (block.start, block.stop, block.test) for block in found
    ] == [(2, 5, False)]
    assert 2 in found[0].essential


def test_two_blank_lines_within_a_trace_belong_to_it_and_three_end_it() -> None:
    def stop(blanks: int) -> int:
        frames = ["    at weigh (/srv/app/weigh.js:14:21)", *[""] * blanks, "    at main (/srv/app/main.js:3:1)"]
        return _block_over(["Error: no weight", *frames, "done"], 0)[1]

    assert [stop(1), stop(2), stop(3)] == [4, 5, 2]


def test_one_blank_line_within_an_error_belongs_to_it_where_indented_lines_go_on() -> None:
    def stop(*behind: str) -> int:
        return _block_over(["src/a.c:4:1: error: no weight", "    4 | weigh();", *behind, "done with it"], 0)[1]

    assert stop("", "   more of it") == 4
    assert stop("", "", "   more of it") == 2
    assert stop("", "no more of it") == 2
    assert stop("", "   more of it", "", "   and more") == 6


@pytest.mark.parametrize(
    ("said", "is_failure"),
    [
        (["expected 3 to equal 4"], True),
        (["", "", "expected 3 to equal 4"], True),
        (["    at weigh (/srv/app/weigh.js:14:21)"], True),
        (["buy bread", "and butter"], False),
        ([], False),
        ([*["dull"] * 38, "expected 3 to equal 4"], True),
        ([*["dull"] * 39, "expected 3 to equal 4"], False),  # too far below
    ],
)
def test_a_numbered_failure_says_soon_what_went_wrong_or_where(said: list[str], is_failure: bool) -> None:
    lines = ["before", "  1) weigh", *said]

    assert blocks_module._is_numbered_failure(lines, 1, len(lines)) == is_failure
    assert not blocks_module._is_numbered_failure(lines, 1, 2)


@pytest.mark.parametrize(
    ("causes", "own", "frames", "places"),
    [
        ([2], [5], [3, 4, 5], [5]),
        ([2], [], [3, 4, 5], [3]),
        ([2, 6], [4, 8], [3, 4, 7, 8], [4, 8]),
        ([2, 6], [4], [3, 4, 7, 8], [4, 7]),
        ([2, 6], [8], [1, 7, 8], [8]),  # the first has no frame
        ([2, 3], [3], [3, 4], [4]),  # a cause is no place of its own
        ([], [3], [3], []),
        ([2], [], [], []),
    ],
)
def test_where_a_cause_was_raised_is_its_first_own_frame_else_its_first(
    causes: list[int], own: list[int], frames: list[int], places: list[int]
) -> None:
    assert blocks_module._first_after(causes, own, frames) == places
