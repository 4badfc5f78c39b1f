"""What must survive: facts, the gate that puts them back, failures as blocks, verdicts of test runs."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.facts import blocks as _failures
from headroom_mcp.facts import find as facts
from headroom_mcp.facts import verdicts as _verdicts
from headroom_mcp.flow import plan as planning
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.text import templates
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact
from tests.flow.test_gate import gated

RUNS = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def test_a_failure_that_stands_alone_comes_before_the_second_of_a_thousand() -> None:
    lines = [f"ERROR worker {n}: connection refused" for n in range(1_000)]
    lines.insert(700, "FATAL: the disk is full")

    assert set(facts.failures(lines)[:2]) == {0, 700}


def test_a_count_of_no_errors_is_no_failure() -> None:
    assert facts.failures(["0 errors, 0 warnings", "error: null", "12 passed, no failures", "errors: []"]) == []


def test_lines_that_are_told_elsewhere_are_not_looked_at() -> None:
    lines = ["error: one", "quiet", "error: the other"]

    assert facts.failures(lines, {0}) == [2]


def test_a_stem_with_a_line_break_is_found_at_a_line_start_only() -> None:
    assert facts.touched(["e  x", "me  x", "E  y"], ["\ne  "]) == [0, 2]


def test_letters_that_grow_in_lower_case_move_no_line() -> None:
    assert facts.touched(["İİİİ", "calm", "an ERROR"], ["error"]) == [2]


def test_a_test_number_is_no_summary() -> None:
    assert facts.summaries(["20/33 Test #20: quick ..... Passed 0.00 sec", "33 tests passed"]) == [1]


def test_lines_of_one_statement_share_a_template() -> None:
    first, second, other = templates.masked(
        ["GET /a/b took 12ms from 10.0.0.1", "GET /c took 9812ms from 10.9.9.9", "POST /c took 1ms from 10.9.9.9"]
    )

    assert first == second
    assert first != other


def test_the_gate_puts_a_dropped_failure_back_in_its_place() -> None:
    lines = ["calm"] * 10
    lines[6] = "error: boom"
    parts = gated(lines, [Fact(6, 0, "failures", 6, 7)], 100)

    assert render.render(lines, parts) == "[… lines 1-6]\nerror: boom\n[… lines 8-10]"


@pytest.mark.parametrize(("count", "said"), [(1, "1 failure among them"), (3, "3 failures among them")])
def test_failures_without_room_are_counted_where_they_are(count: int, said: str) -> None:
    lines = [f"error: {'x' * 400}"] * count
    found = [Fact(i, 0, "failures", i, i + 1) for i in range(count)]

    assert said in render.render(lines, gated(lines, found, 0))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("FAILED tests/a.py::test_x[1-a b] - assert 1 == 2", "tests/a.py::test_x[1-a b]"),
        ("[gw3] [ 12%] FAILED tests/a.py::test_x ", "tests/a.py::test_x"),
        ("tests/a.py::T::test_x FAILED                  [ 12%]", "tests/a.py::T::test_x"),
        ("test_x (pkg.mod.T.test_x) ... FAIL", "test_x"),
        ("test cart::adds ... FAILED", "cart::adds"),
        ("        FAIL [   0.005s] shop cart::adds", "shop cart::adds"),
        ("    ✕ adds two (12 ms)", "adds two"),
        ("not ok 12 - adds two", "adds two"),
        ("[  FAILED  ] Cart.Adds (0 ms)", "Cart.Adds"),
        (" 3/33 Test  #3: net_probe ........***Failed    0.01 sec", "net_probe"),
        ("[ERROR]   CartTest.adds:41 expected: <90> but was: <85>", "CartTest.adds:41"),
        ("CartTest > adds two FAILED", "CartTest > adds two"),
        ("rspec ./spec/cart_spec.rb:3 # Cart adds", "./spec/cart_spec.rb:3"),
        ("    --- FAIL: TestCart/adds (0.00s)", "TestCart/adds"),
        ("FAIL\texample.com/shop/cart\t0.01s", "example.com/shop/cart"),
        ("TestCart#test_add = 0.00 s = E", "TestCart#test_add"),
        ("t/m2.t .. Failed 2/42 subtests", "t/m2.t"),
        ("//shop:cart_test    FAILED in 1.2s", "//shop:cart_test"),
    ],
)
def test_every_runner_s_word_for_a_failing_test_is_known(line: str, name: str) -> None:
    assert _verdicts.failing([line]) == [(0, name)]


def test_a_test_that_its_own_report_names_is_not_listed_again() -> None:
    lines = ["FAILED tests/a.py::TestA::test_x - boom", "FAILED tests/a.py::test_y - boom"]

    assert _verdicts.unnamed(lines, _verdicts.failing(lines), ["____ TestA.test_x ____"]) == [1]


def test_of_two_lines_on_one_test_the_one_with_a_message_is_shown() -> None:
    lines = ["a.py::test_x FAILED                                      [ 10%]", "FAILED a.py::test_x - assert 1 == 2"]

    assert _verdicts.unnamed(lines, _verdicts.failing(lines), []) == [1]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["a.py::test_x PASSED", "a.py::test_y SKIPPED (no net)", "a.py::test_z PASSED"], "2 passed, 1 skipped"),
        (["PASS src/a.test.js", "  ✓ adds (2 ms)", "  ✓ takes away"], "2 passed"),
        (["PASS src/a.test.js", "PASS src/b.test.js"], "2 files of tests passed"),
        (["--- PASS: TestA (0.00s)", "PASS", "ok  \texample.com/a\t0.1s"], "1 passed"),
        (["    ok 1 - adds", "      ---", "      ...", "ok 1 - cart", "  ---", "  type: 'suite'"], "1 passed"),
        (["nothing here"], ""),
    ],
)
def test_what_is_left_out_is_counted_by_test_and_by_file_only_where_no_test_is_named(
    lines: list[str], said: str
) -> None:
    assert _verdicts.counts(lines) == said


def test_a_verbose_go_test_s_words_stand_before_its_verdict() -> None:
    lines = ["=== RUN   TestA", "    a_test.go:3: got 3, want 4", "=== RUN   TestB", "--- FAIL: TestA (0.00s)"]
    first = _failures.blocks(lines, errors=False)[0]

    assert (first.start, first.stop) == (0, 2)


def test_every_link_of_a_chain_of_exceptions_is_essential() -> None:
    lines = [
        "____ test_x ____",
        "E   KeyError: 'sku'",
        "a.py:3: KeyError",
        "The above exception was the direct cause of the following exception:",
        "E   test.<locals>.Stock: none left",
        "a.py:9: Stock",
    ]

    assert {1, 4} <= set(_failures.blocks(lines, errors=False)[0].essential)


def test_code_below_a_frame_is_the_frame_s_and_the_exception_is_the_failure_s() -> None:
    lines = [
        "Traceback (most recent call last):",
        '  File "/usr/lib/python3.11/site-packages/lib/core.py", line 3, in run',
        "    raise exception",
        '  File "/home/dev/shop/a.py", line 9, in total',
        "    return prices[sku]",
        "           ~~~~~~^^^^^",
        "KeyError: 'sku'",
    ]
    essential = _failures.blocks(lines, errors=False)[0].essential

    assert 2 not in essential
    assert {3, 4, 6} <= set(essential)


def test_a_go_panic_goes_on_through_its_calls() -> None:
    lines = [
        "panic: boom",
        "",
        "goroutine 1 [running]:",
        "main.(*Cart).Total(0x0)",
        "\t/home/dev/cart.go:42 +0x1c",
        "exit status 2",
    ]
    found = _failures.blocks(lines, errors=False)

    assert [(block.start, block.stop) for block in found] == [(0, 5)]
    assert 4 in found[0].essential


def test_every_cause_is_shown_with_where_it_was_raised() -> None:
    lines = [
        "java.lang.IllegalStateException: no order",
        "\tat com.example.Settle.run(Settle.java:71)",
        *[f"\tat org.springframework.web.F{n}.m(F{n}.java:{n})" for n in range(20)],
        "Caused by: java.sql.SQLException: deadlock",
        "\tat org.springframework.jdbc.T.m(T.java:1)",
        "\tat com.example.Db.exec(Db.java:133)",
    ]

    assert {22, 24} <= set(_failures.blocks(lines, errors=False)[0].essential)


def test_blocks_never_overlap_where_one_error_s_head_is_another_s_tail() -> None:
    lines = [
        "a.c:1:1: error: one",
        "In file included from x.h:3,",
        "                 from b.c:1:",
        "b.c:2:2: error: two",
    ]
    found = _failures.blocks(lines, errors=True)

    assert all(first.stop <= second.start for first, second in pairwise(found))


def test_a_coloured_run_is_known_for_what_it_is() -> None:
    text = "\n".join(
        ["\x1b[32m✓\x1b[39m adds \x1b[2m1ms\x1b[22m"] * 200
        + ["\x1b[31m×\x1b[39m takes away", "\x1b[1m Test Files \x1b[22m 1 failed (1)"]
    )

    assert [section.kind for section in _planned(text, "npx vitest run").sections] == ["test_output"]


def _planned(text: str, command: str = "") -> planning.Plan:
    return planning.plan(ToolOutput(text, "Bash", {"command": command}, ""), Settings())


def _pytest_run(names: list[str], failed: set[int]) -> str:
    verdicts = [f"tests/test_shop.py::{name} {'FAILED' if i in failed else 'PASSED'}" for i, name in enumerate(names)]
    reports = [
        f"____________ {names[i]} ____________\n\n    def {names[i]}():\n>       assert {i} == {i + 1}\nE       assert {i} == {i + 1}\n\ntests/test_shop.py:{i + 3}: AssertionError"
        for i in sorted(failed)
    ]
    ends = [f"FAILED tests/test_shop.py::{names[i]} - assert {i} == {i + 1}" for i in sorted(failed)]
    count = f"==== {len(failed)} failed, {len(names) - len(failed)} passed in 1.00s ===="
    return "\n".join(["==== test session starts ====", *verdicts, "==== FAILURES ====", *reports, *ends, count])


def _unittest_run(names: list[str], failed: set[int]) -> str:
    verdicts = [f"{name} (shop.T.{name}) ... {'FAIL' if i in failed else 'ok'}" for i, name in enumerate(names)]
    bar = "=" * 70
    reports = [
        f'{bar}\nFAIL: {names[i]} (shop.T.{names[i]})\n{"-" * 70}\nTraceback (most recent call last):\n  File "/home/dev/shop.py", line {i + 3}, in {names[i]}\n    self.assertEqual({i}, 0)\nAssertionError: {i} != 0\n'
        for i in sorted(failed)
    ]
    return "\n".join(
        [*verdicts, "", *reports, "-" * 70, f"Ran {len(names)} tests in 0.1s", "", f"FAILED (failures={len(failed)})"]
    )


def _go_run(names: list[str], failed: set[int]) -> str:
    lines: list[str] = []
    for i, name in enumerate(names):
        lines.append(f"=== RUN   Test_{name}")
        if i in failed:
            lines.append(f"    shop_test.go:{i + 3}: got {i}, want 0")
        lines.append(f"--- {'FAIL' if i in failed else 'PASS'}: Test_{name} (0.00s)")
    return "\n".join([*lines, "FAIL", "FAIL\texample.com/shop\t0.1s"])


@pytest.mark.parametrize(
    ("run", "command"), [(_pytest_run, "pytest -v"), (_unittest_run, "python -m unittest -v"), (_go_run, "go test -v")]
)
@RUNS
@given(total=st.integers(60, 400), draw=st.data())
def test_every_failing_test_is_shown_or_counted(run: object, command: str, total: int, draw: st.DataObject) -> None:
    assert callable(run)
    failed = draw.draw(st.sets(st.integers(0, total - 1), min_size=1, max_size=30))
    names = [f"test_item_{n:03d}" for n in range(total)]
    text = str(run(names, failed))
    planned = _planned(text, command)
    shown = {i for i in failed if names[i] in planned.body}
    more = sum(int(count.replace(",", "")) for count in re.findall(r"\[… ([\d,]+) more failures?\]", planned.body))

    assert len(shown) + more >= len(failed)


@RUNS
@given(total=st.integers(60, 400), failed=st.sets(st.integers(0, 59), max_size=8))
def test_passing_tests_that_are_not_shown_are_counted_to_the_last(total: int, failed: set[int]) -> None:
    names = [f"test_item_{n:03d}" for n in range(total)]
    body = _planned(_pytest_run(names, failed), "pytest -v").body
    shown = sum(1 for line in body.splitlines() if line.endswith(" PASSED"))
    counted = sum(int(count.replace(",", "")) for count in re.findall(r"([\d,]+) passed(?=[,\]])", body))

    assert shown + counted == total - len(failed)
