"""Problems told in blocks of labels, with or without blank lines between them, below a log and the totals of the run."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.compressors.lint.problems import problems
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput

_THINGS = ("queue.mail", "bucket.photos", "role.reader", "disk.spare", "host.edge")
_WISHES = ("is sealed", "has an owner", "is backed up", "keeps its log", "is not open to all", "has a limit")


def _report(seed: int, *, blank: bool, log: int) -> tuple[str, list[tuple[str, str]], str]:
    """Return a report with the rule and the thing of each problem, and the line of its totals."""
    dice = random.Random(seed)
    head, failed = dice.choice([("Rule", "FAILED"), ("Check", "FAILED"), ("Issue", "ERROR")])
    told = [(f"HV_{dice.choice('ABC')}_{at * 7 + 12}", dice.choice(_THINGS)) for at in range(8 + seed)]
    totals = f"Passed checks: {dice.randrange(5, 90)}, Failed checks: {len(told)}, Skipped checks: 0"
    lines = [f"[{at:03}] reading plan/part_{at}.tf as {dice.choice(['text', 'data'])}" for at in range(log)]
    lines += ["", "plan results:", "", totals, ""]
    for rule, thing in told:
        lines += [f'{head}: {rule}: "Ensure that it {dice.choice(_WISHES)}"', f"\t{failed} for thing: {thing}"]
        lines += [f"\tFile: /plan/main.tf:{dice.randrange(1, 90)}-99", *([""] if blank else [])]
    return "\n".join(lines), told, totals


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("log", [0, 30])
def test_each_problem_stands_with_what_it_is_of_and_the_totals_stay(seed: int, blank: bool, log: int) -> None:
    text, told, totals = _report(seed, blank=blank, log=log)

    assert len(problems(text.split("\n"))) == len(told)
    shown = plan(ToolOutput(text, "Bash", {"command": "check-plan"}, ""), Settings()).body
    lines = shown.split("\n")

    assert totals in lines
    for rule, thing in told:
        at = next(at for at, line in enumerate(lines) if rule in line)
        assert thing in "\n".join(lines[at : at + 3])
