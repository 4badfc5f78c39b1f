"""What a plan says of itself, and how a section of an output is planned wherever it begins."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from headroom_mcp import compress_output
from headroom_mcp.flow import plan as plans
from headroom_mcp.flow import repeats
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Origin, Part, Section, Shown, View

_LINES = [f"parcel {n} was weighed and is {n * 37 % 91} kilos heavy" for n in range(80)]
_LINES[50] = "ERROR: parcel 50 fell off the scales"


def _plan(parts: list[Part], kinds: str = "log", overwritten: int = 0) -> plans.Plan:
    sections = [Section(at, at + 1, kind, "") for at, kind in enumerate(kinds.split())]
    output = ToolOutput("\n".join(_LINES))
    return plans._planned(output, sections, parts, 0)._replace(overwritten=overwritten)


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ("log", "log"), ("log log", "log"), ("log table", "log+table"), ("table log table", "table+log"),
        ("a b c", "a+b+c"), ("a b c d", "a+b+c"), ("a b a c d", "a+b+c"),
    ],
)  # fmt: skip
def test_the_kind_of_a_plan_names_its_first_three_kinds_once(kinds: str, kind: str) -> None:
    assert _plan([Part(0, 80, "keep")], kinds).kind == kind


@pytest.mark.parametrize(
    ("part", "overwritten", "lacks_nothing"),
    [
        (Part(0, 10, "keep"), 0, True),
        (Part(0, 10, "keep"), 1, False),
        (Part(0, 10, "omit"), 0, False),
        (Part(0, 10, "omit", above=True), 0, True),
        (Part(0, 10, "render", "x"), 0, False),
        (Part(0, 10, "render", "x", lossless=True), 0, True),
        (Part(0, 10, "render", "x", lossless=True, unit="rows", total=10), 0, False),
    ],
)
def test_a_plan_lacks_nothing_where_all_can_be_rebuilt_or_stands_above(
    part: Part, overwritten: int, lacks_nothing: bool
) -> None:
    assert _plan([part, Part(10, 80, "keep")], overwritten=overwritten).lacks_nothing == lacks_nothing


def test_a_plan_counts_what_is_kept_and_what_stands_above() -> None:
    parts = [Part(0, 10, "keep"), Part(10, 30, "omit", above=True), Part(30, 70, "omit"), Part(70, 80, "keep")]
    found = _plan(parts)

    assert (found.kept_lines, found.total_lines, found.above, found.overwritten) == (20, 80, 20, 0)
    assert [(one.first, one.last) for one in found.omitted] in ([(11, 70)], [(11, 30), (31, 70)])
    assert found.body.split("\n")[:10] == _LINES[:10]


@pytest.mark.parametrize("start", [0, 1, 500])
@pytest.mark.parametrize("lines", [_LINES, _LINES[:3], ["{", '"a": 1', "}"]])
def test_a_section_is_planned_alike_wherever_it_begins(lines: list[str], start: int) -> None:
    here = plans._compressed(ToolOutput("\n".join(lines)), 300)
    there = plans._compressed(ToolOutput("\n".join(lines)), 300, start)

    assert [s._replace(start=s.start + start, stop=s.stop + start) for s in here.sections] == there.sections
    assert [p._replace(start=p.start + start, stop=p.stop + start) for p in here.parts] == there.parts
    assert [piece.start + start for piece in here.pieces] == [piece.start for piece in there.pieces]
    assert {fact.line + start for fact in here.lasting()} == {fact.line for fact in there.lasting()}
    assert {line + start for line in here.failures()} == there.failures()


@pytest.mark.parametrize(
    ("limit", "budgets"),
    [(0, [800]), (1_140, [800]), (1_139, [800, 400]), (640, [800, 400]), (639, [800, 400, 200]), (340, [800, 400, 200]), (339, None)],
)  # fmt: skip
def test_ever_smaller_budgets_are_tried_until_the_host_shows_it_with_its_footer(
    limit: int, budgets: list[int] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan of a budget of 800 has 995 characters here, the way back five, and the footer may have 140."""
    tried: list[int] = []

    def planned(_: ToolOutput, settings: Settings, *__: Any, **___: Any) -> plans.Plan:
        tried.append(settings.budget_tokens)
        size = {800: 995, 400: 495, 200: 195}[settings.budget_tokens]
        return _plan([Part(0, 80, "keep")])._replace(body="x" * size)

    monkeypatch.setattr(plans, "plan", planned)
    view = View(limit_chars=limit, way_back="get x")

    found = plans.plan_within(ToolOutput("x"), Settings(budget_tokens=800), view)

    assert (found is None) == (budgets is None)
    assert tried == (budgets or [800, 400, 200])


def test_of_what_stands_above_and_nothing_else_small_outputs_are_relieved() -> None:
    lines = [f"the {n}. line of a small output that is said twice, word for word" for n in range(12)]
    earlier = [Shown("cat a", "\n".join(lines[2:9]))]

    found = plans.without_what_stands_above(ToolOutput("\n".join(lines)), Settings(), earlier)

    assert found is not None
    assert [(part.start, part.stop, part.action, part.above) for part in found.parts] == [
        (0, 2, "keep", False),
        (2, 9, "omit", True),
        (9, 12, "keep", False),
    ]
    assert (found.above, found.kept_lines, found.total_lines) == (7, 5, 12)
    assert plans.without_what_stands_above(ToolOutput("\n".join(lines)), Settings(), []) is None


def test_who_has_the_whole_context_at_hand_gives_what_stands_in_it(tmp_path: Path) -> None:
    names = "amber basil cedar delta ember fjord grove haven iris jade karst lotus maple north onyx pearl".split()
    dice = Random(5)
    lines = [" ".join(dice.choices(names, k=9)) for _ in range(90)]
    settings = Settings(home=str(tmp_path))
    text = "\n".join(lines)

    with_it = compress_output(text, settings=settings, earlier=[Shown("cat a", "\n".join(lines[10:70]))])
    without = compress_output(text, settings=settings, earlier=[])

    assert "as shown above by cat a" in with_it.text
    assert "above" not in without.text


@pytest.mark.parametrize(
    ("pause_s", "stands"), [(0, True), (2_999, True), (3_000, True), (3_001, False), (9_000, False)]
)
def test_what_was_shown_up_to_fifty_minutes_before_the_next_still_stands_above(pause_s: int, stands: bool) -> None:
    shown = Shown("cat a", "text", 10_000.0, "t1")
    later = Shown("cat b", "other", 10_000.0 + pause_s, "t2")

    assert repeats.recent([shown], Origin("s"), 10_000.0 + pause_s) == ([shown] if stands else [])
    assert repeats.recent([shown, later], Origin("s"), later.shown_s) == ([shown, later] if stands else [later])
    assert repeats.recent([later], Origin("s", tool_use_id="t2"), later.shown_s) == []
