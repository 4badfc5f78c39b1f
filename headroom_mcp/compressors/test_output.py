"""Test runs: pytest, unittest, jest, vitest, mocha, go, cargo, JUnit under Maven and Gradle, rspec, phpunit, ctest and kin.

Every failing test is named, with what was expected, what came and where; bodies are shown whole as far as the budget goes.
Passing tests are counted. The final counts are shown as they stand.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from headroom_mcp.compressors import _failure_parts
from headroom_mcp.facts import blocks as _failures
from headroom_mcp.facts import find as facts_module
from headroom_mcp.facts import verdicts
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

_MIN_LINES = 8
_SIGNS = re.compile(
    r"^=+ (?:test session starts|FAILURES|ERRORS|short test summary info)|^(?:=+ )?\d+ (?:passed|failed)\b.* in \d|^Ran \d+ tests? in |^(?:---|===) (?:FAIL|PASS|RUN|ok)|"
    r"^test result: |^test \S.* \.\.\. (?:ok|FAILED|ignored)|^Tests: .*\d+ (?:passed|failed|total)|^Test Suites: |^\s*\d+ (?:passing|failing|pending)\b|^Tests run: \d+|"
    r"^\S.* > .* (?:PASSED|FAILED)$|^\d+ examples?, \d+ failures?|^(?:OK|FAILURES!) ?\(?|^\d+% tests passed|^\[ +(?:OK|FAILED|RUN) +\]|^TAP version|^(?:not )?ok \d+ |"
    r"^\s*(?:✓|✔|√|✗|✖|×) |\S+::\S+ (?:PASSED|FAILED|SKIPPED|ERROR|XFAIL)|^(?:ok|FAIL)\s+\S+\s+(?:\d|\(cached\))|^_{3,} \S.* _{3,}$|^E   |<<< (?:FAILURE|ERROR)!|"
    r"^\[=+\] (?:Running )?\d+ tests? from|^\d+ runs, \d+ assertions|^PHPUnit \d|^Result: (?:PASS|FAIL)$|^\S+\.t \.{2,} |^ *\d+/\d+ Test +#\d+: |^ RUN  v\d|"
    r"^\s*Test Files +\d|^Passed!|^Failed!|^rootdir: |^platform \w+ -- Python|^\s*\d+ of \d+ .*(?:passed|failed)",
    re.MULTILINE,
)
# a CI service's own marks: the tests are one step of a job, and what failed may be another
_SERVICE = re.compile(
    r"travis_fold:|travis_time:|##\[(?:group|section)\]|section_start:\d|^\[Pipeline\] |^Started by ", re.MULTILINE
)
_WORD = re.compile(r"\w")  # rules and blank lines between failures have none: a marker for them would say nothing
_WITHIN_A_JOB = 0.45
_SIGN_CHARS = 200_000  # of each end of a text
_LIST_LINE_CHARS = 300


def score(output: ToolOutput) -> float:
    """Return how sure the runner's own lines make it; one verdict and one count are enough."""
    lines = output.lines  # as a terminal shows them: runners print in colours
    text = "\n".join(lines if len(lines) < 4_000 else [*lines[:2_000], *lines[-2_000:]])
    text = text if len(text) <= 2 * _SIGN_CHARS else f"{text[:_SIGN_CHARS]}\n{text[-_SIGN_CHARS:]}"
    found = {match.group()[:6] for match in _SIGNS.finditer(text)}
    sure = min(0.95, 0.3 * len(found)) if found else 0.0
    return min(sure, _WITHIN_A_JOB) if _SERVICE.search(output.text[:20_000]) else sure


def facts(output: ToolOutput) -> list[Fact]:
    """Return what says that tests or the run failed, and the counts; `compress` chooses among them."""
    lines = output.lines
    failing = [Fact(i, 0, "failing tests", i, i + 1) for i, _ in verdicts.failing(lines)]
    return [*failing, *_failure_parts.facts(lines, _failures.blocks(lines, errors=False))]


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show the failing tests, what else went wrong, the counts, the first and the last lines; count the passing tests."""
    lines = output.lines
    if len(lines) < _MIN_LINES:
        return None
    found = _failures.blocks(lines, errors=False)
    essential = sum(tokens.estimate("\n".join(lines[i] for i in block.essential)) for block in found)
    # A failure that is not shown costs another run: the budget gives way before one goes unnamed.
    shown = _failure_parts.parts_of(lines, found, max(budget * 3 // 4, min(essential + 200, budget * 2)))
    covered = {i for block in found for i in range(block.start, block.stop)}
    kept = {*range(min(3, len(lines))), *range(max(0, len(lines) - 6), len(lines))}
    kept -= covered

    def take(order: Sequence[int], room: int) -> None:
        for index in order:
            if index in kept or index in covered or not lines[index].strip():
                continue
            cost = tokens.estimate(lines[index][:_LIST_LINE_CHARS]) + 2
            if cost <= room:
                room -= cost
                kept.add(index)

    failing = verdicts.failing(lines)
    take(verdicts.unnamed(lines, failing, (lines[block.start] for block in found)), budget * 3 // 2)
    take(facts_module.summaries(lines)[:12], budget // 4)
    take(facts_module.failures(lines, covered.union(index for index, _ in failing)), budget // 3)
    return Compressed(around(lines, shown, kept), range(len(lines)))


def around(lines: Sequence[str], shown: Sequence[Part], kept: set[int]) -> list[Part]:
    """Return parts for all lines: `shown` as they are, the lines `kept` between them, the rest counted by verdict."""
    parts: list[Part] = []
    position = 0
    ordered = sorted(kept)
    for part in [*shown, Part(len(lines), len(lines), "keep")]:
        if part.start > position:
            within = ordered[bisect_left(ordered, position) : bisect_left(ordered, part.start)]
            for piece in render.from_kept((i - position for i in within), part.start - position):
                moved = piece._replace(start=piece.start + position, stop=piece.stop + position)
                if moved.action == "omit" and not _WORD.search("".join(lines[moved.start : moved.stop])):
                    moved = moved._replace(action="render", note="rules and blank lines")
                elif moved.action == "omit":
                    moved = moved._replace(note=verdicts.counts(lines[moved.start : moved.stop]))
                parts.append(moved)
        if part.stop > part.start:
            parts.append(part)
        position = part.stop
    return parts
