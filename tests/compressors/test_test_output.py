"""Runs of tests: what is said twice is shown once."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.compressors import load
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput


def _run(own: str) -> ToolOutput:
    """Return a run with six failures whose summary repeats each message in full, and a line `own` that only it has."""
    diff = ["  At index 0 diff: 0 != 1", "  Full diff of both lists of parcels:", "  -     1 parcel too many"]
    lines = ["============ test session starts ============", "collected 80 items", *["." * 60] * 6]
    lines.append("================= FAILURES ==================")
    for at in range(6):
        lines += [f"______________ test_parcels_{at} ______________", f"    assert weigh({at}) == {at + 1}"]
        lines += [
            f"E       assert [{at}] == [{at + 1}]",
            *(f"E       {line}" for line in diff),
            "",
            f"tests/test_p.py:{at}: E",
        ]
    lines.append("========== short test summary info ==========")
    for at in range(6):
        lines += [f"FAILED tests/test_p.py::test_parcels_{at} - assert [{at}] == [{at + 1}]", *diff]
    return ToolOutput("\n".join([*lines, own, "========= 6 failed, 74 passed in 1.2s ======="]), "Bash")


def test_what_a_summary_says_once_more_of_the_failures_is_left_out() -> None:
    output = _run("the scales were not calibrated before the run")
    compressed = load("test_output").compress(output, 2_000)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    below = shown.partition("short test summary info")[2]
    assert "1 parcel too many" in shown
    assert "1 parcel too many" not in below
    assert "the scales were not calibrated" in below


_SET_UP = [
    "========================= test session starts =========================",
    "platform linux -- Python 3.11.7, pytest-9.2.0, pluggy-1.7.0",
    "cachedir: .pytest_cache",
    "Using --random-order-seed=4711",
    "rootdir: /home/dev/depot",
    "plugins: cov-7.1.0, xdist-3.8.0, anyio-4.16.0",
    "collected 40 items",
    *(f"tests/test_weigh_{at}.py " + "." * 4 + f" [ {at}0%]" for at in range(10)),
    "",
    "warning: the scales were not calibrated",
    "========================= 40 passed in 0.41s =========================",
]


def test_what_a_runner_says_about_its_set_up_goes_but_for_a_seed() -> None:
    shown = _shown(_SET_UP)

    assert "plugins:" not in shown
    assert "cachedir" not in shown
    for line in ("platform linux", "--random-order-seed=4711", "not calibrated", "40 passed"):
        assert line in shown


def test_the_set_up_is_shown_to_who_asks_for_it() -> None:
    assert "xdist-3.8.0" in _shown(_SET_UP, "Which version of xdist is installed?")


def test_below_the_first_verdict_nothing_is_set_up() -> None:
    below = [*_SET_UP[:10], "plugins: the depot needs weigh-1.2, book-2.0 and send-3.1", *_SET_UP[10:]]

    assert "book-2.0" in _shown(below)


def _shown(lines: list[str], query: str = "", budget: int = 300) -> str:
    output = ToolOutput("\n".join(lines), "Bash", {"command": "pytest"}, query)
    compressed = load("test_output").compress(output, budget)
    return output.text if compressed is None else render.render(lines, compressed.parts)


def test_a_test_that_warns_many_times_is_named_once() -> None:
    lines = [
        "============ test session starts ============",
        "collected 9 items",
        "",
        "tests/test_q.py .........  [100%]",
    ]
    lines += ["", "============= warnings summary =============="]
    for at in range(8):
        name = "test_other" if at == 5 else "test_build"
        lines += [*[f"tests/test_q.py::{name}"] * 3, f"  /opt/lib/layout.html:{at}: DeprecationWarning: renamed", ""]
    lines += ["-- Docs: https://docs.pytest.org/en/stable/how-to/capture-warnings.html", "", "", "", "", ""]
    lines += ["======== 9 passed, 24 warnings in 0.74s ========"]
    output = ToolOutput("\n".join(lines), "Bash")

    compressed = load("test_output").compress(output, 2_000)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert 1 <= shown.count("::test_build") <= 6  # of 21
    assert "::test_other" in shown
    assert "DeprecationWarning: renamed" in shown


def _run_of_shared_tests(failing: int) -> str:
    """Return a run of pytest in which tests fail within a base class of another file, with messages of several lines."""
    blocks, summary = [], []
    for at in range(failing):
        head = f" LeastUsedTest.test_size_of_{at} "
        blocks += [
            head.center(80, "_"),
            "",
            f"self = <tests.test_least.LeastUsedTest testMethod=test_size_of_{at}>",
            "",
            f"    def test_size_of_{at}(self):",
            "        cache = self.make()",
            f">       self.assertEqual(cache.size, {at})",
            f"E       AssertionError: Lists differ: [{at}] != [{at + 1}]",
            "E       ",
            "E       First differing element 0:",
            f"E       {at}",
            f"E       {at + 1}",
            "",
            f"tests/__init__.py:{300 + at}: AssertionError",
        ]
        summary += [
            f"FAILED tests/test_least.py::LeastUsedTest::test_size_of_{at} - AssertionError: Lists differ: [{at}] != [{at + 1}]",
            "",
            "First differing element 0:",
            f"{at}",
            f"{at + 1}",
        ]
    return "\n".join(
        [
            " test session starts ".center(80, "="),
            "platform linux -- Python 3.11.7, pytest-9.2.0, pluggy-1.7.0",
            f"collected {failing + 20} items",
            "",
            "tests/test_least.py " + "F" * failing + "." * 20 + "    [100%]",
            "",
            " FAILURES ".center(80, "="),
            *blocks,
            " short test summary info ".center(80, "="),
            *summary,
            f" {failing} failed, 20 passed in 5.16s ".center(80, "="),
            "",
        ]
    )


@pytest.mark.parametrize("failing", [9, 14])
def test_the_file_that_runs_a_test_is_said_where_the_failure_stands_in_another(failing: int) -> None:
    shown = _shown(_run_of_shared_tests(failing).split("\n"), budget=120 * failing)

    assert all(f"tests/test_least.py::LeastUsedTest::test_size_of_{at} " in shown for at in range(failing))


def test_a_summary_does_not_say_messages_again() -> None:
    shown = _shown(_run_of_shared_tests(9).split("\n"))

    summary = shown.partition("short test summary info")[2]
    assert "9 failed, 20 passed" in summary
    assert "First differing element" not in summary


_THINGS = "parcel cart router header cookie redirect session digest proxy timeout stream chunk".split()


@pytest.mark.parametrize(("task", "shown"), [("", range(12, 40)), (" The pairs of names are wrong." * 20, range(9))])
def test_the_description_of_a_task_asks_for_fewer_names_than_a_question(task: str, shown: range) -> None:
    names = [f"test_{one}_{other}" for one in _THINGS for other in _THINGS if one < other]
    passed = [line for name in names for line in (f"{name} (shop.tests.CartTests)", f"What {name[-6:]} says. ... ok")]
    failed = ["=" * 70, "FAIL: test_total (shop.tests.CartTests)", "-" * 70, "AssertionError: 3 != 4", "-" * 70]
    run = [*passed, *failed, "Ran 67 tests in 0.610s", "", "FAILED (failures=1)"]
    question = f"Which of {', '.join(names[3:50:8])} are skipped?{task}"
    compressed = load("test_output").compress(ToolOutput("\n".join(run), "Bash", {}, question), 1_600)

    assert compressed is not None
    kept = {i for part in compressed.parts if part.action == "keep" for i in range(part.start, part.stop)}
    assert sum(1 for i in kept if 3 <= i < len(passed)) in shown


@pytest.mark.parametrize("asked", ["", "which cache tests are broken?", "why does the lock fail?"])
@pytest.mark.parametrize("failed", [9, 14, 24])
def test_a_list_of_failing_tests_has_no_holes(failed: int, asked: str) -> None:
    dice = Random(failed)
    lines = ["============ test session starts ============", "collected 80 items", "=========== FAILURES ==========="]
    names = [f"test_{dice.choice(['cache', 'lock', 'lru', 'copy'])}_{at}" for at in range(failed)]
    says = {name: dice.choice(["E", f"1 not found in Cache({at}, maxsize=3)"]) for at, name in enumerate(names)}
    for name in names:
        lines += [
            f"_________ {name} _________",
            *["    cache.fill(3)"] * 6,
            f"E    {says[name]}",
            "tests/test_c.py:9: E",
        ]
    listed = [f"FAILED tests/test_c.py::Cache::{name} - {says[name]}" for name in names]
    lines += ["====== short test summary info ======", *listed, f"====== {failed} failed, 74 passed in 1.2s ======"]
    output = ToolOutput("\n".join(lines), "Bash", query=asked)
    compressed = load("test_output").compress(output, 1_600)

    assert compressed is not None
    shown = [line in render.render(output.lines, compressed.parts).split("\n") for line in listed]
    assert False not in shown[shown.index(True) : failed - shown[::-1].index(True)]
