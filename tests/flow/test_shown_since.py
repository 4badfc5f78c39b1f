"""Which of the texts that a context was shown may be called above: those since the last long pause, of other calls."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from headroom_mcp.flow import repeats
from headroom_mcp.types import Origin, Shown

_PAUSE_S = 50 * 60.0


def _shown(*seconds: float) -> list[Shown]:
    return [
        Shown(f"call {at}", f"text {at}\nof call {at}, which is long enough to be named above\n", s, f"id {at}")
        for at, s in enumerate(seconds)
    ]


@pytest.mark.parametrize(
    ("seconds", "now_s", "stand"),
    [
        ((), 0.0, []),
        ((1.0,), 1.0 + _PAUSE_S, [0]),
        ((1.0,), 1.5 + _PAUSE_S, []),
        ((1.0, 2.0), 2.0 + _PAUSE_S, [0, 1]),
        ((1.0, 2.0 + _PAUSE_S), 3.0 + _PAUSE_S, [1]),
        ((1.0, 1.0 + _PAUSE_S), 1.0 + _PAUSE_S, [0, 1]),
        ((1.0, 1.0 + _PAUSE_S, 1.0 + 2 * _PAUSE_S), 1.0 + 3 * _PAUSE_S, [0, 1, 2]),
        ((1.0, 9_000.0, 9_001.0), 9_002.0, [1, 2]),
    ],
)
def test_what_was_shown_before_a_long_pause_may_be_gone(
    seconds: tuple[float, ...], now_s: float, stand: list[int]
) -> None:
    earlier = _shown(*seconds)

    assert repeats.recent(earlier, Origin(), now_s) == [earlier[at] for at in stand]


@pytest.mark.parametrize(("name", "stand"), [("", [0, 1, 2]), ("id 1", [0, 2]), ("id 2", [0, 1]), ("id 9", [0, 1, 2])])
def test_the_answer_to_this_very_call_is_not_above_it(name: str, stand: list[int]) -> None:
    earlier = _shown(1.0, 2.0, 3.0)

    assert repeats.recent(earlier, Origin(tool_use_id=name), 4.0) == [earlier[at] for at in stand]


@pytest.mark.parametrize(
    ("gone", "stand", "asked"),
    [
        ((), [0, 2], [[0, 2]]),  # all that have lines in common with the text stand
        ((2,), [0, 1], [[0, 2], [0, 1, 2]]),  # one is gone: the same lines may stand in another
        ((0, 1, 2), [], [[0, 2], [0, 1, 2]]),
    ],
)
def test_a_host_that_lets_us_see_is_asked_about_what_has_lines_in_common(
    gone: tuple[int, ...], stand: list[int], asked: list[list[int]]
) -> None:
    earlier = _shown(1.0, 2.0, 3.0)
    questions: list[list[int]] = []

    def in_front(some: Sequence[Shown]) -> list[Shown]:
        at = [earlier.index(one) for one in some]
        questions.append(at)
        return [earlier[i] for i in at if i not in gone]

    lines = (earlier[0].text + earlier[2].text).split("\n")
    some = [one._replace(text=one.text * 3) for one in earlier]
    earlier[:] = some
    lines = (some[0].text + some[2].text).split("\n")

    assert repeats.in_front(lines, earlier, Origin(in_front=in_front), 4.0) == [earlier[at] for at in stand]
    assert questions == asked


def test_a_host_is_not_asked_where_nothing_was_shown_or_nothing_is_the_same() -> None:
    def never(_: Sequence[Shown]) -> list[Shown]:
        raise AssertionError

    assert repeats.in_front(["a", "b"], [], Origin(in_front=never), 4.0) == []
    assert repeats.in_front(["something else"], _shown(1.0), Origin(in_front=never), 4.0) == []
    assert repeats.in_front(["something else"], _shown(1.0), Origin(), 4.0) == _shown(1.0)


_HEAD = "warning: no locale\nwarning: no shell\n"


@pytest.mark.parametrize(
    ("labels", "text", "head"),
    [
        (("make", "ls"), _HEAD + "c", 0),  # two texts are too few
        (("make", "make", "make"), _HEAD + "c", 0),  # of one program
        (("make", "make", "ls"), _HEAD + "c", 2),
        (("make", "ls", "cat a", "git log"), _HEAD + "c", 2),
        (("make", "make", "ls"), "other\n" + _HEAD, 0),
        (("make", "make", "ls"), "warning: no locale", 1),
        (("make", "make", "ls"), "", 0),
        (("make", "make", "ls"), "\nx", 0),
    ],
)
def test_what_other_programs_begin_with_too_is_a_head(labels: tuple[str, ...], text: str, head: int) -> None:
    earlier = [Shown(label, f"{_HEAD}own line {at}\n") for at, label in enumerate(labels)]

    assert repeats.head_of_all(text.split("\n") if text else [], earlier) == head


def test_a_head_is_no_longer_than_what_three_texts_of_two_programs_share() -> None:
    common = "".join(f"line {n}\n" for n in range(60))
    texts = [common, common, "line 0\nline 1\nline 2\nend\n", "line 0\nend\n"]
    earlier = [Shown("make" if at < 3 else "ls", text) for at, text in enumerate(texts)]

    assert repeats.head_of_all(common.split("\n"), earlier) == 1
    earlier[2] = Shown("ls", texts[2])
    assert repeats.head_of_all(common.split("\n"), earlier) == 3
    assert (
        repeats.head_of_all(common.split("\n"), [Shown("make", common), Shown("ls", common), Shown("make", common)])
        == 40
    )


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("", "an earlier call"),
        ("make", "make"),
        ("a" * 24, "a" * 24),
        ("a" * 25, "a" * 23 + "…"),
        ("cat src/house/rooms/kitchen.py", "cat kitchen.py"),
        ("cat src/house/rooms/kit", "cat src/house/rooms/kit"),
        ("cat src/house/rooms/longer/k.py", "cat src/house/rooms/lon…"),
        ("sort 'src/house/rooms/kitchen.py'", "sort 'src/house/rooms/k…"),
        ("do bin/testing and bin/test it all over", "do testing and bin/test…"),
        ("abcdefghijklmnopqrstuv  x yz", "abcdefghijklmnopqrstuv…"),
    ],
)
def test_a_call_is_named_in_few_characters(label: str, said: str) -> None:
    assert repeats.pointer(label) == f"as shown above by {said}"
    assert repeats.in_short(label) == f"in short above by {said}"
    assert repeats.points_to(f"x · as shown above by {said}]", label)
    assert repeats.points_to("x above by it") and not repeats.points_to("x above it")
    assert not repeats.points_to("x above by it", "make")
