"""Test runs: pytest, unittest, jest, vitest, mocha, go, cargo, JUnit under Maven and Gradle, rspec, phpunit, ctest and similar.

Every failing test is named, with what was expected, what came and where; bodies are shown whole as far as the budget goes.
Passing tests are counted. The final counts are shown as they stand.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Container, Sequence

from headroom_mcp import late
from headroom_mcp.compressors import _budget, _failure_parts
from headroom_mcp.facts import blocks as _failures
from headroom_mcp.facts import find as facts_module
from headroom_mcp.facts import moulds, test_blocks, test_run, test_verdicts, unlike, verdicts
from headroom_mcp.facts.blocks import Block
from headroom_mcp.late import re
from headroom_mcp.records import survey
from headroom_mcp.records.find import Record
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.text.lines import Judged, alike
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_LINES = 8
# tests/test_a.py::test_b PASSED · Time elapsed: 0.1 s <<< FAILURE!, the only signs that may stand within a line
_ANYWHERE = r"(?<!\S)(?=\S+::\S)\S+ (?:PASSED|FAILED|SKIPPED|ERROR|XFAIL)|<<< (?:FAILURE|ERROR)!"
_WITHIN = late.pattern(_ANYWHERE)
_SIGNS = late.pattern(
    r"^=+ (?:test session starts|FAILURES|ERRORS|short test summary info)|^(?:=+ )?\d+ (?:passed|failed)\b.* in \d|^Ran \d+ tests? in |^(?:---|===) (?:FAIL|PASS|RUN|ok)|"
    r"^test result: |^test \S.* \.\.\. (?:ok|FAILED|ignored)|^Tests: .*\d (?:passed|failed|total)|^Test Suites: |^[ \t]*\d+ (?:passing|failing|pending)\b|^Tests run: \d+|"
    r"^\S(?=.* > ).* (?:PASSED|FAILED)$|^\d+ examples?, \d+ failures?|^(?:OK|FAILURES!) ?\(?|^\d+% tests passed|^\[ +(?:OK|FAILED|RUN) +\]|^TAP version|^(?:not )?ok \d+ |"
    rf"{_ANYWHERE}|"
    r"^(?:ok|FAIL)\s+\S+\s+(?:\d|\(cached\))|^_{3,} \S.* _{3,}$|^E   |"
    r"^\[=+\] (?:Running )?\d+ tests? from|^\d+ runs, \d+ assertions|^PHPUnit \d|^Result: (?:PASS|FAIL)$|^\S+\.t \.{2,} |^ *\d+/\d+ Test +#\d+: |^ RUN  v\d|"
    r"^[ \t]*Test Files +\d|^Passed!|^Failed!|^rootdir: |^platform \w+ -- Python|^[ \t]*\d+ of \d+ .*(?:passed|failed)",
    re.MULTILINE,
)
# a CI service's own marks: the tests are one step of a job, and what failed may be another
_SERVICE = late.pattern(
    r"travis_fold:|travis_time:|##\[(?:group|section)\]|section_start:\d|^\[Pipeline\] |^Started by ", re.MULTILINE
)
# a test that fails or passes against what is expected of it is neither skipped nor simply passed
_EXPECTED = late.pattern(r"\b(?:expected failure|xfail(?:ed)?|xpass(?:ed)?)\b", re.IGNORECASE)
_WITHIN_A_JOB = 0.45
_MIN_STEPS = 3  # marks of a service; one or two are of the step that ran the tests
_SIGN_CHARS = 200_000  # of each end of a text
_SIGN = 6  # characters by which signs are told apart
_LIST_LINE_CHARS = 300
_SMALL_TOKENS = 900
_LISTED = 30  # lines of one mould
_MAX_ANSWERS = 12
_MAX_QUESTION_CHARS = 250  # longer, it is the description of a task: its words are in the names of many tests
_MAX_OF_A_TASK = 3
_MIN_ALIKE = 12  # fewer lines do not say what is usual
_ALONE = 2  # lines of a mould that is rare
_MAX_MOULD_CHARS = 400
_LOOKED_INTO = 20  # failures in which what was printed meanwhile is looked at
_LOOKED_AT = 600  # lines at the end of a run no runner of which is known
_GAP_TOKENS = 12
_SAME_LIST = 8  # lines between two of a list of failing tests, whose messages may have some
_MIN_TABLE_LINES = 8  # fewer lines besides the verdicts hold no table
# plugins: cov-7.1.0, xdist-3.8.0    rootdir: /srv/app    how a runner is set up, run after run. A seed is not among it: who runs
# the tests once more needs it.
_SET_UP = late.pattern(
    r"^(?:rootdir|cachedir|configfile|inifile|testpaths|plugins|hypothesis profile|asyncio|anyio|benchmark|Configuration|Runtime)\b"
)


def score(output: ToolOutput) -> float:
    """Return how sure the runner's own lines make it: signs that only one runner prints, or verdicts and totals of any."""
    lines = output.lines  # as a terminal shows them: runners print in colours
    sampled = lines if len(lines) < 4_000 else [*lines[:2_000], *lines[-2_000:]]
    text = "\n".join(sampled)
    text = text if len(text) <= 2 * _SIGN_CHARS else f"{text[:_SIGN_CHARS]}\n{text[-_SIGN_CHARS:]}"
    found = _signs(text)
    if not test_verdicts.is_tap(text):
        found = {sign for sign in found if not sign.startswith(("ok ", "not ok"))}
    sure = min(0.95, max(0.3 * len(found), test_run.looks_like(sampled[-_LOOKED_AT:])))
    return min(sure, _WITHIN_A_JOB) if len(_SERVICE.findall(output.text[:20_000])) >= _MIN_STEPS else sure


def _signs(text: str) -> set[str]:
    """Return the first characters of all signs in `text`, of those that do not overlap the leftmost: what `_SIGNS.finditer`
    finds, which would try each of them at every character."""
    found: set[str] = set()
    starts: list[int] = []
    stops = [0]  # a match may reach into the next line
    at = 0
    while at >= 0:
        match = _SIGNS.match(text, at) if at >= stops[-1] else None
        if match is not None:
            found.add(match.group()[:_SIGN])
            starts.append(at)
            stops.append(match.end())
        at = text.find("\n", at) + 1 or -1
    if "::" in text or "<<< " in text:
        for match in _WITHIN.finditer(text):
            if match.start() >= stops[bisect_right(starts, match.start())]:
                found.add(match.group()[:_SIGN])
    return found


def facts(output: ToolOutput) -> list[Fact]:
    """Return what says that tests or the run failed, and the counts; `compress` chooses among them."""
    lines = output.lines
    failing = [Fact(i, 0, "failing tests", i, i + 1) for i, _ in test_blocks.failing(lines, test_run.told(lines))]
    return [*failing, *_failure_parts.facts(lines, _failures.blocks(lines, errors=False))]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show the failing tests with their details, every total, then all that is not routine; count the passing tests."""
    lines = output.lines
    if len(lines) < _MIN_LINES:
        return None
    reading = test_run.read(lines)
    found = [block for block in test_blocks.find(lines, reading) if not _is_table(lines, block)]
    found = [*(unlike.of_block(lines, block) for block in found[:_LOOKED_INTO]), *found[_LOOKED_INTO:]]
    essential = _failure_parts.essential_tokens(lines, found, budget * 2)
    # A failure that is not shown costs another run: the budget gives way before one goes unnamed.
    room = max(budget * 3 // 4, min(essential + 200, budget * 2))
    shown = _failure_parts.parts_of(lines, found, room, offset=output.offset)
    covered = _failure_parts.covered(found)
    chosen = _Chosen(lines, covered)
    set_up = _set_up(lines, reading)
    first = [
        i for i in range(min(3, len(lines))) if i not in set_up and not (lines[i].strip() and i in reading.routine)
    ]
    last = [i for i in range(max(0, len(lines) - 6), len(lines)) if i not in covered]
    told = set(map(_without_mark, {lines[i] for i in covered})) - {""}
    chosen.kept = {*first, *_not_told_yet(lines, last, told)} - covered
    failing = test_blocks.failing(lines, reading)
    chosen.take(verdicts.unnamed(lines, failing, (lines[block.start] for block in found)), budget * 3 // 2)
    chosen.take(test_blocks.in_files_not_said(lines, failing, found), budget // 3)
    chosen.take(_with_headings(lines, reading, found), budget // 2)
    chosen.take(
        _groups_of(lines, reading, [*(block.start for block in found), *(at for at, _ in failing)]), budget // 6
    )
    chosen.take(_answers(output, reading), budget // 4)
    chosen.take(_between_kept(failing, chosen.kept), budget // 4)
    spent = sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in shown)
    named = {index for index, _ in failing}
    left = max(budget // 3, budget - spent - chosen.spent)
    if output.tokens < _SMALL_TOKENS:
        left = output.tokens  # only what is routine goes
    figures = _rows_of_figures(output, reading, covered, max(left, budget))
    shown = sorted([*shown, *figures], key=lambda part: part.start)
    chosen.leave_out(figures)
    left -= sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in figures)
    news = [i for i in reading.news(lines) if i not in named and i not in set_up]
    news = _not_told_yet(lines, news, told)
    chosen.take_runs(_without_lists(lines, news), left)
    if not (found or failing):
        chosen.take(_first_warnings(lines, reading), budget // 4)  # where nothing fails, they are the news
    unlike_others = _unlike(lines, reading, chosen.kept | covered | set_up)
    chosen.take(_not_told_alone(lines, unlike_others, chosen.kept, told), budget // 3)
    told_of = [lines[i] for i in chosen.kept.union(*(block.essential for block in found))]
    outside = [(index, name) for index, name in failing if index not in covered]
    by_verdict = _Counting(lines, reading, outside, told_of).note
    note = _failure_parts.counting(lines, found, shown, by_verdict)
    parts = _failure_parts.around(lines, shown, chosen.kept, note)
    return Compressed(parts, range(len(lines)))


_NUMBERS = late.pattern(r"\d+")
_MAX_GROUPS, _VERDICTS_OF_GROUP = 40, 6
_WARNING = late.pattern(r"(?:[Ww]arning|WARN(?:ING)?)\b")


class _Chosen:
    """The lines that are kept besides the failures, and what they cost."""

    def __init__(self, lines: Sequence[str], covered: set[int]) -> None:
        self.lines = lines
        self.covered = covered
        self.kept: set[int] = set()
        self.spent = 0

    def take(self, order: Sequence[int], room: int) -> None:
        """Keep lines in `order` as far as `room` tokens go; a line too long for what is left is passed over."""
        offered = (
            (index, tokens.estimate(self.lines[index][:_LIST_LINE_CHARS]) + 2)
            for index in order
            if index not in self.kept and index not in self.covered and self.lines[index].strip()
        )
        for index, cost in _budget.within(room, offered):
            self.spent += cost
            self.kept.add(index)

    def leave_out(self, parts: Sequence[Part]) -> None:
        """Know that `parts` are shown elsewhere."""
        self.covered.update(i for part in parts for i in range(part.start, part.stop))
        self.kept -= self.covered

    def take_runs(self, news: Sequence[int], room: int) -> None:
        """Keep runs of neighbouring `news`, those with words of failure first, short ones before long ones; of a run that
        is too long the lines that tell most. What a run has said, another like it need not say again."""
        runs = _runs(self.lines, [i for i in news if i not in self.covered])
        failing = set(facts_module.failures(self.lines, self.covered))
        runs = _said_once(self.lines, runs, failing)
        costs = [tokens.estimate("\n".join(self.lines[start:stop])) + _GAP_TOKENS for start, stop in runs]
        telling = [not failing.isdisjoint(range(start, stop)) for start, stop in runs]
        for number in sorted(range(len(runs)), key=lambda n: (not telling[n], costs[n], n)):
            start, stop = runs[number]
            if costs[number] <= room:
                room -= costs[number]
                self.spent += costs[number]
                self.kept.update(range(start, stop))
            elif telling[number]:
                before = self.spent
                self.take([i for i in range(start, stop) if i in failing], room)
                room -= self.spent - before


def _is_table(lines: Sequence[str], block: Block) -> bool:
    """Tell whether a block is a table: coverage is headed as a failing test is."""
    if block.stop - block.start < _MIN_TABLE_LINES:
        return False
    from headroom_mcp.compressors import _figures

    return _figures.fill(lines, range(block.start, block.stop))


def _rows_of_figures(output: ToolOutput, reading: test_run.Reading, covered: Container[int], room: int) -> list[Part]:
    """Return parts for the tables of figures that a run prints besides its verdicts, as far as `room` tokens go."""
    lines = output.lines
    parts: list[Part] = []
    known = {*reading.verdicts, *reading.totals}
    others = [i for i in range(len(lines)) if i not in known and i not in covered and lines[i].strip()]
    if len(others) < _MIN_TABLE_LINES:
        return parts
    from headroom_mcp.compressors import _figures

    for rows in _figures.tables(lines, others):
        made = _figures.shown(lines, rows, room, output.query)
        room -= sum(tokens.estimate(part.text or "\n".join(lines[part.start : part.stop])) for part in made)
        parts.extend(made)
    return parts


def _answers(output: ToolOutput, reading: test_run.Reading) -> list[int]:
    """Return the lines that the question is about, be they of a table after the run; passing tests are not asked for."""
    passed = {i for i, verdict in reading.verdicts.items() if verdict == "passed"}
    progress = {i for i, often in reading.routine.items() if not often}
    most = _MAX_ANSWERS if len(output.query) <= _MAX_QUESTION_CHARS else _MAX_OF_A_TASK
    found = facts_module.matches(output.query, output.lines)[:most]
    return [i for i in found if i not in passed and i not in progress]


def _between_kept(failing: Sequence[tuple[int, str]], kept: Container[int]) -> list[int]:
    """Return the lines of a list of failing tests between two that are `kept`: half a list reads as if it were all of it."""
    found: list[int] = []
    since: list[int] = []  # lines of the list since the last that is kept
    before = -_SAME_LIST
    open_list = False
    for index in sorted(index for index, _ in failing):
        if index - before > _SAME_LIST:
            open_list, since = False, []
        if index in kept:
            found.extend(since)
            open_list, since = True, []
        elif open_list:
            since.append(index)
        before = index
    return found


def _set_up(lines: Sequence[str], reading: test_run.Reading) -> set[int]:
    """Return the lines above the first verdict in which a runner says how it is set up."""
    found: set[int] = set()
    set_up: Judged[bool] = Judged(lambda shape: _SET_UP.match(shape) is not None and "seed" not in shape)
    for index, shape in enumerate(alike(lines).every):
        if index in reading.verdicts or (reading.routine.get(index) == 0 and shape.strip()):
            break
        if set_up[shape]:
            found.add(index)
    return found


def _not_told_yet(lines: Sequence[str], at: Sequence[int], told: Collection[str]) -> list[int]:
    """Return the lines `at` without those that say once more, as a summary does, what failures have `told`."""
    return [i for i in at if lines[i].strip() not in told]


def _not_told_alone(lines: Sequence[str], at: Sequence[int], kept: Collection[int], told: Collection[str]) -> list[int]:
    """Return the lines `at`, in their order, without those that have been `told` and stand neither beside one that has not
    nor beside one that is `kept`."""
    new = {i for i in at if lines[i].strip() not in told}.union(kept)
    beside = {
        i
        for start, stop in render.runs({*at, *kept})
        if not new.isdisjoint(range(start, stop))
        for i in range(start, stop)
    }
    return [i for i in at if i in beside]


def _without_mark(line: str) -> str:
    """Return what a line of a failure says: pytest puts "E" before "     At index 0 diff: 1 != 2"."""
    return line[1:].strip() if line[:1] == "E" and line[1:2].isspace() else line.strip()


def _without_lists(lines: Sequence[str], news: Sequence[int]) -> list[int]:
    """Return `news` without the lines of a mould that very many have: names below each other, of tests that passed."""
    forms = moulds.of([lines[i][:_MAX_MOULD_CHARS] for i in news])
    counts = Counter(forms)
    return [i for i, mould in zip(news, forms, strict=True) if counts[mould] < _LISTED]


def _first_warnings(lines: Sequence[str], reading: test_run.Reading) -> list[int]:
    """Return the first of the warnings of each mould that come so often as to be routine."""
    warning = [i for i in sorted(reading.routine) if _WARNING.search(lines[i][:_MAX_MOULD_CHARS])]
    forms = moulds.of([lines[i][:_MAX_MOULD_CHARS] for i in warning])
    return list(dict(zip(reversed(forms), reversed(warning), strict=True)).values())[::-1]


def _unlike(lines: Sequence[str], reading: test_run.Reading, shown: Container[int]) -> list[int]:
    """Return the lines unlike the others among those that are not `shown` and give no verdict: of a mould that one or two
    lines have, or with a value unlike those of their mould: a table of coverage has its total and its worst file."""
    rest = [i for i, line in enumerate(lines) if i not in shown and i not in reading.verdicts and line.strip()]
    members: dict[str, list[int]] = {}
    for index, mould in zip(rest, moulds.of([lines[i][:_MAX_MOULD_CHARS] for i in rest]), strict=True):
        members.setdefault(mould, []).append(index)
    found = sorted(i for at in members.values() if len(at) <= _ALONE for i in at if i not in reading.routine)
    for at in members.values():
        if len(at) >= _MIN_ALIKE:
            alone = [Record(place, place + 1) for place in range(len(at))]
            alike = survey.of_records([lines[i] for i in at], alone)
            found.extend(at[one.record] for one in survey.telling(alike))
    return found


def _with_headings(lines: Sequence[str], reading: test_run.Reading, found: Sequence[Block]) -> list[int]:
    """Return the totals, telling ones first, then the headings of the runs that they conclude."""
    order = list(reading.totals)
    totals = set(order)
    headings: list[int] = []
    for index in sorted(totals):
        at = index - 1
        while at >= 0 and (at in totals or not lines[at].strip()):
            at -= 1
        start = at
        while start > 0 and (start - 1) not in totals:
            start -= 1
        first = next((i for i in range(start, at + 1) if lines[i].strip()), -1)
        # What comes more often than totals do is no heading of theirs.
        if first >= 0 and first not in reading.verdicts and reading.routine.get(first, 0) <= len(totals):
            headings.append(first)
    return [*order, *dict.fromkeys(headings)]


def _groups_of(lines: Sequence[str], reading: test_run.Reading, failing: Sequence[int]) -> list[int]:
    """Return the headings of the groups that failures stand in: what is above the verdicts before them, where others stand
    between groups of verdicts just like it ("==> package m6")."""
    masked = Judged(lambda shape: _NUMBERS.sub("0", shape))
    every = [masked[shape] for shape in alike(lines).every]
    times = Counter(every)
    found: dict[int, None] = {}
    for index in sorted(set(failing))[:_MAX_GROUPS]:
        at = index - 1
        while at >= 0 and (at in reading.verdicts or not lines[at].strip()):
            at -= 1
        if (
            at < index - 1
            and at >= 0
            and at not in reading.totals
            and 1 < times[every[at]] <= len(reading.verdicts) // _VERDICTS_OF_GROUP
        ):
            found[at] = None
    return list(found)


def _runs(lines: Sequence[str], news: Sequence[int]) -> list[tuple[int, int]]:
    """Return the runs of neighbouring lines, those that only blank lines part taken together."""
    runs: list[tuple[int, int]] = []
    for index in news:
        if runs and not "".join(lines[runs[-1][1] : index]).strip():
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _said_once(
    lines: Sequence[str], runs: Sequence[tuple[int, int]], failing: Collection[int]
) -> list[tuple[int, int]]:
    """Return `runs` without those that have no other lines than one before them: the names of tests that warned, say. One
    that has `failing` lines stays."""
    said: set[frozenset[str]] = set()
    found: list[tuple[int, int]] = []
    for start, stop in runs:
        of_run = frozenset(line.strip() for line in lines[start:stop])
        if of_run not in said or any(i in failing for i in range(start, stop)):
            found.append((start, stop))
        said.add(of_run)
    return found


class _Counting:
    """What left-out lines of a run say together, without what is told elsewhere."""

    def __init__(
        self,
        lines: Sequence[str],
        reading: test_run.Reading,
        failing: Sequence[tuple[int, str]],
        told: Sequence[str],
    ) -> None:
        self.lines = lines
        self.reading = reading
        self.failed = [i for i in verdicts.unnamed_all(failing, told) if i not in reading.suites]  # rising

    def note(self, start: int, stop: int) -> str:
        """Return "1,998 passed, 3 skipped, 1 xfailed or xpassed" for lines `start` … `stop - 1`; "" where they give no verdicts."""
        passed = skipped = expected = files = 0
        for index in range(start, stop):
            verdict = self.reading.verdicts.get(index)
            if verdict is None or verdict == "failed":
                continue
            if index in self.reading.suites:
                files += verdict == "passed"
            elif verdict == "passed":
                passed += 1
            elif _EXPECTED.search(self.lines[index]):
                expected += 1
            else:
                skipped += 1
        failed = bisect_left(self.failed, stop) - bisect_left(self.failed, start)
        told = [(passed, "passed"), (failed, "failed"), (skipped, "skipped"), (expected, "xfailed or xpassed")]
        if passed or failed or skipped or expected:
            return ", ".join(f"{count:,} {word}" for count, word in told if count)
        return f"{files:,} {'file' if files == 1 else 'files'} or suites of tests passed" if files else ""
