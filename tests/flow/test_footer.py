"""The last line of what is shown: what is left out, in lines or in the units of what was rendered."""

from __future__ import annotations

import pytest

from headroom_mcp.flow import footer
from headroom_mcp.flow.plan import Plan
from headroom_mcp.text import marker
from headroom_mcp.types import Part


def _render(start: int, stop: int, text: str = "a head", **more: object) -> Part:
    return Part(start, stop, "render", text, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "overwritten", "said"),
    [
        ([Part(0, 4, "keep"), Part(4, 9, "omit"), Part(9, 1_200, "omit")], 0, "1,196 of 1,200 lines left out"),
        ([Part(0, 3, "omit"), _render(3, 1_200)], 0, "3 of 1,200 lines left out, 1,197 of 1,200 lines in short"),
        ([Part(0, 4, "keep"), _render(4, 1_200)], 2, "1,196 of 1,200 lines in short, 2 overwritten states left out"),
        ([Part(0, 1_200, "keep")], 1, "1 overwritten state left out"),
        (
            [_render(0, 9, unit="rows", left_out=5, total=20), _render(9, 1_200, unit="rows", left_out=7, total=30)],
            0,
            "12 of 50 rows left out",
        ),
        (
            [_render(0, 9, unit="rows", left_out=5, total=20), _render(9, 1_200, unit="values", left_out=1, total=3)],
            0,
            "5 of 20 rows left out, 1 of 3 values left out",
        ),
        ([_render(0, 1_200, unit="values", total=3)], 0, "all 3 values, rearranged"),
        ([Part(0, 1, "keep"), _render(1, 1_200, unit="values", total=3)], 0, "all 1,200 lines, rearranged"),
        ([_render(0, 1_200, lossless=True)], 0, "[headroom 0123456789ab]"),
    ],
)
def test_the_footer_counts_what_is_not_shown(parts: list[Part], overwritten: int, said: str) -> None:
    plan = Plan("the body", [], parts, (), 4, 1_200, overwritten)

    body, last = footer.added(plan, "0123456789ab", "").split("\n")

    assert body == "the body"
    assert last.startswith("[headroom ")
    assert said in last


def test_where_nothing_is_lacking_the_footer_is_the_ref_alone() -> None:
    plan = Plan("the body", [], [Part(0, 3, "keep"), Part(3, 9, "omit", above=True)], (), 3, 9)

    assert footer.added(plan, "0123456789ab", "headroom retrieve") == "the body\n[headroom 0123456789ab]"


@pytest.mark.parametrize(
    ("part", "overwritten", "said"),
    [
        (Part(4, 9, "omit"), 0, ""),
        (_render(4, 9), 0, ""),
        (Part(4, 9, "omit"), 2, ": 5 of 9 lines left out, 2 overwritten states left out"),
        (_render(4, 9, unit="rows", left_out=2, total=8), 0, ": 2 of 8 rows left out"),
    ],
)
def test_of_a_small_output_the_markers_tell_what_is_left_out_and_the_tool_itself_how_to_see_it(
    part: Part, overwritten: int, said: str
) -> None:
    plan = Plan("the body", [], [Part(0, 4, "keep"), part], (), 4, 9, overwritten, small=True)

    shown = footer.added(plan, "0123456789ab", "")

    assert shown == f"the body\n[headroom 0123456789ab{said}]"
    assert marker.refs(shown) == ["0123456789ab"]


@pytest.mark.parametrize("small", [False, True])
def test_a_reader_without_the_tool_is_always_told_the_command(small: bool) -> None:
    plan = Plan("the body", [], [Part(0, 4, "keep"), Part(4, 9, "omit")], (), 4, 9, small=small)

    shown = footer.added(plan, "0123456789ab", "headroom retrieve")

    assert shown.endswith("[headroom 0123456789ab: 5 of 9 lines left out; headroom retrieve 0123456789ab --lines A-B]")
