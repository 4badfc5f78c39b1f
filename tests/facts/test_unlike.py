"""What is unlike the others: as facts of an output, in the long middle of a block, and where a question means it."""

from __future__ import annotations

import pytest

from headroom_mcp.facts import unlike
from headroom_mcp.facts.blocks import Block
from headroom_mcp.tool_output import ToolOutput

_ODD = "the pump reports a pressure of -3 bar"


def _routine(count: int) -> list[str]:
    return [f"step {n} took {n % 7 + 1} ms and is done" for n in range(count)]


@pytest.mark.parametrize("before", [0, 3, 40])
@pytest.mark.parametrize("at", [0, 20, 39])
def test_a_block_shows_what_is_unlike_in_its_longest_gap_and_nothing_twice(before: int, at: int) -> None:
    middle = _routine(40)
    middle.insert(at, _ODD)
    lines = ["calm"] * before + ["FAILED test_a", *middle, "assert 1 == 2", "a.py:3", "", "calm"]
    start = before
    block = Block(start, len(lines) - 1, (start, start + 42, start + 43), True)

    found = unlike.of_block(lines, block)

    assert found == block._replace(essential=(start, start + 1 + at, start + 42, start + 43))


@pytest.mark.parametrize(
    "middle",
    [
        [*_routine(9), _ODD],  # too short for anything to be usual
        [f'  File "a{n}.py", line {n}, in f' for n in range(40)],  # a trace
    ],
    ids=["short", "a trace"],
)
def test_a_block_of_which_nobody_knows_what_is_usual_stays_as_it_is(middle: list[str]) -> None:
    lines = ["FAILED test_a", *middle, "assert 1 == 2"]
    block = Block(0, len(lines), (0, len(lines) - 1), True)

    assert unlike.of_block(lines, block) == block


def test_a_record_unlike_the_others_is_a_fact_and_a_name_alone_is_none() -> None:
    lines = _routine(60)
    lines.insert(33, _ODD)
    lines.insert(12, "Zanzibar")

    found = unlike.find(ToolOutput("\n".join(lines)))

    assert [(fact.line, fact.start, fact.stop, fact.rank) for fact in found] == [(34, 34, 35, 3)]


@pytest.mark.parametrize(
    ("question", "row"), [("the longest step", 41), ("What took most?", 41), ("the last step", 59)]
)
def test_the_record_that_a_superlative_means_is_a_fact_before_those_that_are_unlike(question: str, row: int) -> None:
    lines = _routine(60)
    lines[41] = "step 41 took 900 ms and is done"

    found = unlike.find(ToolOutput("\n".join(lines), query=question))

    assert found[0].line == row
    assert found[0].rank == 1


def test_a_question_without_a_superlative_means_no_record() -> None:
    output = ToolOutput("\n".join(_routine(60)), query="Which steps failed?")

    assert unlike.meant(output.query, output.survey) == []
