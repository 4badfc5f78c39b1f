"""How failures are announced: in each test runner's style, at the head of a trace, by compilers and tools; and what goes on.

The one home of what runners and compilers write in forms of their own; words of failure in any text are `text.failure_words`,
the verdicts of single tests `test_run` and `verdicts`.
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.late import re

# Any of these stands in a line that announces a failure (lower case). Lines without one meet no expression.
TEST_STEMS = (
    "fail|error|exception|throwable|warning|traceback|panic|goroutine |unhandled|uncaught|not ok |●|×|✖|✗|\n_|\n--- |\n---- |\nx |\n x |\n  x |\n   x |\n    x "
    "|0) |1) |2) |3) |4) |5) |6) |7) |8) |9) "
).split("|")
ERROR_STEMS = "fatal|err!|\ne:|\n e:|undefined reference|***|went wrong|not found|no such file|segmentation|no space left|sanitizer".split(
    "|"
)
# How each runner announces a failing test, and which line ends what it says about it.
STYLES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    # ____ test_name[param] ____                                                                 pytest
    (late.pattern(r"^_+ (?!_ )\S.* _+$"), late.pattern(r"^(?:=+ .* =+|=+|_+ (?!_ )\S.* _+)$")),
    # FAIL: test_x (mod.Class)                                                                   unittest
    (late.pattern(r"^(?:FAIL|ERROR): \S+ \("), late.pattern(r"^(?:={30,}|Ran \d+ tests?.*)$")),
    # --- org.example.FooTest::testBar                                                           a JUnit runner
    (late.pattern(r"^--- [\w.$]+::\S+"), late.pattern(r"^--- [\w.$]+::\S+")),
    # --- FAIL: TestX (0.00s)                                                                    go test
    (late.pattern(r"^\s*--- FAIL: "), late.pattern(r"^\s*(?:---|===) |^(?:FAIL|ok|PASS|exit|\?)\b")),
    # ---- tests::x stdout ----                                                                  cargo test
    (late.pattern(r"^---- .+ (?:stdout|stderr) ----$"), late.pattern(r"^(?:---- .+ ----|failures:|test result:.*)$")),
    #   ● suite › test                                                                           jest
    (late.pattern(r"^\s*● \S"), late.pattern(r"^\s*● \S|^(?:PASS|FAIL) |^Test Suites:")),
    #  FAIL  src/a.test.ts > suite > test                                                        vitest
    (late.pattern(r"^\s*(?:FAIL|×|✖|✗)\s+\S.* > "), late.pattern(r"^\s*(?:FAIL|×|✖|✗)\s+\S.* > |^⎯+|^\s*Test Files ")),
    #   1) suite                                                                   mocha, rspec, phpunit, exunit, minitest
    (late.pattern(r"^\s{0,4}\d+\) \S"), late.pattern(r"^\s{0,4}\d+\) \S|^(?:Finished in|Failed examples:|FAILURES!|Tests:|ERRORS!|\d+ (?:tests|runs|examples))|^--\s*$|^npm ERR!")),
    # FooTest > bar FAILED                                                                       gradle
    (late.pattern(r"^\S(?=.* > ).* FAILED\s*$"), late.pattern(r"^\S")),
    # testBar(FooTest)  Time elapsed: 0.1 sec  <<< FAILURE!                                      maven
    (late.pattern(r"<<< (?:FAILURE|ERROR)!"), late.pattern(r"^\s*$|<<< (?:FAILURE|ERROR)!|^\[(?:INFO|ERROR)\] *$|^Tests run:|^Running ")),
    # - should … *** FAILED ***                                                                  scalatest
    (late.pattern(r"\*\*\* FAILED \*\*\*"), late.pattern(r"^(?:\[\w+\] )?(?!  )\S")),
    # not ok 3 - adds                                                                            TAP
    (late.pattern(r"^\s*not ok \d+"), late.pattern(r"^\s*(?:not )?ok \d+|^\s*# (?:tests|pass|fail)\b|^\s*\.\.\.\s*$")),
    # suite:case failed on line 121                                                              common_test
    (late.pattern(r"^\S+:\w+ failed on line \d+"), late.pattern(r"^(?:- ){5,}")),
    # ── Failure (test.R:3:1): …  |  2. Failure: … (@test.R#3) ---                               testthat
    (late.pattern(r"^(?:── |\d+\. |-- )(?:Failure|Error)[: (]"), late.pattern(r"^(?:── |\d+\. |-- )(?:Failure|Error)[: (]|^(?:══|=){3,}|^testthat results|^Error: ")),
    # [  FAILED  ] Suite.Case  |  a.cc:12: Failure                                               googletest
    (late.pattern(r"^\S+:\d+: Failure$|^\S+\(\d+\): error: "), late.pattern(r"^\[ +(?:FAILED|OK|RUN) +\]|^\s*$")),
    # Failed   Namespace.Class.Test [12 ms]                                                      dotnet test
    (late.pattern(r"^\s{0,4}(?:Failed|X) [\w.].* \[[\d<. ]{1,12} ?\w+\]$"), late.pattern(r"^\s{0,4}(?:Failed|Passed|Skipped|X|✓) [\w.].* \[|^\s*Standard Output|^(?:Failed!|Total tests)")),
    # Module Failed: … / Test Failed: …                                                          qunit
    (late.pattern(r"^\s*(?:Module|Test) Failed: "), late.pattern(r"^\s*$|^\s*(?:Module|Test) Failed: ")),
    # #   Failed test 'adds'                                                                     Test::More
    (late.pattern(r"^#\s+Failed test "), late.pattern(r"^(?!#)")),
)  # fmt: skip

NUMBERED = next(at for at, (announces, _) in enumerate(STYLES) if announces.pattern.startswith(r"^\s{0,4}\d+\)"))
"""Which of them numbers failures: so are the entries of any list, and what follows must tell of one."""
TRACE = late.pattern(
    r"^\W{0,6}(?:(?:Exception Group )?Traceback \(most recent call last\)|thread '.*' panicked at|panic: |goroutine \d+ \[running\]|fatal error: |stack traceback:|"
    r"(?:==\d+==)?ERROR: \w+Sanitizer|runtime error: |Unhandled |Uncaught )"
    r"|^(?:[\w.$-]+(?:\s*:)?\s+|\S*\s?in thread \"[^\"]*\" |\[\w+\] |Caused by: |Suppressed: |\s*\d+\) )?(?:[\w$]+[.:\\])*[\w$]*(?:Error|Exception|Throwable|Failure|Warning)\b(?::|\s*$| \[)"
)
ERROR = late.pattern(
    r"^.{0,300}?(?::\d+(?::\d+)?:?|\(\d+(?:,\d+)?\):) (?:fatal )?error\b|^\W{0,3}(?:error|fatal|ERR!|npm ERR!|E:)(?:\[[A-Z]\d+\])?[: ]|^error\b|^\[(?:ERROR|FATAL)\] (?!\s*$)"
    r"|^CMake Error|^.{0,60}\bundefined reference to\b|^.{0,80}: \*\*\* |^FAILURE: |^\* What went wrong|^(?:make|ninja|gmake)(?:\[\d+\])?: \*\*\*|^FAILED: "
    r"|^\S+: (?:command )?not found$|^.{0,80}: No such file or directory|^.{0,120}\bERROR\b[: ]|^\s*ERROR\s*$|^(?:Test|Build|Compilation|Job|Task).{0,60}\bfail(?:ed|ure)\b|^\S.{0,80}\bFAILED\b\s*$"
    r"|^\s{0,4}Error(?: while| in| at|:)|^.{0,60}\bSegmentation fault\b|^\W{0,3}Failed to |^.{0,40}\bNo space left"
)
NO_ERROR = late.pattern(
    r"\b0 errors?\b|\bno errors?\b|errors?: 0\b|\|\| (?:true|exit|echo)|^\S*\$ |^\+ |^travis_cmd|\berror: no error\b",
    re.IGNORECASE,
)
# what goes on telling after an error's own line: notes, code, carets, indented lines, sentences of maven
MORE = late.pattern(
    r"^(?:\s+\S|\s*[|^~]|note:|help:|hint:|warning: unused|\s*\d+ \||In file included|\S+: (?:In|At) |\[ERROR\] |npm ERR! |\+|-|@@|#|>|=|\*)"
)
