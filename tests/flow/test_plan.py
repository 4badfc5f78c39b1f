"""The pure half of the flow, piece by piece: which budgets are tried, what a plan says of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from headroom_mcp.flow import plan, whole
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Omission, Part, Section, View


def _plan(parts: Sequence[Part], *, kinds: Sequence[str] = ("log",), overwritten: int = 0, body: str = "") -> plan.Plan:
    sections = [Section(0, 1, kind, "") for kind in kinds]
    return plan.Plan(body, sections, list(parts), (), 0, 9, overwritten)


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["log"], "log"),
        (["log", "log"], "log"),
        (["log", "diff", "log"], "log+diff"),
        (["log", "diff", "json", "table"], "log+diff+json"),
    ],
)
def test_the_kind_of_a_plan_names_the_first_kinds_of_its_sections(kinds: list[str], said: str) -> None:
    assert _plan([], kinds=kinds).kind == said


@pytest.mark.parametrize(
    ("part", "lacks_nothing"),
    [
        (Part(0, 2, "keep"), True),
        (Part(0, 2, "omit"), False),
        (Part(0, 2, "omit", above=True), True),
        (Part(0, 2, "render", "a\nb"), False),
        (Part(0, 2, "render", "a\nb", lossless=True), True),
        (Part(0, 2, "render", "a", lossless=True), True),  # two lines told in one, from which both can be rebuilt
        (Part(0, 2, "render", "a", lossless=True, unit="values", total=2), False),  # a document in another form
        (Part(2, 2, "render", "a head", lossless=True), True),
    ],
)
def test_a_plan_lacks_nothing_where_each_line_is_shown_or_stands_above(part: Part, lacks_nothing: bool) -> None:
    assert _plan([Part(0, 0, "keep"), part]).lacks_nothing is lacks_nothing
    assert _plan([part], overwritten=1).lacks_nothing is False


@pytest.mark.parametrize(
    ("limit", "budgets"),
    [
        (0, [4_000]),
        (440, [4_000]),
        (439, [4_000, 2_000]),
        (240, [4_000, 2_000]),
        (239, [4_000, 2_000, 1_000]),
        (139, None),
    ],
)
def test_ever_smaller_budgets_are_tried_until_the_host_shows_it_all(
    limit: int, budgets: list[int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def planned(output: ToolOutput, settings: Settings, earlier: Sequence[object], *, numbered: int) -> plan.Plan:
        tried.append(settings.budget_tokens)
        assert (output.limit_chars, numbered) == (limit and limit + plan.FOOTER_CHARS + 3, 7)
        return _plan([], body="x" * (settings.budget_tokens // 10 + 40))

    monkeypatch.setattr(plan, "plan", planned)
    view = View(limit_chars=limit and limit + plan.FOOTER_CHARS + 3, numbered=7, way_back="way")

    found = plan.plan_within(ToolOutput("a\nb"), Settings(budget_tokens=4_000), view)

    assert (found is None) == (budgets is None)
    assert tried == (budgets or [4_000, 2_000, 1_000])


def test_no_budget_is_smaller_than_200_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(
        plan, "plan", lambda _, settings, *rest, **named: tried.append(settings.budget_tokens) or _plan([], body="xxx")
    )

    assert plan.plan_within(ToolOutput("a"), Settings(budget_tokens=500), View(limit_chars=2)) is None
    assert tried == [500, 250, 200]


def test_texts_in_a_wrapper_are_numbered_with_their_paths_and_one_alone_is_not() -> None:
    texts = [json.dumps("\n".join(f"{name} line {n} of some text" for n in range(30))) for name in ("one", "two")]
    both = f'{{"stdout": {texts[0]}, "stderr": {texts[1]}, "exit": 3}}'
    alone = f'{{"stdout": {texts[0]}, "exit": 3}}'

    assert re.findall(r"^\(\d\) .*:$", plan.plan(ToolOutput(both, "mcp__x__run"), Settings()).body, re.MULTILINE) == [
        "(1) stdout:",
        "(2) stderr:",
    ]
    assert "(1)" not in plan.plan(ToolOutput(alone, "mcp__x__run"), Settings()).body


def test_what_stands_around_texts_stands_above_them_and_is_made_small_where_it_is_long() -> None:
    output = ToolOutput("{}")
    rows = json.dumps({"rows": [{"id": n, "state": "open"} for n in range(60)]})

    assert plan._outer(output, "", 100) is None
    assert plan._outer(output, '{"exit": 3}', 100) == Part(0, 0, "render", '{"exit": 3}', lossless=True)
    assert plan._outer(output, "x" * 600, 100) == Part(0, 0, "render", "x" * 600, lossless=True)
    assert plan._outer(output, "no json " * 90, 100) == Part(0, 0, "render", "no json " * 90, lossless=True)
    small = plan._outer(output, rows, 100)
    assert small is not None
    assert (small.start, small.stop, small.action) == (0, 0, "render")
    assert len(small.text) < len(rows) / 2


def test_of_two_forms_that_cost_the_same_the_other_is_taken() -> None:
    lines = [f"line {n} of some words" for n in range(9)]
    every, cut = [Part(0, 9, "keep")], [Part(0, 1, "keep"), Part(1, 9, "omit")]
    again = [Part(0, 4, "keep"), Part(4, 9, "keep")]

    assert whole.cheaper(lines, every, cut) is cut
    assert whole.cheaper(lines, cut, every) is cut
    assert whole.cheaper(lines, every, again) is again


def test_of_what_is_too_big_to_be_read_closely_the_ends_are_and_the_middle_is_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from headroom_mcp.flow import huge

    lines = [f"plain {n} of some words" for n in range(300)]
    lines[150] = "FATAL: it broke in the middle"
    monkeypatch.setattr(huge, "windows", lambda _: [(0, 20), (290, 300)])

    draft = plan._giant(ToolOutput("\n".join(lines)), 900)

    assert [(section.start, section.stop) for section in draft.sections] == [(0, 20), (20, 290), (290, 300)]
    assert draft.parts[1:-1] == [Part(20, 290, "omit", note="searched for failures only")]
    assert [fact.line for fact in draft.searched] == [150]
    assert [piece.start for piece in draft.pieces] == [0, 290]


def test_a_plan_counts_what_it_shows_and_what_stands_above() -> None:
    output = ToolOutput("\n".join(f"line {n}" for n in range(10)))
    parts = [Part(0, 2, "keep"), Part(2, 5, "omit", above=True), Part(5, 9, "omit", note="dull"), Part(9, 10, "keep")]

    planned = plan._planned(output, [], parts, 0)

    assert (planned.kept_lines, planned.above, planned.total_lines) == (3, 3, 10)
    assert planned.omitted[-1] == Omission(6, 9, "dull")


@pytest.mark.parametrize(
    ("windows", "sections"),
    [
        ([(5, 10)], [(0, 5), (5, 10)]),  # the first line is too long for a window
        ([(0, 5)], [(0, 5), (5, 10)]),
        ([], [(0, 10)]),
        ([(0, 1), (9, 10)], [(0, 1), (1, 9), (9, 10)]),
    ],
)
def test_all_lines_of_what_is_too_big_lie_in_a_section(
    windows: list[tuple[int, int]], sections: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from headroom_mcp.flow import huge

    lines = [f"ERROR number {n}" for n in range(10)]
    monkeypatch.setattr(huge, "windows", lambda _: windows)

    draft = plan._giant(ToolOutput("\n".join(lines)), 900)

    assert [(section.start, section.stop) for section in draft.sections] == sections
    closely = {line for start, stop in windows for line in range(start, stop)}
    assert {fact.line for fact in draft.searched} == set(range(10)) - closely


@pytest.mark.parametrize(
    ("query", "differ", "whole"), [("", True, True), ("which names a maple?", True, False), ("", False, False)]
)
def test_an_unknown_list_of_names_that_begin_alike_is_shown_whole_unasked(
    query: str, differ: bool, whole: bool, tmp_path: Path
) -> None:
    words = "amber basil cedar delta ember fjord grove heath islet joist knoll larch maple nacre ochre petal".split()
    rows = [
        f"tests/stock/test_warehouse.py::test_{one}_{other if differ else at}[{one if differ else at}]"
        for one in (words if differ else ["x"] * 16)
        for at, other in enumerate(words)
    ]
    output = ToolOutput("\n".join(rows), "Bash", {"command": "collect"}, query)

    planned = plan.plan(output, Settings(home=str(tmp_path)))

    assert planned.kind == "general"
    assert planned.lacks_nothing is whole
