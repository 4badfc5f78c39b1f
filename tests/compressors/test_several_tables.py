"""Several tables in one output: each is read by itself, and what stands between them is not lost without a word."""

from __future__ import annotations

import re
from itertools import pairwise, product

import pytest

from headroom_mcp.compressors.table import rows, several
from headroom_mcp.evals.truth import walk
from headroom_mcp.flow import footer
from headroom_mcp.flow.plan import Plan, plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part, Section

_HEADERS = {
    "df": ["Filesystem", "Size", "Used", "Avail", "Use%", "Mounted"],
    "kubectl": ["NAME", "READY", "STATUS", "RESTARTS", "AGE"],
    "ss": ["State", "Recv-Q", "Send-Q", "Local", "Peer"],
    "docker": ["REPOSITORY", "TAG", "IMAGE-ID", "SIZE"],
    "blocks": ["Device", "1K-blocks", "Usage", "Mounted", "Type"],
}


def _rows(width: int, count: int, seed: int) -> list[list[str]]:
    return [
        [f"unit-{seed}-{i}", *(("up", "down")[i % 2] if n % 3 == 2 else str(i * n + seed) for n in range(1, width))]
        for i in range(count)
    ]


def _in_columns(header: list[str], rows: list[list[str]]) -> list[str]:
    return ["".join(f"{cell:<16}" for cell in row).rstrip() for row in [header, *rows]]


def _piped(header: list[str], rows: list[list[str]]) -> list[str]:
    head, *below = [" | ".join(f"{cell:<14}" for cell in row) for row in [header, *rows]]
    return [head, "-+-".join("-" * 14 for _ in header), *below]


def _box(header: list[str], rows: list[list[str]]) -> list[str]:
    rule = "+" + "+".join("-" * 16 for _ in header) + "+"
    head, *below = ["| " + " | ".join(f"{cell:<14}" for cell in row) + " |" for row in [header, *rows]]
    return [rule, head, rule, *below, rule]


_FORMS = {"columns": _in_columns, "piped": _piped, "box": _box}


def _output(form: str, parted: str, names: list[str], count: int = 40) -> tuple[list[str], list[int]]:
    """Return the lines of a table for each of `names`, and where each begins, its title with it."""
    lines: list[str] = []
    begin: list[int] = []
    for number, name in enumerate(names):
        if number and parted == "blank":
            lines.append("")
        begin.append(len(lines))
        if parted == "title":
            lines.append(f"host-{number}:")
        lines.extend(_FORMS[form](_HEADERS[name], _rows(len(_HEADERS[name]), count, number * 1_000)))
    return lines, begin


_MIXES = [["df", "df", "df"], ["kubectl", "df"], ["ss", "blocks", "docker"]]
_CASES = [
    (form, parted, names)
    for form, parted, names in product(_FORMS, ("blank", "title", "nothing"), _MIXES)
    if form == "columns" or parted != "nothing"
]


@pytest.mark.parametrize(("form", "parted", "names"), _CASES)
def test_each_table_begins_with_its_title_or_its_header(form: str, parted: str, names: list[str]) -> None:
    lines, begin = _output(form, parted, names)

    assert several.starts(lines) == begin


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("name", _HEADERS)
def test_one_table_is_one(form: str, name: str) -> None:
    assert several.starts(_output(form, "title", [name])[0]) == [0]


@pytest.mark.parametrize("name", _HEADERS)
@pytest.mark.parametrize("title", ["Tcp:", "what has been sent and received so far by all of them"])
def test_what_is_indented_below_rows_at_the_margin_is_no_row_of_theirs(name: str, title: str) -> None:
    rows = _in_columns(_HEADERS[name], _rows(len(_HEADERS[name]), 20, 7))
    counts = [f"    {n * 21} segments of kind {n} were sent" for n in range(9)]

    assert several.starts([*rows, title, *counts]) == [0, 21 if title == "Tcp:" else 22]
    assert several.starts([*rows[:4], *counts]) == [0]
    assert several.starts(["  " + row if at % 3 else row for at, row in enumerate(rows)]) == [0]


def test_a_header_stands_below_a_sentence_where_wide_gaps_part_its_names() -> None:
    rows = _in_columns(_HEADERS["ss"], _rows(5, 20, 7))
    sentence = "Active connections of this machine (servers and established)"

    assert several.starts([*rows, sentence, *rows]) == [0, 22]


def test_the_rows_of_a_grid_are_one_table() -> None:
    rule = "+------+------+"
    lines = [rule, "| name | size |", rule]
    for i in range(20):
        lines += [f"| a{i:<3} | {i:<4} |", rule]

    assert several.starts(lines) == [0]


def _words(line: str) -> list[str]:
    return re.findall(r"[^\s|+-]+(?:-[^\s|+-]+)*", line)


@pytest.mark.parametrize(("form", "parted", "names"), _CASES)
def test_what_is_said_of_each_table_is_true_and_no_header_is_a_value(form: str, parted: str, names: list[str]) -> None:
    lines, begin = _output(form, parted, names)
    output = ToolOutput("\n".join(lines), "Bash", {"command": "kubectl get all"}, "")
    planned = plan(output, Settings())
    shown = footer.added(planned, "0" * 12, "")

    assert walk.check(walk.Checked(output.lines, "kubectl get all", planned, shown)).false == []
    for name in {word for one in names for word in _HEADERS[one]}:
        assert not re.search(rf"[:,] {re.escape(name)} ×", shown)
    said = [_words(re.sub(r"^\d+\t", "", line)) for line in shown.split("\n")]
    for at in begin:  # the rule above a box may be shorter, and blanks between columns fewer
        assert _words(next(line for line in lines[at:] if _words(line))) in said


def test_the_truth_checker_sees_two_tables_counted_as_one() -> None:
    lines = _output("columns", "nothing", ["df", "df"])[0]
    parts = [Part(0, 0, "render", "[… 81 rows, 6 columns; Size: Size ×1, 80 other values …]")]
    parts.append(Part(0, len(lines), "keep"))

    planned = Plan(render.render(lines, parts), [Section(0, len(lines), "table", "")], parts, (), 0, len(lines))
    found = walk.check(walk.Checked(lines, "df", planned, f"{planned.body}\n[headroom {'0' * 12}]"))

    assert any("another header" in one for one in found.false)


@pytest.mark.parametrize("at", [8, 30, 57])
def test_a_line_among_the_rows_that_is_none_is_shown(at: int) -> None:
    lines = _piped(_HEADERS["df"], _rows(6, 90, 0))
    lines.insert(at, "-- the connection was lost, and made again")

    assert lines[at] in plan(ToolOutput("\n".join(lines), "Bash", {"command": "psql"}, ""), Settings()).body


def test_rows_of_which_nothing_is_said_have_a_range() -> None:
    lines = [f"suite{i * 7919 % 1_009}   proto{i % 7}   kx=a{i % 5}   au=b{i % 3}   bits={i}" for i in range(200)]
    planned = plan(ToolOutput("\n".join(lines), "Bash", {"command": "ciphers -v"}, ""), Settings())
    said = re.match(r"\[… (\d+) lines in (\d+)-(\d+)\]", planned.body)

    assert planned.kind == "table"
    assert said is not None
    gone = [part for part in planned.parts if part.is_gone]
    assert [int(n) for n in said.groups()] == [sum(p.stop - p.start for p in gone), gone[0].start + 1, gone[-1].stop]


def test_rules_between_the_rows_of_a_table_are_no_rows() -> None:
    """As in a report that draws a rule below every file: it is no value of a column, and no row is counted for it."""
    lines = ["| Name                  | Total | Miss | Cover |", "|-----------------------|-------|------|-------|"]
    for at in range(60):
        lines += [f"| src/part_{at:02}/module.py | {at % 7 + 3:>5} | {at % 3:>4} |  {90 + at % 9}% |"]
        lines += ["|-----------------------|-------|------|-------|"]

    shown = plan(ToolOutput("\n".join(lines), "Bash", {"command": "coverage-of src"}), Settings()).body

    assert "60 rows" in shown
    assert "--- ×" not in shown


@pytest.mark.parametrize("blank", ["", " ", "    "])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("at", [4, 12, 20])
def test_lines_of_blanks_are_no_rows_and_empty_cells_are(blank: str, delimiter: str, at: int) -> None:
    lines = [delimiter.join(["id", "name", "state"]), *(delimiter.join([f"{i}", f"n{i}", "on"]) for i in range(20))]
    lines[at:at] = [blank, delimiter.join(["", "", ""])]

    assert len(rows.read(lines).records) == 21


@pytest.mark.parametrize(("count", "below"), list(product((60, 300), (1, 5))))
def test_the_box_below_another_keeps_its_header(count: int, below: int) -> None:
    """Two rules stand between them, the bottom of one and the top of the other."""
    names = list(_HEADERS)
    for first, second in pairwise(names):
        lines = [
            *_box(_HEADERS[first], _rows(len(_HEADERS[first]), count, 1)),
            *_box(_HEADERS[second], _rows(len(_HEADERS[second]), below, 2)),
            *(f"  `{name}` text DEFAULT NULL," for name in ("sku", "note", "price")),
        ]
        start = lines.index(next(line for line in lines if _HEADERS[second][1] in line.split()), count)

        assert several.starts(lines) == [0, start - 1]
        shown = _shown_in_short(lines)
        assert lines[start] in shown
        assert all(line in shown for line in lines[start + 2 : start + 2 + below])


def _shown_in_short(lines: list[str]) -> str:
    from headroom_mcp.compressors.table import kind

    output = ToolOutput("\n".join(lines), "Bash", {"command": "query"}, "what of unit-1-7?")
    compressed = kind.compress(output, 300)
    assert compressed is not None
    return render.render(output.lines, compressed.parts)


@pytest.mark.parametrize("form", ["columns", "piped"])
@pytest.mark.parametrize("blocks", [3, 6])
def test_what_another_command_printed_below_a_table_is_whole_unasked_where_nobody_knows_its_form(
    form: str, blocks: int
) -> None:
    lines, _ = _output(form, "directly", ["ss"], 160)
    words = ["segments", "packets", "octets", "requests", "resets", "fragments", "drops"]
    below: list[str] = []
    for block in range(blocks):
        below.append(f"{chr(65 + block) * 3}:")
        below += [
            f"    {at * 7 + block} {words[(at + block) % 7]} {('sent', 'lost', 'kept')[at % 3]}" for at in range(7)
        ]
        below.append(f"    limit of {words[block]}: {block * 31}")
    output = ToolOutput("\n".join([*lines, "", *below]), "Bash", {"command": "ss -s; counters"})

    shown = plan(output, Settings()).body

    assert [line for line in below if line not in shown.split("\n")] == []
    assert len(shown) < len(output.text)
