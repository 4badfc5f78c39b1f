"""Runners of Go, Rust, C, C++, Swift, and of the shell."""

from __future__ import annotations

import json
from random import Random

from headroom_mcp.evals.whole_outputs.draw import Case, Printed, Run


def _said(name: str, case: Case, place: str) -> list[tuple[str, ...]]:
    return [(name,), (str(case.want),), (str(case.got),), (place,)]


def go(random: Random, run: Run) -> Printed:
    """`go test ./...`, with or without `-v`."""
    verbose = random.random() < 0.7
    lines: list[str] = []
    marks: list[tuple[str, ...]] = []
    totals: list[str] = []
    for suite in run.suites:
        for case in suite.cases:
            name = f"Test{case.pascal}"
            said = f"    {suite.name}_test.go:{case.line}: got {case.got}, want {case.want}"
            if verbose:
                lines += [f"=== RUN   {name}", *([said] if case.failed else [])]
                lines.append(f"--- {'FAIL' if case.failed else 'PASS'}: {name} (0.{case.ms:02d}s)")
            elif case.failed:
                lines += [f"--- FAIL: {name} (0.{case.ms:02d}s)", said]
            if case.failed:
                marks += _said(name, case, f"{suite.name}_test.go:{case.line}")
        if suite.failed:
            totals.append(f"FAIL\texample.org/barn/{suite.name}\t0.0{case.ms}s")
            lines += ["FAIL", totals[-1]]
        else:
            lines += [*(["PASS"] if verbose else []), f"ok  \texample.org/barn/{suite.name}\t0.0{case.ms}s"]
    return Printed([*lines, *(["FAIL"] if run.failed else [])], marks, totals)


def go_json(random: Random, run: Run) -> Printed:
    """`go test -json ./...`."""
    lines: list[str] = []
    marks: list[tuple[str, ...]] = []

    def event(action: str, package: str, test: str = "", **more: object) -> None:
        row: dict[str, object] = {"Time": "2026-03-01T12:00:00.123456Z", "Action": action, "Package": package}
        lines.append(json.dumps({**row, **({"Test": test} if test else {}), **more}, separators=(",", ":")))

    for suite in run.suites:
        package = f"example.org/barn/{suite.name}"
        event("start", package)
        for case in suite.cases:
            name = f"Test{case.pascal}"
            event("run", package, name)
            event("output", package, name, Output=f"=== RUN   {name}\n")
            word = "fail" if case.failed else "pass"
            if case.failed:
                event(
                    "output",
                    package,
                    name,
                    Output=f"    {suite.name}_test.go:{case.line}: got {case.got}, want {case.want}\n",
                )
                marks += _said(name, case, f"{suite.name}_test.go:{case.line}")
            event("output", package, name, Output=f"--- {word.upper()}: {name} (0.00s)\n")
            event(word, package, name, Elapsed=0)
        word = "fail" if suite.failed else "pass"
        event("output", package, Output=f"{'FAIL' if suite.failed else 'PASS'}\n")
        event(word, package, Elapsed=0.01)
    return Printed(lines, marks, [])


def cargo(random: Random, run: Run) -> Printed:
    """`cargo test`: one run for each binary."""
    lines = [
        "   Compiling barn v0.1.0 (/srv/app)",
        "    Finished `test` profile [unoptimized + debuginfo] target(s) in 1.21s",
    ]
    marks: list[tuple[str, ...]] = []
    totals: list[str] = []
    for suite in run.suites:
        bad = len(suite.failed)
        lines += [
            f"     Running tests/{suite.name}.rs (target/debug/deps/{suite.name}-0123456789abcdef)",
            "",
            f"running {len(suite.cases)} tests",
        ]
        lines += [f"test {case.snake} ... {'FAILED' if case.failed else 'ok'}" for case in suite.cases]
        if bad:
            lines += ["", "failures:", ""]
        for case in suite.failed:
            lines += [
                f"---- {case.snake} stdout ----", "", f"thread '{case.snake}' panicked at tests/{suite.name}.rs:{case.line}:9:",
                "assertion `left == right` failed", f"  left: {case.got}", f" right: {case.want}",
                "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace", "",
            ]  # fmt: skip
            marks += _said(case.snake, case, f"tests/{suite.name}.rs:{case.line}")
        if bad:
            lines += ["", "failures:", *(f"    {case.snake}" for case in suite.failed), ""]
        total = f"test result: {'FAILED' if bad else 'ok'}. {len(suite.cases) - bad} passed; {bad} failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s"
        lines += [*([""] if not bad else []), total, ""]
        if bad:
            totals.append(total)
    return Printed([*lines, *(["error: test failed, to rerun pass `--test x`"] if run.failed else [])], marks, totals)


def nextest(random: Random, run: Run) -> Printed:
    """`cargo nextest run`."""
    rule = "─" * 12
    lines = [
        rule,
        " Nextest run ID 0d8c2e6a-0000-4000-8000-000000000000 with nextest profile: default",
        f"    Starting {run.total} tests across {len(run.suites)} binaries",
    ]
    marks: list[tuple[str, ...]] = []
    recap: list[str] = []
    for suite in run.suites:
        for case in suite.cases:
            name = f"barn::{suite.name} {case.snake}"
            verdict = f"        {'FAIL' if case.failed else 'PASS'} [   0.{case.ms:03d}s] {name}"
            lines.append(verdict)
            if case.failed:
                recap.append(verdict)
                lines += [
                    f"  stdout {rule}", "", "    running 1 test", f"    test {case.snake} ... FAILED", "", f"  stderr {rule}", "",
                    f"    thread '{case.snake}' panicked at tests/{suite.name}.rs:{case.line}:9:",
                    "    assertion `left == right` failed", f"      left: {case.got}", f"     right: {case.want}",
                    "    note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace", "",
                ]  # fmt: skip
                marks += _said(case.snake, case, f"tests/{suite.name}.rs:{case.line}")
    counts = f"{run.passed} passed, {run.failed} failed, 0 skipped" if run.failed else f"{run.passed} passed, 0 skipped"
    total = f"     Summary [   0.120s] {run.total} tests run: {counts}"
    return Printed(
        [*lines, rule, total, *recap, *(["error: test run failed"] if run.failed else [])], marks, [total.strip()]
    )


def ctest(random: Random, run: Run) -> Printed:
    """`ctest --output-on-failure`."""
    lines = ["Test project /srv/app/build"]
    marks: list[tuple[str, ...]] = []
    bad: list[str] = []
    number = 0
    for suite in run.suites:
        for case in suite.cases:
            number += 1
            name = f"{suite.name}.{case.snake}"
            lines.append(f"      Start {number:2}: {name}")
            word = "***Failed  " if case.failed else "   Passed  "
            lines.append(
                f"{number:3}/{run.total} Test #{number}: {name} {'.' * max(3, 40 - len(name))}{word}  0.0{case.ms % 10} sec"
            )
            if case.failed:
                lines += [
                    f"{suite.name}.c:{case.line}: want {case.want} got {case.got}",
                    f"balance of pen {number} off by one",
                    "",
                    "",
                ]
                bad.append(f"\t{number:3} - {name} (Failed)")
                marks += [*_said(name, case, f"{suite.name}.c:{case.line}"), (f"balance of pen {number} off by one",)]
    total = f"{100 * run.passed // run.total}% tests passed, {run.failed} tests failed out of {run.total}"
    ends = ["", total, "", "Total Test time (real) =   2.92 sec"]
    if bad:
        ends += ["", "The following tests FAILED:", *bad, "Errors while running CTest"]
    return Printed([*lines, *ends], marks, [total])


def gtest(random: Random, run: Run) -> Printed:
    """A GoogleTest program."""
    lines = [
        f"[==========] Running {run.total} tests from {len(run.suites)} test suites.",
        "[----------] Global test environment set-up.",
    ]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines.append(f"[----------] {len(suite.cases)} tests from {suite.title}")
        for case in suite.cases:
            name = f"{suite.title}.{case.pascal}"
            lines.append(f"[ RUN      ] {name}")
            if case.failed:
                lines += [
                    f"tests/{suite.name}_test.cc:{case.line}: Failure", "Expected equality of these values:", "  total(made)",
                    f"    Which is: {case.got}", f"  {case.want}", "",
                ]  # fmt: skip
                marks += _said(name, case, f"tests/{suite.name}_test.cc:{case.line}")
            lines.append(f"[  {'FAILED' if case.failed else '    OK'}  ] {name} ({case.ms} ms)")
        lines += [f"[----------] {len(suite.cases)} tests from {suite.title} (12 ms total)", ""]
    total = f"[  PASSED  ] {run.passed} tests."
    lines += [
        "[----------] Global test environment tear-down",
        f"[==========] {run.total} tests from {len(run.suites)} test suites ran. (120 ms total)",
        total,
    ]
    if not run.failed:
        return Printed(lines, marks, [total])
    word = "TESTS" if run.failed > 1 else "TEST"
    lines += [f"[  FAILED  ] {run.failed} {word.lower()}, listed below:"]
    lines += [f"[  FAILED  ] {suite.title}.{case.pascal}" for suite, case in run.failures]
    return Printed([*lines, "", f" {run.failed} FAILED {word}"], marks, [total, f"{run.failed} FAILED {word}"])


def catch2(random: Random, run: Run) -> Printed:
    """A Catch2 program with `-s`: what passes is shown, too."""
    lines = ["", "~" * 79, "barn_tests is a Catch2 v3.5.0 host application.", "Run with -? for options", ""]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        for case in suite.cases:
            path = f"/srv/app/tests/{suite.name}.cpp"
            seen = case.got if case.failed else case.want
            lines += [
                "-" * 79, case.words, "-" * 79, f"{path}:{case.line - 2}", "." * 79, "",
                f"{path}:{case.line}: {'FAILED' if case.failed else 'PASSED'}:", f"  CHECK( total(made) == {case.want} )",
                "with expansion:", f"  {seen} == {case.want}", "",
            ]  # fmt: skip
            if case.failed:
                marks += _said(case.words, case, f"{suite.name}.cpp:{case.line}")
    totals = [
        f"test cases: {run.total:4} | {run.passed:4} passed | {run.failed} failed",
        f"assertions: {run.total:4} | {run.passed:4} passed | {run.failed} failed",
    ]
    if not run.failed:
        totals = [f"All tests passed ({run.total} assertions in {run.total} test cases)"]
    return Printed([*lines, "=" * 79, *totals, ""], marks, totals)


def bats(random: Random, run: Run) -> Printed:
    """`bats`: TAP, or its own marks."""
    pretty = random.random() < 0.5
    lines: list[str] = [] if pretty else [f"1..{run.total}"]
    marks: list[tuple[str, ...]] = []
    number = 0
    for suite in run.suites:
        if pretty:
            lines.append(f"{suite.name}.bats")
        for case in suite.cases:
            number += 1
            lines.append(
                f" {'✗' if case.failed else '✓'} {case.words}"
                if pretty
                else f"{'not ok' if case.failed else 'ok'} {number} {case.words}"
            )
            if case.failed:
                said = [
                    f"(in test file test/{suite.name}.bats, line {case.line})",
                    f'  `[ "$total" -eq {case.want} ]\' failed',
                    f"total is {case.got}",
                ]
                lines += [f"   {line}" if pretty else f"# {line}" for line in said]
                marks += _said(case.words, case, f"test/{suite.name}.bats, line {case.line}")
    if not pretty:
        return Printed(lines, marks, [])
    total = f"{run.total} tests, {run.failed} failure{'' if run.failed == 1 else 's'}"
    return Printed([*lines, "", total], marks, [total])


def prove(random: Random, run: Run) -> Printed:
    """`prove -v`."""
    lines: list[str] = []
    marks: list[tuple[str, ...]] = []
    report: list[str] = []
    for suite in run.suites:
        path = f"t/{suite.name}.t"
        lines.append(f"{path} .. ")
        for number, case in enumerate(suite.cases, 1):
            lines.append(f"{'not ok' if case.failed else 'ok'} {number} - {case.words}")
            if case.failed:
                lines += [
                    "",
                    f"#   Failed test '{case.words}'",
                    f"#   at {path} line {case.line}.",
                    f"#          got: '{case.got}'",
                    f"#     expected: '{case.want}'",
                ]
                marks += _said(case.words, case, f"{path} line {case.line}")
        lines.append(f"1..{len(suite.cases)}")
        bad = len(suite.failed)
        if bad:
            lines += [f"# Looks like you failed {bad} test{'s' if bad > 1 else ''} of {len(suite.cases)}.", f"Dubious, test returned {bad} (wstat {256 * bad}, 0x{bad}00)",
                      f"Failed {bad}/{len(suite.cases)} subtests "]  # fmt: skip
            report += [f"{path:<20} (Wstat: {256 * bad} (exited {bad}) Tests: {len(suite.cases)} Failed: {bad})",
                       f"  Failed test{'s' if bad > 1 else ''}:  " + ", ".join(str(i) for i, case in enumerate(suite.cases, 1) if case.failed)]  # fmt: skip
        else:
            lines.append("ok")
    totals = [f"Files={len(run.suites)}, Tests={run.total},  1 wallclock secs ( 0.02 usr  0.01 sys +  0.31 cusr  0.05 csys =  0.39 CPU)",
              f"Result: {'FAIL' if run.failed else 'PASS'}"]  # fmt: skip
    heads = ["", "Test Summary Report", "-" * 19, *report] if report else ["All tests successful."]
    return Printed([*lines, *heads, *totals], marks, totals)


def xcodebuild(random: Random, run: Run) -> Printed:
    """`xcodebuild test`."""
    lines = [
        "Command line invocation:",
        "    /Applications/Xcode.app/Contents/Developer/usr/bin/xcodebuild test -scheme Barn",
        "",
    ]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines.append(f"Test Suite '{suite.title}Tests' started at 2026-03-01 12:00:00.123.")
        for case in suite.cases:
            name = f"-[BarnTests.{suite.title}Tests test{case.pascal}]"
            lines.append(f"Test Case '{name}' started.")
            if case.failed:
                lines.append(
                    f'/srv/app/BarnTests/{suite.title}Tests.swift:{case.line}: error: {name} : XCTAssertEqual failed: ("{case.got}") is not equal to ("{case.want}")'
                )
                marks += _said(f"test{case.pascal}", case, f"{suite.title}Tests.swift:{case.line}")
            lines.append(f"Test Case '{name}' {'failed' if case.failed else 'passed'} (0.0{case.ms:02d} seconds).")
        word = "failed" if suite.failed else "passed"
        failures = f"{len(suite.failed)} failure{'' if len(suite.failed) == 1 else 's'} (0 unexpected)"
        lines += [
            f"Test Suite '{suite.title}Tests' {word} at 2026-03-01 12:00:01.123.",
            f"\t Executed {len(suite.cases)} tests, with {failures} in 0.120 (0.125) seconds",
        ]
    failures = f"{run.failed} failure{'' if run.failed == 1 else 's'} (0 unexpected)"
    totals = [
        f"Executed {run.total} tests, with {failures} in 1.120 (1.125) seconds",
        f"** TEST {'FAILED' if run.failed else 'SUCCEEDED'} **",
    ]
    lines += [
        f"Test Suite 'All tests' {'failed' if run.failed else 'passed'} at 2026-03-01 12:00:02.123.",
        f"\t {totals[0]}",
    ]
    if run.failed:
        lines += ["", "Failing tests:", *(f"\t{suite.title}Tests.test{case.pascal}()" for suite, case in run.failures)]
    return Printed([*lines, "", totals[1], ""], marks, totals)


def swift_testing(random: Random, run: Run) -> Printed:
    """`swift test` with Swift Testing."""
    lines = ["Build complete! (1.21s)", "◇ Test run started.", "↳ Testing Library Version: 102"]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines.append(f"◇ Suite {suite.title}Tests started.")
        for case in suite.cases:
            lines.append(f"◇ Test {case.camel}() started.")
            if case.failed:
                lines += [f"✘ Test {case.camel}() recorded an issue at {suite.title}Tests.swift:{case.line}:5: Expectation failed: (total(made) → {case.got}) == {case.want}",
                          f"✘ Test {case.camel}() failed after 0.0{case.ms:02d} seconds with 1 issue."]  # fmt: skip
                marks += _said(case.camel, case, f"{suite.title}Tests.swift:{case.line}")
            else:
                lines.append(f"✔ Test {case.camel}() passed after 0.0{case.ms:02d} seconds.")
        bad = len(suite.failed)
        lines.append(
            f"✘ Suite {suite.title}Tests failed after 0.120 seconds with {bad} issue{'s' if bad > 1 else ''}."
            if bad
            else f"✔ Suite {suite.title}Tests passed after 0.120 seconds."
        )
    bad = run.failed
    total = (
        f"Test run with {run.total} tests failed after 0.123 seconds with {bad} issue{'s' if bad > 1 else ''}."
        if bad
        else f"Test run with {run.total} tests passed after 0.123 seconds."
    )
    return Printed([*lines, f"{'✘' if bad else '✔'} {total}"], marks, [total])


RUNNERS = {
    "go": ("go test ./...", go),
    "go_json": ("go test -json ./...", go_json),
    "cargo": ("cargo test", cargo),
    "nextest": ("cargo nextest run", nextest),
    "ctest": ("ctest --output-on-failure", ctest),
    "gtest": ("./build/barn_tests", gtest),
    "catch2": ("./build/barn_tests -s", catch2),
    "bats": ("bats test/", bats),
    "prove": ("prove -v t/", prove),
    "xcodebuild": ("xcodebuild test -scheme Barn", xcodebuild),
    "swift_testing": ("swift test", swift_testing),
}
