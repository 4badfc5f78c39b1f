"""Columns stand closer only where nobody can mistake a cell for another: made-up tables, each read back by its words."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.flow import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import columns
from headroom_mcp.tool_output import ToolOutput

_WORDS = ("alpha", "be", "gamma-ray", "src/a/b.py", "x", "running", "CrashLoopBackOff", "v1.2.3")


def _drawn(rows: list[list[str]], right: list[bool], apart: int) -> list[str]:
    """Return rows as a program prints them, each column as wide as its widest cell."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(right))]
    return [
        (" " * apart)
        .join(
            cell.rjust(w) if to_right else cell.ljust(w) for cell, w, to_right in zip(row, widths, right, strict=True)
        )
        .rstrip()
        for row in rows
    ]


def _table(seed: int, cell_of: dict[int, str] | None = None) -> tuple[list[list[str]], list[str]]:
    """Return the cells of a made-up table with its header, and its lines; the cells of some columns may be given."""
    drawn = Random(seed)
    right = [drawn.random() < 0.5 for _ in range(drawn.randint(2, 7))]
    rows = [[f"COL{at}" for at in range(len(right))]]
    for _ in range(drawn.randint(12, 40)):
        rows.append([str(drawn.randint(0, 10 ** drawn.randint(1, 6))) if r else drawn.choice(_WORDS) for r in right])
    for row in rows[1:]:
        for at, cell in (cell_of or {}).items():
            row[min(at, len(right) - 1)] = cell
    return rows, _drawn(rows, right, drawn.randint(2, 4))


def _shown(lines: list[str]) -> list[str]:
    found = columns.narrowed(lines, 0, len(lines))
    return [found.get(at, line) for at, line in enumerate(lines)]


@pytest.mark.parametrize("seed", range(60))
def test_a_table_of_single_words_is_read_back_from_one_blank(seed: int) -> None:
    cells, lines = _table(seed)
    shown = _shown(lines)

    assert [line.split() for line in shown] == cells
    assert sum(map(len, shown)) < sum(map(len, lines))
    assert _shown(shown) == shown


@pytest.mark.parametrize("seed", range(40))
def test_an_empty_cell_keeps_its_place_below_its_header(seed: int) -> None:
    cells, lines = _table(seed, {1: ""})

    for row, before, after in zip(cells[1:], lines[1:], _shown(lines)[1:], strict=True):
        assert after.split() == before.split()
        if len(row) > 2:
            beside = before.lstrip()[: before.lstrip().index(row[2], len(row[0])) + len(row[2])]
            assert beside in after


@pytest.mark.parametrize("seed", range(40))
def test_a_cell_of_several_words_ends_where_wide_blanks_begin(seed: int) -> None:
    drawn = Random(seed)
    rows = [
        [
            drawn.choice(_WORDS),
            " ".join(drawn.choices(("Up", "2", "days", "ago", "(healthy)"), k=drawn.randint(1, 4))),
            "end",
        ]
        for _ in range(24)
    ]
    shown = _shown(_drawn(rows, [False, False, False], 3))

    for row, line in zip(rows, shown, strict=True):
        assert f"{row[1]}  " in line
        assert line.split() == " ".join(row).split()


@pytest.mark.parametrize(
    "lines",
    [
        [
            f"  --{name:<14} {name.title()} what nobody weighs on {name}."
            for name in ("plan", "fake", "prune", "check") * 5
        ],
        [f"{'  ' * (at % 4)}key_{at}: value {at}" for at in range(40)],
        [f"    {'    ' * (at % 3)}total = weigh(parcel, {at})" for at in range(40)],
        [f"Two  sentences that  follow {at} each other, set with wide  blanks here and there." for at in range(20)],
        [f"{at}\t   {at * 7}\t  x" for at in range(20)],
    ],
    ids=["help", "outline", "code", "prose", "tabs"],
)
def test_what_is_no_table_of_words_stays(lines: list[str]) -> None:
    assert _shown(lines) == lines


def test_numbers_that_end_at_one_place_lose_the_blanks_before_them() -> None:
    lines = [f"{7 ** (at % 6):>8} src/some file {at}.c" for at in range(20)]

    assert _shown(lines) == [line.lstrip() for line in lines]


@pytest.mark.parametrize(("command", "closer"), [("ps -e -o pid,stat,comm", True), ("cat processes.txt", False)])
def test_the_text_of_a_file_stays_as_whoever_edits_it_needs_it(command: str, closer: bool) -> None:
    text = "\n".join(_table(3)[1] + _table(4)[1] + _table(5)[1])

    planned = plan.plan(ToolOutput(text, "Bash", {"command": command}), Settings())

    assert (columns.HEAD in planned.body.split("\n")) == closer


@pytest.mark.parametrize("count", [500, 4_000])
def test_lines_that_give_nothing_are_looked_at_a_few_times_only(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"name_{at % 7}  is what {at % 3} days  make of it" for at in range(count)]
    looked_at = [0]
    words = columns._words

    def counted(line: str, *most: int) -> list[columns.Span]:
        looked_at[0] += 1
        return words(line, *most)

    monkeypatch.setattr(columns, "_words", counted)
    columns.narrowed(lines, 0, count)

    assert looked_at[0] <= 70 * count


def test_where_no_four_lines_begin_in_one_column_no_other_word_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{' ' * (at % 3)}{'frame'[: 2 + at % 3]}  of  {at}" for at in range(40)]

    monkeypatch.setattr(columns, "_words", lambda *_: pytest.fail("a word was looked at"))

    assert columns.narrowed(lines, 0, len(lines)) == {}


_EDGES = {"psql": ("", "|", ""), "mysql": ("| ", "|", " |"), "box": ("│ ", "│", " │")}


def _barred(seed: int, style: str) -> tuple[list[list[str]], list[str]]:
    """Return the cells of a table drawn with bars, cells of several words and empty ones among them, and its lines."""
    drawn = Random(seed)
    width = drawn.randint(3, 6)
    rows = [[f"col {at}" for at in range(width)]]
    rows += [
        ["" if drawn.random() < 0.2 else " ".join(drawn.choices(_WORDS, k=drawn.randint(1, 3))) for _ in range(width)]
        for _ in range(drawn.randint(3, 12))
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(width)]
    left, bar, right = _EDGES[style]
    lines = [left + f" {bar} ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + right for row in rows]
    rule = ("┼" if style == "box" else "+").join(("─" if style == "box" else "-") * (size + 2) for size in widths)
    lines.insert(1, rule)
    return rows, [rule, *lines, rule] if style != "psql" else lines


@pytest.mark.parametrize("style", _EDGES)
@pytest.mark.parametrize("seed", range(20))
def test_a_table_drawn_with_bars_is_read_back(seed: int, style: str) -> None:
    cells, lines = _barred(seed, style)
    found = columns.barred(lines, 0, len(lines))
    shown = [found.get(at, line) for at, line in enumerate(lines)]
    bar = _EDGES[style][1]
    edges = 1 if style != "psql" else 0
    read = [line.split(bar) for line in shown if line != columns.RULE]

    assert [[cell.strip() for cell in row[edges : len(row) - edges]] for row in read] == cells
    assert columns.barred(shown, 0, len(shown)) == {}
    assert sum(map(len, shown)) < sum(map(len, lines))


@pytest.mark.parametrize(
    "lines",
    [
        [f"│   │   {'├' if at < 9 else '└'}── parcel_{at}.py" for at in range(10)],
        [f"cat depot_{'x' * at}.log | sort | uniq -c    | head" for at in range(10)],
        [f"{'a' * (at % 5)} || {'b' * (at % 3)} ||   c" for at in range(10)],
    ],
    ids=["tree", "commands", "alternatives"],
)
def test_bars_that_draw_no_table_stay(lines: list[str]) -> None:
    assert columns.barred(lines, 0, len(lines)) == {}
