r"""The words of failure, in classes: what programs, runtimes, tools and services print when something failed.

Everybody who looks for failures takes the words from here, and says himself where in a line they must stand:

    FAILED      error, fatal, panic, failed, aborted, killed …      what happened
    REFUSED     denied, refused, timed out, unreachable …           somebody else did not want, or did not answer
    MISSING     not found, no such, cannot, undefined …             something was not there
    WRONG       invalid, unexpected, mismatch, corrupt …            something was not as it should be
    UNHEALTHY   crashing, unavailable, out of memory …              the state a service reports
    EXCEPTION   KeyError, java.io.IOException …                     the name of what was raised

`WORDS` finds any of the first four and EXCEPTION, in any case; `is_strong` finds them where a failing program puts them (as a
label, after a place, in capitals); `DENIED` finds the same words where they say that nothing failed ("0 errors").
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import re


def rests(words: Sequence[str]) -> str:
    """Return an expression for what follows the first letter of any of `words`, each an expression that begins with a lower-case
    letter; to be used in `(?i:…)`, after `firsts`.

    `re` tries an expression at every character, and words behind a `\\b` one after the other. One that begins with the set of
    their first letters passes over all other characters in a fast loop, and asks what stands before the word only then:
    `[efEF](?<!\\w.)(?i:(?<=e)(?:rror)|(?<=f)(?:ailed|atal))\\b` finds what `\\b(?:error|failed|fatal)\\b` does.
    """
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    return "|".join(f"(?<={letter})(?:{'|'.join(after)})" for letter, after in by_letter.items())


def firsts(words: Sequence[str], also: str = "") -> str:
    """Return the set of the first letters of `words`, small and capital, and of the characters `also`."""
    letters = "".join(dict.fromkeys(word[0] for word in words))
    return f"[{letters}{letters.upper()}{also}]"


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
        "broken|unreachable|rejected|conflict|severe|corrupt|mismatch|unexpected|***|\ne  |\ne: "
    ).split("|"),
)
# Any of these stands in the state of a failing service (lower case): what a value of data says, not a sentence.
STATE_STEMS = (
    "error", "fail", "fatal", "critical", "panic", "exception", "denied", "refused", "rejected", "timeout", "timed out",
    "unavailable", "abort", "crash", "unhealthy", "warn", "killed", "backoff",
)  # fmt: skip
# What failing programs print as it stands here: for texts too long for an expression.
LITERAL = ("ERROR", "Error:", "error:", "FATAL", "CRITICAL", "panic:", "Traceback (most recent", "FAILED", "Exception:")

_ALL = f"{FAILED}|{REFUSED}|{MISSING}|{WRONG}".split("|")
WORDS = late.pattern(
    rf"{firsts(_ALL)}(?:(?<!\w.)(?i:{rests(_ALL)})\b|(?<=\w[eE])(?i:rror|xception)\b)"  # KeyError, too
)
STATES = late.pattern(
    rf"\b(?:{FAILED}|fail|{REFUSED}|{UNHEALTHY})\b|(?:Error|Exception|BackOff|Failed)\b|\b(?:ERR|Err[A-Z]\w+)",
    re.IGNORECASE,
)
# What a program prints when it fails, at the start of a line. e: is kotlinc's, E: that of Debian's tools, beside W: and N:
_STRONG_START = late.pattern(
    r"\W{0,4}e\b[\s:\[(!>]|E: (?=\S)"
    r"|\s*\w[\w .\-/]{0,40}: (?:fatal )?error\b"  # gcc: error, ld: error
    rf"|not ok\b|\s*[{MARKS}]|make(?:\[\d+\])?: \*\*\*|Traceback \(most recent|Caused by:"
)
# The same anywhere in it: each alternative begins with a letter of its own, so that most places are passed over at once.
_STRONG_WITHIN = late.pattern(
    r":\d+(?::\d+)?:? (?:fatal )?error\b"  # a.c:3:4: error
    r"|e(?<!\w.)(?:rror(?:\[[A-Z]+\d+\]| [A-Z]{1,5}\d{2,5})\b"  # error[E0308], error TS2304
    r"|xited with(?: code| status)? [1-9]|xit (?:code|status):? [1-9])"
    r"|F(?<!\w.)A(?:IL(?:ED)?|TAL)\b|E(?<!\w.)(?:RROR|MERG)\b|S(?<!\w.)EVERE\b|C(?<!\w.)RITICAL\b|P(?<!\w.)ANIC\b|A(?<!\w.)LERT\b"
    r"|<<< (?:FAILURE|ERROR)|panicked at|Segmentation fault|core dumped|No space left|Out of ?memory|OOM"
)
# java.io.IOException: … · KeyError at the end
_STRONG_NAMES = ("Error", "Exception", "Failure", "Throwable")
_STRONG_NAMED = late.pattern(
    r"(?<![^\s.:])(?:[A-Za-z_][\w$]*)?(?:Error|Exception|Failure|Throwable)\b:? |(?<![^\s.:])[A-Za-z_][\w$]*(?:Error|Exception)$"
)
STRONG_LABEL = late.pattern(rf"^\W{{0,4}}(?:{LABEL})\b[\s:\[(!>]", re.IGNORECASE)
# error: the disk is full · make: fatal: … · FAILED tests/test_a.py, at the start of a short line
LABELLED = late.pattern(rf"^\s*(?:[\w./-]{{1,40}}: )?(?:{LABEL})\b(?:[:(\[]| \w*:)", re.IGNORECASE)
# 0 errors · failed: 0 · PASSED [ 50%] · … ok, error_handler
DENIED = late.pattern(
    r"[0nzwefpsNZWEFPS.](?:(?<!\w.)(?i:(?:(?<=0)|(?<=n)o|(?<=z)ero|(?<=w)ithout) (?:errors?|failures?|failed|warnings?)\b"
    r"|(?:(?<=e)rrors?|(?<=f)ailures?|(?<=f)ailed)[\"']?\s*[:=]\s*(?:0\b|null|none|false|\[\]|\"\")"
    r"|(?:(?<=p)assed|(?<=s)uccess)\b\s*(?:\[|$)|(?<=e)rror[-_]?(?:handling|handler|log|page|boundary|prone|message)s?\b)"
    r"|(?<=\w\.)(?i:\.\. ok)\b\s*(?:\[|$))"
)
# One of these stands in a line that DENIED finds, or a sign of equality behind a word of failure.
_DENYING = (
    "0 ", "no ", "zero ", "without ", "passed", "success", "... ok", "handl", "log", "page", "boundary", "prone", "message",
)  # fmt: skip
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
    if _STRONG_START.match(line) or STRONG_LABEL.match(line) or _STRONG_WITHIN.search(line):
        return True
    return any(name in line for name in _STRONG_NAMES) and _STRONG_NAMED.search(line) is not None


def is_failure(line: str) -> bool:
    """Tell whether `line` speaks of a failure at all, and does not say that there was none."""
    return (is_strong(line) or WORDS.search(line) is not None) and not is_denied(line)


def is_denied(line: str) -> bool:
    """Tell whether `line` says that nothing failed; for most lines without the expression, which takes long to compile."""
    if line.isascii():
        low = line.lower()
        if not any(word in low for word in _DENYING) and not any(_is_given(low, word) for word in _GIVEN):
            return False
    return DENIED.search(line) is not None


_GIVEN = ("error", "failure", "failed")


def _is_given(low: str, word: str) -> bool:
    """Tell whether `word` is somewhere in `low` followed by ":" or "=", be it in quotes or in the plural."""
    return any(
        after.removeprefix("s").lstrip("\"' \t\n\r\f\v\x1c\x1d\x1e\x1f")[:1] in (":", "=")
        for after in low.split(word)[1:]
    )
