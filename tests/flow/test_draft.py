"""What the compressors make of an output before the gate: pieces, their facts, gaps and failures."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Literal

import pytest

from headroom_mcp import compressors
from headroom_mcp.flow import draft, gate, plan
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Fact, Part


def _piece(kind: str, output: ToolOutput, answers_for: Collection[int] = ()) -> draft.Piece:
    return draft.Piece(10, kind, output, compressors.load("log"), answers_for, None)


_LOG = [
    *(f"2026-03-01 12:00:{n:02} INFO unit {n} was weighed and put on the shelf" for n in range(40)),
    "2026-03-01 12:00:40 ERROR unit 40 fell off the shelf",
    *(f"2026-03-01 12:00:{n:02} INFO unit {n} was weighed and put on the shelf" for n in range(41, 60)),
]


def _drafted(lines: list[str], query: str = "") -> draft.Draft:
    return plan._compressed(ToolOutput("\n".join(lines), query=query), 400)


def test_a_failure_is_shown_every_time_with_two_lines_before_it_and_one_after() -> None:
    failures = _drafted(_LOG).failures()

    assert {38, 39, 40, 41} <= failures
    assert not failures & {36, 37, 42, 43}
    assert min(_drafted(_LOG).failures(ambient=40)) == 40


def test_what_counts_failures_is_shown_with_them_and_alone_it_is_no_failure() -> None:
    counted = [*_LOG, "Found 3 packages"]

    assert len(_LOG) in _drafted(counted).failures()
    assert len(_LOG) not in _drafted([line for line in counted if "ERROR" not in line]).failures()


def test_words_of_failure_in_what_somebody_wrote_are_quoted_ones() -> None:
    output = ToolOutput("\n".join(["some text", "ERROR: as the manual says", "more"]))

    def piece(kind: str) -> draft.Piece:
        return draft.Piece(10, kind, output, compressors.load("general"), (), None)

    assert [(fact.line, fact.kind) for fact in piece("general").facts() if not fact.rank] == [(11, gate.FAILURES)]
    assert [(fact.line, fact.kind) for fact in piece("prose").facts() if not fact.rank] == [(11, gate.QUOTED)]
    drafted = draft.Draft([], [], [piece("prose")], [])
    assert drafted.failures() >= {9, 10, 11, 12}  # they are shown again all the same


@pytest.mark.parametrize(
    ("start", "stop", "said"),
    [
        (3, 5, "first 3-5"),
        (3, 6, "first 3-6"),
        (3, 7, ""),
        (6, 8, "second 0-2"),
        (1, 2, ""),
        (8, 9, "second 2-3"),
        (8, 10, ""),
    ],
)
def test_a_gap_has_the_note_of_the_section_that_it_lies_in(start: int, stop: int, said: str) -> None:
    def piece(at: int, size: int, name: str) -> draft.Piece:
        output = ToolOutput("\n".join("x" * size))
        said_from = 0 if name == "second" else at

        def note(first: int, last: int) -> str:
            return f"{name} {first + said_from}-{last + said_from}"

        return draft.Piece(at, "log", output, compressors.load("log"), (), note)

    drafted = draft.Draft([], [], [piece(2, 4, "first"), piece(6, 3, "second")], [])

    assert drafted.note(start, stop) == said


@pytest.mark.parametrize(
    ("answered", "action", "dropped"), [((), "omit", True), ((1,), "omit", False), ((), "keep", False)]
)
def test_the_gate_looks_at_lines_that_are_left_out_and_that_no_compressor_answers_for(
    answered: tuple[int, ...], action: Literal["omit", "keep"], dropped: bool
) -> None:
    output = ToolOutput("all is well\nERROR: the shelf fell\nall is well")
    piece = _piece("log", output, answered)
    searched = Fact(3, 0, "failures", 3, 4)

    found = draft.Draft([], [Part(0, 10, "omit"), Part(10, 13, action)], [piece], [searched]).dropped()

    assert [fact.line for fact in found] == ([3, 11] if dropped else [3])


def test_totals_of_tests_are_looked_for_where_the_kind_does_not_read_them_itself() -> None:
    output = ToolOutput("\n".join([*_LOG, "Tests: 1 failed, 9 passed, 10 total"]))

    def totals(kind: str, action: Literal["omit", "keep"]) -> list[int]:
        piece = _piece(kind, output, range(len(output.lines)))
        parts = [Part(10, 10 + len(output.lines), action)]
        return [fact.line for fact in draft.Draft([], parts, [piece], []).dropped()]

    assert totals("log", "omit") == [10 + len(_LOG)]
    assert totals("test_output", "omit") == totals("markdown", "omit") == totals("log", "keep") == []


def test_the_facts_of_a_piece_stand_at_the_lines_of_the_whole_output() -> None:
    output = ToolOutput("\n".join([*_LOG, "Tests: 1 failed, 9 passed, 10 total"]))
    piece = _piece("log", output)
    own = piece.compressor.facts(output)

    assert own
    assert piece.facts() == [Fact(f.line + 10, f.rank, f.kind, f.start + 10, f.stop + 10) for f in own]
    assert piece.totals() == [Fact(70, 1, "totals of tests", 70, 71)]
    unlike = _piece("log", output).unlike()
    assert [fact for fact in unlike if not 10 <= fact.start <= fact.line < fact.stop <= 71] == []
    assert _piece("prose", output).unlike() == []


@pytest.mark.parametrize("key", ["note", "about"])
@pytest.mark.parametrize("items", [1, 5, 60])
def test_what_stands_around_a_text_is_shown_above_it_and_in_short_where_it_is_long(items: int, key: str) -> None:
    outer = json.dumps({key: [{"id": n, "name": f"parcel {n}", "weight": n * 3} for n in range(items)]})

    part = plan._outer(ToolOutput(outer), outer, 300)

    assert part is not None
    assert (part.start, part.stop, part.action) == (0, 0, "render")
    assert key in part.text
    if len(outer) <= 600:
        assert part == Part(0, 0, "render", outer, lossless=True)
    else:
        assert len(part.text) < len(outer) or part.text == outer
    assert plan._outer(ToolOutput(outer), "", 300) is None


@pytest.mark.parametrize(
    ("form", "head"),
    [
        ("2026-03-01T12:00:00Z {}", "[times cut from the lines]"),
        (
            "build-1\tsteps\t2026-03-01T12:00:00Z {}",
            "[build-1 · steps: this, and the time, cut from the head of each line]",
        ),
    ],
)
def test_heads_that_all_lines_share_are_said_once_and_cut(form: str, head: str) -> None:
    bare = [f"parcel {n} was weighed and is {n * 37 % 91} kilos heavy" for n in range(40)]
    lines = [form.format(line) for line in bare]

    piece, compressed = plan._without_heads(ToolOutput("\n".join(lines)), compressors.load("log"), 300)

    assert list(piece.lines) == bare
    assert compressed is not None
    assert compressed.parts[0] == Part(0, 0, "render", head)
    for part in compressed.parts[1:]:
        assert part.action in ("render", "omit")
        if part.note == "its head cut":
            assert part.text == "\n".join(bare[part.start : part.stop])
