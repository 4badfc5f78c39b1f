"""Questions for a size or a time find the lines that say one."""

from __future__ import annotations

import random

import pytest

from headroom_mcp.compressors import load
from headroom_mcp.query import quantities
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("Did it succeed, and how large is the result?", "size"),
        ("How much memory does it take?", "size"),
        ("How long did the migration take?", "time"),
        ("How does the resize work?", None),
        ("Show the largest file", None),
    ],
)
def test_what_a_question_wants_measured(question: str, measure: str | None) -> None:
    assert quantities.asked(question) == measure


def test_the_line_with_the_total_comes_before_those_with_one_figure() -> None:
    lines = [
        "read 3 kB",
        *(f"step {n}: {n * 7} of 900" for n in range(40)),
        "in:12kB out:24kB extra:0kB",
        "written 9 kB",
    ]

    assert quantities.lines_with("size", lines) == [41, 42, 0]


def test_a_measure_in_every_line_singles_out_none() -> None:
    assert quantities.lines_with("size", [f"part {n}: {n} kB" for n in range(40)]) == []


def _notes(total: str) -> ToolOutput:
    """Return notes that no kind knows, with `total` in a place that nothing else tells."""
    dice = random.Random(3)
    words = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=dice.randrange(3, 9))) for _ in range(400)]
    notes = [" ".join(dice.choices(words, k=dice.randrange(3, 12))) for _ in range(240)]
    notes[170] = total
    return ToolOutput("\n".join(notes), "Bash", {"command": "encode film"}, "Did it work, and how large is the result?")


def test_a_line_with_a_size_is_shown_to_who_asks_how_large_something_is() -> None:
    total = "video and audio take 36 kB"
    output = _notes(total)
    compressed = load("general").compress(output, 400)

    assert compressed is not None
    assert total in render.render(output.lines, compressed.parts)
