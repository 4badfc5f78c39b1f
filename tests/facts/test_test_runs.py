"""Test runs, read without knowing the runner."""

from __future__ import annotations

import pytest

from headroom_mcp.facts import test_run, test_suites, test_verdicts


def test_a_form_that_says_passed_again_and_again_tells_which_tests_failed() -> None:
    lines = [f"passed Farm.Rounds_{n} ({n}ms)" for n in range(9)]
    lines.insert(4, "failed Farm.Splits_4 (9ms)")

    assert test_run.read(lines).failed == [4]


def test_ok_at_the_head_of_a_sentence_is_no_verdict_without_a_plan() -> None:
    sentences = [f"ok {n} rows weighed" for n in range(1, 9)]

    assert test_run.read(sentences).verdicts == {}
    assert len(test_run.read(["1..8", *sentences]).verdicts) == 8


def test_a_verdict_under_its_own_heading_is_of_a_suite() -> None:
    lines = ["▶ Pens", *(f"  ✔ closes {n} (0.{n}ms)" for n in range(6)), "✔ Pens (3ms)"]

    assert test_run.read(lines).suites == {7}


@pytest.mark.parametrize("cut", [0, 5])
def test_a_verdict_above_a_total_as_those_of_suites_are_is_of_one_though_its_heading_is_cut_off(cut: int) -> None:
    suites = [
        [
            f"Barn.{name}",
            *(f"{name} {n}  | PASS |" for n in range(6)),
            f"Barn.{name}  | PASS |",
            "6 tests, 6 passed, 0 failed",
        ]
        for name in ("Pens", "Herds")
    ]
    lines = [*suites[0][cut:], *suites[1]]

    assert test_run.read(lines).suites == {7 - cut, 16 - cut}


@pytest.mark.parametrize("inner", [0, 1])
def test_a_verdict_below_what_is_deeper_is_of_a_suite_though_its_heading_is_cut_off_and_failures_stand_as_far_out(
    inner: int,
) -> None:
    suite = ["▶ Barn", *(f"  ✔ weighs pen {n} (1 ms)" for n in range(6)), "✔ Barn (9 ms)"]
    other = [
        "▶ Herd",
        "  ▶ Calves",
        *(f"    ✔ tags calf {n} (1 ms)" for n in range(6)),
        "  ✔ Calves (8 ms)",
        "✔ Herd (9 ms)",
    ]
    lines = [
        *(other[3:] if inner else suite[3:]),
        *other,
        "✖ failing tests:",
        "",
        "✖ feeds herd 3 (2 ms)",
        "  3 !== 4",
        "",
    ]
    lines += ["✖ feeds herd 4 (2 ms)", "  3 !== 4"]

    assert test_run.read(lines).suites == ({5, 6, 15, 16} if inner else {4, 13, 14})


def test_a_sentence_among_verdicts_is_news_and_a_step_that_comes_again_is_not() -> None:
    lines = [line for n in range(9) for line in (f"Start {n}: unit_{n}", f"unit_{n} ... ok")]
    lines.insert(7, "row 4411 has a weight of -3 kg")

    assert test_run.read(lines).news(lines) == [7]


def test_counts_are_totals_and_no_verdicts() -> None:
    lines = [*(f"✓ closes {n}" for n in range(5)), "ℹ pass 5", "ℹ fail 0", "[  PASSED  ] 5 tests."]
    reading = test_run.read(lines)

    assert sorted(reading.totals) == [5, 6, 7]
    assert sorted(reading.verdicts) == [0, 1, 2, 3, 4]


def test_how_many_failed_over_their_section_is_no_verdict() -> None:
    lines = [*(f"✓ closes {n}" for n in range(5)), "⎯⎯⎯ Failed Tests 1 ⎯⎯⎯", "✗ opens 1", "Tests  1 failed | 5 passed"]

    assert sorted(test_run.read(lines).verdicts) == [0, 1, 2, 3, 4, 6]


def test_a_verdict_of_what_holds_suites_is_of_a_suite_though_no_heading_is_left() -> None:
    lines = [*(f"Opens {n} | PASS |" for n in "abcd"), "Barn.Pens | PASS |", "Barn | PASS |"]

    assert test_run.read(["Barn.Pens", *lines]).suites == {5, 6}


def test_how_far_the_run_is_after_a_verdict_is_no_count() -> None:
    lines = [f"test_{n} {'FAILED' if n == 3 else 'PASSED'}      [ {n * 10}%]" for n in range(9)]

    assert test_run.read(lines).failed == [3]


@pytest.mark.parametrize(
    ("text", "suites", "found"),
    [
        ("s1| a| b|s2| c|s3", {0, 3, 5}, {0, 3, 5}),
        ("s1| a|s2| b|s3| c|s4| d|cut| e", {0, 2, 4, 6}, {0, 2, 4, 6, 8}),  # as far out as suites and nothing else
        ("s1| a|s2| b|s3| c|cut| d", {0, 2, 4}, set()),
        ("s1| a| b|cut| c", {0}, set()),  # one suite is no habit
        ("s1| a|s2| b|x|y|z", {0, 2}, set()),  # most of what is as far out is no suite
        ("s1|s2|x", {0, 1}, set()),  # no level but one
        ("s1| a|s2| b", set(), set()),
    ],
)
def test_verdicts_as_far_out_as_suites_are_suites(text: str, suites: set[int], found: set[int]) -> None:
    lines = text.split("|")
    verdicts: dict[int, test_verdicts.Verdict] = dict.fromkeys(range(len(lines)))  # type: ignore[arg-type]

    assert test_suites._of_their_level(lines, verdicts, suites) == found


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("PASSED farm.Rounds", (("head", "upper"), "passed")),
        ("passed farm.Rounds", (("head", "lower"), "passed")),
        ("Passed farm.Rounds", (("head", "capital"), "passed")),
        ("FAILED farm.Rounds", (("head", "upper"), "failed")),
        ("  skipped farm.Rounds", (("head", "lower"), "skipped")),
        ("✓ weighs a parcel", (("head", "mark"), "passed")),
        ("✗ weighs a parcel", (("head", "mark"), "failed")),
        ("[12/40] ok farm.Rounds", (("head", "lower"), "passed")),
        ("ok 3 - weighs # SKIP no scales", (("head", "lower"), "skipped")),
        ("farm/test_a.py::test_weigh PASSED   [ 41%]", (("end", ""), "passed")),
        ("farm/test_a.py::test_weigh SKIPPED (needs network)   [ 41%]", (("end", ""), "skipped")),
        ("test farm::weigh ... ok", (("end", ""), "passed")),
        ("weighs a parcel ✓", (("end", "mark"), "passed")),
        ("farm.Rounds ... FAILED in 12 ms", (("end", ""), "failed")),
        ("/srv/app/levy.cpp:31: PASSED:", (("end", ""), "passed")),
        ("what has passed:", None),  # a label
        ("FarmTest#test_weigh = 0.01 s = .", (("letter", ""), "passed")),
        ("FarmTest#test_weigh = 0.01 s = F", (("letter", ""), "failed")),
        ("FarmTest#test_weigh = 0.01 s = E", (("letter", ""), "failed")),
        ("FarmTest#test_weigh = 0.01 s = S", (("letter", ""), "skipped")),
        ("25 passed", None),
        ("passed 25", None),
        ("Success! Compiled 11 modules", None),
        ("ok", None),  # no name
        ("Suite farm: passed", None),
        ("the parcel is heavy", None),
        ("it passed the gate on its way", None),
    ],
)
def test_a_verdict_has_a_form_by_its_place_and_its_letters(line: str, form: object) -> None:
    assert test_verdicts._form(line) == form


@pytest.mark.parametrize(
    ("picture", "verdicts", "leading"),
    [
        ("a|v", {1}, [True, False]),
        ("v|a", {0}, [False, False]),
        ("a||v", {2}, [True, False, False]),
        ("a|b|v", {2}, [False, True, False]),  # no deeper line leads to it
        ("a| b|  v", {2}, [True, True, False]),
        (" a|b|  v", {2}, [False, True, False]),
        ("a| b|v|c| v", {2, 4}, [True, True, False, True, False]),
        ("a|--|v", {2}, [True, False, False]),
        (f"{'a' * 400}|v", {1}, [True, False]),
        (f"{'a' * 401}|v", {1}, [False, False]),
    ],
)
def test_only_what_stands_right_above_a_verdict_or_a_heading_can_be_one(
    picture: str, verdicts: set[int], leading: list[bool]
) -> None:
    known: dict[int, test_verdicts.Verdict] = {}
    known.update((at, "passed") for at in verdicts)

    assert test_suites._leading(picture.split("|"), known) == leading


@pytest.mark.parametrize(
    ("lines", "passed", "read"),
    [(3, 2, 0), (3, 3, 3), (149, 3, 3), (199, 3, 3), (200, 3, 0), (200, 4, 4), (250, 4, 0), (250, 5, 5)],
)
def test_verdicts_are_those_of_a_form_that_says_passed_three_times_and_once_in_fifty_lines(
    lines: int, passed: int, read: int
) -> None:
    """One more line is left to a failure, which is read with them."""
    text = [f"passed farm.Rounds_{n}" for n in range(passed)] + ["failed farm.Splits"]
    text += ["a dull line"] * (lines - len(text))

    found = test_verdicts.of(text)

    assert len(found) == (read + 1 if read else 0)
