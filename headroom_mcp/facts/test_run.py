"""What each line of a test run is: one test's verdict, a total, routine, or news.

No runner is known by name. A verdict is a word or a mark of success, failure or omission at the head of a line or at its end;
it counts where lines of its form say *passed* again and again, and then the same form says which tests failed:

    ok lines of this run                    so this one names a failing test
    passed Farm.Rounds_1 (12ms)             failed Farm.Rounds_3 (9ms)
    Closes The Pen        | PASS |          Splits The Levy       | FAIL |
    closes the pen ... ok                   splits the levy ... unexpected success

What is neither verdict nor total is routine if lines of its mould come again and again (steps, "started", rules), else news.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from headroom_mcp import late
from headroom_mcp.facts import find as facts
from headroom_mcp.facts import moulds
from headroom_mcp.facts import verdicts as known
from headroom_mcp.late import Literal, NamedTuple, re
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
_HAS_WORD = late.pattern(r"[^\W_]")
_SUITE = late.pattern(r"^\W*(?:suite|feature|file|all)\b", re.IGNORECASE)
# 12 ms · [ 4%] · (0.01s), at a verdict's end
_MEASURED = late.pattern(r"(?:[(\[] *|(?<![\d.,]))\d[\d.,]{0,15} ?(?:%|ms|s|secs?|seconds?)[)\].]?\s*$")
_MEASURED_ENDS, _MEASURED_CHARS = "%sdc)].", 60  # what it may end with, and may be long
# PASS src/a.test.ts · ok  example.org/barn  0.1s · ✓ src/a.test.ts (12 tests) · t/a.t .. ok: how a whole file went
_OF_FILE = late.pattern(
    r"^\s*(?:PASS|FAIL)\s+(?=\S*[./\\])\S+(?:\s+\(?[\d.]{1,12} ?m?s\)?)?\s*$|^(?:ok|FAIL)\s+[\w./-]+\s+(?:\d|\(cached\))|\(\d+ tests?\b|^\W*[✔✖✓✗]\s+\S+\.\w{1,5}\s+\d|^\S+\.t \.{2,}|^//\S+ +[A-Z]+ "
)
_INNER = late.pattern(r"(?<=\w)(?:\.|::|/| [>›»:] )(?=\w)")  # between the names of a suite and of one inside it
_AROUND_NAMES = " \t|.:=*-–[]()#›…"
_AROUND_HEADINGS = " \t▶:>"
_LOOKED_AT = 400  # characters of a line
_MOSTLY = 0.8
_MIN_MEMBERS, _MIN_PERCENT = 3, 2  # verdicts *passed* of a form, of all lines
# TAP's other lines; without one of them "ok 12 rows" is a sentence
_TAP = late.pattern(r"^[ \t]*(?:1\.\.\d|not ok \d|TAP version \d|# (?:tests|pass|fail|ok|Looks like)\b)", re.MULTILINE)
_TAP_LINE = late.pattern(r"^\s*(?:not )?ok \d+")
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
# .....F..x [ 42%] · ●●◼● · ..F-...
_PROGRESS = late.pattern(r"^(?:\S+\.\w{1,5} +)?[.FEsxXSRPUuWN*●◼○,-]+(?:\s+(?:\d+ / \d+ \( *\d+%\)|\[ *\d+%\]))?\s*$")
_LETTERS = late.pattern(r"[^\W\d_]+")
_MIN_OFTEN = 4
_APART = 2  # lines, from one count of a run to the next below it
_MIN_NAMES = 8
_SAYS = late.pattern(r"^\d+ [*\s]*[^*\s]")  # a mould with something of its own


class Reading(NamedTuple):
    """Line numbers (0-based): each test's verdict; which of them are of whole suites or files; the totals; what comes again
    and again. The other lines are news."""

    verdicts: dict[int, Verdict]
    suites: set[int]
    totals: list[int]
    """Rare ones first: those that every suite has come last."""
    routine: dict[int, int]
    """Each routine line, and how many lines of its mould there are (0: blank lines and rows of dots)."""

    @property
    def failed(self) -> list[int]:
        """The lines that name a failing test, in order."""
        return sorted(i for i, verdict in self.verdicts.items() if verdict == "failed" and i not in self.suites)

    def news(self, lines: Sequence[str]) -> list[int]:
        """Return the lines that are neither a verdict nor a total nor routine, in order."""
        known = {*self.routine, *self.verdicts, *self.totals}
        return [index for index in range(len(lines)) if index not in known]


def read(lines: Sequence[str]) -> Reading:
    """Return what the lines of a run are."""
    run = told(lines)
    return run._replace(routine=_routine(lines, run.verdicts, set(run.totals)))


def told(lines: Sequence[str]) -> Reading:
    """Return verdicts and totals alone: in a log of many things, what is not one of them need not be news."""
    verdicts, only_failed = _verdicts(lines)
    every = _that_count(lines)
    counted = _counts_of_failed(lines, every) if only_failed else ()
    for at in only_failed if counted else ():
        if len(at) in counted or len({*names_of(lines, at)}) in counted:
            verdicts.update(dict.fromkeys(at, "failed"))
    for index, _ in known.failing(lines):  # runners that are known: they may name nothing but what failed
        verdicts.setdefault(index, "failed")
    suites, totals = _suites(lines, verdicts), _totals(lines, every, verdicts)
    return Reading(verdicts, suites | _above_totals(verdicts, suites, totals), totals, {})


def conclusions(lines: Sequence[str]) -> list[int]:
    """Return the lines that say how whole runs of tests went, in order: those that count tests, alone or with the counts beside
    them, but for what every suite says."""
    every = _that_count(lines)
    judged = _verdicts(lines)[0] if every else {}
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
    of_tests = [(block, text) for block, text in zip(blocks, joined, strict=True) if _is_of_tests(text)]
    forms = moulds.of([text[:_LOOKED_AT] for _, text in of_tests])
    counts = Counter(forms)
    return [i for (block, _), form in zip(of_tests, forms, strict=True) if counts[form] <= _MIN_OFTEN for i in block]


def is_tap(text: str) -> bool:
    """Tell whether a text has TAP's plan or another of its own lines: "ok 12 rows" may be said by any program."""
    return _TAP.search(text) is not None


def looks_like(lines: Sequence[str]) -> float:
    """Return how surely (0 … 1) a sample of lines is of a test run: by its totals, its verdicts, its rows of dots."""
    verdicts = verdicts_of(lines)
    every = _totals(lines, _that_count(lines), verdicts)
    totals = sum(1 for i in every if _is_of_tests(lines[i]))
    bare = [lines[i] for i in every if _is_bare(lines[i])]
    if not totals and _is_of_tests("; ".join(bare)):
        totals = min(2, len(bare) - 1)  # a count a line
    if not totals:
        return 0.0
    rows = sum(1 for line in lines if len(line) >= 10 and _PROGRESS.match(line[:_LOOKED_AT]))
    told = sum(1 for line in lines if line.strip())
    sure = 0.25 * min(2, totals) + (0.2 if rows else 0.0)
    share = len(verdicts) / max(1, told)
    return min(0.9, sure + (0.5 if share > 0.4 else 0.35 if share > 0.12 else 0.2 if len(verdicts) > 4 else 0.0))


def _is_of_tests(line: str) -> bool:
    """Tell whether a total counts tests: at least two words of theirs with a figure, or a conclusion about a test."""
    words = len({word.lower() for word in _OF_TESTS.findall(line)})
    return words >= 2 and (bool(_FIGURE.search(line)) or words >= 3)


def _is_bare(line: str) -> bool:
    """Tell whether a total says nothing but what is counted and how many."""
    rest = _LETTERS.findall(_OF_TESTS.sub("", line))
    return bool(_FIGURE.search(line)) and len("".join(rest)) <= _MAX_BARE_CHARS


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
    line = line[:_LOOKED_AT]
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


def verdicts_of(lines: Sequence[str]) -> dict[int, Verdict]:
    """Return the verdicts of those forms that say *passed* at least three times, by line."""
    return _verdicts(lines)[0]


def _counts_of_failed(lines: Sequence[str], every: Sequence[int]) -> set[int]:
    """Return how many tests failed, as the totals of the runs say: a runner may name no others."""
    told = "\n".join(lines[i] for i in every)
    return {int(next(filter(None, match.groups())).replace(",", "")) for match in _HOW_MANY_FAILED.finditer(told)}


def _verdicts(lines: Sequence[str]) -> tuple[dict[int, Verdict], list[list[int]]]:
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
    line = line if len(line) <= _LOOKED_AT else line[: _LOOKED_AT // 2] + line[-_LOOKED_AT // 2 :]
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


def _suites(lines: Sequence[str], verdicts: dict[int, Verdict]) -> set[int]:
    """Return the verdicts that are of a whole file or suite: its name stands alone on an earlier line, as a heading."""
    suites: set[int] = set()
    headings: set[str] = set()
    shapes_of_headings: set[str] = set()
    leading = _leading(lines, verdicts)
    every = alike(lines).every
    of_file = Judged(lambda shape: _OF_FILE.search(shape[:_LOOKED_AT]) is not None)
    name_of_shape = Judged(name_of)
    for index, shape in enumerate(every):
        if index not in verdicts:
            if leading[index]:
                headings.add(lines[index].strip(_AROUND_HEADINGS))
                shapes_of_headings.add(shape.strip(_AROUND_HEADINGS))
        elif of_file[shape] or (
            shapes_of_headings
            and name_of_shape[shape] in shapes_of_headings
            and names_of(lines, [index])[0] in headings
        ):
            suites.add(index)
    suites |= _that_hold(lines, verdicts, suites)
    return suites | _of_their_level(lines, verdicts, suites)


def _above_totals(verdicts: dict[int, Verdict], suites: set[int], totals: Sequence[int]) -> set[int]:
    """Return the verdicts before the first suite's that stand right above a total, where those of all suites do: with the head of an
    output the heading of its first suite may be cut off."""
    counted = {index - 1 for index in totals}
    if not suites or not suites <= counted:
        return set()
    first = min(suites)
    return {index for index in verdicts if index in counted and index < first}


def _that_hold(lines: Sequence[str], verdicts: dict[int, Verdict], suites: set[int]) -> set[int]:
    """Return the verdicts whose name begins the name of a suite: they are of what holds that suite ("Barn" of "Barn.Pens")."""
    holders: set[str] = set()
    for name in names_of(lines, suites):
        holders.update(name[: match.start()] for match in _INNER.finditer(name))
    if not holders:
        return set()
    return {index for index, name in zip(verdicts, names_of(lines, verdicts), strict=True) if name in holders}


def _of_their_level(lines: Sequence[str], verdicts: dict[int, Verdict], suites: set[int]) -> set[int]:
    """Return the verdicts that are as far out as suites and nothing else are: the head of an output may be cut, and with it
    the heading of its first suite."""
    levels: dict[int, list[int]] = {}
    for index in verdicts if suites else ():
        levels.setdefault(len(lines[index]) - len(lines[index].lstrip()), []).append(index)
    if len(levels) < 2:
        return set()
    outermost = levels[min(levels)]
    of_suites = sum(1 for index in outermost if index in suites)
    return set(outermost) if of_suites >= max(2, _MOSTLY * len(outermost)) else set()


def _leading(lines: Sequence[str], verdicts: dict[int, Verdict]) -> list[bool]:
    """Return which lines stand right above a verdict, or above a deeper line that does: only they can be headings. The name
    of a test stands alone, too, above what it says of its failure."""
    leading = [False] * len(lines)
    below, depth, leads = False, -1, False  # the next line with words: a verdict? its indent; does it lead to one?
    found = alike(lines)
    indents = [_indent(shape) for shape in found.shapes]
    for index in range(len(lines) - 1, -1, -1):
        indent = indents[found.of[index]]
        if indent < 0:
            continue
        if index in verdicts:
            below, depth, leads = True, indent, False
            continue
        leading[index] = len(lines[index]) <= _LOOKED_AT and (below or (leads and depth > indent))
        below, depth, leads = False, indent, leading[index]
    return leading


def _indent(line: str) -> int:
    """Return how far `line` is indented; -1 for one without a word."""
    return len(line) - len(line.lstrip()) if _HAS_WORD.search(line) else -1


def _that_count(lines: Sequence[str]) -> list[int]:
    """Return the lines that count or conclude, in order."""
    counting = Judged(lambda shape: len(shape) <= _MAX_TOTAL_CHARS and _TOTAL.search(shape) is not None)
    every = alike(lines).every
    return [i for i in facts.met(lines, _MAY_TOTAL) if counting[every[i]]]


def _totals(lines: Sequence[str], every: Sequence[int], verdicts: dict[int, Verdict]) -> list[int]:
    """Return those of `every` line that counts that are no verdicts: the rare ones before those of every suite, failures
    first, then the last."""
    found = [i for i in every if i not in verdicts]
    forms = moulds.of([lines[i] for i in found])
    counts = Counter(forms)
    form_of = dict(zip(found, forms, strict=True))
    of_wrong = Judged(lambda shape: _WRONG.search(shape) is not None)
    every_shape = alike(lines).every
    wrong = {i for i in found if of_wrong[every_shape[i]]}
    return sorted(found, key=lambda i: (counts[form_of[i]] > _MIN_OFTEN, i not in wrong, counts[form_of[i]], -i))


def _routine(lines: Sequence[str], verdicts: dict[int, Verdict], totals: set[int]) -> dict[int, int]:
    """Return the lines whose mould comes again and again, and not only around tests that failed."""
    routine: dict[int, int] = {}
    rest: list[int] = []
    idle = Judged(_is_idle)
    for index, shape in enumerate(alike(lines).every):
        if idle[shape]:
            routine[index] = 0
        elif index not in verdicts and index not in totals:
            rest.append(index)
    forms = moulds.of([lines[i][:_LOOKED_AT] for i in rest])
    members: dict[str, list[int]] = {}
    for index, form in zip(rest, forms, strict=True):
        members.setdefault(form, []).append(index)
    judged = sorted(verdicts)
    for form, at in members.items():
        # Bare names are a list only below something; at the margin they are sentences.
        often = len(at) >= (_MIN_OFTEN if _SAYS.search(form) else _MIN_NAMES) and (form[0] != "0" or _SAYS.search(form))
        if often and not _follow_failures(at, judged, verdicts):
            routine.update(dict.fromkeys(at, len(at)))
    for index in facts.failures(lines, apart_from=set(verdicts) | totals):
        routine.pop(index, None)
    return routine


def _is_idle(line: str) -> bool:
    """Tell whether a line is blank, or a row of dots."""
    return not line or line.isspace() or _PROGRESS.match(line[:_LOOKED_AT]) is not None


def _follow_failures(at: Sequence[int], judged: Sequence[int], verdicts: dict[int, Verdict]) -> bool:
    """Tell whether lines stand below failing tests, or above them, or after the last test: there the details are."""
    if not judged:
        return False
    below = above = 0
    for index in at:
        place = bisect_left(judged, index)
        below += place == len(judged) or (place > 0 and verdicts[judged[place - 1]] == "failed")
        above += place < len(judged) and verdicts[judged[place]] == "failed"
    return max(below, above) >= 0.8 * len(at)
