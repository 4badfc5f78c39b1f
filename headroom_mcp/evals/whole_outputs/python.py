"""Runners of Python."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.whole_outputs.draw import Case, Printed, Run, Suite


def _said(name: str, case: Case, place: str) -> list[tuple[str, ...]]:
    return [(name,), (str(case.want),), (str(case.got),), (place,)]


def _count(run: Run) -> str:
    return f"{f'{run.failed} failed, ' if run.failed else ''}{run.passed} passed in 3.21s"


def pytest(random: Random, run: Run) -> Printed:
    """`pytest`: quiet, verbose, or by workers of xdist."""
    style = random.choice(["quiet", "verbose", "workers"])
    lines: list[str] = []
    if style != "quiet":
        lines += [
            "=" * 30 + " test session starts " + "=" * 30,
            "platform linux -- Python 3.12.3, pytest-8.3.4, pluggy-1.5.0 -- /srv/app/.venv/bin/python",
            "rootdir: /srv/app", "plugins: anyio-4.6.2, xdist-3.6.1, cov-6.0.0",
            "created: 4/4 workers" if style == "workers" else f"collecting ... collected {run.total} items", "",
        ]  # fmt: skip
    number = 0
    dots = ""
    for suite in run.suites:
        for case in suite.cases:
            number += 1
            name = f"tests/test_{suite.name}.py::test_{case.snake}"
            word = "FAILED" if case.failed else "PASSED"
            share = f"[{100 * number // run.total:3d}%]"
            if style == "verbose":
                lines.append(f"{name} {word} {share}")
            elif style == "workers":
                lines.append(f"[gw{random.randrange(4)}] {share} {word} {name} ")
            dots += "F" if case.failed else "."
    if style == "quiet":
        lines += [
            f"{dots[i : i + 72]:<72} [{min(100, 100 * (i + 72) // len(dots)):3d}%]" for i in range(0, len(dots), 72)
        ]
    marks: list[tuple[str, ...]] = []
    if run.failed:
        lines.append("=" * 35 + " FAILURES " + "=" * 35)
    for suite, case in run.failures:
        name, path = f"test_{case.snake}", f"tests/test_{suite.name}.py"
        lines += [
            f"{'_' * 20} {name} {'_' * 20}", *(["[gw1] linux -- Python 3.12.3 /srv/app/.venv/bin/python"] if style == "workers" else []),
            "", f"    def {name}() -> None:", "        made = build(3)", f">       assert total(made) == {case.want}",
            f"E       assert {case.got} == {case.want}", f"E        +  where {case.got} = total([3])", "",
            f"{path}:{case.line}: AssertionError",
        ]  # fmt: skip
        if random.random() < 0.4:
            lines += [
                f"{'-' * 30} Captured log call {'-' * 30}",
                "INFO     barn.ledger:ledger.py:40 opened the ledger",
                f"ERROR    barn.ledger:ledger.py:88 row {case.line + 4000} of the ledger is missing",
            ]
            marks.append((f"row {case.line + 4000} of the ledger is missing",))
        marks += _said(name, case, f"{path}:{case.line}")
    if run.failed:
        lines.append("=" * 27 + " short test summary info " + "=" * 28)
        lines += [
            f"FAILED tests/test_{suite.name}.py::test_{case.snake} - assert {case.got} == {case.want}"
            for suite, case in run.failures
        ]
    total = _count(run) if style == "quiet" else f"{'=' * 20} {_count(run)} {'=' * 20}"
    return Printed([*lines, total], marks, [_count(run)])


def unittest(random: Random, run: Run) -> Printed:
    """`python -m unittest -v`."""
    lines: list[str] = []
    details: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        for case in suite.cases:
            name = f"test_{case.snake} (tests.test_{suite.name}.{suite.title}Test.test_{case.snake})"
            lines.append(f"{name} ... {'FAIL' if case.failed else 'ok'}")
            if case.failed:
                path = f"/srv/app/tests/test_{suite.name}.py"
                details += [
                    "=" * 70, f"FAIL: {name}", "-" * 70, "Traceback (most recent call last):",
                    f'  File "{path}", line {case.line}, in test_{case.snake}',
                    f"    self.assertEqual(total(made), {case.want})",
                    "    ~~~~~~~~~~~~~~~~^^^^^^^^^^^^^^^^^^^^", f"AssertionError: {case.got} != {case.want}", "",
                ]  # fmt: skip
                marks += _said(f"test_{case.snake}", case, f'test_{suite.name}.py", line {case.line}')
    totals = [f"Ran {run.total} tests in 0.012s", f"FAILED (failures={run.failed})" if run.failed else "OK"]
    return Printed([*lines, "", *details, "-" * 70, totals[0], "", totals[1]], marks, totals)


def behave(random: Random, run: Run) -> Printed:
    """`behave`."""
    lines: list[str] = []
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        steps = f"features/steps/{suite.name}.py"
        lines += [f"Feature: {suite.title} # features/{suite.name}.feature:1", ""]
        for case in suite.cases:
            lines += [
                f"  Scenario: {case.words:<40} # features/{suite.name}.feature:{case.line}",
                f"    Given a pen of 12 sheep                          # {steps}:4 0.000s",
                f"    Then the total is right                          # {steps}:12 0.001s",
            ]
            if case.failed:
                lines += [
                    "      Traceback (most recent call last):",
                    '        File "/srv/app/.venv/lib/python3.12/site-packages/behave/model.py", line 1329, in run',
                    "          match.run(runner.context)", f'        File "{steps}", line 14, in step_impl',
                    "          assert total(context.pen) == want", f"      AssertionError: got {case.got}, want {case.want}",
                ]  # fmt: skip
                marks += _said(case.words, case, f"features/{suite.name}.feature:{case.line}")
            lines.append("")
    bad = sum(1 for suite in run.suites if suite.failed)
    totals = [
        f"{len(run.suites) - bad} features passed, {bad} failed, 0 skipped",
        f"{run.passed} scenarios passed, {run.failed} failed, 0 skipped",
    ]
    failing = [f"  features/{suite.name}.feature:{case.line}  {case.words}" for suite, case in run.failures]
    ends = [f"{2 * run.total - run.failed} steps passed, {run.failed} failed, 0 skipped, 0 undefined", "Took 0m0.123s"]
    return Printed([*lines, *(["Failing scenarios:", *failing, ""] if failing else []), *totals, *ends], marks, totals)


def robot(random: Random, run: Run) -> Printed:
    """`robot`."""
    thick, thin = "=" * 78, "-" * 78
    lines = [thick, f"{'Barn':<78}", thick]
    marks: list[tuple[str, ...]] = []

    def verdict(name: str, bad: int) -> str:
        return f"{name:<70}| {'FAIL' if bad else 'PASS'} |"

    def counted(suites: list[Suite]) -> str:
        every = sum(len(suite.cases) for suite in suites)
        bad = sum(len(suite.failed) for suite in suites)
        return f"{every} test{'s' if every != 1 else ''}, {every - bad} passed, {bad} failed"

    for suite in run.suites:
        lines += [f"{f'Barn.{suite.title}':<78}", thick]
        for case in suite.cases:
            lines.append(verdict(case.words.title(), case.failed))
            if case.failed:
                lines.append(f"{case.got} != {case.want}")
                marks += [(case.words.title(),), (f"{case.got} != {case.want}",)]
            lines.append(thin)
        lines += [verdict(f"Barn.{suite.title}", len(suite.failed)), counted([suite]), thick]
    total = counted(run.suites)
    return Printed(
        [
            *lines,
            verdict("Barn", run.failed),
            total,
            thick,
            "Output:  /srv/app/output.xml",
            "Log:     /srv/app/log.html",
        ],
        marks,
        [total],
    )


RUNNERS = {
    "pytest": ("pytest", pytest),
    "unittest": ("python -m unittest -v", unittest),
    "behave": ("behave", behave),
    "robot": ("robot tests/", robot),
}
