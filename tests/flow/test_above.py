"""What may be said to stand above, and how: which texts are asked about, what heads every program's output, the notes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from headroom_mcp.flow import repeats
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin, Part, Shown

_WORDS = [f"value_{n} = compute_the_value(argument_{n}, factor={n * 7})" for n in range(40)]


def _text(first: int, stop: int) -> str:
    return "\n".join(_WORDS[first:stop])


def test_the_host_is_asked_only_about_texts_with_lines_in_common() -> None:
    earlier = [
        Shown("cat a", _text(0, 20), 1.0),
        Shown("cat b", "other words\nand more", 2.0),
        Shown("cat c", "third", 3.0),
    ]
    asked: list[list[str]] = []

    def standing(shown: Sequence[Shown]) -> list[Shown]:
        asked.append([one.label for one in shown])
        return list(shown)

    found = repeats.in_front(_WORDS[5:15], earlier, Origin(in_front=standing), 4.0)

    assert (asked, found) == ([["cat a"]], [earlier[0]])


def test_where_one_text_is_gone_the_host_is_asked_about_all_of_them() -> None:
    earlier = [Shown("cat a", _text(0, 20), 1.0), Shown("cat b", _text(0, 20), 2.0), Shown("cat c", "third", 3.0)]
    asked: list[list[str]] = []

    def standing(shown: Sequence[Shown]) -> list[Shown]:
        asked.append([one.label for one in shown])
        return [one for one in shown if one.label != "cat b"]

    found = repeats.in_front(_WORDS[5:15], earlier, Origin(in_front=standing), 4.0)

    assert asked == [["cat b"], ["cat a", "cat b", "cat c"]]
    assert found == [earlier[0], earlier[2]]


def test_the_host_is_not_asked_where_nothing_is_in_common() -> None:
    def standing(shown: Sequence[Shown]) -> list[Shown]:
        raise AssertionError(shown)

    assert repeats.in_front(["new"], [Shown("cat a", "old", 1.0)], Origin(in_front=standing), 2.0) == []
    assert repeats.in_front(["new"], [], Origin(in_front=standing), 2.0) == []


@pytest.mark.parametrize(("pause_s", "stands"), [(3_000.0, True), (3_000.5, False)])
def test_fifty_minutes_are_the_longest_pause(pause_s: float, stands: bool) -> None:
    shown = [Shown("cat a", "text", 0.0)]

    assert (repeats.recent(shown, Origin(), pause_s) == shown) is stands


def test_what_was_shown_for_this_very_call_does_not_stand_above_it() -> None:
    earlier = [
        Shown("cat a", "text", 1.0, "call_1"),
        Shown("cat b", "text", 2.0, "call_2"),
        Shown("cat c", "text", 3.0),
    ]

    assert repeats.recent(earlier, Origin(tool_use_id="call_1"), 4.0) == earlier[1:]
    assert repeats.recent(earlier, Origin(), 4.0) == earlier


_HEAD = ["cannot preload libfoo.so", "ignored"]


def _headed(label: str, *behind: str, head: Sequence[str] = _HEAD) -> Shown:
    return Shown(label, "\n".join([*head, *behind]))


@pytest.mark.parametrize(
    ("earlier", "length"),
    [
        ([_headed("ls", "a"), _headed("pytest x", "b"), _headed("mypy", "c")], 2),
        ([_headed("ls", "a"), _headed("pytest x", "b")], 0),  # too few
        ([_headed("ls", "a"), _headed("ls -l", "b"), _headed("ls -a", "c")], 0),  # one program
        ([_headed("ls", "a"), _headed("ls -l", "b"), _headed("ls -a", "c"), _headed("mypy", "d")], 2),
        ([_headed("ls", "same", "a"), _headed("mypy", "same", "b"), _headed("cat", "same"), _headed("wc", "c")], 3),
        ([_headed("ls", "a"), _headed("mypy", "b"), _headed("cat", "c", head=_HEAD[:1])], 1),
        ([_headed("ls", "a"), _headed("mypy", "b"), _headed("cat", "c", head=["other"])], 0),
    ],
)
def test_what_heads_the_outputs_of_several_programs_is_no_word_of_this_run(earlier: list[Shown], length: int) -> None:
    assert repeats.head_of_all([*_HEAD, "same", "new"], earlier) == length


@pytest.mark.parametrize("lines", [[], ["", "a"], ["  ", "a"]])
def test_a_blank_line_is_no_head(lines: list[str]) -> None:
    earlier = [Shown(label, "\n".join([*lines, label])) for label in ("ls", "mypy", "cat")]

    assert repeats.head_of_all(lines, earlier) == 0


def test_a_head_has_at_most_forty_lines() -> None:
    head = [f"warning {n}" for n in range(60)]
    earlier = [_headed(label, head=head) for label in ("ls", "mypy", "cat")]

    assert repeats.head_of_all(head, earlier) == 40
    assert repeats.head_of_all(head[:7], earlier) == 7


def _folded(lines: list[str], parts: list[Part], earlier: list[Shown], keep: Sequence[int] = ()) -> list[Part]:
    def note(start: int, stop: int) -> str:
        return f"rest {start}-{stop}"

    return repeats.fold(lines, parts, repeats.find(lines, earlier), earlier, keep, note)


def _above(start: int, stop: int) -> Part:
    return Part(start, stop, "omit", note="as shown above by cat a", above=True)


def test_what_is_folded_goes_through_parts_and_kept_lines_cut_it() -> None:
    earlier = [Shown("cat a", _text(0, 20))]
    lines = ["new first", *_WORDS[2:18], "new last"]
    whole = [Part(0, 18, "keep")]
    cut = [Part(0, 4, "keep"), Part(4, 9, "omit", note="dull"), Part(9, 18, "keep")]

    assert _folded(lines, whole, earlier) == [Part(0, 1, "keep"), _above(1, 17), Part(17, 18, "keep")]
    assert _folded(lines, cut, earlier) == [Part(0, 1, "keep"), _above(1, 17), Part(17, 18, "keep")]
    assert _folded(lines, whole, earlier, keep=[8]) == [
        Part(0, 1, "keep"), _above(1, 8), Part(8, 9, "keep"), _above(9, 17), Part(17, 18, "keep"),
    ]  # fmt: skip


def test_what_is_left_of_a_gap_has_a_note_of_its_own() -> None:
    earlier = [Shown("cat a", _text(0, 20))]
    lines = ["new first", *_WORDS[2:18], "new last"]

    assert _folded(lines, [Part(0, 18, "omit", note="dull")], earlier) == [
        Part(0, 1, "omit", note="rest 0-1"), _above(1, 17), Part(17, 18, "omit", note="rest 17-18"),
    ]  # fmt: skip


def test_what_is_told_otherwise_is_not_folded_and_rows_shown_one_by_one_are() -> None:
    earlier = [Shown("cat a", _text(0, 20))]
    lines = ["new first", *_WORDS[2:18]]
    told = [Part(0, 0, "render", "a head"), Part(0, 17, "render", "17 values", note="told")]
    rows = [Part(0, 17, "render", "\n".join(lines), lossless=True)]

    assert _folded(lines, told, earlier) == told
    assert _folded(lines, rows, earlier) == [Part(0, 1, "render", "new first", lossless=True), _above(1, 17)]


@pytest.mark.parametrize("is_worth", [True, False])
def test_a_run_is_named_where_that_saves_enough(is_worth: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    earlier = [Shown("cat a", _text(0, 20))]
    lines = ["new first", *_WORDS[2:4], "new last"]
    said = "[… lines 2-3 · as shown above by cat a]"
    gain = tokens.estimate("\n".join(lines[1:3])) - tokens.estimate(said)
    monkeypatch.setattr(repeats, "_MIN_GAIN", gain if is_worth else gain + 1)

    folded = _folded(lines, [Part(0, 4, "keep")], earlier)

    assert any(part.above for part in folded) is is_worth
