"""Which lines of an output are facts: failures, answers to the question, totals, in that order."""

from __future__ import annotations

import random

import pytest

from headroom_mcp import compress_output
from headroom_mcp.facts import find as facts
from headroom_mcp.tool_output import ToolOutput

_WORDS = "amber basil cedar delta ember fjord grove haven iris jade karst lotus maple north onyx pearl".split()


def _dull(lines: int, seed: int = 3) -> list[str]:
    """Return lines of plain words without any sign of failure, total or shape."""
    dice = random.Random(seed)
    return [" ".join(dice.choices(_WORDS, k=9)) for _ in range(lines)]


SUMMARIES = [
    "Found 17 packages",
    "=== 3 failed, 97 passed in 1.2s ===",
    "Tests:       2 failed, 40 passed, 42 total",
    "Ran 311 tests in 4.070s",
    "Total 48 (delta 12), reused 30",
    "5 files changed, 210 insertions(+)",
    "process exited with status 3",
]


@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_lone_total_among_dull_lines_is_a_fact_and_is_shown(summary: str) -> None:
    lines = _dull(400)
    lines[211] = summary
    found = facts.find(ToolOutput("\n".join(lines)))
    shown = compress_output("\n".join(lines), tool_name="mcp__wiki__export").text

    assert [fact.line for fact in found if fact.kind == "summary lines"] == [211]
    assert summary in shown


def test_a_line_that_the_question_is_about_is_a_fact_and_is_shown() -> None:
    lines = _dull(400)
    lines[211] = "the quokka sleeps behind the boiler"
    question = "Where does the quokka sleep?"
    found = facts.find(ToolOutput("\n".join(lines), query=question))
    shown = compress_output("\n".join(lines), tool_name="mcp__wiki__export", query=question).text

    assert next(fact.line for fact in found if fact.kind == "query matches") == 211
    assert lines[211] in shown


def test_failures_come_before_answers_and_answers_before_totals() -> None:
    lines = _dull(60)
    lines[10], lines[20], lines[30] = "Found 17 packages", "the quokka sleeps", "ERROR: the boiler is out"
    found = facts.find(ToolOutput("\n".join(lines), query="quokka"))

    assert [(fact.line, fact.rank) for fact in found] == [(30, 0), (20, 1), (10, 2)]


@pytest.mark.parametrize(
    "line", ["0 errors, 0 warnings", "errors: 0", "failed=false", "no failures", "see src/error_handler.py"]
)
def test_a_line_that_denies_a_failure_is_none(line: str) -> None:
    assert facts.failures([*_dull(5), line]) == []


def test_of_many_alike_failures_the_first_and_the_last_are_facts_and_a_lone_other_comes_with_them() -> None:
    lines = [f"ERROR: job {n} could not connect" for n in range(900)]
    lines.insert(450, "panic: runtime error: index out of range [5] with length 3")
    found = facts.failures(lines)

    assert {0, 450, 900} <= set(found)
    assert len(found) < 10


def test_of_weak_failures_those_of_a_rare_template_come_before_those_of_a_frequent_one() -> None:
    frequent = [f"part {n} could not be read" for n in range(25)]
    rare = [f"host {n}: timed out" for n in range(5)]
    lines = [*frequent, *rare]
    found = facts.failures(lines)

    assert found.index(len(frequent)) < found.index(0)
