r"""The words of failure, in classes: what programs, runtimes, tools and services print when something failed.

Everybody who looks for failures takes the words from here, and says himself where in a line they must stand:

    FAILED      error, fatal, panic, failed, aborted, killed …      what happened
    REFUSED     denied, refused, timed out, unreachable …           somebody else did not want, or did not answer
    MISSING     not found, no such, cannot, undefined …             something was not there
    WRONG       invalid, unexpected, mismatch, corrupt …            something was not as it should be
    UNHEALTHY   crashing, unavailable, out of memory …              the state a service reports
    EXCEPTION   KeyError, java.io.IOException …                     the name of what was raised

`WORDS` finds any of the first four and EXCEPTION, in any case; `STRONG` finds them where a failing program puts them (as a
label, after a place, in capitals); `DENIED` finds the same words where they say that nothing failed ("0 errors").
"""

from __future__ import annotations

import re

from headroom_mcp import late

FAILED = r"errors?|fatal|panic|exception|failed|failure|fails|critical|abort(?:ed)?|killed|deadlock(?:ed)?"
REFUSED = r"denied|refused|rejected|unreachable|timed? ?out"
MISSING = r"undefined|unresolved|cannot|can't|could not|couldn't|not found|no such|unable to"
WRONG = r"invalid|unexpected|mismatch|corrupt(?:ed)?|conflict"
UNHEALTHY = r"unhealthy|unavailable|timeout|failing|crash\w*|oom\w*|emerg\w*"
EXCEPTION = r"\w(?:Error|Exception)\b"
LABEL = r"error|fatal|fail(?:ed|ure)?|panic|critical|severe|exception|traceback|aborted"
"""What stands before a message, or alone in a column of a log."""
MARKS = "✗✘✖×✕⨯❌"
"""What test runners put before the name of a failing test."""

# Any of these may be a failure; none of them, never one. Tried on the lower-cased text, all at once.
STEMS = (
    *MARKS,
    *(
        "error|fail|fatal|panic|exception|traceback|critical|abort|assert|segmentation|undefined|unresolved|denied|refused|timed out|timeout|"
        "cannot|can't|could not|couldn't|not found|no such|unable|invalid|not ok|killed|out of memory|no space|deadlock|exit code|exit status|"
        "broken|unreachable|rejected|conflict|severe|corrupt|mismatch|unexpected|***|\ne  "
    ).split("|"),
)
# Any of these stands in the state of a failing service (lower case): what a value of data says, not a sentence.
STATE_STEMS = (
    "error", "fail", "fatal", "critical", "panic", "exception", "denied", "refused", "rejected", "timeout", "timed out",
    "unavailable", "abort", "crash", "unhealthy", "warn", "killed", "backoff",
)  # fmt: skip
# What failing programs print as it stands here: for texts too long for an expression.
LITERAL = ("ERROR", "Error:", "error:", "FATAL", "CRITICAL", "panic:", "Traceback (most recent", "FAILED", "Exception:")

WORDS = late.pattern(rf"\b(?:{FAILED}|{REFUSED}|{MISSING}|{WRONG})\b|{EXCEPTION}", re.IGNORECASE)
STATES = late.pattern(
    rf"\b(?:{FAILED}|fail|{REFUSED}|{UNHEALTHY})\b|(?:Error|Exception|BackOff|Failed)\b|\b(?:ERR|Err[A-Z]\w+)",
    re.IGNORECASE,
)
# What a program prints when it fails: a label at the start or after a place, an exception's name, a verdict.
STRONG = late.pattern(
    rf"^\W{{0,4}}(?:{LABEL}|e)\b[\s:\[(!>]"
    r"|^\s*\w[\w .\-/]{0,40}: (?:fatal )?error\b"  # gcc: error, ld: error
    r"|:\d+(?::\d+)?:? (?:fatal )?error\b"  # a.c:3:4: error
    r"|\berror(?:\[[A-Z]+\d+\]| [A-Z]{1,5}\d{2,5})\b"  # error[E0308], error TS2304
    r"|(?<![^\s.:])(?:[A-Za-z_][\w$]*)?(?:Error|Exception|Failure|Throwable)\b:? "
    r"|(?<![^\s.:])[A-Za-z_][\w$]*(?:Error|Exception)$"
    rf"|\b(?:FAILED|FAIL|FATAL|ERROR|SEVERE|CRITICAL|PANIC|EMERG|ALERT)\b|<<< (?:FAILURE|ERROR)|^not ok\b|^\s*[{MARKS}]|panicked at"
    r"|Segmentation fault|core dumped|No space left|Out of ?memory|OOM|^make(?:\[\d+\])?: \*\*\*|\bexited with(?: code| status)? [1-9]"
    r"|\bexit (?:code|status):? [1-9]|^Traceback \(most recent|^Caused by:"
)
STRONG_LABEL = late.pattern(rf"^\W{{0,4}}(?:{LABEL})\b[\s:\[(!>]", re.IGNORECASE)
# error: the disk is full · make: fatal: … · FAILED tests/test_a.py, at the start of a short line
LABELLED = late.pattern(rf"^\s*(?:[\w./-]{{1,40}}: )?(?:{LABEL})\b(?:[:(\[]| \w*:)", re.IGNORECASE)
DENIED = late.pattern(
    r"\b(?:0|no|zero|without) (?:errors?|failures?|failed|warnings?)\b|\b(?:errors?|failures?|failed)[\"']?\s*[:=]\s*(?:0\b|null|none|false|\[\]|\"\")"
    r"|\b(?:PASSED|passed|SUCCESS|\.\.\. ok)\b\s*(?:\[|$)|\berror[-_]?(?:handling|handler|log|page|boundary|prone|message)s?\b",
    re.IGNORECASE,
)
# How a build, a job or a step says at its end that it failed: exited with code 2 · BUILD FAILED · make: *** …
CONCLUDING = late.pattern(
    r"exited with (?:code |status )?[1-9]|\bexit(?:ed)? (?:code|status):? ?[1-9]|completed with exit code [1-9]|returned (?:a )?non-zero|\bJob failed\b|^BUILD FAILED|^Build failed|"
    r"^(?:g?make|ninja)(?:\[\d+\])?: \*\*\*|Finished: FAILURE|^\[INFO\] BUILD FAILURE|^FAILURE: Build failed|failed to (?:build|solve|compile)|could not compile|ELIFECYCLE|marked build as failure|"
    r"^##\[error\]|Exiting with failure|returned exit code [1-9]|npm ERR! (?:code|Test failed)|Command failed",
    re.IGNORECASE,
)
CONCLUDING_STEMS = ("exit", "non-zero", "fail", "***", "could not compile", "elifecycle", "##[error]", "err! ")
WARNING = late.pattern(r"\bwarning\b[: \[(]|^W(?:ARN)?[: ]|\[WARN(?:ING)?\]", re.IGNORECASE)


def is_strong(line: str) -> bool:
    """Tell whether `line` reports a failure as failing programs do."""
    return bool(STRONG.search(line) or STRONG_LABEL.match(line))


def is_failure(line: str) -> bool:
    """Tell whether `line` speaks of a failure at all, and does not say that there was none."""
    return bool(STRONG.search(line) or STRONG_LABEL.match(line) or WORDS.search(line)) and not DENIED.search(line)
