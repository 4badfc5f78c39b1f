"""Law 12: every statement of a short form is true. A short form of `python -m headroom_mcp.evals.truth`."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from headroom_mcp.evals.truth import compact, inputs, runs, tables, walk
from headroom_mcp.evals.truth.findings import is_clipped
from headroom_mcp.evals.truth.inputs import Input
from headroom_mcp.evals.truth.judge import judge
from headroom_mcp.flow import footer
from headroom_mcp.flow.plan import Plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import parts as render
from headroom_mcp.types import Part, Section


@pytest.mark.parametrize(
    ("make", "seed"),
    [*((inputs.planted, seed) for seed in range(8)), *((inputs.test_runs, seed) for seed in range(16))],
)
def test_what_is_said_of_made_up_outputs_is_true(
    make: Callable[[int, int], Iterator[Input]], seed: int, tmp_path: Path
) -> None:
    [given] = make(1, seed)
    findings = judge(given, Settings(home=str(tmp_path)))

    assert findings is None or findings.false == []
    assert findings is None or set(findings.unchecked) <= {compact.SAID}


def _said(lines: list[str], parts: list[Part], kind: str, body: str = "") -> list[str]:
    """Return what is found false where `parts` are shown of `lines`, or the text `body` instead."""
    planned = Plan(render.render(lines, parts), [Section(0, len(lines), kind, "")], parts, (), 0, len(lines))
    shown = footer.added(planned._replace(body=body or planned.body), "0" * 12, "")
    found = walk.check(walk.Checked(lines, "", planned, shown))
    return [*found.false, *found.unchecked]


_RUN = [f"tests/test_a.py::test_{i} {'FAILED' if i == 3 else 'PASSED'}" for i in range(20)]


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("20 passed", "test_output"),
        ("18 passed, 2 failed", "test_output"),
        ("30 failures among them", "general"),
        ("sections: Install 4", "markdown"),
        ("3 lines of requirements", "command"),
        ("+3 −1 in a.py", "diff"),
        ("3 commits", "git"),
        ("always the same", "general"),
    ],
)
def test_a_note_that_is_not_true_is_found(note: str, kind: str) -> None:
    parts = [Part(0, 1, "keep"), Part(1, 20, "omit", note=note)]

    assert len(_said(_RUN, parts, kind)) == 1


@pytest.mark.parametrize(("line", "false"), [('    "msg": "deployed"', 0), ("deployed", 1)])
def test_lines_that_go_on_below_what_a_filter_drops_are_of_its_note(line: str, false: int) -> None:
    lines = [
        "TASK [deploy] ***",
        *(row for n in range(4) for row in (f"ok: [web{n}] => {{", line, "}")),
        "PLAY RECAP ***",
    ]
    parts = [Part(0, 1, "keep"), Part(1, 13, "omit", note="hosts and items as they should be"), Part(13, 14, "keep")]
    planned = Plan(render.render(lines, parts), [Section(0, 14, "command", "")], parts, (), 2, 14)
    shown = f"{planned.body}\n[headroom {'0' * 12}: 12 of 14 lines left out; headroom_retrieve]"

    assert len(walk.check(walk.Checked(lines, "ansible-playbook site.yml", planned, shown)).false) == false


def test_hits_are_counted_by_their_files() -> None:
    lines = [f"{'a.py' if i < 5 else 'b.py'}:{i}:x" for i in range(20)]
    note = "19 hits in 2 files: b.py 15, a.py 4"

    assert _said(lines, [Part(0, 1, "keep"), Part(1, 20, "omit", note=note)], "search") == []
    for wrong in (note.replace("19", "20"), note.replace("15", "14"), note.replace("2 files", "3 files")):
        assert _said(lines, [Part(0, 1, "keep"), Part(1, 20, "omit", note=wrong)], "search")


def test_lines_beside_hits_are_no_hits_whatever_times_they_hold() -> None:
    lines = [line for i in range(10) for line in (f"a.md:{i * 9}:x", f"a.md-{i * 9 + 1}-at 2026-10-10 10:30:00 y")]

    assert _said(lines, [Part(0, 2, "keep"), Part(2, 20, "omit", note="9 hits in a.md")], "search") == []
    assert _said(lines, [Part(0, 2, "keep"), Part(2, 20, "omit", note="18 hits in a.md")], "search")


def test_a_note_that_is_true_is_accepted() -> None:
    assert _said(_RUN, [Part(0, 4, "keep"), Part(4, 20, "omit", note="16 passed")], "test_output") == []


@pytest.mark.parametrize(
    "body",
    [
        "a\n[… lines 2-19]\nc",  # a line too few
        "a\n[… lines 2-20]\nc",  # and one that is nobody's
        "b\n[… lines 2-20]",  # another line
    ],
)
def test_a_marker_of_other_lines_is_found(body: str) -> None:
    lines = ["a", *("x" for _ in range(19))]

    assert _said(lines, [Part(0, 1, "keep"), Part(1, 20, "omit")], "general", body)


@pytest.mark.parametrize(
    "table",
    [
        "18× 2-20 like 1",  # one too few
        "19 of 20× 1-20 like 1 (x ×3, y ×20)",  # counts of more than there are
        "19× 1-20 like 7",  # not shown by number
        "19 of 20× 1-20 like 1",  # nothing of what differs
        "19 of 20× 1-20 like 1 (x ×20)",  # not of the numbers either
    ],
)
def test_a_count_of_records_that_is_not_true_is_found(table: str) -> None:
    lines = [f"at {i} x" for i in range(20)]
    head = "[log of 20 lines; 1 by line number, the others counted below]"

    def counted(as_said: str) -> list[Part]:
        return [
            Part(0, 0, "render", head),
            Part(0, 1, "render", "1\tat 0 x", lossless=True),
            Part(1, 20, "render", note="counted below"),
            Part(20, 20, "render", as_said),
        ]

    assert _said(lines, counted("19 of 20× 1-20 like 1 (0 … 19)"), "log") == []
    assert _said(lines, counted(table), "log")


@pytest.mark.parametrize(("said", "alike"), [("x ×15, 2048K ×5", True), ("x ×15, 2048M ×5", False)])
def test_words_that_vary_may_be_of_any_signs(said: str, alike: bool) -> None:
    lines = [f"unit holds {'2048K' if i % 4 == 3 else 'x'} today" for i in range(20)]
    parts = [
        Part(0, 0, "render", "[log of 20 lines; 1 by line number, the others counted below]"),
        Part(0, 1, "render", f"1\t{lines[0]}", lossless=True),
        Part(1, 20, "render", note="counted below"),
        Part(20, 20, "render", f"19 of 20× 1-20 like 1 ({said})"),
    ]

    assert (_said(lines, parts, "log") == []) is alike


@pytest.mark.parametrize(
    "names", [("a", "b", "worker-2"), ("worker-2", "a", "b"), ("b", "a.b", "x/y"), ("x/y", "a.b", "b")]
)
@pytest.mark.parametrize("wrong", [False, True])
def test_values_of_several_pieces_may_stand_anywhere_among_others_that_vary(
    names: tuple[str, ...], wrong: bool
) -> None:
    levels = ("INFO", "WARN")
    lines = [f"{levels[i % 2]} [{names[i % 3]}] done in {i} ms" for i in range(24)]
    if wrong:
        lines[5] = "INFO [never-said] done in 5 ms"
    of_names = ", ".join(f"{name} ×8" for name in names)
    parts = [
        Part(0, 0, "render", "[log of 24 lines; 1 by line number, the others counted below]"),
        Part(0, 1, "render", f"1\t{lines[0]}", lossless=True),
        Part(1, 24, "render", note="counted below"),
        Part(24, 24, "render", f"23 of 24× 1-24 like 1 (INFO ×12, WARN ×12 · {of_names} · 0 … 23)"),
    ]

    assert bool(_said(lines, parts, "log")) is wrong


@pytest.mark.parametrize("number", ["", "{:>6}\t"])
@pytest.mark.parametrize(("held", "false"), [(range(2, 4), False), (range(4, 5), False), (range(6, 8), True)])
def test_a_part_of_a_licence_is_of_it_and_a_paragraph_beside_it_is_not(number: str, held: range, false: bool) -> None:
    said = "Licensed so that|you may do as you like|on the conditions below|as they are printed|and no others||A cart|of rows|"
    lines = [f"{number.format(i)}# {row}".rstrip() for i, row in enumerate(said.split("|"), 1)]
    parts = [
        Part(0, held.start, "keep"),
        Part(held.start, held.stop, "omit", note="licence"),
        Part(held.stop, len(lines), "keep"),
    ]

    assert bool(_said(lines, parts, "code")) is false


@pytest.mark.parametrize(
    "said",
    [
        "(3 files +3 −2)",  # a file too many
        "(2 files +3)",  # nothing of what was removed
        "(+2 of files)",  # the sum is no file
        "(2 files +3 −2) (+3 lines of files)",
    ],
)
def test_what_a_commit_changed_is_counted(said: str) -> None:
    stat = [" a.py | 3 +++", " b.py | 2 --", " 2 files changed, 3 insertions(+), 2 deletions(-)"]
    lines = [
        f"commit {'1a' * 20}",
        "Author: Ann <a@b.c>",
        "Date:   2026-01-03 10:00:00 +0100",
        "",
        "    Change",
        "",
        *stat,
    ]
    shown = "1a1a1a1a1a 2026-01-03 Ann: Change "

    assert _said(lines, [Part(0, 9, "render", f"{shown}(2 files +3 −2)")], "git") == []
    assert _said(lines, [Part(0, 9, "render", f"{shown}{said}")], "git")


@pytest.mark.parametrize(
    "said",
    [
        "[… 4 rows, 2 columns; name: always a …]",
        "[… 3 rows, 2 columns; size: 1 … 3 …]",
        "[… 4 rows, 2 columns; size: 1 … 3 …]",
    ],
)
def test_a_summary_of_a_table_that_is_not_true_is_found(said: str) -> None:
    lines = ["name,size", "a,1", "a,2", "b,3", "a,9"]

    assert _said(lines, [Part(0, 0, "render", said), Part(0, 5, "keep")], "table")


def test_the_characters_of_a_clipped_line_are_counted() -> None:
    assert is_clipped("abc[… 3 chars …]ghi", "abcdefghi")
    assert not is_clipped("abc[… 4 chars …]ghi", "abcdefghi")


def test_what_is_true_of_a_made_up_run_is_told_by_names() -> None:
    made = next(made for made in map(runs.make, range(200)) if "several" in made.name)
    least, most = runs.counted(made, 0, len(made.told))

    assert sum(most.values()) >= most["passed"] >= least["passed"] > 0


def test_sources_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('tool_name = "Bash"\ncommand = "ls"\n')
    (tmp_path / "a.txt").write_text("b\n")

    assert list(inputs.of_cases(str(tmp_path))) == [Input("a", "b\n", "Bash", {"command": "ls"}, "")]
    assert len(list(islice(inputs.planted(2), 2))) == 2


@pytest.mark.parametrize("wrong", ["[the next 3 lines", 'with "FAILED a.py:"]', "FAILED a.py::one"])
def test_lines_below_what_they_do_not_begin_with_are_found(wrong: str) -> None:
    lines = [f"FAILED a.py::{name}" for name in ("one", "two", "three", "four")]
    said = '[the next 4 lines begin with "FAILED a.py::"]\none\ntwo\nthree\nfour'
    false = {
        "[the next 3 lines": said.replace("next 4", "next 3"),
        'with "FAILED a.py:"]': said.replace('::"', ':"'),
        "FAILED a.py::one": said.replace("\none", "\nFAILED a.py::one"),
    }

    assert _said(lines, [Part(0, 4, "render", said, lossless=True)], "test_output") == []
    assert _said(lines, [Part(0, 4, "render", false[wrong], lossless=True)], "test_output")


@pytest.mark.parametrize("wrong", ["next 3", 'end with ".. OK"', "one... OK"])
def test_lines_below_what_they_do_not_end_with_are_found(wrong: str) -> None:
    lines = [f"  Applying {name}... OK" for name in ("one", "two", "three", "four")]
    said = '[the next 4 lines begin with "  Applying " and end with "... OK"]\none\ntwo\nthree\nfour'
    false = {
        "next 3": said.replace("next 4", "next 3"),
        'end with ".. OK"': said.replace('"... OK"', '".. OK"'),
        "one... OK": said.replace("\none", "\none... OK"),
    }

    assert _said(lines, [Part(0, 4, "render", said, lossless=True)], "general") == []
    assert _said(lines, [Part(0, 4, "render", false[wrong], lossless=True)], "general")


def test_a_bare_footer_is_true_only_where_nothing_is_missing_or_an_output_is_small() -> None:
    lines = [f"step {i} of the plan" for i in range(20)]

    def found(part: Part, *, small: bool = False, overwritten: int = 0) -> list[str]:
        parts = [Part(0, 10, "keep"), part]
        sections = [Section(0, 20, "general", "")]
        planned = Plan(render.render(lines, parts), sections, parts, (), 10, 20, overwritten, small=small)
        return walk.check(walk.Checked(lines, "", planned, f"{planned.body}\n[headroom {'0' * 12}]")).false

    assert found(Part(10, 20, "render", "\n".join(lines[10:]), lossless=True)) == []
    assert found(Part(10, 20, "omit"))
    assert found(Part(10, 20, "render", lines[10], note="in short"))
    assert found(Part(10, 20, "omit"), small=True) == []
    assert found(Part(10, 20, "omit"), small=True, overwritten=2)
    assert found(Part(10, 20, "render", "a table", unit="rows", left_out=3, total=10), small=True)


def _rows_left_out(kind: str, size: int) -> tuple[list[str], list[Part]]:
    """Return made-up lines of which one of five is shown by number, and the parts of a table or a log that show them so."""
    lines = [f"host{i * 7919 % 10_007}x {'up' if i % 3 else 'down'} since{i}" for i in range(size)]
    head = {
        "table": f"[… {size} lines …]",
        "log": f"[log of {size} lines; {len(range(0, size, 5))} by line number, the others counted below]",
    }[kind]
    parts = [Part(0, 0, "render", head)]
    for at in range(0, size, 5):
        parts.append(Part(at, at + 1, "render", f"{at + 1}\t{lines[at]}", lossless=True))
        parts.append(Part(at + 1, min(size, at + 5), "render", note="counted below"))
    return lines, parts


@pytest.mark.parametrize("kind", ["table", "log"])
@pytest.mark.parametrize("size", [20, 45, 100])
def test_lines_of_which_nothing_is_shown_are_left_out_and_not_in_short(kind: str, size: int) -> None:
    lines, parts = _rows_left_out(kind, size)
    planned = Plan(render.render(lines, parts), [Section(0, size, kind, "")], parts, (), 0, size)
    hidden = size - len(range(0, size, 5))
    shown = footer.added(planned, "0" * 12, "")
    claim = f"{hidden} of {size} lines left out"

    assert claim in shown
    for said in (
        claim,
        claim.replace("left out", "in short"),
        f"1 of {size} lines left out, {hidden - 1} of {size} lines in short",
    ):
        false = walk.check(walk.Checked(lines, "", planned, shown.replace(claim, said))).false
        assert any("in short" in one or "left out" in one for one in false) == (said != claim), false


def test_what_is_told_in_another_part_is_in_short() -> None:
    lines = [f"src/a{i}.py:{i * 3}: unused name{i}" for i in range(10)]
    digest = "×10 unused: " + " ".join(f"a{i}.py:{i * 3}" for i in range(10))
    parts = [Part(0, 1, "render", digest), Part(1, 10, "render", note="by rule", elsewhere=True)]
    planned = Plan(digest, [Section(0, 10, "general", "")], parts, (), 0, 10)

    assert "10 of 10 lines in short" in (shown := footer.added(planned, "0" * 12, ""))
    assert walk.check(walk.Checked(lines, "", planned, shown)).false == []


@pytest.mark.parametrize("seed", range(6))
def test_a_rule_with_a_severity_and_a_remark_before_it_is_read_by_the_checker(seed: int, tmp_path: Path) -> None:
    """C: [Correctable] Style/Name, as some linters print it: true counts of such rules were called false."""
    dice = random.Random(seed)
    rules = {
        "C: [Correctable] Layout/Gap": "A gap is missing behind the comma.",
        "C: Naming/Short": "A name has three letters at least.",
        "W: [Correctable] Lint/Idle": "A value nobody reads.",
        "E: Lint/Open": "A bracket is not closed.",
    }
    rows = [
        f"/srv/shop/lib/{dice.choice(['cart', 'mail'])}.rb:{at // 3 + 1}:{dice.randrange(60) + 1}: {rule}: {rules[rule]}"
        for at in range(90)
        for rule in [dice.choice(list(rules))]
    ]

    findings = judge(Input("made", "\n".join(rows), "Bash", {"command": "lint"}), Settings(home=str(tmp_path)))

    assert findings is not None
    assert findings.checked > 50
    assert findings.false == []


def test_a_cell_of_a_row_in_short_is_a_whole_one_of_its_line() -> None:
    assert tables._holds("| 17 | void |", "17,void", "")
    assert not tables._holds("| 17 | void |", "7,void", "")
    assert not tables._holds("| 17 | voided |", "17,void", "")
