"""Text of no known kind: what is shown of records that are blocks of keys and values."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest

from headroom_mcp import compress_output
from headroom_mcp.compressors import general, load
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from tests import depots

_WORDS = "anvil basin cedar drift ember flint gorge heath inlet joist knoll ledge marsh notch".split()


def _stanza(at: int) -> str:
    """Return what a package manager says of one package: short fields, lists, and a description of some lines."""
    words = [_WORDS[(at * 3 + n) % len(_WORDS)] for n in range(8)]
    needs = ", ".join(f"{word}-dev (>= {at}.{n})" for n, word in enumerate(words))
    text = [
        f" It keeps the {a} beside the {b}, and whatever {c} needs."
        for a, b, c in zip(words, words[1:], words[2:], strict=False)
    ]
    fields = [f"Package: {words[0]}-{at}", "Status: install ok installed", f"Installed-Size: {at * 831 + 47}"]
    fields += [f"Needs: {needs}", f"Version: {at}.{at * 7 % 10}-{at}"]
    files = [f" /etc/{word}/{at}.conf {at * 7919:08x}" for word in words[: at % 4]]
    return "\n".join([*fields, *files, f"Description: the {words[1]} of {words[2]}", *text[: 2 + at % 5]])


@pytest.mark.parametrize("packages", [6, 8, 9])
def test_few_records_of_many_lines_are_told_apart_by_their_short_fields(packages: int) -> None:
    output = ToolOutput("\n\n".join(map(_stanza, range(1, packages + 1))), "Bash", {"command": "pkg -s"})

    compressed = load("general").compress(output, output.tokens // 4)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    for at in range(1, packages + 1):
        assert f"-{at}\n" in shown  # its name
        assert f"Version: {at}." in shown
    assert len(shown) < len(output.text) * 3 // 4


def _issue(at: int) -> str:
    """Return one finding of a scanner: a head, what sorts it, where it is, a reference and a piece of code."""
    words = [_WORDS[(at * 5 + n) % len(_WORDS)] for n in range(6)]
    fields = [f">> Issue: [R{100 + at}] the {words[0]} of the {words[1]} is open to the {words[2]} beside it"]
    fields += [f"   Severity: {('Low', 'Medium', 'High')[at % 3]}   Confidence: {('High', 'Low')[at % 2]}"]
    fields += [f"   More: https://example.com/rules/{words[3]}/{words[4]}/r{100 + at}-{words[5]}.html#about-{words[0]}"]
    fields += [f"   Location: src/{words[3]}.py:{at * 7 + 3}:4"]
    code = [
        f"{at * 7 + line}\t    {words[line]}_{at} = {words[line + 1]}({words[line + 2]}, {at})" for line in range(3)
    ]
    return "\n".join([*fields, *code, ""])


@pytest.mark.parametrize("rule", ["-" * 50, "=" * 20])
@pytest.mark.parametrize("issues", [10, 14])
def test_every_finding_of_a_scanner_is_named(issues: int, rule: str) -> None:
    output = ToolOutput(f"\n{rule}\n".join(map(_issue, range(issues))), "Bash", {"command": "scan"})

    compressed = load("general").compress(output, output.tokens // 4)

    assert compressed is not None
    shown = render.render(output.lines, compressed.parts)
    assert [at for at in range(issues) if f">> Issue: [R{100 + at}]" not in shown] == []


def test_text_nobody_knows_and_nobody_asks_about_is_not_shown_from_the_top_up_to_the_budget() -> None:
    """Its beginning, its end and the lines that begin something are; of the others none says more than another."""
    dice = random.Random(3)

    def words(count: int) -> str:
        return " ".join("".join(dice.choices("abdefgiklmnoprstu", k=dice.randrange(2, 9))) for _ in range(count))

    lines = [words(dice.randrange(3, 14)) + dice.choice(["", ".", "?", ";"]) for _ in range(1_501)]
    text = "\n".join("" if at % 15 == 14 else line for at, line in enumerate(lines))
    output = ToolOutput(text, "Bash", {"command": "show poem"})
    assert output.tokens > 12_000

    shown = plan(output, Settings()).body

    assert lines[0] in shown
    assert lines[-1] in shown
    assert tokens.estimate(shown) < 0.9 * budget_for(output.tokens)


_SAID = (
    "line {n} column {n}1 - Warning: <img> lacks {word}",
    "                 ^ The {word} {n} must be unique. ({word}-unique)",
    "       |    ^~~~ expected a {word}, found a string",
    "  │   ^^ cannot be {word} here",
    "warning: unused name of {word}, part {n}",
)


@pytest.mark.parametrize("said", _SAID)
@pytest.mark.parametrize("query", ["", "What is wrong with the picture?"])
def test_what_is_said_of_a_place_comes_before_advice(said: str, query: str) -> None:
    """Messages are few, and what a tool says about itself is long."""
    for count, place in product((2, 5), (1, 20, 40)):
        dice = random.Random(place)
        advice = [
            f"{dice.choice(('To', 'For', 'Please', 'See'))} "
            + " ".join("".join(dice.choices("abdeilmnorstu", k=dice.randint(2, 9))) for _ in range(dice.randint(4, 16)))
            for _ in range(60)
        ]
        told = [said.format(n=n, word=_WORDS[n]) for n in range(count)]
        lines = [*advice[:place], "", *told, "", *advice[place:]]
        output = ToolOutput("\n".join(lines), "Bash", {"command": "check page"}, query)
        compressed = general.compress(output, 200)

        assert compressed is not None
        shown = render.render(output.lines, compressed.parts).split("\n")
        assert [line for line in told if line not in shown] == []


_ROWS: tuple[Callable[[int, str], str], ...] = (
    lambda n, state: f"{_WORDS[n % 14]}-{n}\t{n % 7}.{n % 31}-{n % 3}\t{state} ok",
    lambda n, state: f"{n:>5} {_WORDS[n % 14]}{n * 7} [{state}] {n * 37 % 900}kB",
    lambda n, state: f"{_WORDS[n % 14]}{n}={state};weight={n * 13 % 500}",
    lambda n, state: f"unit {n * 3}: {_WORDS[n % 14]} is {state}, {n % 60} s",
)


@pytest.mark.parametrize("row", _ROWS)
@pytest.mark.parametrize("query", ["", "which version of flint is there?"])
@pytest.mark.parametrize("seed", range(4))
def test_of_rows_beside_what_nobody_knows_the_one_of_another_state_is_shown(
    row: Callable[[int, str], str], query: str, seed: int
) -> None:
    """Three commands in one call: options, a tree of names, and rows whose states are all alike but for one."""
    dice = random.Random(seed)
    options = [f"--{'-'.join(dice.choices(_WORDS, k=dice.randrange(1, 4)))}" for _ in range(dice.randrange(150, 300))]
    tree = [
        f"{'  ' * dice.randrange(3)}{{ {dice.choice(_WORDS).upper()}, {dice.randrange(999)} }} @ home"
        for _ in range(60)
    ]
    at = dice.randrange(30, 370)
    rows = [row(number, "mislaid" if number == at else "settled") for number in range(400)]
    output = ToolOutput("\n".join([*options, *tree, *rows]), "Bash", {"command": "a; b; c"}, query)

    planned = plan(output, Settings())

    assert rows[at] in planned.body
    assert len(planned.body) < len(output.text) // 2 or (not query and planned.lacks_nothing)


@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked"])
def test_a_record_of_a_few_lines_is_not_cut_apart(asked: bool) -> None:
    rows = depots.rows()[depots.ODD - 200 : depots.ODD + 200]
    record = "LIN+{at}++{1}:EN'\nQTY+47:{2}'\nFTX+AAI+++{3}'\nNAD+BY+{0}'\n"
    text = "UNB+UNOC:3+S+R'\n" + "".join(record.format(*row, at=at) for at, row in enumerate(rows)) + "UNZ+1+1'\n"
    target = rows[50]
    query = f"what is the code of {target[0]}?" if asked else ""
    shown = compress_output(text, tool_name="Bash", tool_input={"command": "cat order.edi"}, query=query).text

    for at, row in [(200, rows[200]), *([(50, target)] if asked else [])]:
        assert record.format(*row, at=at) in shown
