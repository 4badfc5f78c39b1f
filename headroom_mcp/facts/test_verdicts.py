"""The verdicts of a test run: which lines say of one test that it passed, failed or was skipped, and the test's name.

No runner is known by name. A verdict is a word or a mark of success, failure or omission at the head of a line or at its end;
it counts where lines of its form say *passed* again and again, and then the same form says which tests failed:

    ok lines of this run                    so this one names a failing test
    passed Farm.Rounds_1 (12ms)             failed Farm.Rounds_3 (9ms)
    Closes The Pen        | PASS |          Splits The Levy       | FAIL |
    closes the pen ... ok                   splits the levy ... unexpected success
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from headroom_mcp import late
from headroom_mcp.facts import find as facts
from headroom_mcp.late import Literal, re
from headroom_mcp.text import failure_words
from headroom_mcp.text.lines import Judged, alike

Verdict = Literal["passed", "failed", "skipped"]
_PASSED = "passed|pass|ok|success|succeeded|successful"
_FAILED = "not ok|failed|fail|failure|error|errored|unexpected success|crashed|aborted|timed out|timeout"
_SKIPPED = "skipped|skip|ignored|pending|todo|disabled|not run|expected failure|xfail|xpass"
_MARKS: dict[str, Verdict] = {
    **dict.fromkeys("✓✔√✅", "passed"),
    **dict.fromkeys(failure_words.MARKS, "failed"),
    **dict.fromkeys("○↓", "skipped"),
}  # fmt: skip
_CLASSES: dict[str, Verdict] = {
    **dict.fromkeys(_PASSED.split("|"), "passed"),
    **dict.fromkeys(_FAILED.split("|"), "failed"),
    **dict.fromkeys(_SKIPPED.split("|"), "skipped"),
}  # fmt: skip
# Any of these stands in a verdict (lower case).
_STEMS = (*_MARKS, "pass", "ok", "succe", "fail", "error", "abort", "crash", "timed", "timeout", "skip", "ignored", "pending", "todo", "disabled", "not run", " s = ")  # fmt: skip
_ALL = f"{_FAILED}|{_PASSED}|{_SKIPPED}".split("|")
_WORD = late.pattern(
    rf"{failure_words.firsts(_ALL, ''.join(_MARKS))}(?:(?<=[{''.join(_MARKS)}])|(?<![\w-].)(?i:{failure_words.rests(_ALL)})(?![\w-]))"
)
# what may follow a verdict at the end of a line: a time, a share, a count, punctuation
_REST = late.pattern(r"(?:[\W\d_]|(?<![^\W\d_])(?:ms|s|secs?|seconds?|min|m|h|after|in|with|issues?)\b)*")
_REASON = late.pattern(r"\s*(?:(?:\(.*\)|'.*'|\".*\")[\s\d%\[\]]*$|: )")  # SKIPPED (needs network)   [ 41%]
# 25 pass · pass 25 · [ PASSED ] 254 tests · ⎯ Failed Tests 1 ⎯: a count, and no test's name
_COUNT_BEFORE = late.pattern(r"(?<![\w.])\d[\d,]{0,15} +(?:of \d+ +)?(?:\w+ )?[^\w|]{0,2}$")
_COUNT_AFTER = late.pattern(
    r"^[\W_]*(?:(?:tests?|specs?|examples?|suites?|files?)\W{1,4})?\d[\d,]{0,15}(?:[^\w%)\]]*$|\s*(?:[,;|(]|(?:tests?|specs?|examples?|files?)\b))",
    re.IGNORECASE,
)
# BUILD SUCCESSFUL in 4s · ** TEST FAILED **
_CONCLUDES = late.pattern(
    r"^\W*(?:build|tests?|test run|run|result)\b[\s:]*(?:was )?\w+\b(?: in [\d.]{1,12} ?\w+)?[^\w]*$", re.IGNORECASE
)
# CartTest#test_total = 0.01 s = F        minitest
_LETTER = late.pattern(r" = [\d.]+ s = ([.FES])$")
_LETTERED: dict[str, Verdict] = {".": "passed", "S": "skipped"}
_DIRECTIVE = late.pattern(r" # (?:SKIP|TODO)\b", re.IGNORECASE)  # TAP's
_PLACE = late.pattern(r"^\s*\S+[:(]\d+\)?:? *$")  # /srv/app/levy.cpp:31: PASSED:
_BRACKETED = late.pattern(r"\[[^\[\]]*\]")
_SUITE = late.pattern(r"^\W*(?:suite|feature|file|all)\b", re.IGNORECASE)
# 12 ms · [ 4%] · (0.01s), at a verdict's end
_MEASURED = late.pattern(r"(?:[(\[] *|(?<![\d.,]))\d[\d.,]{0,15} ?(?:%|ms|s|secs?|seconds?)[)\].]?\s*$")
_MEASURED_ENDS, _MEASURED_CHARS = "%sdc)].", 60  # what it may end with, and may be long
_AROUND_NAMES = " \t|.:=*-–[]()#›…"
_MIN_MEMBERS, _MIN_PERCENT = 3, 2  # verdicts *passed* of a form, of all lines
LOOKED_AT = 400  # characters of a line
# TAP's other lines; without one of them "ok 12 rows" is a sentence
_TAP = late.pattern(r"^[ \t]*(?:1\.\.\d|not ok \d|TAP version \d|# (?:tests|pass|fail|ok|Looks like)\b)", re.MULTILINE)
_TAP_LINE = late.pattern(r"^\s*(?:not )?ok \d+")


def is_tap(text: str) -> bool:
    """Tell whether a text has TAP's plan or another of its own lines: "ok 12 rows" may be said by any program."""
    return _TAP.search(text) is not None


def name_of(line: str) -> str:
    """Return the name of the test in a verdict's line."""
    return names_of([line], [0])[0]


def names_of(lines: Sequence[str], at: Iterable[int]) -> list[str]:
    """Return the names of the tests in the lines `at`: a verdict's line without the verdict, its marks and what was
    measured. Where in a line the name stands, its shape says (see `text.lines.Alike`)."""
    every = alike(lines).every
    names: list[str] = []
    for index in at:
        spans, start, stop = _place_of_name(every[index])
        line = lines[index]
        names.append(" ".join([line[first:last] for first, last in spans])[start:stop])
    return names


@lru_cache(maxsize=1 << 12)
def _place_of_name(line: str) -> tuple[list[tuple[int, int]], int, int]:
    """Return the parts of a verdict's line besides verdicts, and where the name is when blanks stand between them."""
    line = line[:LOOKED_AT]
    spans: list[tuple[int, int]] = []
    at = 0
    for match in _WORD.finditer(line):
        spans.append((at, match.start()))
        at = match.end()
    spans.append((at, len(line)))
    joined = " ".join([line[first:last] for first, last in spans])
    told = joined.rstrip()
    if told[-1:] in _MEASURED_ENDS:
        told = told[:-_MEASURED_CHARS] + _MEASURED.sub("", told[-_MEASURED_CHARS:])
    start = len(told) - len(told.lstrip(_AROUND_NAMES))
    return spans, start, max(start, len(told.rstrip(_AROUND_NAMES)))


def of(lines: Sequence[str]) -> dict[int, Verdict]:
    """Return the verdicts of those forms that say *passed* at least three times, by line."""
    return read(lines)[0]


def read(lines: Sequence[str]) -> tuple[dict[int, Verdict], list[list[int]]]:
    """Return the verdicts of forms that say *passed* again and again, and the lines of each form that says only *failed*."""
    found: dict[tuple[str, str], list[tuple[int, Verdict]]] = {}
    tap: bool | None = None
    every = alike(lines).every
    forms = Judged(_form_of_shape)
    for index in facts.touched(lines, _STEMS):
        of_tap, form = forms[every[index]]
        if of_tap:
            if tap is None:
                tap = is_tap("\n".join(lines))
            if not tap:
                continue
        if form is not None:
            found.setdefault(form[0], []).append((index, form[1]))
    verdicts: dict[int, Verdict] = {}
    least = max(_MIN_MEMBERS, len(lines) * _MIN_PERCENT // 100)
    only_failed: list[list[int]] = []
    for members in found.values():
        if sum(1 for _, verdict in members if verdict == "passed") >= least:
            verdicts.update(members)
        elif all(verdict == "failed" for _, verdict in members):
            only_failed.append([index for index, _ in members])
    return verdicts, only_failed


def _form_of_shape(line: str) -> tuple[bool, tuple[tuple[str, str], Verdict] | None]:
    """Return whether a line of this shape may be one of TAP's, and the form of the verdict that it gives."""
    line = line if len(line) <= LOOKED_AT else line[: LOOKED_AT // 2] + line[-LOOKED_AT // 2 :]
    return _TAP_LINE.match(line) is not None, _form(line)


def _form(line: str) -> tuple[tuple[str, str], Verdict] | None:
    """Return the form of the verdict that `line` gives, and the verdict; None where it gives none."""
    letter = _LETTER.search(line)
    if letter is not None:
        return ("letter", ""), _LETTERED.get(letter[1], "failed")
    last: tuple[tuple[str, str], Verdict] | None = None
    said = _BRACKETED.sub("", line, count=1)
    if _SUITE.match(said) or _CONCLUDES.match(said):
        return None
    for match in _WORD.finditer(line):
        word = match.group()
        verdict = _MARKS.get(word) or _CLASSES[word.lower()]
        case = "mark" if word in _MARKS else "upper" if word.isupper() else "lower" if word.islower() else "capital"
        before, after = line[: match.start()], line[match.end() :]
        if word not in _MARKS and (
            _COUNT_BEFORE.search(before[-40:]) or (_COUNT_AFTER.match(after) and "ok" not in word)
        ):
            return None
        if after.startswith("!"):  # Success! Compiled 11 modules
            continue
        if not any(char.isalnum() for char in _BRACKETED.sub("", before)):
            if not any(char.isalpha() for char in after):
                return None  # at the head, and no name follows
            last = last or (("head", case), "skipped" if _DIRECTIVE.search(after) else verdict)
        elif (
            last is None
            and (not after.rstrip().endswith(":") or _PLACE.match(before))
            and (_REST.fullmatch(after) or (verdict == "skipped" and _REASON.match(after)))
        ):
            return ("end", "mark" if case == "mark" else ""), verdict
    return last
