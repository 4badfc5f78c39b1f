"""Test runs: pytest, unittest, jest, vitest, mocha, go, cargo, JUnit under Maven and Gradle, rspec, phpunit, ctest and kin.

Every failing test is named, with what was expected, what came and where; bodies are shown whole as far as the budget goes.
Passing tests are counted. The final counts are shown as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headroom_mcp import facts as facts_module
from headroom_mcp import render, tokens
from headroom_mcp.compressors import _blocks, _failures
from headroom_mcp.output import ToolOutput
from headroom_mcp.types import Compressed, Fact, Part

KIND = "test_output"

_MIN_LINES = 8
_SIGNS = re.compile(
    r"^=+ (?:test session starts|FAILURES|ERRORS|short test summary info)|^(?:=+ )?\d+ (?:passed|failed)\b.* in \d|^Ran \d+ tests? in |^(?:---|===) (?:FAIL|PASS|RUN|ok)|"
    r"^test result: |^test \S.* \.\.\. (?:ok|FAILED|ignored)|^Tests: .*\d+ (?:passed|failed|total)|^Test Suites: |^\s*\d+ (?:passing|failing|pending)\b|^Tests run: \d+|"
    r"^\S.* > .* (?:PASSED|FAILED)$|^\d+ examples?, \d+ failures?|^(?:OK|FAILURES!) ?\(?|^\d+% tests passed|^\[ +(?:OK|FAILED|RUN) +\]|^TAP version|^(?:not )?ok \d+ |"
    r"^\s*(?:✓|✔|√|✗|✖|×) |\S+::\S+ (?:PASSED|FAILED|SKIPPED|ERROR|XFAIL)|^(?:ok|FAIL)\s+\S+\s+(?:\d|\(cached\))|^_{3,} \S.* _{3,}$|^E   |<<< (?:FAILURE|ERROR)!|"
    r"^\s*Test Files +\d|^Passed!|^Failed!|^rootdir: |^platform \w+ -- Python|^\s*\d+ of \d+ .*(?:passed|failed)",
    re.MULTILINE,
)
_PASSED = re.compile(
    r"\bPASSED\b|^\s*(?:✓|✔|√) |\.\.\. ok$|^ok \d+|^\[ +OK +\]|^\s*--- PASS|^\s*(?:Passed) \S|\bPASS\b(?!ED)|^ok\s+\S+\s"
)
_SKIPPED = re.compile(r"\bSKIPPED\b|\.\.\. (?:skipped|ignored)|# SKIP|\[ +SKIPPED +\]|--- SKIP")
_LISTED = re.compile(r"^(?:FAILED|ERROR) (\S+)|^(?:FAIL|ERROR): (\S+)|^\s+(\S+)\s*$")


def score(output: ToolOutput) -> float:
    """Return how sure the runner's own lines make it; one verdict and one count are enough."""
    text = output.text if len(output.text) < 400_000 else output.text[:200_000] + output.text[-200_000:]
    found = {match.group()[:6] for match in _SIGNS.finditer(text)}
    return min(0.95, 0.3 * len(found)) if found else 0.0


def facts(output: ToolOutput) -> list[Fact]:
    """Return failures outside the failing tests' own blocks, answers and final counts."""
    lines = output.lines
    found = _failures.blocks(lines, errors=False)
    covered = {i for block in found for i in range(block.start, block.stop)}
    named = " ".join(lines[block.start] for block in found)
    told: list[Fact] = []
    for fact in facts_module.find(output):
        if fact.line in covered or fact.rank == 1:
            continue
        listed = _LISTED.match(lines[fact.line][:400])
        name = next((group for group in listed.groups() if group), "") if listed else ""
        if name and len(found) > 8 and re.split(r"::|\.", name)[-1] in named:
            continue
        told.append(fact)
    return told


def compress(output: ToolOutput, budget: int) -> Compressed | None:
    """Show the failing tests, the counts, the first and the last lines; count the passing tests."""
    lines = output.lines
    if len(lines) < _MIN_LINES:
        return None
    found = _failures.blocks(lines, errors=False)
    essential = sum(tokens.estimate("\n".join(lines[i] for i in block.essential)) for block in found)
    # A failure that is not shown costs another run: the budget gives way before one goes unnamed.
    shown = _blocks.parts_of(lines, found, max(budget * 3 // 4, min(essential + 200, budget * 2)))
    kept = {*range(min(3, len(lines))), *range(max(0, len(lines) - 6), len(lines)), *facts_module.summaries(lines)[:12]}
    return Compressed(around(lines, shown, kept))


def around(lines: Sequence[str], shown: Sequence[Part], kept: set[int]) -> list[Part]:
    """Return parts for all lines: `shown` as they are, the lines `kept` between them, the rest counted by verdict."""
    parts: list[Part] = []
    position = 0
    for part in [*shown, Part(len(lines), len(lines), "keep")]:
        if part.start > position:
            between = render.from_kept(
                (i - position for i in kept if position <= i < part.start), part.start - position
            )
            for piece in between:
                moved = piece._replace(start=piece.start + position, stop=piece.stop + position)
                if moved.action == "omit":
                    moved = moved._replace(note=verdicts(lines[moved.start : moved.stop]))
                parts.append(moved)
        if part.stop > part.start:
            parts.append(part)
        position = part.stop
    return parts


def verdicts(lines: Sequence[str]) -> str:
    """Return what left-out lines of a run say together: "1,998 passed, 3 skipped"; "" where they give no verdicts."""
    passed = sum(1 for line in lines if _PASSED.search(line[:300]))
    skipped = sum(1 for line in lines if _SKIPPED.search(line[:300]))
    said = [f"{count:,} {word}" for count, word in ((passed, "passed"), (skipped, "skipped")) if count]
    return ", ".join(said)
