"""Questions for a size, a time or a rate find the lines that say one."""

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
        ("How fast is the disk?", "rate"),
        ("What is the throughput of both streams?", "rate"),
        ("How many requests per second were served?", "rate"),
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


_RATES = (
    "1427.69 MiB/sec", "25316.46 requests per second", "3.76 Gbits/sec", "812 ops/s", "4,021.3 req/s", "events per second:  1312.17",
    "Requests/sec: 991.2", "94 MB/s", "12 kbps", "640 rows per minute",
)  # fmt: skip


@pytest.mark.parametrize("rate", _RATES)
@pytest.mark.parametrize("question", ["How fast is it?", "What throughput has it?", "How many of them per second?"])
def test_a_question_for_speed_finds_the_line_with_a_rate_among_times_and_sizes(question: str, rate: str) -> None:
    draw = random.Random(len(rate))
    rest = [
        f"step {n}: {draw.randrange(900)} ms, {draw.randrange(900)} kB of {draw.randrange(99)}/{draw.randrange(99)}"
        for n in range(30)
    ]
    lines = [*rest[:19], f"  total ({rate})", *rest[19:]]
    measure = quantities.asked(question)

    assert measure == "rate"
    assert quantities.lines_with(measure, lines) == [19]


def test_where_nothing_has_a_rate_a_time_tells_how_fast_it_was() -> None:
    lines = ["begun", *(f"step {n}" for n in range(8)), "done in 3.4 s"]

    assert quantities.lines_with("rate", lines) == [9]
