"""What is said of what was left out adds up: every count is worked out again from the original, by the reader's own words."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from headroom_mcp import compress_output
from tests import long_form

_SEEDS = range(long_form.count(12, 400))
_GAP = re.compile(r"^\[… lines? (\d+)(?:-(\d+))?(?: · (.*))?\]$")
_OUTCOMES = re.compile(r"(\d+) (passed|failed|skipped)")
_ALIKE = re.compile(r"^([\d,]+)(?: of ([\d,]+))?× (\d+)-(\d+) like (\d+) \((.*)\)$")
_TIMES = re.compile(r"(\w+) ×([\d,]+)")


def _number(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_tests_that_are_left_out_are_counted_by_their_outcome(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randint(60, 500)
    outcomes = rng.choices(("PASSED", "SKIPPED", "FAILED"), (90, 8, 2), k=count)
    lines = [
        f"tests/test_card_{i % 7}.py::test_{i} {outcome} [{i * 100 // count:3d}%]" for i, outcome in enumerate(outcomes)
    ]
    said = ", ".join(f"{number} {outcome.lower()}" for outcome, number in Counter(outcomes).items())
    shown = compress_output("\n".join([*lines, f"=== {said} in 1.2s ==="]), tool_input={"command": "pytest -v"}).text
    gaps = [gap for line in shown.splitlines() if (gap := _GAP.match(line))]

    assert gaps
    gone = 0
    for gap in gaps:
        first, last = int(gap[1]), int(gap[2] or gap[1])
        gone += last - first + 1
        left_out = Counter(outcome.lower() for outcome in outcomes[first - 1 : last])
        assert {word: int(number) for number, word in _OUTCOMES.findall(gap[3] or "")} == left_out
    kept = sum(line in set(lines) for line in shown.splitlines())
    assert kept + gone == count


@pytest.mark.parametrize("seed", _SEEDS)
def test_the_records_that_are_left_out_are_counted_by_their_values(seed: int) -> None:
    rng = random.Random(seed)
    count = rng.randint(80, 400)
    levels = rng.choices(("INFO", "DEBUG", "WARN"), (70, 22, 8), k=count)
    lines = [
        f"2026-03-14T03:{i // 60:02d}:{i % 60:02d}Z {level} worker-{rng.randint(1, 3)} request {rng.randint(1, 10**6)} took {rng.randint(1, 900)} ms"
        for i, level in enumerate(levels)
    ]
    shown = compress_output("\n".join(lines), tool_input={"command": "cat app.log"}).text
    rows = [row for line in shown.splitlines() if (row := _ALIKE.match(line))]
    numbered = [int(line.split("\t")[0]) for line in shown.splitlines() if "\t" in line]

    assert len(rows) == 1
    hidden, of_all = _number(rows[0][1]), _number(rows[0][2] or rows[0][1])
    assert hidden + len(numbered) == count == of_all
    told = {word: _number(times) for word, times in _TIMES.findall(rows[0][6]) if word in levels}
    assert told == Counter(levels)
    assert all(
        line == f"{line.split(chr(9))[0]}\t{lines[int(line.split(chr(9))[0]) - 1]}"
        for line in shown.splitlines()
        if "\t" in line
    )
