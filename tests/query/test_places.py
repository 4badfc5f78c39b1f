"""A question that names a line by its number finds what is said of that line, however the place is written."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from headroom_mcp import compress_output
from headroom_mcp.query import places

_FORMATS: dict[str, Callable[[str, int, int, str], str]] = {
    "colons": lambda file, row, column, said: f"{file}:{row}:{column}: {said}",
    "no column": lambda file, row, column, said: f"{file}:{row}: {said}",
    "brackets": lambda file, row, column, said: f"{file}({row},{column}): error {said}",
    "below its file": lambda file, row, column, said: f"  {row}:{column}  error  {said}",
    "in words": lambda file, row, column, said: f'  File "{file}", line {row}, in weigh: {said}',
    "words behind": lambda file, row, column, said: f"{said} at line {row}, column {column} of {file}",
}
_QUESTIONS = (
    "What is wrong at line {}?",
    "is anything in line {} wrong, and why?",
    "Show what it says of line number {}",
)
_SAID = "a name that nobody uses,a line too long,no type given,an import twice,a blank too many".split(",")


def _lines(form: Callable[[str, int, int, str], str], seed: int) -> tuple[list[str], int]:
    """Return complaints of rows that go up, and one of the rows."""
    draw = random.Random(seed)
    rows = sorted(draw.sample(range(100, 900), 60))
    lines = [form("src/mill.py", row, draw.randrange(1, 80), draw.choice(_SAID)) for row in rows]
    return lines, draw.choice(rows)


@pytest.mark.parametrize("question", _QUESTIONS)
@pytest.mark.parametrize("form", _FORMATS)
@pytest.mark.parametrize("seed", range(3))
def test_what_is_said_of_a_line_is_found_by_its_number(form: str, question: str, seed: int) -> None:
    lines, row = _lines(_FORMATS[form], seed)

    found = places.of(question.format(row), lines)

    assert len(found) == 1
    assert str(row) in lines[found[0]]


def test_of_several_lines_each_gets_its_first_place_before_any_gets_a_second() -> None:
    lines = ["a.py:9:1: first", "a.py:9:7: second", "a.py:9:9: third", "a.py:10:2: of ten", "a.py:10:5: again"]

    assert places.of("What does it say of lines 9 and 10?", lines) == [0, 3, 1, 4, 2]


def test_the_file_that_is_named_counts_where_it_stands_beside_the_number() -> None:
    lines = ["docs/a.rst:70:1: very", "docs/b.rst:70:4: quotes"]

    assert places.of("What is criticised in b.rst at line 70?", lines) == [1]


@pytest.mark.parametrize("line", ["took 70 ms", "1.70:3", "version 0.70", "port 9170:80", "line 700"])
def test_a_figure_that_is_no_place_is_none(line: str) -> None:
    assert places.of("What is at line 70?", [line, "other"]) == []


@pytest.mark.parametrize("form", _FORMATS)
def test_the_short_form_of_a_long_report_holds_the_line_asked_for(form: str) -> None:
    draw = random.Random(7)
    rows = sorted(draw.sample(range(100, 4000), 300))
    said = [f"{draw.choice(_SAID)} (`{draw.choice('abcdefgh')}{draw.randrange(99)}`)" for _ in rows]
    lines = [
        _FORMATS[form]("src/mill.py", row, draw.randrange(1, 80), what) for row, what in zip(rows, said, strict=True)
    ]
    row = rows[171]

    shown = compress_output(
        "\n".join(lines),
        tool_name="Bash",
        tool_input={"command": "mill-lint src"},
        query=f"What is wrong at line {row}?",
    )

    assert said[171] in shown.text
