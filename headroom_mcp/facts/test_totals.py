"""The totals of a test run: which lines count tests or conclude how a run went, and which of them say most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.facts import find as facts
from headroom_mcp.facts import moulds, test_verdicts
from headroom_mcp.facts.test_verdicts import LOOKED_AT, Verdict
from headroom_mcp.late import re
from headroom_mcp.text.lines import Judged, alike

# 12 passed · Tests: 12 · pass 12 · ** TEST FAILED ** · OK (12 tests)
_TOTAL = late.pattern(
    r"(?<![\w./:-])\d[\d,]{0,15} (?:of \d[\d,]{0,15} )?(?:tests? |specs? |subtests? )?(?:passed|passing|pass|failed|failing|fail|failures?|errors?|succeeded|successes|skipped|pending|ignored|xpassed|xfailed|"
    r"flaky|did not run|interrupted|tests?|examples?|scenarios?|steps?|specs?|suites?|features?|runs?|assertions?)\b(?!\s*[/\\])"
    r"|(?<![\w./-])(?:passed|failed|failures?|errors?|succeeded|skipped|total|pass|fail|tests?(?: run)?|test suites|test files|total tests|passing|failing)\b(?: *[:=|] *| +)\d[\d,]*\b(?!\s*[/\\:])"
    r"|^\W*(?:all )?(?:tests?|specs?|suites?)(?: run)? (?:passed|failed|successful|succeeded)\W*$|^\W*(?:OK|FAILED|PASSED|FAILURES)(?:\W*|[^\w(]*\(.*\)\W{0,8})$|\bBUILD (?:SUCCESS|FAIL)|^Result: "
    r"|\ball (?:tests|specs|suites|examples|checks) (?:passed|succeeded|ok)\b|^\W*test run\b.*\b(?:passed|failed)\b",
    re.IGNORECASE,
)
# What each total has, in lower case, and few other lines do: looked for in the whole text at once.
_MAY_TOTAL = (
    late.pattern(
        r"[\d,] (?:of \d|test|spec|subtest|pass|fail|error|succe|skip|pend|ignor|x(?:pass|fail)|flaky|did not|interrupt|exam|scenario|step|suite|feature|run|assert)"
    ),
    late.pattern(r"(?:pass|fail|error|succe|skip|total|test)[a-z]{0,4}(?: [a-z]{3,6})?[ :=|]+\d"),
    late.pattern(r"(?:test|spec|suite|example|check)s?(?: run)? (?:passed|failed|succe|ok)"),
    late.pattern(r"\n[^\w\n]*(?:(?:ok|failed|passed|failures)[^\w\n(]*(?:[(\n]|\Z)|test run|result: )"),
    late.pattern(r"build (?:success|fail)"),
)
# what a runner counts; linters count errors and warnings, too
_OF_TESTS = late.pattern(
    r"\b(?:tests?|specs?|examples?|scenarios?|assertions?|pass(?:ed|ing)?|fail(?:ed|ing|ures?)?|succeeded|success(?:es)?|runs|subtests)\b",
    re.IGNORECASE,
)
_FIGURE = late.pattern(r"\d+")
_MAX_BARE_CHARS = 12  # "skipped", "total", "ms"
_WRONG = late.pattern(
    r"\b[1-9][\d,]{0,15} (?:tests? |specs? )?(?:failed|failing|fail|failures?|errors?|xpassed|flaky|did not run|interrupted)\b"
    r"|\b(?:failed|failures?|errors?|fail|failing)\b(?: *[:=|] *| +)[1-9]|unexpected successes=|\bFAIL",
    re.IGNORECASE,
)
_HOW_MANY_FAILED = late.pattern(
    r"\b([1-9][\d,]{0,9}) (?:tests? |specs? |examples? )?(?:failed|failing|failures?|fail)\b|\b(?:failed|failures?|failing|fail)\b(?: *[:=|] *| +)([1-9][\d,]{0,9})",
    re.IGNORECASE,
)
_MAX_TOTAL_CHARS = 240
_LETTERS = late.pattern(r"[^\W\d_]+")
_APART = 2  # lines, from one count of a run to the next below it
OFTEN = 4  # lines of one form: from here on they come again and again


def conclusions(lines: Sequence[str]) -> list[int]:
    """Return the lines that say how whole runs of tests went, in order: those that count tests, alone or with the counts beside
    them, but for what every suite says."""
    every = that_count(lines)
    judged = test_verdicts.of(lines) if every else {}
    every = [index for index in every if index not in judged]
    worded = {index: _FIGURE.sub("", lines[index]) for index in every}
    blocks: list[list[int]] = []
    for index in every:
        last = blocks[-1] if blocks else []
        if last and index <= last[-1] + _APART and worded[index] not in {worded[i] for i in last}:
            last.append(index)
        else:
            blocks.append([index])
    joined = ["; ".join(lines[i] for i in block) for block in blocks]
    of_tests = [(block, text) for block, text in zip(blocks, joined, strict=True) if is_of_tests(text)]
    forms = moulds.of([text[:LOOKED_AT] for _, text in of_tests])
    counts = Counter(forms)
    return [i for (block, _), form in zip(of_tests, forms, strict=True) if counts[form] <= OFTEN for i in block]


def is_of_tests(line: str) -> bool:
    """Tell whether a total counts tests: at least two words of theirs with a figure, or a conclusion about a test."""
    words = len({word.lower() for word in _OF_TESTS.findall(line)})
    return words >= 2 and (bool(_FIGURE.search(line)) or words >= 3)


def is_bare(line: str) -> bool:
    """Tell whether a total says nothing but what is counted and how many."""
    rest = _LETTERS.findall(_OF_TESTS.sub("", line))
    return bool(_FIGURE.search(line)) and len("".join(rest)) <= _MAX_BARE_CHARS


def counts_of_failed(lines: Sequence[str], every: Sequence[int]) -> set[int]:
    """Return how many tests failed, as the totals of the runs say: a runner may name no others."""
    told = "\n".join(lines[i] for i in every)
    return {int(next(filter(None, match.groups())).replace(",", "")) for match in _HOW_MANY_FAILED.finditer(told)}


def that_count(lines: Sequence[str]) -> list[int]:
    """Return the lines that count or conclude, in order."""
    counting = Judged(lambda shape: len(shape) <= _MAX_TOTAL_CHARS and _TOTAL.search(shape) is not None)
    every = alike(lines).every
    return [i for i in facts.met(lines, _MAY_TOTAL) if counting[every[i]]]


def rarest_first(lines: Sequence[str], every: Sequence[int], verdicts: dict[int, Verdict]) -> list[int]:
    """Return those of `every` line that counts that are no verdicts: the rare ones before those of every suite, failures
    first, then the last."""
    found = [i for i in every if i not in verdicts]
    forms = moulds.of([lines[i] for i in found])
    counts = Counter(forms)
    form_of = dict(zip(found, forms, strict=True))
    of_wrong = Judged(lambda shape: _WRONG.search(shape) is not None)
    every_shape = alike(lines).every
    wrong = {i for i in found if of_wrong[every_shape[i]]}
    return sorted(found, key=lambda i: (counts[form_of[i]] > OFTEN, i not in wrong, counts[form_of[i]], -i))
