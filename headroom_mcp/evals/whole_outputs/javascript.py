"""Runners of JavaScript and TypeScript, as they print to a pipe: no colours, no cursor movements."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.whole_outputs import browsers
from headroom_mcp.evals.whole_outputs.draw import Printed, Run


def jest(random: Random, run: Run) -> Printed:
    """`jest --verbose`."""
    lines: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        path = f"src/{suite.name}.test.ts"
        lines += [f"{'FAIL' if suite.failed else 'PASS'} {path}", f"  {suite.title}"]
        lines += [f"    {'✕' if case.failed else '✓'} {case.words} ({case.ms} ms)" for case in suite.cases]
        lines.append("")
        for case in suite.failed:
            lines += [
                f"  ● {suite.title} › {case.words}", "",
                "    expect(received).toBe(expected) // Object.is equality", "",
                f"    Expected: {case.want}", f"    Received: {case.got}", "",
                *browsers.frame(case, f"expect(total(made)).toBe({case.want});"), "",
                f"      at Object.<anonymous> ({path}:{case.line}:22)", "",
            ]  # fmt: skip
            marks += browsers.said(case, f"{path}:{case.line}")
    bad = sum(1 for suite in run.suites if suite.failed)
    failed = f"{bad} failed, " if bad else ""
    totals = [
        f"Test Suites: {failed}{len(run.suites) - bad} passed, {len(run.suites)} total",
        f"Tests:       {f'{run.failed} failed, ' if run.failed else ''}{run.passed} passed, {run.total} total",
    ]
    return Printed(
        [*lines, *totals, "Snapshots:   0 total", "Time:        3.214 s", "Ran all test suites."], marks, totals
    )


def vitest(random: Random, run: Run) -> Printed:
    """`vitest run`, one line a file, or with `--reporter=verbose` one a test."""
    verbose = random.random() < 0.6
    lines = ["", " RUN  v2.1.8 /srv/app", ""]
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        path = f"src/{suite.name}.test.ts"
        if verbose:
            lines += [
                f" {'×' if case.failed else '✓'} {path} > {suite.title} > {case.words} {case.ms}ms"
                for case in suite.cases
            ]
        elif suite.failed:
            lines.append(f" ❯ {path} ({len(suite.cases)} tests | {len(suite.failed)} failed) 15ms")
            for case in suite.failed:
                lines += [
                    f"   × {suite.title} > {case.words} {case.ms}ms",
                    f"     → expected {case.got} to be {case.want} // Object.is equality",
                ]
        else:
            lines.append(f" ✓ {path} ({len(suite.cases)} tests) {suite.cases[0].ms}ms")
        for case in suite.failed:
            details += [
                f" FAIL  {path} > {suite.title} > {case.words}",
                f"AssertionError: expected {case.got} to be {case.want} // Object.is equality", "",
                "- Expected", "+ Received", "", f"- {case.want}", f"+ {case.got}", "",
                f" ❯ {path}:{case.line}:24",
                f"     {case.line - 1}|   const made = build(3);",
                f"     {case.line}|   expect(total(made)).toBe({case.want});",
                "       |                        ^",
                f"     {case.line + 1}| }});", "",
                f"⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯⎯[{len(marks) // 4 + 1}/{run.failed}]⎯", "",
            ]  # fmt: skip
            marks += browsers.said(case, f"{path}:{case.line}")
    if details:
        details = ["", f"⎯⎯⎯⎯⎯⎯⎯ Failed Tests {run.failed} ⎯⎯⎯⎯⎯⎯⎯", "", *details]
    bad = sum(1 for suite in run.suites if suite.failed)
    totals = [
        f" Test Files  {f'{bad} failed | ' if bad else ''}{len(run.suites) - bad} passed ({len(run.suites)})",
        f"      Tests  {f'{run.failed} failed | ' if run.failed else ''}{run.passed} passed ({run.total})",
    ]
    ends = ["   Start at  12:00:01", "   Duration  1.92s (transform 120ms, setup 0ms, collect 300ms, tests 91ms)"]
    return Printed([*lines, *details, *totals, *ends], marks, totals)


def mocha(random: Random, run: Run) -> Printed:
    """`mocha`, its spec reporter."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines += ["", f"  {suite.title}"]
        for case in suite.cases:
            if not case.failed:
                lines.append(f"    ✔ {case.words}" + (f" ({case.ms}ms)" if case.ms > 60 else ""))
                continue
            number = len(marks) // 4 + 1
            lines.append(f"    {number}) {case.words}")
            path = f"test/{suite.name}.spec.js"
            details += [
                f"  {number}) {suite.title}", f"       {case.words}:", "",
                f"      AssertionError [ERR_ASSERTION]: {case.got} == {case.want}",
                "      + expected - actual", "", f"      -{case.got}", f"      +{case.want}", "      ",
                f"      at Context.<anonymous> ({path}:{case.line}:12)",
                "      at process.processImmediate (node:internal/timers:476:21)", "",
            ]  # fmt: skip
            marks += browsers.said(case, f"{path}:{case.line}")
    totals = [f"  {run.passed} passing (312ms)", *([f"  {run.failed} failing"] if run.failed else [])]
    return Printed([*lines, "", "", *totals, "", *details], marks, totals)


def ava(random: Random, run: Run) -> Printed:
    """`ava`."""
    lines: list[str] = [""]
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        for case in suite.cases:
            lines.append(f"  {'✘ [fail]:' if case.failed else '✔'} {suite.name} › {case.words}")
        for case in suite.failed:
            path = f"test/{suite.name}.js"
            details += [
                f"  {suite.name} › {case.words}", "", f"  {path}:{case.line}", "",
                f"   {case.line - 1}:   const made = build(3);",
                f"   {case.line}:   t.is(total(made), {case.want});", f"   {case.line + 1}: }});", "",
                "  Difference (- actual, + expected):", "", f"  - {case.got}", f"  + {case.want}", "",
                f"  › file://{path}:{case.line}:5", "",
            ]  # fmt: skip
            marks += browsers.said(case, f"{path}:{case.line}")
    if not run.failed:
        totals = [f"  {run.passed} tests passed"]
    else:
        totals = [f"  {run.failed} test{'s' if run.failed > 1 else ''} failed"]
    return Printed([*lines, "  ─", "", *details, *(["  ─", ""] if details else []), *totals], marks, totals)


def tap(random: Random, run: Run) -> Printed:
    """TAP, as tape prints it."""
    lines = ["TAP version 13"]
    marks: list[tuple[str, ...]] = []
    number = 0
    for suite in run.suites:
        lines.append(f"# {suite.title}")
        for case in suite.cases:
            number += 1
            lines.append(f"{'not ok' if case.failed else 'ok'} {number} {case.words}")
            if case.failed:
                path = f"/srv/app/test/{suite.name}.js:{case.line}"
                lines += [
                    "  ---", "    operator: equal", f"    expected: {case.want}", f"    actual:   {case.got}",
                    f"    at: Test.<anonymous> ({path}:5)", "    stack: |-", f"      Error: {case.words}",
                    "          at Test.assert [as _assert] (/srv/app/node_modules/tape/lib/test.js:314:48)",
                    f"          at Test.<anonymous> ({path}:5)", "  ...",
                ]  # fmt: skip
                marks += browsers.said(case, f"{suite.name}.js:{case.line}")
    totals = [f"1..{run.total}", f"# tests {run.total}", f"# pass  {run.passed}"]
    totals += [f"# fail  {run.failed}"] if run.failed else []
    return Printed([*lines, "", *totals, *([] if run.failed else ["", "# ok"])], marks, totals)


def node(random: Random, run: Run) -> Printed:
    """`node --test`, its spec reporter."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines.append(f"▶ {suite.title}")
        lines += [f"  {'✖' if case.failed else '✔'} {case.words} ({case.ms / 7:.6f}ms)" for case in suite.cases]
        lines.append(f"{'✖' if suite.failed else '✔'} {suite.title} (12.345678ms)")
        for case in suite.failed:
            path = f"test/{suite.name}.test.js"
            details += [
                f"test at {path}:{case.line}:3", f"✖ {case.words} ({case.ms / 7:.6f}ms)",
                "  AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:", "  ",
                f"  {case.got} !== {case.want}", "  ",
                f"      at TestContext.<anonymous> (file:///srv/app/{path}:{case.line}:10)",
                "      at async Test.run (node:internal/test_runner/test:797:9) {", "    generatedMessage: true,",
                "    code: 'ERR_ASSERTION',", f"    actual: {case.got},", f"    expected: {case.want},",
                "    operator: 'strictEqual'", "  }", "",
            ]  # fmt: skip
            marks += browsers.said(case, f"{path}:{case.line}")
    totals = [f"ℹ tests {run.total}", f"ℹ pass {run.passed}", f"ℹ fail {run.failed}"]
    counts = [
        totals[0],
        f"ℹ suites {len(run.suites)}",
        *totals[1:],
        "ℹ cancelled 0",
        "ℹ skipped 0",
        "ℹ todo 0",
        "ℹ duration_ms 91.2345",
    ]
    return Printed([*lines, *counts, *(["", "✖ failing tests:", "", *details] if details else [])], marks, totals)


def deno(random: Random, run: Run) -> Printed:
    """`deno test`."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        path = f"./{suite.name}_test.ts"
        lines.append(f"running {len(suite.cases)} tests from {path}")
        lines += [f"{case.words} ... {'FAILED' if case.failed else 'ok'} ({case.ms}ms)" for case in suite.cases]
        for case in suite.failed:
            details += [
                f"{case.words} => {path}:{case.line}:6", "error: AssertionError: Values are not equal.", "", "",
                "    [Diff] Actual / Expected", "", "", f"-   {case.got}", f"+   {case.want}", "",
                "  throw new AssertionError(message);", "        ^",
                "    at assertEquals (https://jsr.io/@std/assert/1.0.0/equals.ts:64:9)",
                f"    at file:///srv/app/{suite.name}_test.ts:{case.line + 2}:3", "",
            ]  # fmt: skip
            marks += browsers.said(case, f"{suite.name}_test.ts:{case.line}")
    heads = [f"{case.words} => ./{suite.name}_test.ts:{case.line}:6" for suite, case in run.failures]
    totals = [f"{'FAILED' if run.failed else 'ok'} | {run.passed} passed | {run.failed} failed (91ms)"]
    if not details:
        return Printed([*lines, "", *totals], marks, totals)
    ends = ["", *totals, "", "error: Test failed"]
    return Printed([*lines, "", " ERRORS ", "", *details, " FAILURES ", "", *heads, *ends], marks, totals)


def bun(random: Random, run: Run) -> Printed:
    """`bun test`."""
    lines = ["bun test v1.1.38 (bf2153f5)"]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines += ["", f"src/{suite.name}.test.ts:"]
        for case in suite.cases:
            if case.failed:
                lines += [
                    f"{case.line - 2} |   const made = build(3);", f"{case.line - 1} | ",
                    f"{case.line} |   expect(total(made)).toBe({case.want});", "                         ^",
                    "error: expect(received).toBe(expected)", "", f"Expected: {case.want}", f"Received: {case.got}", "",
                    f"      at <anonymous> (/srv/app/src/{suite.name}.test.ts:{case.line}:22)",
                ]  # fmt: skip
                marks += browsers.said(case, f"{suite.name}.test.ts:{case.line}")
            lines.append(f"{'✗' if case.failed else '✓'} {suite.title} > {case.words} [{case.ms / 9:.2f}ms]")
    totals = [
        f" {run.passed} pass",
        f" {run.failed} fail",
        f"Ran {run.total} tests across {len(run.suites)} files. [91.00ms]",
    ]
    return Printed([*lines, "", *totals[:2], f" {run.total + 40} expect() calls", totals[2]], marks, totals)


def cucumber(random: Random, run: Run) -> Printed:
    """`cucumber-js`, its progress line, then the failures."""
    steps = "".join("..F-" if case.failed else "..." for suite in run.suites for case in suite.cases)
    lines = [steps, ""]
    marks: list[tuple[str, ...]] = []
    if run.failed:
        lines += ["Failures:", ""]
    for suite, case in run.failures:
        path = f"features/steps/{suite.name}.js"
        lines += [
            f"{len(marks) // 4 + 1}) Scenario: {case.words} # features/{suite.name}.feature:{case.line}",
            f"   ✔ Given a pen of 12 sheep # {path}:4", f"   ✖ Then the total is {case.want} # {path}:12",
            f"       AssertionError [ERR_ASSERTION]: {case.got} == {case.want}", "           + expected - actual", "",
            f"           -{case.got}", f"           +{case.want}", "",
            f"           at World.<anonymous> (/srv/app/{path}:13:10)", "   - And the pen is closed # " + path + ":18", "",
        ]  # fmt: skip
        marks += browsers.said(case, f"features/{suite.name}.feature:{case.line}")
    bad = f"{run.failed} failed, " if run.failed else ""
    totals = [f"{run.total} scenarios ({bad}{run.passed} passed)"]
    steps_total = f"{3 * run.total + run.failed} steps ({bad}{3 * run.total - run.failed} passed)"
    return Printed([*lines, *totals, steps_total, "0m00.123s (executing steps: 0m00.091s)"], marks, totals)


RUNNERS = {
    "jest": ("npx jest --verbose", jest),
    "vitest": ("npx vitest run", vitest),
    "mocha": ("npx mocha", mocha),
    "ava": ("npx ava", ava),
    "tap": ("npx tape 'test/*.js'", tap),
    "node": ("node --test", node),
    "playwright": ("npx playwright test", browsers.playwright),
    "cypress": ("npx cypress run", browsers.cypress),
    "karma": ("npx karma start --single-run", browsers.karma),
    "deno": ("deno test", deno),
    "bun": ("bun test", bun),
    "cucumber": ("npx cucumber-js", cucumber),
}
