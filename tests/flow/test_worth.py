"""When an answer is worth showing: to the token."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headroom_mcp.flow import compress, footer
from headroom_mcp.flow.plan import Plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Omission, Part, Section, View

_TEXT = "\n".join(f"line {n} of an output" for n in range(200))
_SECTIONS = [Section(0, 200, "log", "")]


def _plan(parts: list[Part], omitted: tuple[Omission, ...], lines: int = 40) -> Plan:
    body = "\n".join(_TEXT.split("\n")[:lines])
    return Plan(body, _SECTIONS, parts, omitted, lines, 200)


def _call(kinds: tuple[str, ...] = (), *, only_above: bool = False, saving: float = 0.25) -> Any:
    settings = Settings(min_saving=saving)
    return SimpleNamespace(
        only_above=lambda output: only_above, view=View(kinds=kinds, way_back="w"), settings=settings
    )


_OMITTED = _plan([Part(0, 40, "keep"), Part(40, 200, "omit")], (Omission(41, 200, ""),))
_ABOVE = _plan([Part(0, 40, "keep"), Part(40, 200, "render", "above", above=True)], (Omission(41, 200, ""),))
_LOSSLESS = _plan([Part(0, 200, "render", "all of it", lossless=True)], ())


@pytest.mark.parametrize("off", [-1, 0, 1])
@pytest.mark.parametrize(("planned", "saving"), [(_OMITTED, 0.25), (_OMITTED, 0.5), (_LOSSLESS, 0.25), (_ABOVE, 0.25)])
def test_an_answer_is_worth_it_from_the_least_saving_on(planned: Plan, saving: float, off: int) -> None:
    output = ToolOutput(_TEXT)
    least = int(output.tokens * saving)
    if planned.lacks_nothing:
        least = compress._MIN_ABOVE_TOKENS if planned.omitted else compress._MIN_LOSSLESS_TOKENS
    shown = footer.added(planned, "0" * 12, "w")
    planned = planned._replace(closer=tokens.estimate(shown) - (output.tokens - least) + off)

    found = compress._worth(planned, _call(saving=saving), output)

    assert found == (planned if off >= 0 else "log")


def test_an_answer_as_long_as_the_output_is_none_however_cheap() -> None:
    output = ToolOutput(_TEXT)
    shown = footer.added(_OMITTED, "0" * 12, "w")
    longer = _OMITTED._replace(body=_OMITTED.body + "x" * (len(_TEXT) - len(shown)), closer=9_999)

    assert compress._worth(longer, _call(), output) == "log"
    assert compress._worth(longer._replace(body=longer.body[:-1]), _call(), output) == longer._replace(
        body=longer.body[:-1]
    )


def test_an_answer_of_another_kind_than_is_asked_for_is_none_but_where_only_what_stands_above_goes() -> None:
    output = ToolOutput(_TEXT)

    assert compress._worth(None, _call(), output) == ""
    assert compress._worth(_OMITTED, _call(("log", "json")), output) == _OMITTED
    assert compress._worth(_OMITTED, _call(("json",)), output) == "log"
    assert compress._worth(_OMITTED, _call(("json",), only_above=True), output) == _OMITTED
