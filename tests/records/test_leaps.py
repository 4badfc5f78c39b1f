"""What rises step by step and leaps once: both ends are told."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.evals.relatives import notations, play
from headroom_mcp.records import survey


def _told(lines: list[str]) -> list[str]:
    found = survey.of(lines)
    return [found.texts[one.record] for one in survey.telling(found) if one.evidence[0].reason == "leap"]


def _clock(second: int) -> str:
    return f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


@pytest.mark.parametrize(
    "write",
    [
        "2031-04-01T{c}Z poll", "{c} poll", "[01/Apr/2031:{c} +0000] poll", "20310401T{b} poll", "{d} poll", "{b} poll",
        "$POLL,{b}.00,ok", "at=0401{b} poll", "at 310401{b} poll",
    ],
)  # fmt: skip
def test_a_gap_in_time_shows_both_its_ends(write: str) -> None:
    seconds = [3600 + 4 * at + (9000 if at > 30 else 0) for at in range(60)]
    lines = [
        write.format(c=_clock(second), b=_clock(second).replace(":", ""), d=_clock(second).replace(":", "."))
        for second in seconds
    ]

    assert {lines[30], lines[31]} == set(_told(lines))


_TIMES = (
    "{h}h{m}:{s}", "{h}h{m}m{s}s", "{h}時{m}分{s}秒", "{h}时{m}分{s}秒", "{h}시{m}분{s}초", "{h}.{m}.{s}", "{h}{m}{s}",
    "310401{h}{m}{s}", "31091 {h}{m}{s}", "2031.091 {h}.{m}.{s}", "01-Apr-31 {h}.{m}.{s} AM", "010431 {h}{m}{s}",
    "2031-04-01@{h}:{m}:{s}", "2031/04/01/{h}:{m}:{s}", "01/04/31 {h}:{m}:{s}",
)  # fmt: skip


@pytest.mark.parametrize("time", _TIMES)
@pytest.mark.parametrize("line", ['at="{t}" n={n} poll', "[{t}] poll of {n}", "{n},poll,{t},ok", "le {t} · poll · {n}"])
def test_a_gap_is_seen_in_whatever_way_the_time_is_written(line: str, time: str) -> None:
    dice = Random(line + time)
    seconds = [3600 + 4 * at + (9000 if at > 30 else 0) for at in range(60)]
    clocks = [_clock(second).split(":") for second in seconds]
    lines = [line.format(t=time.format(h=h, m=m, s=s), n=dice.randrange(700, 2_000)) for h, m, s in clocks]

    found = survey.of(lines)

    assert {lines[30], lines[31]} <= {found.texts[one.record] for one in survey.telling(found)}


def test_numbers_that_are_missing_in_a_sequence_are_told_by_what_stands_around_them() -> None:
    lines = [f"packet {at + (400 if at > 50 else 0)} came in" for at in range(100)]

    assert {lines[50], lines[51]} == set(_told(lines))


@pytest.mark.parametrize("write", ["{c} poll", "poll {n} done", "{e}.000117 poll"])
@pytest.mark.parametrize(("at", "to"), [(30, 55), (55, 30)])
def test_what_stands_out_of_turn_is_told(write: str, at: int, to: int) -> None:
    order = list(range(80))
    order.insert(to, order.pop(at))
    lines = [write.format(c=_clock(3600 + 4 * one), n=700 + one, e=1_900_000_000 + 3 * one) for one in order]

    assert lines[to] in _told(lines)


def test_threads_that_write_a_little_out_of_turn_are_not_told() -> None:
    seconds = [3600 + 4 * at for at in range(80)]
    seconds[40], seconds[41] = seconds[41], seconds[40]

    assert _told([f"{_clock(second)} poll" for second in seconds]) == []


def test_a_head_above_the_rows_hides_no_gap() -> None:
    rows = [f"{1_900_000_000 + 4 * at + (9000 if at > 30 else 0)}\tpoll" for at in range(60)]

    assert {rows[30], rows[31]} <= set(_told(["#when\twhat", *rows]))


def test_midnight_is_no_leap() -> None:
    lines = [f"{_clock(86_000 + 20 * at)} poll" for at in range(60)]

    assert _told(lines) == []


def test_what_often_leaps_has_no_gap() -> None:
    lines = [f"{_clock(3600 + at + 600 * (at // 10))} poll" for at in range(100)]

    assert _told(lines) == []


def test_what_goes_up_and_down_does_not_leap() -> None:
    pick = Random(5)
    lines = [f"read {pick.randint(10, 99)} of {pick.randint(10, 99)}" for _ in range(100)]

    assert _told(lines) == []


@pytest.mark.parametrize("seed", range(40))
def test_a_log_that_stopped_for_hours_says_when(seed: int) -> None:
    assert play.play(notations.gap_in_time.__name__, seed).missing == []
