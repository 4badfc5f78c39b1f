"""Records that are blocks of keys and values: in any of the ways in which programs write such blocks."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from headroom_mcp.compressors import _fields, load
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

_WORDS = "anvil basin cedar drift ember flint gorge heath inlet joist knoll ledge marsh notch".split()
Record = list[tuple[str, str]]


def _blocks(records: list[Record], sign: str = ": ", indent: str = "") -> str:
    return "\n\n".join(
        "\n".join(f"{'' if at == 0 else indent}{key}{sign}{value}" for at, (key, value) in enumerate(record))
        for record in records
    )


def _stanzas(records: list[Record]) -> str:
    return _blocks(records)


def _unit_properties(records: list[Record]) -> str:
    return _blocks([[(key.replace(" ", ""), value) for key, value in record] for record in records], "=")


def _below_a_head(records: list[Record]) -> str:
    return "\n".join(
        "\n".join([f"{record[0][1]}", *(f"    {key}: {value}" for key, value in record[1:])]) for record in records
    )


def _divided_by_rules(records: list[Record]) -> str:
    return "\n---\n".join("\n".join(f"{key}: {value}" for key, value in record) for record in records)


def _expanded_rows(records: list[Record]) -> str:
    wide = max(len(key) for key, _ in records[0])
    return "\n".join(
        f"-[ RECORD {number} ]{'-' * wide}\n" + "\n".join(f"{key:<{wide}} | {value}" for key, value in record)
        for number, record in enumerate(records, 1)
    )


def _rows_with_stars(records: list[Record]) -> str:
    wide = max(len(key) for key, _ in records[0])
    return "\n".join(
        f"{'*' * 27} {number}. row {'*' * 27}\n" + "\n".join(f"{key:>{wide}}: {value}" for key, value in record)
        for number, record in enumerate(records, 1)
    )


def _format_list(records: list[Record]) -> str:
    wide = max(len(key) for key, _ in records[0])
    return "\n\n".join("\n".join(f"{key:<{wide}} : {value}" for key, value in record) for record in records)


_WAYS = (
    _stanzas,
    _unit_properties,
    _below_a_head,
    _divided_by_rules,
    _expanded_rows,
    _rows_with_stars,
    _format_list,
)


def _records(dice: random.Random, count: int) -> list[Record]:
    odd = dice.randrange(count)
    made: list[Record] = []
    for at in range(count):
        made.append(
            [
                ("Name", f"{dice.choice(_WORDS)}-{at}"),
                ("Release", f"{dice.randrange(9)}.{dice.randrange(20)}-{at}"),
                ("State", "halted" if at == odd else "running"),
                ("Zone", "north"),
                ("Size kB", str(dice.randrange(100, 99_999))),
                ("Digest", "".join(dice.choices("0123456789abcdef", k=64))),
                ("About", " ".join(dice.choices(_WORDS, k=16))),
                ("Seal", "".join(dice.choices("0123456789abcdef", k=40))),
            ]
        )
    return made


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("count", [5, 9, 14])
def test_every_short_field_of_every_record_is_shown_or_said_of_all(
    way: Callable[[list[Record]], str], count: int
) -> None:
    records = _records(random.Random(count), count)
    output = ToolOutput(way(records), "Bash", {"command": "units --long"})

    compressed = load("general").compress(output, output.tokens // 4)
    shown = plan(output, Settings()).body

    assert compressed is not None
    head = shown.split("\n")[0]
    assert head.startswith(f"[{count} records of keys and values; left out: ")
    assert not re.search(r"[0-9a-f]{40}", shown)
    assert re.search(r"the same in each unless shown: .*Zone ?[:=|] ?north", head)
    assert re.search(r"the same in each unless shown: .*State ?[:=|] ?running", head)
    for name, release, state, _, size, *_ in records:
        assert all(value in shown for _, value in (name, release, size))
        if state[1] == "halted":
            assert re.search(r"(?m)^ *State *[:=|] ?halted$", shown)
    assert len(shown) < 0.7 * len(output.text)


@pytest.mark.parametrize("way", _WAYS)
def test_a_field_that_the_question_names_stays_in_every_record(way: Callable[[list[Record]], str]) -> None:
    records = _records(random.Random(4), 8)
    output = ToolOutput(way(records), "Bash", {"command": "units --long"}, "which digest has each of them?")

    shown = plan(output, Settings()).body

    assert all(dict(record)["Digest"] in shown for record in records)


@pytest.mark.parametrize("way", _WAYS)
def test_a_failure_in_a_field_that_is_left_out_stays(way: Callable[[list[Record]], str]) -> None:
    records = _records(random.Random(6), 9)
    words = records[5][6][1].split()
    records[5][6] = ("About", " ".join([*words[:6], "failed: cannot mount /srv/data: no such device", *words[6:]]))
    output = ToolOutput(way(records), "Bash", {"command": "units --long"})

    shown = plan(output, Settings()).body

    assert "cannot mount /srv/data: no such device" in shown


@pytest.mark.parametrize("seed", range(12))
def test_all_that_is_said_of_the_fields_is_true(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    records = _records(dice, dice.randrange(4, 20))
    for record in records:
        if dice.random() < 0.3:
            del record[dice.randrange(1, len(record))]
        if dice.random() < 0.3:
            record.append(("Needs", ", ".join(dice.choices(_WORDS, k=5))))
    text = dice.choice(_WAYS)(records)

    findings = judge(Input("made", text, "Bash", {"command": "units --long"}, ""), Settings(home=str(tmp_path)))

    assert findings is not None
    assert findings.false == []
    assert findings.unchecked == []
    assert findings.checked > 0


def test_a_field_that_only_some_records_have_is_never_said_of_all() -> None:
    records = _records(random.Random(1), 8)
    for record in records[:3]:
        del record[3]

    head = plan(ToolOutput(_stanzas(records), "Bash", {"command": "units"}), Settings()).body.split("\n")[0]

    assert "records of keys and values" in head
    assert "Zone" not in head


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("more", [0, 14, 20, 28])
def test_a_field_said_to_be_left_out_is_left_out_however_little_that_saves(
    way: Callable[[list[Record]], str], more: int
) -> None:
    """Where so little is saved that all stays, nothing says that fields are left out."""
    for count in (3, 4, 5):
        dice = random.Random(count)
        records = [
            [*record[:5], *((f"Part {n}", f"{dice.choice(_WORDS)} {at * n}") for n in range(more)), *record[5:6]]
            for at, record in enumerate(_records(dice, count))
        ]
        output = ToolOutput(way(records), "Bash", {"command": "units --long"})
        head = (shown := plan(output, Settings()).body).split("\n")[0]

        digests = [dict(record)["Digest"] in shown for record in records]
        assert not any(digests) if re.search(r"left out: .*Digest", head) else all(digests)


def test_a_record_within_a_record_is_no_field_to_leave_out() -> None:
    """What a manifest is about stands below one key: of it lines may go, not all without a word of what they were."""
    for count in (7, 14):
        dice = random.Random(count)
        texts = []
        for at in range(count):
            spec = [f"    {dice.choice(_WORDS)}{n}: {dice.choice(_WORDS)}-{at * n}" for n in range(24)]
            head = ["apiVersion: v1", "kind: Unit", "metadata:", f"  name: unit-{at}", "spec:", "  parts:"]
            texts.append("\n".join([*head, *spec, "status: {}"]))
        output = ToolOutput("\n".join(texts), "Bash", {"command": "units -o yaml"}, "Which unit has an anvil?")
        compressed = _fields.compress(output, output.tokens // 3)

        assert compressed is None or "spec" not in compressed.parts[0].text


_ODD = (
    "齿轮卡住，已停止",
    "the hatch was found ajar beside 3 keys",
    "pegou fogo no porao",
    "nobody answered; handed to the night watch",
    "clutch gave way under load",
)


@pytest.mark.parametrize("odd", _ODD)
@pytest.mark.parametrize("on_a_line_of_its_own", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_one_value_unlike_the_others_stays_of_a_field_that_is_left_out(
    odd: str, on_a_line_of_its_own: bool, seed: int
) -> None:
    dice = random.Random(seed)
    at = dice.randrange(5, 45)
    blocks: list[str] = []
    for number in range(50):
        name = dice.choice(_WORDS[:3])
        said = odd if number == at else f"valve of {name} set to {dice.randrange(40, 190)} by the clock in the hall"
        fields = [f"Event[{number}]", f"  Source: {name}", f"  Code: {dice.randrange(3)}", f"  Seat: {number * 7}"]
        fields += [
            f"  Host: {dice.randrange(16**6):06x}",
            "  Said:" + (f"\n{said}" if on_a_line_of_its_own else f" {said}"),
        ]
        blocks.append("\n".join(fields))
    output = ToolOutput("\n\n".join(blocks), "Bash", {"command": "events"})

    shown = plan(output, Settings()).body

    assert odd in shown
    assert len(shown) < 0.8 * len(output.text)


def test_what_would_be_shown_whole_is_shown_without_checksums_and_what_all_records_say() -> None:
    dice = random.Random(2)
    words = ["".join(dice.choices("abdefgiklmnoprstu", k=dice.randrange(5, 10))) for _ in range(900)]
    blocks = []
    for number in range(10):
        own = words[number * 60 : number * 60 + 40]
        fields = [f"Package: {own[0]}", "Suite: stable", f"Version: {number}.{number * 3 % 7}"]
        fields += [f"About: {' '.join(own[1:20])}", f"Needs: {', '.join(own[20:])}"]
        blocks.append("\n".join([*fields, f"Digest: {''.join(dice.choices('0123456789abcdef', k=128))}"]))
    output = ToolOutput("\n\n".join(blocks), "Bash", {"command": "packages"})

    shown = plan(output, Settings()).body

    assert shown.startswith(
        "[10 records of keys and values; left out: Digest; the same in each unless shown: Suite: stable]"
    )
    for line in output.lines:
        assert line in shown or line.startswith(("Digest: ", "Suite: "))


@pytest.mark.parametrize("head", ["[[unit]]", "Unit {n}:", "-[ RECORD {n} ]-----", "*** {n}. row ***"])
@pytest.mark.parametrize("count", [12, 40])
def test_what_records_are_known_by_stays_however_long_it_is_where_their_heads_say_nothing(
    head: str, count: int
) -> None:
    dice = random.Random(count)
    names = [f"{'-'.join(dice.choices(_WORDS, k=4))}-{number * 37}" for number in range(count)]
    blocks = []
    for number, name in enumerate(names):
        fields = [
            head.format(n=number),
            f"id = {name}",
            f"zone = {dice.choice(_WORDS[:3])}",
            f"load = {dice.randrange(99)}",
        ]
        fields += [f"port = {dice.randrange(9)}", f"said = {dice.choice(_WORDS)} {dice.choice(_WORDS)}"]
        blocks.append("\n".join(fields))
    output = ToolOutput("\n\n".join(blocks), "Bash", {"command": "units"})

    compressed = _fields.compress(output, output.tokens * 9 // 10)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert "left out: said" in shown
    assert [name for name in names if name not in shown] == []


def test_a_field_of_the_name_that_stays_in_a_record_written_otherwise_is_counted() -> None:
    lines = ["Name: mail", "  Kind: a", "  Note: long", "Name: silo", "  Kind: b", "      Note: short"]
    leaving = _fields.Leaving({"Note": [_fields.Field("Note", 2, 3)]}, {})

    head = _fields._without(lines, leaving, 2).parts[0].text

    assert head == "[2 records of keys and values; left out: Note (but 1)]"


@pytest.mark.parametrize("seed", range(6))
def test_records_below_heads_that_are_no_field_are_counted_as_the_checker_counts_them(
    seed: int, tmp_path: Path
) -> None:
    """Regions of memory begin with their addresses, no two alike, and no blank line parts them."""
    draw = random.Random(seed)
    names = "Size Rss Pss Shared Private Referenced Swap Locked".split()
    lines: list[str] = []
    for at in range(14):
        start = 0x55B024137000 + at * 0x9000
        lines.append(
            f"{start:x}-{start + 0x2000:x} r{draw.choice('w-')}{draw.choice('x-')}p {draw.randrange(16**8):08x} fe:00 {draw.randrange(9**6)}  /usr/bin/mill{at}"
        )
        lines += [f"{name}:{'4' if name == 'Locked' else draw.randrange(4, 900):>18} kB" for name in names]

    findings = judge(
        Input("maps", "\n".join(lines) + "\n", "Bash", {"command": "cat maps"}), Settings(home=str(tmp_path))
    )

    assert findings is not None
    assert findings.false == []
