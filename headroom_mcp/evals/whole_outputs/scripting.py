"""Runners of Ruby, PHP, Elixir, Elm, Lua and Haskell."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.whole_outputs.draw import Case, Printed, Run


def _said(name: str, case: Case, place: str) -> list[tuple[str, ...]]:
    return [(name,), (str(case.want),), (str(case.got),), (place,)]


def rspec(random: Random, run: Run) -> Printed:
    """`rspec`, dots or `--format documentation`."""
    dots = random.random() < 0.4
    lines: list[str] = []
    details: list[str] = []
    recap: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines += [] if dots else ["", suite.title]
        for case in suite.cases:
            if not case.failed:
                lines += [] if dots else [f"  {case.words}"]
                continue
            number = len(recap) + 1
            lines += [] if dots else [f"  {case.words} (FAILED - {number})"]
            details += [
                f"  {number}) {suite.title} {case.words}", f"     Failure/Error: expect(total(made)).to eq({case.want})", "",
                f"       expected: {case.want}", f"            got: {case.got}", "", "       (compared using ==)",
                f"     # ./spec/{suite.name}_spec.rb:{case.line}:in `block (2 levels) in <top (required)>'", "",
            ]  # fmt: skip
            recap.append(f"rspec ./spec/{suite.name}_spec.rb:{case.line - 2} # {suite.title} {case.words}")
            marks += _said(case.words, case, f"./spec/{suite.name}_spec.rb:{case.line}")
    if dots:
        row = "".join("F" if case.failed else "." for suite in run.suites for case in suite.cases)
        lines = [row[i : i + 100] for i in range(0, len(row), 100)]
    total = f"{run.total} examples, {run.failed} failure{'' if run.failed == 1 else 's'}"
    lines += [
        "",
        *(["Failures:", "", *details] if details else []),
        "Finished in 0.12 seconds (files took 0.2 seconds to load)",
        total,
    ]
    return Printed([*lines, *(["", "Failed examples:", "", *recap, ""] if recap else [])], marks, [total])


def minitest(random: Random, run: Run) -> Printed:
    """`ruby -Itest … -v`."""
    lines = ["Run options: -v --seed 1", "", "# Running:", ""]
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    number = 0
    for suite in run.suites:
        for case in suite.cases:
            name = f"{suite.title}Test#test_{case.snake}"
            lines.append(f"{name} = 0.{case.ms:02d} s = {'F' if case.failed else '.'}")
            if case.failed:
                number += 1
                details += [
                    f"  {number}) Failure:",
                    f"{name} [test/{suite.name}_test.rb:{case.line}]:",
                    f"Expected: {case.want}",
                    f"  Actual: {case.got}",
                    "",
                ]
                marks += _said(name, case, f"test/{suite.name}_test.rb:{case.line}")
    total = f"{run.total} runs, {run.total} assertions, {run.failed} failures, 0 errors, 0 skips"
    return Printed(
        [*lines, "", "Finished in 0.123456s, 1976.0 runs/s, 1976.0 assertions/s.", "", *details, total], marks, [total]
    )


def phpunit(random: Random, run: Run) -> Printed:
    """`phpunit`, dots or `--testdox`."""
    dots = random.random() < 0.5
    lines = ["PHPUnit 11.4.3 by Sebastian Bergmann and contributors.", "", "Runtime:       PHP 8.3.12", ""]
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    row = ""
    for suite in run.suites:
        if not dots:
            lines += ["", f"{suite.title} (Barn\\{suite.title})"]
        for case in suite.cases:
            row += "F" if case.failed else "."
            if not dots:
                lines.append(f" {'✘' if case.failed else '✔'} {case.words.capitalize()}")
            if case.failed:
                details += [f"{len(marks) // 4 + 1}) Barn\\{suite.title}Test::test{case.pascal}", f"Failed asserting that {case.got} matches expected {case.want}.", "",
                            f"/srv/app/tests/{suite.title}Test.php:{case.line}", ""]  # fmt: skip
                marks += _said(f"test{case.pascal}", case, f"{suite.title}Test.php:{case.line}")
    if dots:
        lines += [
            f"{row[i : i + 63]:<63} {min(i + 63, run.total):3} / {run.total} ({100 * min(i + 63, run.total) // run.total:3}%)"
            for i in range(0, run.total, 63)
        ]
    lines += ["", "Time: 00:00.123, Memory: 10.00 MB", ""]
    if not run.failed:
        total = f"OK ({run.total} tests, {run.total} assertions)"
        return Printed([*lines, total], marks, [total])
    total = f"Tests: {run.total}, Assertions: {run.total}, Failures: {run.failed}."
    head = "There was 1 failure:" if run.failed == 1 else f"There were {run.failed} failures:"
    return Printed([*lines, head, "", *details, "FAILURES!", total], marks, [total])


def pest(random: Random, run: Run) -> Printed:
    """`pest`."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines += ["", f"   {'FAIL' if suite.failed else 'PASS'}  Tests\\Unit\\{suite.title}Test"]
        for case in suite.cases:
            lines.append(f"  {'⨯' if case.failed else '✓'} {'it ' + case.words:<70} 0.{case.ms:02d}s  ")
            if case.failed:
                details += [
                    f"   FAILED  Tests\\Unit\\{suite.title}Test > it {case.words}", f"  Failed asserting that {case.got} is identical to {case.want}.", "",
                    f"  at tests/Unit/{suite.title}Test.php:{case.line}", f"     {case.line - 1}▕     $made = build(3);",
                    f"  ➜  {case.line}▕     expect(total($made))->toBe({case.want});", f"     {case.line + 1}▕ }});", "",
                ]  # fmt: skip
                marks += _said(case.words, case, f"tests/Unit/{suite.title}Test.php:{case.line}")
    if details:
        details = ["  " + "─" * 76, *details]
    bad = f"{run.failed} failed, " if run.failed else ""
    total = f"Tests:    {bad}{run.passed} passed ({run.total} assertions)"
    return Printed([*lines, "", *details, f"  {total}", "  Duration: 0.12s", ""], marks, [total])


def exunit(random: Random, run: Run) -> Printed:
    """`mix test`, dots or `--trace`."""
    dots = random.random() < 0.4
    lines = ["Running ExUnit with seed: 1, max_cases: 16", ""]
    marks: list[tuple[str, ...]] = []
    row = ""
    number = 0
    for suite in run.suites:
        path = f"test/{suite.name}_test.exs"
        lines += [] if dots else ["", f"Barn.{suite.title}Test [{path}]"]
        for case in suite.cases:
            if not case.failed:
                row += "."
                lines += [] if dots else [f"  * test {case.words} (0.{case.ms}ms) [L#{case.line}]"]
                continue
            if dots:
                lines.append(row)
                row = ""
            else:
                lines.append(f"  * test {case.words} (0.{case.ms}ms) [L#{case.line}]")
            number += 1
            lines += [
                "", f"  {number}) test {case.words} (Barn.{suite.title}Test)", f"     {path}:{case.line}", "     Assertion with == failed",
                f"     code:  assert total(made) == {case.want}", f"     left:  {case.got}", f"     right: {case.want}", "     stacktrace:",
                f"       {path}:{case.line + 2}: (test)", "",
            ]  # fmt: skip
            marks += _said(case.words, case, f"{path}:{case.line}")
    total = f"{run.total} tests, {run.failed} failure{'' if run.failed == 1 else 's'}"
    return Printed(
        [
            *lines,
            *([row] if row else []),
            "",
            "Finished in 0.1 seconds (0.00s async, 0.1s sync)",
            total,
            "",
            "Randomized with seed 1",
        ],
        marks,
        [total],
    )


def elm(random: Random, run: Run) -> Printed:
    """`elm-test`; it prints failures only, here below what the compiler says of its modules."""
    lines = [f"Compiling ...    {suite.title} ({at} of {len(run.suites)})" for at, suite in enumerate(run.suites, 1)]
    lines += [f"Success! Compiled {len(run.suites)} modules.", "", "elm-test 0.19.1-revision12", "-" * 26, ""]
    lines += [f"Running {run.total} tests. To reproduce these results, run: elm-test --fuzz 100 --seed 1", ""]
    marks: list[tuple[str, ...]] = []
    for suite, case in run.failures:
        lines += [
            f"↓ {suite.title}Test",
            f"↓ {suite.title}",
            f"✗ {case.words}",
            "",
            f"    {case.got}",
            "    ╷",
            "    │ Expect.equal",
            "    ╵",
            f"    {case.want}",
            "",
            "",
        ]
        marks += [(case.words,), (str(case.want),), (str(case.got),)]
    totals = [f"TEST RUN {'FAILED' if run.failed else 'PASSED'}", f"Passed:   {run.passed}", f"Failed:   {run.failed}"]
    return Printed([*lines, totals[0], "", "Duration: 243 ms", *totals[1:]], marks, totals)


def busted(random: Random, run: Run) -> Printed:
    """`busted`: a row of dots, then what failed; verbose tests print between."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    row = "".join("◼" if case.failed else "●" for suite in run.suites for case in suite.cases)
    lines += [f"opened the ledger of {suite.name}" for suite in run.suites]
    for suite, case in run.failures:
        path = f"spec/{suite.name}_spec.lua"
        details += ["", f"Failure → {path} @ {case.line - 2}", f"{suite.title} {case.words}", f"{path}:{case.line}: Expected objects to be equal.",
                    "Passed in:", f"(number) {case.got}", "Expected:", f"(number) {case.want}", ""]  # fmt: skip
        marks += _said(case.words, case, f"{path}:{case.line}")
    total = f"{run.passed} successes / {run.failed} failure{'' if run.failed == 1 else 's'} / 0 errors / 0 pending : 0.123456 seconds"
    return Printed([*lines, row, total, *details], marks, [total])


def hspec(random: Random, run: Run) -> Printed:
    """`cabal test`, `stack test`: hspec."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    number = 0
    for suite in run.suites:
        lines += ["", suite.title]
        for case in suite.cases:
            mark = "[✘]" if case.failed else "[✔]"
            lines.append(f"  {case.words} {mark}")
            if case.failed:
                number += 1
                details += [f"  test/{suite.title}Spec.hs:{case.line}:7: ", f"  {number}) {suite.title} {case.words}", f"       expected: {case.want}", f"        but got: {case.got}",
                            "", f'  To rerun use: --match "/{suite.title}/{case.words}/" --seed 1', ""]  # fmt: skip
                marks += _said(case.words, case, f"test/{suite.title}Spec.hs:{case.line}")
    total = f"{run.total} examples, {run.failed} failure{'' if run.failed == 1 else 's'}"
    heads = ["Failures:", "", *details, "Randomized with seed 1", ""] if details else []
    return Printed([*lines, "", *heads, "Finished in 0.0123 seconds", total], marks, [total])


RUNNERS = {
    "rspec": ("bundle exec rspec", rspec),
    "minitest": ("bundle exec rake test", minitest),
    "phpunit": ("vendor/bin/phpunit", phpunit),
    "pest": ("vendor/bin/pest", pest),
    "exunit": ("mix test", exunit),
    "elm": ("npx elm-test", elm),
    "busted": ("busted", busted),
    "hspec": ("stack test", hspec),
}
