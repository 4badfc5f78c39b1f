"""Made-up runs of tests: 40 runners' formats with failures, skipped and expected ones, several runs in one output, cut heads and
tails; and what is true of each of their lines.

A test's name stands once in a run. So whatever is said of the tests between two lines can be counted by their names alone,
without reading a verdict.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from headroom_mcp.evals.whole_outputs import draw, play
from headroom_mcp.evals.whole_outputs.draw import Case

_SIGNS = re.compile(r"(?i)\b(?:pass(?:ed)?|ok)\b|[✓✔√]|= \.$")
# What a runner writes for a test that passed, and what it would write for one that was skipped or expected to fail.
_OTHERWISE: dict[str, tuple[tuple[re.Pattern[str], str, str], ...]] = {
    "pytest": ((re.compile(r" PASSED\b"), " SKIPPED (no net)", "skipped"), (re.compile(r" PASSED\b"), " XFAIL (later)", "xfailed or xpassed"), (re.compile(r" PASSED\b"), " XPASS", "xfailed or xpassed")),
    "unittest": ((re.compile(r"\.\.\. ok$"), "... skipped 'no net'", "skipped"), (re.compile(r"\.\.\. ok$"), "... expected failure", "xfailed or xpassed")),
    "cargo": ((re.compile(r"\.\.\. ok$"), "... ignored", "skipped"),),
    "go": ((re.compile(r"^(\s*)--- PASS:"), r"\1--- SKIP:", "skipped"),),
    "gtest": ((re.compile(r"^\[ +OK \]"), "[  SKIPPED ]", "skipped"),),
    "jest": ((re.compile(r"^(\s*)✓ "), r"\1○ skipped ", "skipped"),),
}  # fmt: skip


class Made(NamedTuple):
    """An output, the command that would have printed it, and of each of its lines the tests that it names, with what
    became of each and whether the line says so of one that passed."""

    text: str
    command: str
    name: str
    told: list[list[tuple[str, str, bool]]]


def make(seed: int) -> Made:
    """Return the made-up output of `seed`."""
    random = Random(seed)
    runner = random.choice(sorted(play.RUNNERS))
    command, printer = play.RUNNERS[runner]
    lines: list[str] = []
    told: list[list[tuple[str, str, bool]]] = []
    runs = random.choice((1, 1, 1, 2, 4))
    for at in range(runs):
        run = draw.run(random, failures=random.choice((0, 0, 1, 2, 5)), least=5, most=400 // runs)
        printed = list(printer(random, run).lines)
        cases = [case for suite in run.suites for case in suite.cases]
        state = {case.words: "failed" if case.failed else "passed" for case in cases}
        named = _named(cases)
        if random.random() < 0.6:
            _vary(random, runner, printed, named, state)
        if runs > 1:
            lines.append(f"==> packages/p{at}")
            told.append([])
        for line in printed:
            words = dict.fromkeys(named(line))
            told.append([(f"{at} {word}", state[word], _SIGNS.search(line) is not None) for word in words])
            lines.append(line)
    first = random.randrange(len(lines) // 3) if random.random() < 0.2 else 0
    last = len(lines) - (random.randrange(len(lines) // 3) if random.random() < 0.2 else 0)
    name = f"{runner}{' several' if runs > 1 else ''}{' cut' if last - first < len(lines) else ''}"
    return Made("\n".join(lines[first:last]) + "\n", command, name, told[first:last])


def counted(made: Made, start: int, stop: int) -> tuple[Counter[str], Counter[str]]:
    """Return the least and the most tests that lines `start` … `stop - 1` can say to have passed, failed or been skipped."""
    least: dict[str, str] = {}
    most: dict[str, str] = {}
    for line in made.told[start:stop]:
        for test, state, said in line:
            most[test] = state
            if said and len(line) == 1:
                least[test] = state
    sure = Counter(state for state in least.values() if state == "passed")
    return sure, Counter(most.values())


def says_in_line(made: Made) -> bool:
    """Tell whether the runner says that a test passed on a line that names it."""
    passed = {test for line in made.told for test, state, _ in line if state == "passed"}
    said = {test for line in made.told for test, state, signed in line if signed and state == "passed"}
    return len(said) * 2 > len(passed)


def _vary(
    random: Random,
    runner: str,
    printed: list[str],
    named: Callable[[str], list[str]],
    state: dict[str, str],
) -> None:
    """Let some tests that passed be skipped or expected to fail instead, as the runner would print it."""
    for known, ways in _OTHERWISE.items():
        if not runner.startswith(known):
            continue
        for index, line in enumerate(printed):
            words = named(line)
            if len(words) != 1 or state[words[0]] != "passed" or random.random() > 0.08:
                continue
            pattern, instead, became = random.choice(ways)
            other, count = pattern.subn(instead, line, count=1)
            if count:
                printed[index] = other
                state[words[0]] = became


def _named(cases: Sequence[Case]) -> Callable[[str], list[str]]:
    """Return what finds the tests that a line names, in any way in which a runner writes a name."""
    words_of: dict[str, str] = {}
    for case in cases:
        for form in (case.words, case.snake, case.pascal, case.camel, case.words.title(), case.words.capitalize(), case.words.replace(" ", "-")):  # fmt: skip
            words_of[form] = case.words
    longest = sorted(words_of, key=len, reverse=True)
    pattern = re.compile(rf"(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return lambda line: [words_of[found] for found in pattern.findall(line)]
