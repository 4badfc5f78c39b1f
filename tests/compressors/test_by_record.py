"""Records by number and the others counted: what the last line says of them is what became of them."""

from __future__ import annotations

import random
import re

import pytest

from headroom_mcp import compress_output
from headroom_mcp.compressors import _by_record
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Compressed
from tests import depots

_SAID = [
    f"{verb} {what}"
    for verb, what in [
        ("Reading", "the list of packages"),
        ("Building", "a tree of what needs what"),
        ("Nothing", "was held back"),
        ("Everything", "that is needed lies in /var/cache"),
        ("Suggested:", "a viewer | another viewer"),
        ("Recommended:", "fonts for scripts beyond latin"),
    ]
]


def _of(lines: list[str], budget: int, *, named: bool = False) -> Compressed:
    compressed = _by_record.compress(ToolOutput("\n".join(lines), "Bash", {}, ""), budget, "list", named=named)
    assert compressed is not None
    return compressed


def test_a_record_is_left_out_unless_a_line_below_quotes_or_names_it() -> None:
    quoted = 0
    for seed in range(30):
        pick = random.Random(seed)
        lines = [f"Inst lib{pick.getrandbits(40):x} ({pick.randint(1, 9)}.{n} amd64)" for n in range(120)]
        for said in _SAID * 3:
            lines.insert(pick.randint(20, 100), said)
        compressed = _of(lines, pick.randint(160, 700))

        below = compressed.parts[-1].text or ""
        told = {at for part in compressed.parts if part.elsewhere for at in range(part.start, part.stop)}
        shown = {at for part in compressed.parts if part.text for at in range(part.start, part.stop)}
        gone = {at for part in compressed.parts if part.is_gone for at in range(part.start, part.stop)}

        assert all(lines[at] in below for at in told)
        assert told | shown | gone == set(range(len(lines))) and not gone & told
        assert not any(lines[at] in below for at in gone)
        quoted += len(told)

    assert quoted > 10


def test_records_that_all_are_named_below_are_in_short() -> None:
    lines = [
        f"Step {n}: {verb} the {thing} before the next one, then wait until it is done."
        for n, (verb, thing) in enumerate(
            (v, t) for v in ("check", "move", "lift") for t in "door table lamp box".split()
        )
    ]
    compressed = _of([*lines, "error: the ladder is broken"], 500, named=True)

    assert not any(part.is_gone for part in compressed.parts)


@pytest.mark.parametrize("more", [0, 1, 4])
def test_of_a_record_of_several_lines_a_name_is_not_all(more: int) -> None:
    pick = random.Random(more)
    owners = ("rasp", "gimlet", "quoin", "bobbin", "ladle")
    lines: list[str] = []
    for n in range(80):
        lines.append(f"-[ RECORD {n + 1} ]----------")
        lines += [f"key{at} | {pick.getrandbits(40):x}" for at in range(more)]
        lines.append(f"owner | {owners[pick.randrange(5)]}")
        lines.append(f"remark | peer 192.0.2.{pick.randrange(250)} answered")
    compressed = _of(lines, 2_000)

    assert ": " in compressed.parts[-1].text.partition("×")[2]
    assert not any(part.elsewhere for part in compressed.parts)


@pytest.mark.parametrize("label", ["WARNING", "[warn]", "warning:", "# WARNING"])
@pytest.mark.parametrize("query", ["", "Did it start?"])
def test_a_warning_is_shown_whatever_marks_the_levels_of_a_log(label: str, query: str) -> None:
    marks = "*-#"
    lines = [
        f"10080:M 26 Nov 2026 11:05:{at % 60:02d}.{at:03d} {marks[at % 3]} step {at} of the start is done"
        for at in range(400)
    ]
    lines[37] = (
        f"10080:M 26 Nov 2026 11:05:37.037 # {label} overcommit must be enabled for sentence {'and clause ' * 20}"
    )

    shown = compress_output("\n".join(lines), query=query).text

    assert "overcommit must be enabled" in shown


@pytest.mark.parametrize("seed", range(3))
def test_all_records_that_a_question_asks_for_are_shown(seed: int) -> None:
    """Of seventy articles six are sold out: as many as a question is about, not as many as a fifth of the room holds."""
    dice = random.Random(seed)
    out = set(dice.sample(range(70), 6))
    lines = [
        line
        for at in range(70)
        for line in (
            f"* [![Bench {at}](/img/{at}.png)", "", f"  ### Bench {at}](/shop/p{at}.html)", "", f"  {dice.randrange(900)}.50 €", "",
            f"  ({dice.randrange(900)} reviews)", "", "  Sold out" if at in out else "  In stock",
        )
    ]  # fmt: skip

    shown = compress_output(
        "\n".join(lines), tool_name="mcp__fetch__fetch", query="Which are sold out at the moment?"
    ).text

    assert len(shown) < 0.5 * len("\n".join(lines))
    assert all(re.search(rf"### Bench {at}\].*\n(?:.*\n){{5}}  Sold out", shown) for at in out)


@pytest.mark.parametrize(
    "notation",
    [
        "name: {}\ncode: {}\nlimit: {}\nstate: {}\n\n",
        "<depot><name>{}</name><code>{}</code><limit>{}</limit><state>{}</state></depot>\n",
    ],
)
def test_records_that_have_no_more_of_a_question_than_the_names_of_its_fields_are_no_answers(notation: str) -> None:
    rows = depots.rows()
    name, code = rows[300][:2]
    text = "".join(notation.format(*row) for row in rows)
    shown = compress_output(
        text, tool_name="Bash", tool_input={"command": "./depots"}, query=f"what are the code and the limit of {name}?"
    ).text

    assert name in shown
    assert code in shown
    named = [row[0] for row in rows if row[0] in shown]
    assert len(named) < 15


@pytest.mark.parametrize("seed", range(8))
def test_few_names_are_told_although_the_budget_is_spent(seed: int) -> None:
    dice = random.Random(seed)
    told = [
        "asking the depot for its list of",
        "sending a wagon to the yard behind",
        "reading the papers that came with",
    ]
    told += [
        "opening a gate in the long fence of",
        "joining two halves of what was once",
        "closing the books on every crate of",
    ]
    said = dice.sample(told, 5)
    lines = [
        f"note: {one} {dice.choice(['north', 'south', 'west'])}-{at}-x{dice.randrange(999)}-{dice.choice('abc')} today"
        for at in range(9)
        for one in said
    ]
    names = (dice.choice(["bolt", "cam", "gear"]) for _ in range(6))
    parts = [
        f"{name}{at}=={dice.randrange(9)}.{dice.randrange(30)}.{dice.randrange(9)}" for at, name in enumerate(names)
    ]
    lines[30:30] = parts

    shown = "\n".join(part.text for part in _of(lines, 200).parts)

    assert [part for part in parts if part not in shown] == []
