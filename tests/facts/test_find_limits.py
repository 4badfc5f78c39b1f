"""How lines are searched and ranked, at and around the limits: exact orders, not only what is among them."""

from __future__ import annotations

import re

import pytest

from headroom_mcp.facts import find

_LONG_LETTER = "İ"  # two characters when lowered: offsets in the lowered text are no longer those of the lines


def _errors(word: str, count: int) -> list[str]:
    return [f"error: {word} number {n}" for n in range(count)]


@pytest.mark.parametrize("few", [1, 2, 3, 4, 5, 20, 21, 40])
def test_of_failures_that_differ_in_numbers_the_first_two_and_the_last_are_told(few: int) -> None:
    found = find.failures(_errors("disk", few))

    assert found == (list(range(few)) if few <= 3 else [0, 1, few - 1])


def test_a_templates_first_line_comes_before_any_templates_second_and_the_strong_before_the_weak() -> None:
    lines = ["retry failed for a", "retry failed for b", *_errors("disk", 2), "panic: no more"]
    strong = [i for i in range(len(lines)) if find.failures([lines[i]]) and i != 0]
    found = find.failures(lines)

    assert sorted(found) == list(range(5)) == sorted({*strong, 0})
    assert found.index(2) < found.index(3)
    assert found.index(4) < found.index(3)


@pytest.mark.parametrize(("often", "first"), [(2, [0, 20]), (3, [0, 20]), (4, [20, 0]), (19, [20, 0])])
def test_of_templates_equally_strong_the_rare_come_first(often: int, first: list[int]) -> None:
    lines = [*_errors("disk", often), *([""] * (20 - often)), "error: gate shut"]

    assert find.failures(lines)[:2] == first


def test_of_rare_and_of_very_frequent_ones_a_second_rare_line_comes_first() -> None:
    often, very_often = _errors("disk", 20), _errors("gate", 21)
    few = ["error: roof a1", "error: roof b2"]

    found = find.failures([*very_often, *often, *few])

    assert found[0] == 41
    assert found.index(21) < found.index(0)


@pytest.mark.parametrize(("size", "seen"), [(1_990, True), (2_040, False)])
def test_of_a_very_long_line_only_the_beginning_is_read(size: int, seen: bool) -> None:
    line = "x" * size + " error: lost"

    assert find.failures([line]) == ([0] if seen else [])
    assert find.all_failures([line]) == ([0] if seen else [])


@pytest.mark.parametrize(
    ("line", "warns"),
    [
        ("warning: old", True), ("w: old", True), ("W: old", True), ("now: old", False), ("x" * 180 + " warning: a", True),
        ("x" * 230 + " warning: a", False),
    ],
)  # fmt: skip
def test_which_lines_warn(line: str, warns: bool) -> None:
    assert find.warned(["plain", line, "plain"]) == ([1] if warns else [])


def test_of_warnings_the_rare_come_first_and_of_equally_rare_ones_the_last() -> None:
    lines = [f"warning: unused {n}" for n in range(3)] + ["warning: old gate", "warning: shut roof"]

    assert find.warnings(lines) == [4, 3, 0]


@pytest.mark.parametrize(
    ("line", "concludes"),
    [
        ("3 tests", True), ("1,203 passed", True), ("three tests", False), ("a test", False), ("Total: 12", True), ("Total", False),
        ("exit code 3", True), ("BUILD SUCCESS", True), ("Ran 5 tests", True), ("12 pass", False), ("2 packages", True),
        ("no 3, tests", True), ("x, tests 4", False),
    ],
)  # fmt: skip
def test_which_lines_conclude(line: str, concludes: bool) -> None:
    assert find.summaries(["plain", line]) == ([1] if concludes else [])
    assert find.summaries([f"{_LONG_LETTER} plain", line]) == ([1] if concludes else [])


@pytest.mark.parametrize("count", [59, 60, 61, 90])
def test_of_conclusions_the_last_sixty_are_told_the_last_first(count: int) -> None:
    lines = [f"{n} tests" for n in range(count)]

    assert find.summaries(lines) == list(range(count - 1, max(-1, count - 61), -1))


@pytest.mark.parametrize("head", ["", _LONG_LETTER])
@pytest.mark.parametrize(
    ("stems", "counted", "at"),
    [
        (("ab",), False, [0, 2]), (("\nab",), False, [2]), ((" ab",), True, [0]), ((" ab",), False, [0]), (("zz",), False, []),
        (("ab", "cd"), False, [0, 1, 2]), (("\ncd",), False, [1]), (("b",), False, [0, 2]), ((" x",), True, [3, 4]),
    ],
)  # fmt: skip
def test_lines_are_found_by_stems(head: str, stems: tuple[str, ...], counted: bool, at: list[int]) -> None:
    lines = [f"{head}1 Ab", "cd", "aB", "5, x 6 x", "7, x x 12, x", "a x"]
    lines[3], lines[4] = "x x 6 x", "x, x 12, x"
    if head and any(stem.startswith("\n") for stem in stems):
        return  # there, the beginning of a line is any place in it

    found = find.touched(lines, stems, counted=counted)

    expected = at if counted or not any(stem.startswith(" x") for stem in stems) else [3, 4, 5]
    assert found == (
        expected
        if not head or not counted
        else [i for i, line in enumerate(lines) if any(s in line.lower() for s in stems)]
    )


def test_lines_are_found_in_the_first_and_the_last_and_once_each() -> None:
    assert find.touched(["ab ab", "", "ab"], ("ab",)) == [0, 2]
    assert find.touched([], ("ab",)) == []
    assert find.touched(["ab"], ()) == []
    assert find.touched(["x ab", "3 ab"], (" ab",)) == [0, 1]
    assert find.touched(["x ab", "3 ab", "4, ab ab"], (" ab",), counted=True) == [1, 2]
    assert find.touched(["x ab 3 ab", "y ab"], (" ab",), counted=True) == [0]


@pytest.mark.parametrize("head", ["", _LONG_LETTER])
@pytest.mark.parametrize(
    ("patterns", "at"),
    [
        ((r"a+b",), [0, 3]),
        ((r"\na+b",), [3]),
        ((r"x\d",), [1]),
        ((r"a+b", r"x\d"), [0, 1, 3]),
        ((), []),
    ],
)
def test_lines_are_met_by_expressions(head: str, patterns: tuple[str, ...], at: list[int]) -> None:
    lines = [f"{head} Aab and aab", "x1 x2", "", "aaB"]

    assert find.met(lines, [re.compile(pattern) for pattern in patterns]) == at


def test_of_many_lines_only_those_with_a_word_of_the_question_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"row {n} of the ledger" for n in range(30)] + ["the gate is green", "a gate"]
    whole = find.matches("which gate is green", lines)
    assert whole[0] == 30

    monkeypatch.setattr(find, "_MAX_RANKED_LINES", len(lines))
    assert find.matches("which gate is green", lines) == whole
    monkeypatch.setattr(find, "_MAX_RANKED_LINES", len(lines) - 1)
    assert find.matches("which gate is green", lines) == [30, 31]
    assert find.matches("the of", lines) == []
    assert find.matches("", lines) == []
    monkeypatch.setattr(find, "_MAX_RANKED_LINES", 1)
    assert find.matches("gate", lines) == [30]


def test_of_a_long_question_the_longest_words_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "_MAX_RANKED_LINES", 2)
    words = [f"{'abcdefghijklmn'[n]}{'q' * (3 + n)}z" for n in range(14)]
    lines = [f"x {word} y" for word in words]

    assert sorted(find.matches(" ".join(words), [lines[0], "", ""])) == []
    assert sorted(find.matches(" ".join(words), [lines[13], "", ""])) == [0]


@pytest.mark.parametrize("count", [39, 40, 41, 60])
def test_of_lines_that_match_forty_are_told(count: int) -> None:
    assert find.matches("gate", [f"gate {n}" for n in range(count)] + ["other"] * 30) == list(range(min(count, 40)))
