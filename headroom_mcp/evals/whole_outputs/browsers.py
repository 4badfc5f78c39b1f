"""Runners that drive a browser, as they print to a pipe: no colours, no cursor movements."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.whole_outputs.draw import Case, Printed, Run


def frame(case: Case, call: str) -> list[str]:
    """Return the lines of the test around a failing `call`, as jest and playwright draw them."""
    at = case.line
    return [
        f"      {at - 2} |   const made = build(3);",
        f"      {at - 1} |",
        f"    > {at} |   {call}",
        "         |                  ^",
        f"      {at + 1} | }});",
    ]


def said(case: Case, place: str) -> list[tuple[str, ...]]:
    """Return what must be kept of a failing test: its name, what was wanted, what came, the place."""
    return [(case.words,), (str(case.want),), (str(case.got),), (place,)]


def playwright(random: Random, run: Run) -> Printed:
    """`playwright test --reporter=list`."""
    lines = ["", f"Running {run.total} tests using 4 workers", ""]
    details: list[str] = []
    names: list[str] = []
    marks: list[tuple[str, ...]] = []
    number = 0
    for suite in run.suites:
        for case in suite.cases:
            number += 1
            name = f"[chromium] › tests/{suite.name}.spec.ts:{case.line}:5 › {suite.title} › {case.words}"
            lines.append(f"  {'✘' if case.failed else '✓'} {number:4} {name} ({case.ms}ms)")
            if case.failed:
                names.append(f"    {name} ────")
                details += [
                    "", f"  {len(names)}) {name} ────", "",
                    "    Error: expect(received).toBe(expected) // Object.is equality", "",
                    f"    Expected: {case.want}", f"    Received: {case.got}", "",
                    *frame(case, f"expect(await total(page)).toBe({case.want});"), "",
                    f"        at /srv/app/tests/{suite.name}.spec.ts:{case.line}:20", "",
                ]  # fmt: skip
                marks += said(case, f"{suite.name}.spec.ts:{case.line}")
    totals = [*([f"  {run.failed} failed"] if run.failed else []), f"  {run.passed} passed (1.2m)"]
    ends = [totals[0], *names, totals[1]] if run.failed else totals
    return Printed([*lines, "", *details, *ends], marks, totals)


def cypress(random: Random, run: Run) -> Printed:
    """`cypress run`."""
    lines: list[str] = []
    marks: list[tuple[str, ...]] = []
    rows: list[str] = []
    edge = "─" * 80
    for at, suite in enumerate(run.suites, 1):
        lines += [
            "",
            edge,
            "",
            f"  Running:  {suite.name}.cy.js  ({at} of {len(run.suites)})",
            "",
            "",
            f"  {suite.title}",
        ]
        details: list[str] = []
        for case in suite.cases:
            if not case.failed:
                lines.append(f"    ✓ {case.words} ({case.ms}ms)")
                continue
            number = len(details) // 12 + 1
            lines.append(f"    {number}) {case.words}")
            details += [
                f"  {number}) {suite.title}", f"       {case.words}:", "",
                f"      AssertionError: Timed out retrying after 4000ms: expected {case.got} to equal {case.want}",
                "      + expected - actual", "", f"      -{case.got}", f"      +{case.want}", "      ",
                f"      at Context.eval (webpack:///./cypress/e2e/{suite.name}.cy.js:{case.line}:22)", "", "",
            ]  # fmt: skip
            marks += said(case, f"{suite.name}.cy.js:{case.line}")
        good, bad = len(suite.cases) - len(suite.failed), len(suite.failed)
        lines += ["", "", f"  {good} passing (3s)", *([f"  {bad} failing"] if bad else []), "", *details]
        lines += [
            "", "  (Results)", "", f"  ┌{edge}┐", f"  │ {f'Tests:        {good + bad}':<78} │",
            f"  │ {f'Passing:      {good}':<78} │", f"  │ {f'Failing:      {bad}':<78} │", f"  └{edge}┘",
        ]  # fmt: skip
        rows += [
            f"  │ {'✖' if bad else '✔'}  {suite.name + '.cy.js':<34} 00:12 {good + bad:8} {good:8} {bad or '-':>8}        -        - │",
            f"  ├{edge}┤",
        ]
    bad = sum(1 for suite in run.suites if suite.failed)
    verdict = (
        f"✖  {bad} of {len(run.suites)} failed ({100 * bad // len(run.suites)}%)" if bad else "✔  All specs passed!"
    )
    totals = [f"    {verdict:<36} 00:27 {run.total:8} {run.passed:8} {run.failed or '-':>8}        -        -"]
    lines += [
        "",
        edge,
        "",
        "  (Run Finished)",
        "",
        "",
        f"       {'Spec':<42} Tests  Passing  Failing  Pending  Skipped",
        f"  ┌{edge}┐",
    ]
    return Printed([*lines, *rows[:-1], f"  └{edge}┘", *totals], marks, totals)


def karma(random: Random, run: Run) -> Printed:
    """`karma start --single-run`, its progress as lines of their own."""
    browser = "Chrome Headless 120.0.0.0 (Linux x86_64)"
    lines = ["01 03 2026 12:00:01.123:INFO [karma-server]: Karma v6.4.3 server started at http://localhost:9876/"]
    marks: list[tuple[str, ...]] = []
    number = bad = 0
    for suite in run.suites:
        for case in suite.cases:
            number += 1
            if case.failed:
                bad += 1
                lines += [
                    f"{browser} {suite.title} {case.words} FAILED", f"\tExpected {case.got} to be {case.want}.",
                    "\t    at <Jasmine>", f"\t    at UserContext.<anonymous> (src/{suite.name}.spec.ts:{case.line}:24)",
                ]  # fmt: skip
                marks += said(case, f"{suite.name}.spec.ts:{case.line}")
            state = f"({bad} FAILED)" if bad else "SUCCESS"
            lines.append(f"{browser}: Executed {number} of {run.total} {state} (0.123 secs / {number / 900:.3f} secs)")
    total = f"TOTAL: {f'{bad} FAILED, ' if bad else ''}{run.passed} SUCCESS"
    return Printed([*lines, total], marks, [total])
