"""Which lines of an output are facts: failures, answers to the question, totals, in that order."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


_STRONG = ("ERROR: job {} could not connect", "ERROR: host {} lost its lease")
_WEAK = ("part {} could not be read", "host {}: timed out in the end")


@pytest.mark.parametrize("forms", [_STRONG, _WEAK])
@pytest.mark.parametrize(
    ("first", "second", "second_wins"),
    [(3, 1, False), (4, 3, True), (20, 4, False), (21, 20, True), (90, 21, False), (21, 3, True), (3, 3, False)],
)
def test_of_two_templates_of_failures_the_clearly_rarer_comes_first_else_the_one_above(
    forms: tuple[str, str], first: int, second: int, second_wins: bool
) -> None:
    lines = [forms[0].format(n) for n in range(first)] + [forms[1].format(n) for n in range(second)]
    found = facts.failures(lines)

    assert (found.index(first) < found.index(0)) == second_wins
    assert sorted(found) == sorted(
        [*_shown_of(first), *(first + i for i in _shown_of(second))]
    )  # the first two and the last of each


def _shown_of(count: int) -> list[int]:
    return list(range(count)) if count <= 3 else [0, 1, count - 1]


@pytest.mark.parametrize(("strong", "strong_wins"), [(3, True), (20, True), (21, True)])
def test_a_strong_failure_comes_before_a_weak_one(strong: int, strong_wins: bool) -> None:
    lines = ["part 1 could not be read", *(_STRONG[0].format(n) for n in range(strong))]
    found = facts.failures(lines)

    assert (found.index(1) < found.index(0)) == strong_wins
    assert found.index(0) < found.index(2)  # but before its template's second line


def test_a_fact_is_one_line_with_its_rank_and_kind() -> None:
    lines = _dull(40)
    lines[10], lines[20], lines[39] = "Found 17 packages", "the quokka sleeps", "ERROR: the boiler is out"

    assert facts.find(ToolOutput("\n".join(lines), query="quokka")) == [
        (39, 0, "failures", 39, 40),
        (20, 1, "query matches", 20, 21),
        (10, 2, "summary lines", 10, 11),
    ]


def test_of_many_totals_and_answers_the_last_sixty_and_the_best_forty_are_facts() -> None:
    lines = [f"Found {n + 2} packages" for n in range(90)]

    assert facts.summaries(lines) == list(range(89, 29, -1))
    assert len(facts.matches("packages", [*lines, *_dull(200)])) == 40
    assert facts.matches("", lines) == facts.matches("quokka", lines) == []


@given(
    lines=st.lists(st.sampled_from(["", "Warn of it", "W: it", " W: it", "a WARN", "it 12 ERR", "it x err", "no sign", "12,3 err"]), max_size=12),
    grown=st.booleans(),
)  # fmt: skip
def test_stems_and_expressions_find_what_a_look_at_each_line_finds(lines: list[str], grown: bool) -> None:
    """A letter that grows when lowered shifts all offsets: then each line is looked at by itself."""
    lines = [*lines, *(["\u0130"] if grown else [])]
    expressions = [re.compile("warn"), re.compile("\nw: "), re.compile(r"\d err")]

    at_stems = facts.touched(lines, ["warn", "\nw: "])
    wanted = [i for i, line in enumerate(lines) if "warn" in line.lower() or line.lower().startswith("w: ")]
    assert set(wanted) <= set(at_stems)
    assert grown or at_stems == wanted
    assert facts.met(lines, expressions) == [
        i for i, line in enumerate(lines) if any(one.search(f"\n{line.lower()}") for one in expressions)
    ]
    counted = facts.touched(lines, [" err"], counted=True)
    digits = [i for i, line in enumerate(lines) if re.search(r"[\d,] err", line.lower())]
    assert set(digits) <= set(counted)
    assert grown or counted == digits


def test_of_warnings_the_first_of_each_template_counts_and_rare_ones_come_first() -> None:
    lines = [*(f"warning: unused variable number {n}" for n in range(3)), "all is well", "warning: no licence", "W: it"]

    assert facts.warned(lines) == [0, 1, 2, 4, 5]
    assert facts.warnings(lines) == [5, 4, 0]
    assert facts.all_failures(["ERROR: a", "b", *(_STRONG[0].format(n) for n in range(9))]) == [0, *range(2, 11)]
