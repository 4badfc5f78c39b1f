"""Runners of Java, Kotlin, Scala and .NET."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.whole_outputs.draw import Case, Printed, Run


def _said(name: str, case: Case, place: str) -> list[tuple[str, ...]]:
    return [(name,), (str(case.want),), (str(case.got),), (place,)]


def maven(random: Random, run: Run) -> Printed:
    """`mvn test`: surefire within a build."""
    rule = "[INFO] " + "-" * 55
    lines = [
        "[INFO] Scanning for projects...", "[INFO] ", "[INFO] --- surefire:3.2.5:test (default-test) @ barn ---",
        "[INFO] Using auto detected provider org.apache.maven.surefire.junitplatform.JUnitPlatformProvider", "[INFO] ",
        rule, "[INFO]  T E S T S", rule,
    ]  # fmt: skip
    marks: list[tuple[str, ...]] = []
    recap: list[str] = []
    for suite in run.suites:
        name = f"org.barn.{suite.title}Test"
        lines.append(f"[INFO] Running {name}")
        if random.random() < 0.3:
            lines.append(f"12:00:0{random.randrange(9)}.123 [main] INFO org.barn.Ledger -- opened {suite.name}")
        counts = f"Tests run: {len(suite.cases)}, Failures: {len(suite.failed)}, Errors: 0, Skipped: 0, Time elapsed: 0.{suite.cases[0].ms:03d} s"
        lines.append(f"[ERROR] {counts} <<< FAILURE! -- in {name}" if suite.failed else f"[INFO] {counts} -- in {name}")
        for case in suite.failed:
            lines += [
                f"[ERROR] {name}.{case.camel} -- Time elapsed: 0.004 s <<< FAILURE!",
                f"org.opentest4j.AssertionFailedError: expected: <{case.want}> but was: <{case.got}>",
                "\tat org.junit.jupiter.api.AssertionFailureBuilder.build(AssertionFailureBuilder.java:151)",
                "\tat org.junit.jupiter.api.Assertions.assertEquals(Assertions.java:531)",
                f"\tat {name}.{case.camel}({suite.title}Test.java:{case.line})",
                "\tat java.base/java.lang.reflect.Method.invoke(Method.java:580)", "",
            ]  # fmt: skip
            recap.append(
                f"[ERROR]   {suite.title}Test.{case.camel}:{case.line} expected: <{case.want}> but was: <{case.got}>"
            )
            marks += [(case.camel,), (str(case.want),), (str(case.got),),
                      (f"{suite.title}Test.java:{case.line}", f"{suite.title}Test.{case.camel}:{case.line}")]  # fmt: skip
    level = "ERROR" if run.failed else "INFO"
    totals = [f"Tests run: {run.total}, Failures: {run.failed}, Errors: 0, Skipped: 0"]
    ends = [
        "[INFO] ",
        "[INFO] Results:",
        "[INFO] ",
        *(["[ERROR] Failures: ", *recap, "[INFO] "] if recap else []),
        f"[{level}] {totals[0]}",
    ]
    verdict = f"BUILD {'FAILURE' if run.failed else 'SUCCESS'}"
    wide = "[INFO] " + "-" * 72
    return Printed(
        [*lines, *ends, "[INFO] ", wide, f"[INFO] {verdict}", wide, "[INFO] Total time:  4.321 s"],
        marks,
        [*totals, verdict],
    )


def gradle(random: Random, run: Run) -> Printed:
    """`gradle test` with `testLogging.events "passed", "failed"`."""
    lines = [
        "> Task :compileJava UP-TO-DATE",
        "> Task :processResources NO-SOURCE",
        "> Task :classes UP-TO-DATE",
        "",
        "> Task :test",
        "",
    ]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        for case in suite.cases:
            lines.append(f"{suite.title}Test > {case.camel}() {'FAILED' if case.failed else 'PASSED'}")
            if case.failed:
                lines += [
                    f"    org.opentest4j.AssertionFailedError: expected: <{case.want}> but was: <{case.got}>",
                    "        at app//org.junit.jupiter.api.AssertionUtils.fail(AssertionUtils.java:55)",
                    f"        at app//org.barn.{suite.title}Test.{case.camel}({suite.title}Test.java:{case.line})",
                ]
                marks += _said(case.camel, case, f"{suite.title}Test.java:{case.line}")
            lines.append("")
    if not run.failed:
        return Printed(
            [*lines, "BUILD SUCCESSFUL in 4s", "5 actionable tasks: 1 executed, 4 up-to-date"],
            marks,
            ["BUILD SUCCESSFUL in 4s"],
        )
    totals = [f"{run.total} tests completed, {run.failed} failed", "BUILD FAILED in 4s"]
    ends = [
        totals[0], "", "> Task :test FAILED", "", "FAILURE: Build failed with an exception.", "", "* What went wrong:",
        "Execution failed for task ':test'.",
        "> There were failing tests. See the report at: file:///srv/app/build/reports/tests/test/index.html", "",
        "* Try:", "> Run with --scan to get full insights.", "", totals[1], "5 actionable tasks: 1 executed, 4 up-to-date",
    ]  # fmt: skip
    return Printed([*lines, *ends], marks, totals)


def sbt(random: Random, run: Run) -> Printed:
    """`sbt test` with ScalaTest."""
    lines = [
        "[info] welcome to sbt 1.10.1 (Eclipse Adoptium Java 21.0.4)",
        "[info] loading settings for project barn from build.sbt ...",
    ]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        lines.append(f"[info] {suite.title}Spec:")
        for case in suite.cases:
            lines.append(f"[info] - {case.words}{' *** FAILED ***' if case.failed else ''}")
            if case.failed:
                lines.append(f"[info]   {case.got} did not equal {case.want} ({suite.title}Spec.scala:{case.line})")
                marks += _said(case.words, case, f"{suite.title}Spec.scala:{case.line}")
    totals = [f"Tests: succeeded {run.passed}, failed {run.failed}, canceled 0, ignored 0, pending 0"]
    lines += [
        "[info] Run completed in 123 milliseconds.", f"[info] Total number of tests run: {run.total}",
        f"[info] Suites: completed {len(run.suites)}, aborted 0", f"[info] {totals[0]}",
    ]  # fmt: skip
    if not run.failed:
        return Printed(
            [*lines, "[info] All tests passed.", "[success] Total time: 4 s"], marks, [*totals, "All tests passed."]
        )
    totals.append(f"*** {run.failed} TEST{'S' if run.failed > 1 else ''} FAILED ***")
    lines += [f"[info] {totals[-1]}", "[error] Failed tests:"]
    lines += [f"[error] \torg.barn.{suite.title}Spec" for suite in run.suites if suite.failed]
    return Printed([*lines, "[error] (Test / test) sbt.TestsFailedException: Tests unsuccessful"], marks, totals)


def vstest(random: Random, run: Run) -> Printed:
    """`dotnet test --logger "console;verbosity=normal"`."""
    lines = ["  Determining projects to restore...", "  All projects are up-to-date for restore.", "  Barn -> /srv/app/bin/Debug/net8.0/Barn.dll",
             "Test run for /srv/app/bin/Debug/net8.0/Barn.Tests.dll (.NETCoreApp,Version=v8.0)", "Starting test execution, please wait..."]  # fmt: skip
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        for case in suite.cases:
            name = f"Barn.Tests.{suite.title}Tests.{case.pascal}"
            lines.append(f"  {'Failed' if case.failed else 'Passed'} {name} [{case.ms} ms]")
            if case.failed:
                lines += [
                    "  Error Message:", "   Assert.Equal() Failure: Values differ", f"Expected: {case.want}", f"Actual:   {case.got}",
                    "  Stack Trace:", f"     at {name}() in /srv/app/{suite.title}Tests.cs:line {case.line}",
                    "   at System.RuntimeMethodHandle.InvokeMethod(Object target, Void** arguments, Signature sig, Boolean isConstructor)",
                ]  # fmt: skip
                marks += _said(case.pascal, case, f"{suite.title}Tests.cs:line {case.line}")
    totals = [f"Total tests: {run.total}", f"Passed: {run.passed}", *([f"Failed: {run.failed}"] if run.failed else [])]
    verdict = "Test Run Failed." if run.failed else "Test Run Successful."
    ends = [verdict, totals[0], *(f"     {said}" for said in totals[1:]), " Total time: 1.2345 Seconds"]
    return Printed([*lines, "", *ends], marks, [verdict, *totals])


def testing_platform(random: Random, run: Run) -> Printed:
    """`dotnet test` on Microsoft.Testing.Platform."""
    lines = ["Running tests from bin/Debug/net9.0/Barn.Tests.dll (net9.0|x64)"]
    marks: list[tuple[str, ...]] = []
    for suite in run.suites:
        for case in suite.cases:
            name = f"Barn.Tests.{suite.title}Tests.{case.pascal}"
            if not case.failed:
                lines.append(f"passed {name} ({case.ms}ms)")
                continue
            lines += [
                f"failed {name} ({case.ms}ms)", "  Assert.Equal() Failure: Values differ", f"  Expected: {case.want}",
                f"  Actual:   {case.got}", f"    at {name}() in /srv/app/{suite.title}Tests.cs:{case.line}",
                "    at System.Reflection.MethodBaseInvoker.InterpretedInvoke_Method(Object obj, IntPtr* args)",
            ]  # fmt: skip
            marks += _said(case.pascal, case, f"{suite.title}Tests.cs:{case.line}")
    verdict = f"Test run summary: {'Failed!' if run.failed else 'Passed!'}"
    totals = [f"total: {run.total}", f"failed: {run.failed}", f"succeeded: {run.passed}"]
    ends = [
        "",
        f"{verdict} - bin/Debug/net9.0/Barn.Tests.dll (net9.0|x64)",
        *(f"  {said}" for said in totals),
        "  skipped: 0",
        "  duration: 3s 500ms",
    ]
    return Printed([*lines, *ends], marks, [verdict, *totals])


RUNNERS = {
    "maven": ("mvn test", maven),
    "gradle": ("./gradlew test", gradle),
    "sbt": ("sbt test", sbt),
    "vstest": ('dotnet test --logger "console;verbosity=normal"', vstest),
    "testing_platform": ("dotnet test", testing_platform),
}
