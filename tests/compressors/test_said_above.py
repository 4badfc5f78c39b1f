"""What is said to stand above stands there, and a sentence that is like another says nothing that is not said."""

from __future__ import annotations

import re
from random import Random

import pytest

from headroom_mcp.compressors import _said_above
from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

_ADVICE = (
    'The package "{}" is part of the depot, so that you can use the option for it, which will make this go away.',
    "You can mark the path `{}` as one of another barn, and all that is said of it here will be left out of the bundle.",
)
_SAID = re.compile(r"\[… lines? (\d+)(?:-(\d+))? · as lines? (\d+)(?:-(\d+))?(?:: (.*))?\]")


def _lines(seed: int) -> list[str]:
    """Return made-up lines in which blocks and advice come again."""
    drawn = Random(seed)
    blocks = [
        [f"> weigh parcel {drawn.randint(1, 99)} at {b}{n} for whoever asks" for n in range(drawn.randint(2, 6))]
        for b in "ab"
    ]
    lines: list[str] = []
    for step in range(drawn.randint(6, 30)):
        name = drawn.choice(("util", "fs", "react", "left-padd"))
        lines.append(f'error: could not resolve "{name}" in `{name}` at step {step}')
        lines.extend(drawn.choice(blocks) if drawn.random() < 0.6 else [drawn.choice(_ADVICE).format(name), ""])
    return lines


def _cut(lines: list[str]) -> list[Part]:
    return _said_above.cut(lines, [Part(0, len(lines), "keep")], 400)


@pytest.mark.parametrize("seed", range(60))
def test_what_stands_above_can_be_put_back(seed: int) -> None:
    lines = _lines(seed)
    parts = _cut(lines)
    render.check(parts, len(lines))
    shown = {at for part in parts if part.action == "keep" for at in range(part.start, part.stop)}

    for part in parts:
        row = render.render(lines, [part])
        said = _SAID.fullmatch(row) if part.action == "omit" else None
        if said:
            above = range(int(said[3]) - 1, int(said[4] or said[3]))
            assert [lines[at] for at in above] == lines[part.start : part.stop]
            assert shown.issuperset(at for at in above if lines[at].strip())
            assert (said[5] is not None) == (part.start - above[0] > 40)
            assert lines[above[0]].strip().startswith(said[5] or "")
    if len(parts) > 1:
        assert tokens.estimate(render.render(lines, parts)) < tokens.estimate("\n".join(lines))


@pytest.mark.parametrize("seed", range(60))
def test_a_sentence_like_another_names_only_what_is_named_right_above(seed: int) -> None:
    lines = _lines(seed)
    for part in _cut(lines):
        if part.note.startswith("like line"):
            like = int(part.note.split()[-1]) - 1
            known = set(re.findall(r"[\w-]+", "\n".join([lines[like], *lines[max(0, part.start - 12) : part.start]])))
            assert set(re.findall(r"[\w-]+", lines[part.start])) <= known


_SENTENCE = "it is said here at some length that nobody in this depot has a parcel called"


@pytest.mark.parametrize(
    "lines",
    [
        [f'a.py:{n}: error: {_SENTENCE} "{name}"' for n, name in enumerate(("x", "y", "x", "y", "z"))],
        [f'web{n} : ok={n} changed=3 unreachable=0 failed=0 skipped=1 rescued=0 ignored=0 "{n}"' for n in range(9)],
        [f'step {n}\nnote that {_SENTENCE} "{name}"' for n, name in enumerate(("x", "y", "z", "u"))],
        ["-" * 90, "a table", "-" * 90, "its rows", "-" * 90],
    ],
    ids=["failures", "rows", "names that nothing else names", "rules"],
)
def test_what_says_something_of_its_own_stays(lines: list[str]) -> None:
    rows = "\n".join(lines).split("\n")

    assert _cut(rows) == [Part(0, len(rows), "keep")]


_ERROR = [
    "    Error: connect ECONNREFUSED 127.0.0.1:4173",
    "    Call log:",
    *(f"      - step {step} of the call, which says a little more about the request" for step in range(9)),
    "        at /srv/app/e2e/api.spec.ts:3:75",
]


def _attempts(errors: list[list[str]]) -> list[str]:
    return [
        line for attempt, error in enumerate(errors) for line in (f"    Retry #{attempt} ---------", "", *error, "")
    ]


@pytest.mark.parametrize("total_tokens", [400, 40_000])
@pytest.mark.parametrize("times", [2, 3])
def test_what_a_retry_prints_again_is_said_to_stand_above(times: int, total_tokens: int) -> None:
    lines = _attempts([_ERROR] * times)
    shown = render.render(lines, _said_above.cut(lines, [Part(0, len(lines), "keep")], total_tokens)).split("\n")

    assert [line for line in shown if line in _ERROR] == _ERROR
    assert sum(_SAID.fullmatch(line) is not None for line in shown) == times - 1
    assert [line for line in shown if "Retry" in line] == [line for line in lines if "Retry" in line]


@pytest.mark.parametrize("changed", range(len(_ERROR)))
def test_only_what_is_the_same_word_for_word_is_said_to_be(changed: int) -> None:
    other = [f"{line} too" if at == changed else line for at, line in enumerate(_ERROR)]

    lines = _attempts([_ERROR, other])

    assert other[changed] in render.render(lines, _cut(lines))


def test_lines_that_are_not_shown_above_are_not_said_to_stand_there() -> None:
    lines = _attempts([_ERROR, _ERROR])
    hidden = [Part(0, 8, "omit"), Part(8, len(lines), "keep")]
    gone = {line for part in _said_above.cut(lines, hidden, 400) for line in lines[part.start : part.stop] if part.note}

    assert gone <= set(lines[8 : len(_ERROR) + 2])
    assert _said_above.cut(lines, [Part(0, len(_ERROR) + 3, "omit"), Part(len(_ERROR) + 3, len(lines), "keep")], 400)[
        1:
    ] == [Part(len(_ERROR) + 3, len(lines), "keep")]


@pytest.mark.parametrize(("total_tokens", "is_short"), [(400, True), (40_000, False)])
def test_of_a_long_output_only_many_lines_in_a_row_are_said_to_stand_above(total_tokens: int, is_short: bool) -> None:
    block = [f"the {name} of this environment are looked after by somebody else" for name in ("rooms", "barns", "pens")]
    few = [row for n in range(12) for row in (f"pip call {n * 7} of {name_of(n)}", *block, "")]
    many = [row for n in range(12) for row in (f"pip call {n * 7} of {name_of(n)}", *block, *_ERROR, "")]

    def is_cut(lines: list[str]) -> bool:
        return len(_said_above.cut(lines, [Part(0, len(lines), "keep")], total_tokens)) > 1

    assert (is_cut(few), is_cut(many)) == (is_short, True)


@pytest.mark.parametrize("command", ["runner test", "build"])
def test_a_run_that_fails_twice_alike_is_short(command: str) -> None:
    lines = ["Running 2 tests", *_attempts([_ERROR, _ERROR]), "2 failed"]
    text = "\n".join([*lines, *(f"note {at}: {at * 7919 % 1000} of the rest" for at in range(30))])
    body = plan.plan(ToolOutput(text, "Bash", {"command": command}), Settings(budget_tokens=4_000)).body

    assert body.count(_ERROR[-1]) == 1
    assert any(_SAID.fullmatch(line) for line in body.split("\n"))


def name_of(number: int) -> str:
    return ("requests", "sphinx", "flask", "numpy")[number % 4]
