"""Which lines of a text belong together."""

from __future__ import annotations

import pytest

from headroom_mcp.evals.planted import game
from headroom_mcp.evals.planted.blocks import BLOCKS
from headroom_mcp.evals.planted.draw import Draw
from headroom_mcp.evals.planted.formats import LINES
from headroom_mcp.records import find


def _records(text: str) -> list[str]:
    lines = text.split("\n")
    return find.texts(lines, find.find(lines))


@pytest.mark.parametrize("name", [made.name for made in BLOCKS])
def test_a_block_is_found_whole_in_any_format(name: str) -> None:
    made = game.FORMATS[name]
    entries = Draw(7).entries(40)
    text = made.joint.join(made.write(entry) for entry in entries)
    text = "\n".join(piece for piece in (made.head, text, made.foot) if piece)

    found = _records(text)

    whole = [record for record in found if sum(entry.id in record for entry in entries) == 1]
    assert len(whole) >= 39


@pytest.mark.parametrize("name", [made.name for made in LINES])
def test_rows_of_one_line_are_not_taken_for_blocks(name: str) -> None:
    made = game.FORMATS[name]
    for seed in range(6):
        lines = [made.write(entry) for entry in Draw(seed).entries(80)]

        assert [find.Record(at, at + 1) for at in range(80)] == find.find(lines)


def test_a_stack_below_a_log_line_belongs_to_it() -> None:
    lines = []
    for at in range(12):
        lines += [
            f"2026-01-01 10:00:{at:02d} WARN slow call {at}",
            "    at db.query(db.py:4)",
            "    at main(main.py:9)",
        ]

    found = find.find(lines)

    assert [(at * 3, at * 3 + 3) for at in range(12)] == [tuple(record) for record in found]


@pytest.mark.parametrize("lines", [[], [""], ["", "", ""], ["one"], ["a", "", "b"], [" "] * 50])
def test_records_cover_every_line_in_order(lines: list[str]) -> None:
    found = find.find(lines)

    assert list(range(len(lines))) == [line for start, stop in found for line in range(start, stop)]


def _report(places: int) -> list[str]:
    """Return a report whose records quote numbered lines of code, each record below a rule."""
    lines: list[str] = []
    for at in range(places):
        lines += ["-" * 40, f">> Finding: [R{at % 4}] something about step {at}", "   Level: low   Sure: high"]
        lines += [f"   Place: src/part{at}.c:{at * 7}:3", *(f"{at * 7 + n}\t  do_{n}(x{at});" for n in range(4)), ""]
    return lines


def test_numbered_lines_of_code_are_no_heads_of_records() -> None:
    found = _records("\n".join(_report(20)))

    whole = [record for record in found if record.count("Finding:") == record.count("Place:") == 1]
    assert len(whole) == 20


def test_what_stands_behind_records_is_not_swallowed_by_the_last_of_them() -> None:
    records = [line for at in range(8) for line in (f"Error: no such device {at}", f"  hint: plug it in {at}")]
    table = [f"tcp  0  0  10.0.0.{at}:8000  LISTEN  {at}/python" for at in range(40)]

    found = _records("\n".join([*records, *table]))

    assert found[-30:] == table[-30:]


_FIELDS = ("id", "name", "email", "created", "plan", "last_seen_at")


@pytest.mark.parametrize("mark", [" = ", ": ", " : "])
@pytest.mark.parametrize("first", ["id", "created", "last_seen_at"])
def test_keys_that_are_aligned_to_the_right_are_of_one_depth(mark: str, first: str) -> None:
    fields = [first, *(field for field in _FIELDS if field != first)]
    width = max(map(len, fields)) + 2 * (mark == ": ")
    entries = [[f"{field:>{width}}{mark}{field[0]}{at}" for field in fields] for at in range(12)]

    found = _records("\n\n".join("\n".join(entry) for entry in entries))

    assert found == ["\n".join(entry) for entry in entries]


@pytest.mark.parametrize("titles", [1, 2])
@pytest.mark.parametrize("rule", ["----+----------", "=========", "++++++"])
def test_a_title_above_a_rule_begins_the_record_below_a_blank_line(titles: int, rule: str) -> None:
    entries = []
    for at in range(12):
        above = [f"{' ' * (at % 5 * 18)}Table shop.t{at}", " id | name"][:titles]  # set in the middle of a wide table
        columns = ["email", "total", "placed_at", "status", "country"][at % 2 : 3 + at % 3]
        entries.append([*above, rule, *(f" {column} | text" for column in columns), f"Owner: user{at}"])

    found = _records("\n\n".join("\n".join(entry) for entry in entries))

    assert found == ["\n".join(entry) for entry in entries]


@pytest.mark.parametrize("mark", ["* [![", "- ", "> "])
def test_what_is_indented_below_a_head_stays_with_it_though_no_blank_line_parts_it_from_the_next(mark: str) -> None:
    entries = [
        [
            f"{mark}Tent {at} Pro",
            "",
            f"  ### Tent {at}",
            "",
            f"  {at * 7}.50 €",
            "",
            ["  In stock", "  Sold out"][at % 3 == 1],
        ]
        for at in range(14)
    ]

    found = _records("\n".join("\n".join(entry) for entry in entries))

    assert found == ["\n".join(entry) for entry in entries]


@pytest.mark.parametrize(
    "codes", [("0", "5", "8", "40"), ("$MARK", "$AT", "$BY"), ("key", "size", "owner", "last seen")]
)
def test_keys_above_their_values_are_records_from_one_first_key_to_the_next(codes: tuple[str, ...]) -> None:
    lines: list[str] = []
    for at in range(30):
        kept = codes if at % 7 else codes[:-1]
        lines += [line for code in kept for line in (f"  {code}", f"{code[0]}{at * 37 % 101}")]

    found = find.find(lines)

    assert len(found) == 30
    assert all(lines[start].strip() == codes[0] for start, _ in found)


def test_verdicts_below_names_are_no_keys() -> None:
    lines = [
        line
        for at in range(60)
        for line in (f"weighs pen {at * 7}", "FAIL" if at % 9 == 4 else "skip" if at % 7 == 2 else "ok")
    ]

    assert all(stop - start == 1 for start, stop in find.find(lines)) or all(
        lines[start].startswith("weighs") for start, _ in find.find(lines)
    )


def test_numbers_that_rise_and_fall_at_will_are_no_levels() -> None:
    rows = [f"{at * 7 % 4} core {at * 31 % 100} %" for at in range(60)]
    processors = [f"{at % 4} {at * 31 % 100} {at * 17 % 100}" for at in range(60)]

    assert len(find.find(rows)) == 60
    assert len(find.find(processors)) == 60


def test_levels_are_in_order_as_numbers() -> None:
    lines = [
        line
        for at in range(40)
        for line in (
            f"5 RECORD-{at}",
            f"10 NAME pen-{at}",
            f"15 SIZE of {at * 7}",
            f"10 STATE {'shut' if at % 3 else 'open'}",
        )
    ]

    assert [lines[start].split("-")[0] for start, _ in find.find(lines)] == ["5 RECORD"] * 40
