"""Unasked, the rows of a table that nothing marks stand there by their names: any of them may be the one that is wanted next."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from headroom_mcp.compressors.table import rest
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput

_HEAD = ("name", "state", "zone", "size", "made", "note")
_WORDS = "alder birch cedar dogwood elder fir gorse hazel iris juniper kelp larch maple nettle oak pine".split()


def _rows(seed: int, count: int) -> list[list[str]]:
    """Return rows of a made-up table: a name of its own, two categories, a figure, a day, and what all have alike."""
    dice = random.Random(seed)
    return [
        [
            f"{dice.choice(_WORDS)}-{dice.choice(_WORDS)}-{at * 3 + 11}",
            dice.choice(["open", "open", "open", "shut", "sold"]),
            dice.choice(["north", "south"]),
            str(dice.randrange(10, 9_000)),
            f"2026-{dice.randrange(1, 12):02}-{dice.randrange(1, 28):02} 0{dice.randrange(9)}:{dice.randrange(10, 59)}",
            "checked by the office",
        ]
        for at in range(count)
    ]


def _psql(rows: Sequence[Sequence[str]]) -> str:
    wide = [max(map(len, column)) for column in zip(_HEAD, *rows, strict=True)]
    made = [" | ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)) for row in [_HEAD, *rows]]
    return "\n".join([f" {made[0]} ", "-+-".join("-" * width for width in wide), *(f" {row} " for row in made[1:])])


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    made = [f"| {' | '.join(row)} |" for row in [_HEAD, ["---"] * len(_HEAD), *rows]]
    return "\n".join(made)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(",".join(row) for row in [_HEAD, *rows])


def _tabs(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


def _columns(rows: Sequence[Sequence[str]]) -> str:
    """Return columns of single words without a header, as `cat /proc/…` has them."""
    return "\n".join(
        f"{row[0]:34}{row[3]:>8}{row[1]:>8}{row[2]:>8}{'0':>5}{'16':>5}{'1':>5}{row[3]:>8}{'4096':>6}{'0':>5}{'0':>5}"
        for row in rows
    )


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("drawn", [_psql, _markdown, _csv, _tabs, _columns])
def test_each_row_stands_there_by_its_name_beside_its_state(
    drawn: Callable[[Sequence[Sequence[str]]], str], seed: int
) -> None:
    rows = _rows(seed, 60 + seed * 5)
    text = drawn(rows)

    shown = plan(ToolOutput(text, "Bash", {"command": "list-groves"}, ""), Settings()).body

    assert tokens.estimate(shown) < 0.7 * tokens.estimate(text)
    lines = shown.split("\n")
    for name, state, *_ in rows:
        assert any(name in line and state in line for line in lines), name


def test_a_question_is_answered_and_the_other_rows_are_counted() -> None:
    rows = _rows(3, 80)
    question = f"In which state is {rows[40][0]}?"

    shown = plan(ToolOutput(_psql(rows), "Bash", {"command": "list-groves"}, question), Settings()).body

    assert rows[40][0] in shown
    assert "rows left out, by" not in shown


def test_rows_without_a_name_of_their_own_are_not_told_one_by_one() -> None:
    rows = [[row[1], row[2], "7"] for row in _rows(4, 90)]

    assert rest.told([" ".join(row) for row in rows], [], {0, 1}, 2_000) == ""


def test_what_all_rows_have_or_another_column_says_is_not_told_again() -> None:
    rows = [f"{name} {size} {size} {at} {state} always" for at, (name, state, _, size, *_) in enumerate(_rows(5, 90))]

    told = rest.told(rows, [], range(10), 4_000)

    assert told.split("\n")[0] == "[the 80 rows left out, by column 1 column 5 column 2]"
    assert told.split("\n")[1] == " ".join(rows[10].split()[at] for at in (0, 4, 1))


def test_names_in_one_folder_stand_below_it() -> None:
    rows = [f"/srv/groves/src/{name}.py {size} {state}" for name, state, _, size, *_ in _rows(6, 90)]

    told = rest.told(rows, [], (), 4_000)

    assert told.startswith("[the 90 rows left out, by column 1 column 3 column 2 · below /srv/groves/src/]\n")
    assert "/srv" not in told.partition("\n")[2]


def test_no_mark_stands_between_cells_that_a_cell_holds() -> None:
    rows = _rows(7, 60)
    text = _csv([[name, "a, b; c|d", *others] for name, _, *others in rows]).replace("a, b; c|d", '"a, b; c|d"')

    shown = plan(ToolOutput(text, "Bash", {"command": "list-groves"}, ""), Settings()).body

    assert "rows left out, by" not in shown


def test_a_name_of_some_words_is_one_cell_where_more_blanks_part_the_others() -> None:
    made = _rows(8, 90)
    named = [f"{name}{' ' * (at % 2)}{zone}" for at, (name, _, zone, *_) in enumerate(made)]
    rows = [f"{name:50}  {at % 7}       {made[at][3]}     0.{at:03}71" for at, name in enumerate(named)]

    told = rest.told(rows, [], (), 4_000).split("\n")

    assert told[0] == "[the 90 rows left out, by column 1,column 2,column 3]"
    assert told[5] == f"{named[4]},4,{made[4][3]}"


def test_rows_of_names_are_not_told_where_no_figure_has_room_beside_these() -> None:
    made = _rows(9, 80)
    rows = [f"{name}.py:{size} {made[at - 1][0]} 0.{size} 12{size}" for at, (name, _, _, size, *_) in enumerate(made)]

    assert rest.told(rows, [], (), 7_500).startswith("[the 80 rows left out, by column 1 column 2")
    assert rest.told(rows, [], (), 4_000) == ""


_KEYS: list[Callable[[random.Random, int], str]] = [
    lambda dice, at: f"{dice.getrandbits(40):010x}",
    lambda dice, at: f"rel-{dice.getrandbits(24):06x}",
    lambda dice, at: f"{dice.choice(_WORDS[:6])}-{dice.getrandbits(24):06x}.service",
    lambda dice, at: f"{dice.choice(_WORDS[:6])}-{at}",
    lambda dice, at: f"job_{dice.randrange(100_000)}-{dice.choice('abcdef')}",
    lambda dice, at: dice.choice([f"req-{at * 17}", f"{dice.getrandbits(32):08x}", str(40_000 + at)]),
    lambda dice, at: f"parcel {at * 7} weighed for {dice.choice(_WORDS[:4])}",
]
_NUMBERS: list[Callable[[random.Random, int], str]] = [
    lambda dice, at: str(at * 7919 % 9_973),
    lambda dice, at: f"{at * 7919 % 9_973:,}",
    lambda dice, at: f"AB-{at * 7919 % 99_991}",
    lambda dice, at: f"PRJ-{at + 100}",
    lambda dice, at: f"{'KLMN'[at % 4]}{at * 7919 % 9_973}",
    lambda dice, at: f"ge-0/0/{at}",
]


@pytest.mark.parametrize("drawn", [_psql, _markdown, _csv, _tabs])
@pytest.mark.parametrize("key", _KEYS)
def test_rows_are_not_told_by_keys_that_a_program_drew(
    key: Callable[[random.Random, int], str], drawn: Callable[[Sequence[Sequence[str]]], str]
) -> None:
    dice = random.Random(11)
    rows = [[key(dice, at), *others] for at, (_, *others) in enumerate(_rows(10, 80))]

    shown = plan(ToolOutput(drawn(rows), "Bash", {"command": "list-groves"}, ""), Settings()).body

    assert "rows left out, by" not in shown


@pytest.mark.parametrize("number", _NUMBERS)
def test_rows_are_told_by_the_numbers_below_a_heading(number: Callable[[random.Random, int], str]) -> None:
    rows = [[number(random.Random(at), at), *others] for at, (_, *others) in enumerate(_rows(12, 80))]

    headed = plan(ToolOutput(_psql(rows), "Bash", {"command": "list-groves"}, ""), Settings()).body
    bare = plan(ToolOutput(_tabs(rows), "Bash", {"command": "list-groves"}, ""), Settings()).body

    assert "rows left out, by name" in headed
    assert "rows left out, by" not in bare
