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


@pytest.mark.parametrize(("times", "once"), [(2, True), (60, False)])
def test_only_a_short_output_points_to_its_own_lines(times: int, once: bool) -> None:
    block = [f"the {name} of this environment are looked after by somebody else" for name in ("rooms", "barns", "pens")]
    text = "\n".join(row for n in range(times) for row in (f"pip call {n * 7} of {name_of(n)}", *block * 3, ""))
    planned = plan.plan(ToolOutput(text, "Bash", {"command": "./install.sh"}), Settings())

    assert ("· as line" in planned.body) == once


def name_of(number: int) -> str:
    return ("requests", "sphinx", "flask", "numpy")[number % 4]
