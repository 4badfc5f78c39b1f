"""What an output says twice is shown once, and said to stand above: as a runner prints it that tries again."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from headroom_mcp.flow import again, plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_ERROR = [
    "    Error: connect ECONNREFUSED 127.0.0.1:4173",
    "    Call log:",
    *(f"      - step {step} of the call, which says a little more about the request" for step in range(6)),
    "        at /srv/app/e2e/api.spec.ts:3:75",
]


def _attempts(errors: list[list[str]]) -> list[str]:
    lines: list[str] = []
    for attempt, error in enumerate(errors):
        lines += [f"    Retry #{attempt} ---------", "", *error, ""]
    return lines


@pytest.mark.parametrize("times", [2, 3])
def test_what_a_retry_prints_again_is_said_to_stand_above(times: int) -> None:
    lines = _attempts([_ERROR] * times)

    shown = render.render(lines, again.folded(lines, [Part(0, len(lines), "keep")])).split("\n")

    assert [line for line in shown if line in _ERROR] == _ERROR
    assert sum('as above from "Error: connect ECONNREFUSED' in line for line in shown) == times - 1
    assert [line for line in shown if "Retry" in line] == [line for line in lines if "Retry" in line]


@pytest.mark.parametrize("changed", range(len(_ERROR)))
def test_only_what_is_the_same_word_for_word_is_said_to_be(changed: int) -> None:
    other = [f"{line} too" if at == changed else line for at, line in enumerate(_ERROR)]
    lines = _attempts([_ERROR, other])

    shown = render.render(lines, again.folded(lines, [Part(0, len(lines), "keep")]))

    assert other[changed] in shown


def test_lines_that_are_not_shown_above_are_not_said_to_stand_there() -> None:
    lines = _attempts([_ERROR, _ERROR])
    hidden = [Part(0, 8, "omit"), Part(8, len(lines), "keep")]

    assert again.folded(lines, hidden) == hidden


@pytest.mark.parametrize("seed", range(20))
def test_of_random_blocks_all_can_be_rebuilt(seed: int) -> None:
    pick = random.Random(seed)
    blocks = [
        [f"block {block} says {pick.random()} in line {at}" for at in range(pick.randint(2, 12))] for block in range(4)
    ]
    lines = [line for _ in range(14) for line in [*pick.choice(blocks), *pick.choice(([], [""], ["--"]))]]
    cut = pick.randrange(len(lines))
    parts = [Part(0, cut, "keep"), Part(cut, len(lines), "keep")]

    folded = again.folded(lines, parts)

    render.check(folded, len(lines))
    known: list[str] = []
    for part in folded:
        if part.action == "keep":
            known += lines[part.start : part.stop]
            continue
        begins = re.fullmatch(r'as above from "(.*)"', part.note)
        assert begins is not None
        held = lines[part.start : part.stop]
        places = [at for at, line in enumerate(lines[: part.start]) if line.startswith(begins[1].removesuffix("…"))]
        assert any(lines[at : at + len(held)] == held and set(held) <= set(known) for at in places)


@pytest.mark.parametrize("command", ["runner test", "build"])
def test_a_run_that_fails_twice_alike_is_short(command: str, tmp_path: Path) -> None:
    lines = ["Running 2 tests", *_attempts([_ERROR, _ERROR]), "2 failed"]
    text = "\n".join([*lines, *(f"note {at}: {at * 7919 % 1000} of the rest" for at in range(30))])

    body = plan.plan(
        ToolOutput(text, "Bash", {"command": command}), Settings(home=str(tmp_path), budget_tokens=4_000)
    ).body

    assert body.count(_ERROR[-1]) == 1
    assert re.search(r"^\[… lines \d+-\d+ · as (?:above from|lines \d+-\d+)", body, re.MULTILINE)
