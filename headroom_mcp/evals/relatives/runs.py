"""Families of runs: coverage after tests, runners that name only what failed, captured logs."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.relatives.draw import Relative, name, put, routine, word


def coverage_after_tests(random: Random) -> Relative:
    """A table of coverage follows a run in which all tests pass: its total and its worst file count."""
    count, thing, worst, total = (
        random.randrange(40, 120),
        word(random),
        name(random),
        f"{random.randrange(70, 99)}.{random.randrange(10, 99)}",
    )
    form = random.choice(("jest", "pytest", "vitest", "go", "tarpaulin", "phpunit", "simplecov", "llvm"))
    tests = random.randrange(10, 40)
    shares = [random.randrange(86, 99) for _ in range(count)]
    if form in ("jest", "vitest"):
        head = (
            [f"PASS lib/{thing}{n}.test.ts (1.{n:02d} s)" for n in range(tests)]
            if form == "jest"
            else [f" ✓ lib/{thing}{n}.test.ts  (4 tests) {n + 3}ms" for n in range(tests)]
        )
        rule = "-----------------|---------|----------|---------|---------|-------------------"
        rows = [
            f" {thing}{n}.ts       |   {share}.00 |    {share - 3}.11 |   90.00 |   {share}.42 | {n + 3},{n + 9}-{n + 20}"
            for n, share in enumerate(shares)
        ]
        rows = put(random, rows, [f" {worst}.ts         |    0.00 |     0.00 |    0.00 |    0.00 | 1-400"])
        tail = (
            [f"Test Suites: {tests} passed, {tests} total", f"Tests:       {tests * 4} passed, {tests * 4} total"]
            if form == "jest"
            else [f" Test Files  {tests} passed ({tests})", f"      Tests  {tests * 4} passed ({tests * 4})"]
        )
        lines = [
            *head,
            *([] if form == "jest" else tail),
            rule,
            "File             | % Stmts | % Branch | % Funcs | % Lines | Uncovered Line #s",
            rule,
            f"All files        |   {total} |    88.11 |   90.00 |   {total} |",
            *rows,
            rule,
            *(tail if form == "jest" else []),
        ]
        command = "npx jest --coverage" if form == "jest" else "npx vitest run --coverage"
    elif form == "pytest":
        rows = [
            f"lib/{thing}{n}.py       {n % 40 + 80}      {n % 9}    {share}%   {n + 3}, {n + 9}-{n + 20}"
            for n, share in enumerate(shares)
        ]
        rows = put(random, rows, [f"lib/{worst}.py       90     90     0%   1-400"])
        lines = [
            "." * 72 + " [100%]",
            "================================ tests coverage ================================",
            "_______________ coverage: platform linux, python 3.12.1-final-0 ________________",
            "",
            "Name                Stmts   Miss  Cover   Missing",
            "-" * 50,
            *rows,
            "-" * 50,
            f"TOTAL                 8412    640    {total}%",
            f"{tests * 4} passed in 9.13s",
        ]
        command = "pytest -q --cov=lib --cov-report=term-missing"
    elif form == "go":
        rows = [
            f"ok  \texample.org/barn/{thing}{n}\t0.{n:03d}s\tcoverage: {share}.{n % 10}% of statements"
            for n, share in enumerate(shares)
        ]
        lines = put(random, rows, [f"ok  \texample.org/barn/{worst}\t0.004s\tcoverage: 1.2% of statements"])
        return Relative("\n".join(lines) + "\n", "go test -cover ./...", [worst])
    elif form == "tarpaulin":
        rows = [f"|| src/{thing}{n}.rs: {share}/100 +0.00%" for n, share in enumerate(shares)]
        rows = put(random, rows, [f"|| src/{worst}.rs: 0/400 +0.00%"])
        lines = [f"test {thing}::case_{n} ... ok" for n in range(tests)] + [
            "",
            f"test result: ok. {tests} passed; 0 failed; 0 ignored",
            "",
            "|| Tested/Total Lines:",
            *rows,
            "|| ",
            f"{total}% coverage, 4120/4800 lines covered",
        ]
        command = "cargo tarpaulin"
    elif form == "phpunit":
        rows = [
            line
            for n, share in enumerate(shares)
            for line in (f"App\\{thing.title()}{n}", f"  Methods:  {share}.00% ( 9/10)   Lines:  {share}.20% ( 90/100)")
        ]
        rows = [
            *rows[: count // 2 * 2],
            f"App\\{worst}",
            "  Methods:   0.00% ( 0/10)   Lines:   0.00% (  0/400)",
            *rows[count // 2 * 2 :],
        ]
        lines = [
            "PHPUnit 11.1 by Sebastian Bergmann and contributors.",
            "",
            "." * 60,
            "",
            f"OK ({tests * 4} tests, {tests * 9} assertions)",
            "",
            "Code Coverage Report:",
            " Summary:",
            "  Classes: 80.00% (8/10)",
            f"  Lines:   {total}% (4120/4800)",
            "",
            *rows,
        ]
        command = "vendor/bin/phpunit --coverage-text"
    elif form == "simplecov":
        rows = [
            f" {share}.{n % 90 + 10}% | lib/{thing}{n}.rb | lines: {n + 90} | missed: {n % 9 + 1}"
            for n, share in enumerate(shares)
        ]
        rows = put(random, rows, [f"  0.00% | lib/{worst}.rb | lines: 400 | missed: 400"])
        lines = [
            "." * 60,
            "",
            "Finished in 1.2 seconds",
            f"{tests * 4} examples, 0 failures",
            "",
            f"COVERAGE: {total}% -- 4120/4800 lines in {count} files",
            "",
            *rows,
        ]
        command = "bundle exec rspec"
    else:
        rows = [
            f"{thing}{n}.cpp                {n + 90}        {n % 9}    {share}.00%          20         2    90.00%"
            for n, share in enumerate(shares)
        ]
        rows = put(
            random, rows, [f"{worst}.cpp                400       400     0.00%          20        20     0.00%"]
        )
        lines = [f"[       OK ] Farm.Case{n} (0 ms)" for n in range(tests)] + [
            f"[==========] {tests} tests from 1 test suite ran. (9 ms total)",
            f"[  PASSED  ] {tests} tests.",
            "Filename                  Regions    Missed    Cover     Functions  Missed   Executed",
            "-" * 80,
            *rows,
            "-" * 80,
            f"TOTAL                       8412       640    {total}%          120        12    90.00%",
        ]
        command = "ctest -V && llvm-cov report"
    return Relative("\n".join(lines) + "\n", command, [worst, total])


def only_failed_named(random: Random) -> Relative:
    """A runner that names no test that passes: each failing one has its name, two values and a place."""
    count, thing = random.randrange(4, 9), word(random)
    style = random.choice((
        ("failed {name} ({n}ms)", "  Assert.Equal() Failure: Values differ", "  Expected: {want}", "  Actual:   {got}", "    at Farm.{name}() in /w/Farm/{thing}.cs:{line}"),
        ("FAIL {name}", "    want {want}, got {got}", "    {thing}_test.zig:{line}"),
        ("not ok - {name}", "#   got: {got}", "#   expected: {want}", "#   at t/{thing}.t line {line}."),
        ("✗ {name}", "    expected {want} but was {got}", "    at {thing}.spec.js:{line}"),
        ("Failure: {name} [{n} ms]", "  values differ: {want} and {got}", "  {thing}.kt:{line}"),
        ("✕ {name} ({n} ms)", "  wanted {want}, had {got}", "  ({thing}.gleam:{line})"),
    ))  # fmt: skip
    totals = random.choice(
        (
            ["  total: {total}", "  failed: {count}", "  succeeded: {passed}", "  skipped: 0"],
            ["{total} tests, {count} failed, {passed} passed"],
            ["Passed: {passed}", "Failed: {count}"],
            ["{passed} passed, {count} failed in 3.5s"],
        )
    )
    lines = [*routine(random, random.randrange(0, 40), f"  compiling {thing} {{n}} of the farm"), ""]
    marks: list[str] = []
    for n in range(count):
        test, want, got, line = (
            name(random),
            random.randrange(10_000, 99_999),
            random.randrange(10_000, 99_999),
            random.randrange(100, 999),
        )
        lines += [said.format(name=test, want=want, got=got, line=line, n=n + 3, thing=thing) for said in style]
        marks += [test, str(want), str(got), f"{line}"]
    passed = random.randrange(300, 900)
    lines += ["", *(said.format(total=passed + count, count=count, passed=passed) for said in totals)]
    return Relative("\n".join(lines) + "\n", "make test", marks)


def captured_meanwhile(random: Random) -> Relative:
    """What a failing test printed is long; one line in it says what went wrong before the test noticed."""
    odd, thing, n = name(random), word(random), random.randrange(30, 90)
    log = random.choice((
        [f"INFO     farm.bank:bank.py:90 {thing} {i} entered in the book" for i in range(n)],
        [f"2031-03-04 09:00:{i % 60:02d},{i:03d} DEBUG farm.bank {thing} {i} entered in the book" for i in range(n)],
        [f"weighed {thing} {i}, all fine" for i in range(n)],
        [f'{{"level":"info","msg":"{thing} entered","row":{i}}}' for i in range(n)],
    ))  # fmt: skip
    said = random.choice(
        (
            f"ERROR    farm.bank:bank.py:88 row {odd} is missing",
            f"2031-03-04 09:00:11,003 ERROR farm.bank row {odd} is missing",
            f"fatal: row {odd} cannot be read",
            f"warning, {odd} was left open by the miller",
        )
    )
    log = put(random, log, [said])
    form = random.choice(("pytest", "unittest", "jest", "gtest", "cargo"))
    test = f"test_{thing}"
    if form == "pytest":
        lines = [
            "." * 70 + "F [100%]",
            "=================================== FAILURES ===================================",
            f"_________________________________ {test} ____________________________________",
            "",
            f"    def {test}():",
            "        bank = open_bank('north')",
            ">       assert bank.total() == 0",
            "E       assert 91 == 0",
            "",
            f"{test}.py:41: AssertionError",
            "------------------------------ Captured log call -------------------------------",
            *log,
            "=========================== short test summary info ============================",
            f"FAILED {test}.py::{test} - assert 91 == 0",
            "1 failed, 78 passed in 0.43s",
        ]
    elif form == "unittest":
        lines = [
            "." * 40 + "F",
            "======================================================================",
            f"FAIL: {test} (farm.Tests.{test})",
            "----------------------------------------------------------------------",
            "Traceback (most recent call last):",
            f'  File "/w/{test}.py", line 41, in {test}',
            "    self.assertEqual(0, bank.total())",
            "AssertionError: 0 != 91",
            "",
            "Stdout:",
            *log,
            "",
            "----------------------------------------------------------------------",
            "Ran 79 tests in 0.430s",
            "",
            "FAILED (failures=1)",
        ]
    elif form == "jest":
        lines = [
            "FAIL lib/bank.test.ts",
            f"  ● bank › {test}",
            "",
            "    expect(received).toBe(expected)",
            "",
            "    Expected: 0",
            "    Received: 91",
            "",
            "      at Object.<anonymous> (lib/bank.test.ts:41:9)",
            "",
            *(
                line
                for said in log
                for line in ("  console.log", f"    {said}", "", "      at log (lib/bank.ts:9:3)", "")
            ),
            "Tests:       1 failed, 78 passed, 79 total",
        ]
    elif form == "gtest":
        lines = [
            *(f"[       OK ] Farm.Case{i} (0 ms)" for i in range(20)),
            f"[ RUN      ] Farm.{test}",
            *log,
            "farm_test.cc:41: Failure",
            "Expected equality of these values:",
            "  bank.total()",
            "    Which is: 91",
            "  0",
            f"[  FAILED  ] Farm.{test} (3 ms)",
            "[==========] 21 tests from 1 test suite ran. (9 ms total)",
            "[  PASSED  ] 20 tests.",
            "[  FAILED  ] 1 test, listed below:",
            f"[  FAILED  ] Farm.{test}",
        ]
    else:
        lines = [
            *(f"test farm::case_{i} ... ok" for i in range(20)),
            f"test farm::{test} ... FAILED",
            "",
            "failures:",
            "",
            f"---- farm::{test} stdout ----",
            *log,
            f"thread 'farm::{test}' panicked at src/farm.rs:41:9:",
            "assertion `left == right` failed",
            "  left: 91",
            " right: 0",
            "",
            "failures:",
            f"    farm::{test}",
            "",
            "test result: FAILED. 20 passed; 1 failed; 0 ignored",
        ]
    return Relative(
        "\n".join(lines) + "\n",
        {
            "pytest": "pytest -q",
            "unittest": "python -m unittest",
            "jest": "npx jest",
            "gtest": "./farm_test",
            "cargo": "cargo test",
        }[form],
        [odd, "91"],
    )


FAMILIES = {
    "coverage_after_tests": coverage_after_tests,
    "only_failed_named": only_failed_named,
    "captured_meanwhile": captured_meanwhile,
}
