"""What all rows come to is shown, in any form of table, asked or not: the rows below a rule at its end, and a total."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from headroom_mcp.compressors.table import kind
from headroom_mcp.facts import find
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

_QUESTIONS = ("", "Which of unit-7 and unit-31 lacks more?", "How much is missing in all?")
_NAMES = ("TOTAL", "Total", "grand total", "All units", "Sum")


def _table(form: str, name: str, count: int, *, ruled: bool) -> list[str]:
    dice = Random(count)
    rows = [
        [f"unit-{i}/part_{dice.randint(1, 9)}", *(str(dice.randint(1, 900)) for _ in range(3))] for i in range(count)
    ]
    last = [name, *(str(sum(int(row[at]) for row in rows)) for at in (1, 2, 3))]
    head = ["Name", "Lines", "Missed", "Branches"]
    if form == "markdown":
        said = ["| " + " | ".join(f"{cell:<18}" for cell in row) + " |" for row in (head, *rows, last)]
        rule = "|" + "|".join("-" * 20 for _ in head) + "|"
    elif form == "box":
        said = ["| " + " | ".join(f"{cell:<18}" for cell in row) + " |" for row in (head, *rows, last)]
        rule = "+" + "+".join("-" * 20 for _ in head) + "+"
    else:
        said = ["  ".join(f"{cell:<18}" for cell in row).rstrip() for row in (head, *rows, last)]
        rule = "-" * 78
    top, *below, bottom = said
    lines = [top, rule, *below, *([rule] if ruled else []), bottom]
    return [rule, *lines, rule] if form == "box" else lines


@pytest.mark.parametrize(("form", "name"), list(product(("markdown", "box", "columns"), _NAMES)))
@pytest.mark.parametrize("question", _QUESTIONS)
def test_the_row_below_the_last_rule_is_shown(form: str, name: str, question: str) -> None:
    for count in (90, 700):
        lines = _table(form, name, count, ruled=True)
        output = ToolOutput("\n".join(lines), "Bash", {"command": "measure units"}, question)
        compressed = kind.compress(output, 300)

        assert compressed is not None
        shown = render.render(output.lines, compressed.parts)
        total = next(line for line in reversed(lines) if name in line)
        assert total in shown
        assert len(shown) < 0.8 * len(output.text)


def test_a_total_without_a_rule_is_shown() -> None:
    for form, name in product(("markdown", "box"), _NAMES[:3]):
        lines = _table(form, name, 300, ruled=False)
        output = ToolOutput("\n".join(lines), "Bash", {"command": "measure units"}, "unit-7")
        compressed = kind.compress(output, 150)

        assert compressed is not None
        assert next(line for line in reversed(lines) if name in line) in render.render(output.lines, compressed.parts)


def test_rules_between_all_groups_part_no_total() -> None:
    lines = _table("box", "last", 300, ruled=True)
    grouped = [line for at, line in enumerate(lines) for line in ((lines[0], line) if at % 7 == 5 else (line,))]
    table = kind._rows.read(grouped)

    assert kind._totals(grouped, table) == []


@pytest.mark.parametrize(
    "line",
    [
        "  1234 total",
        "19,257,119 (100.0%)  PROGRAM TOTALS",
        "4.0K\ttotal",
        "12 files and 3 folders in total",
        "99.5 (100%) Total",
    ],
)
def test_a_number_and_what_it_is_the_total_of_are_a_summary(line: str) -> None:
    lines = [*(f"{n} of line.{n}" for n in range(30)), line, *(f"{n} more" for n in range(30))]

    assert find.summaries(lines) == [30]


@pytest.mark.parametrize(
    "line", ["total loss of memory", "12 rows where nobody said that any of these is total loss", "the total"]
)
def test_a_sentence_with_the_word_total_is_none(line: str) -> None:
    assert find.summaries([line]) == []
