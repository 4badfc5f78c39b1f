"""The gate puts back or counts every fact that a compressor has dropped."""

from __future__ import annotations

import re

import pytest

from headroom_mcp.flow import gate
from headroom_mcp.text import tokens
from headroom_mcp.types import Fact, Part


def gated(lines: list[str], facts: list[Fact], room_tokens: int) -> list[Part]:
    """Return what the gate makes of a gap over all `lines`."""
    gap = [Part(0, len(lines), "omit")]
    restored = gate.put_back(lines, gap, facts, room_tokens)
    return gate.say(lines, restored.parts, gap, None, restored.missed)


@pytest.mark.parametrize("room_tokens", [0, 300, 1_000, 100_000])
@pytest.mark.parametrize("count", [1, 50, 51, 120, 400])
def test_every_failure_is_shown_or_counted(count: int, room_tokens: int) -> None:
    lines = [f"error: the {i}th thing went wrong in a way of its own" for i in range(count)]
    facts = [Fact(i, 0, "failures", i, i + 1) for i in range(count)]

    parts = gated(lines, facts, room_tokens)

    shown = sum(part.stop - part.start for part in parts if part.action == "keep")
    counted = [int(number) for part in parts for number in re.findall(r"(\d+) failures? among them", part.note)]
    assert shown + sum(counted) == count
    assert shown == {0: 0, 100_000: count}.get(room_tokens, shown)


def _drawn(parts: list[Part]) -> str:
    """Return parts as a picture, a letter to a line: k kept, o left out, r rendered; "|" between parts."""
    return "|".join({"keep": "k", "omit": "o"}.get(part.action, "r") * (part.stop - part.start) for part in parts)


_LINES = [f"line {n}" for n in range(8)]
_COST = tokens.estimate("line 0") + 2  # of putting one of them back
_PARTS = [Part(0, 1, "keep"), Part(1, 5, "omit"), Part(5, 6, "keep"), Part(6, 8, "omit")]


@pytest.mark.parametrize(
    ("facts", "room", "drawn", "missed"),
    [
        ([], 99, "k|oooo|k|oo", {}),
        ([Fact(0, 0, "failures", 0, 1)], 99, "k|oooo|k|oo", {}),  # is shown already
        ([Fact(1, 0, "failures", 1, 2)], 99, "k|k|ooo|k|oo", {}),
        ([Fact(4, 0, "failures", 4, 5)], 99, "k|ooo|k|k|oo", {}),
        ([Fact(7, 0, "failures", 7, 8)], 99, "k|oooo|k|o|k", {}),
        ([Fact(2, 0, "failures", 2, 4)], 99, "k|o|kk|o|k|oo", {}),  # its block, as one part
        ([Fact(1, 0, "failures", 0, 8)], 99, "k|kkkk|k|oo", {}),  # of a block what lies in its own gap
        ([Fact(2, 0, "failures", 2, 3), Fact(7, 0, "failures", 7, 8)], 99, "k|o|k|oo|k|o|k", {}),
        ([Fact(2, 0, "failures", 2, 3)], _COST, "k|o|k|oo|k|oo", {}),  # just fits
        ([Fact(2, 0, "failures", 2, 3)], _COST - 1, "k|oooo|k|oo", {"failures": [2]}),
        ([Fact(2, 1, "query matches", 2, 3)], _COST - 1, "k|oooo|k|oo", {}),  # only failures are counted
        (
            [Fact(6, 0, "panics", 6, 7), Fact(3, 0, "failures", 3, 4), Fact(1, 0, "failures", 1, 2)],
            _COST,
            "k|oooo|k|k|o",
            {"failures": [1, 3]},
        ),
        ([Fact(2, 0, "failures", 2, 3)] * 3 + [Fact(3, 0, "failures", 3, 4)], 2 * _COST, "k|o|kk|o|k|oo", {}),
        (  # what is too large for the room leaves it to what is not
            [Fact(2, 0, "failures", 1, 5), Fact(7, 0, "failures", 7, 8)],
            _COST,
            "k|oooo|k|o|k",
            {"failures": [2]},
        ),
    ],
)
def test_facts_are_put_back_in_their_order_as_far_as_the_room_goes(
    facts: list[Fact], room: int, drawn: str, missed: gate.Missed
) -> None:
    restored = gate.put_back(_LINES, _PARTS, facts, room)

    assert (_drawn(restored.parts), restored.missed) == (drawn, missed)
    assert all(part.note == "" for part in restored.parts)


def test_an_empty_part_between_others_hides_no_gap() -> None:
    parts = [Part(0, 2, "omit"), Part(2, 2, "render", ("head",)), Part(2, 4, "render", ("row",)), Part(4, 8, "omit")]
    facts = [Fact(n, 0, "failures", n, n + 1) for n in (1, 2, 4)]

    restored = gate.put_back(_LINES, parts, facts, 99)

    assert _drawn(restored.parts) == "o|k||rr|k|ooo"


def test_a_fact_before_the_first_part_is_not_looked_for_in_it() -> None:
    restored = gate.put_back(_LINES, [Part(3, 8, "omit")], [Fact(1, 0, "failures", 1, 2)], 99)

    assert restored == gate.Restored([Part(3, 8, "omit")], {})


def test_a_gap_that_is_as_before_keeps_its_note_and_another_gets_one() -> None:
    before = [Part(0, 3, "omit", note="3 rows alike"), Part(3, 4, "keep"), Part(4, 8, "omit", note="4 rows alike")]
    restored = gate.put_back(_LINES, before, [Fact(5, 0, "failures", 5, 6)], 99)

    def note(start: int, stop: int) -> str:
        return f"rows {start} to {stop}"

    with_note = gate.say(_LINES, restored.parts, before, note, {})
    without = gate.say(_LINES, restored.parts, before, None, {"panics": [1, 4, 6, 7]})

    assert [part.note for part in with_note] == ["3 rows alike", "", "rows 4 to 5", "", "rows 6 to 8"]
    assert [part.note for part in without] == [
        "3 rows alike, 1 panic among them",
        "",
        "1 panic among them",
        "",
        "2 panics among them",
    ]


def test_of_failures_known_by_words_all_in_the_gap_are_counted_not_only_those_that_are_facts() -> None:
    lines = ["all is well", *["ERROR: no answer"] * 6, "all is well", "it broke in a way without such a word"]

    assert gate.with_counts(lines, 0, 9, "", {"failures": [1, 8]}) == "7 failures among them"
    assert gate.with_counts(lines, 3, 8, "a note", {"failures": [3], "panics": [1, 7, 8]}) == (
        "a note, 4 failures among them, 1 panic among them"
    )
    assert gate.with_counts(lines, 4, 8, "a note", {"failures": [1, 8]}) == "a note"
