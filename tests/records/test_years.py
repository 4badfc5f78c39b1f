"""A date in a year that no other has is unlike the others, unless the dates are in order, as a log's are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest

from headroom_mcp import compress_output
from headroom_mcp.records import survey as surveys
from headroom_mcp.tool_output import ToolOutput

_FORMS = {
    "pairs": "cert host-{at}.example.test notAfter={d} serial {id}",
    "columns": "{name:<12}{id:>9}  {d}  active",
    "list": "  - {name}-{id}: valid until {d}T00:00:00Z",
    "csv": "{id},{name},{d},ok",
    "slashes": "job {name} of {id} is due {d:%Y/%m/%d} at the latest",
}
_NAMES = "amber basil cedar delta ember fjord grove haven".split()


def _lines(form: str, dates: Iterable[date]) -> list[str]:
    dice = Random(5)
    return [
        _FORMS[form].format(at=at, d=day, id=dice.randrange(10**5, 10**6), name=dice.choice(_NAMES))
        for at, day in enumerate(dates)
    ]


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("year", [2019, 2025, 2031])
def test_a_date_in_a_year_of_its_own_is_shown(form: str, year: int) -> None:
    dice = Random(year)
    dates = [date(2027, 1, 1) + timedelta(dice.randrange(364)) for _ in range(200)]
    dates[137] = dates[137].replace(year=year)
    lines = _lines(form, dates)

    assert (
        lines[137].strip() in compress_output("\n".join(lines), tool_name="Bash", tool_input={"command": "./due"}).text
    )


@pytest.mark.parametrize("form", _FORMS)
@pytest.mark.parametrize("falling", [False, True])
def test_the_last_days_of_the_year_before_are_not_unlike(form: str, falling: bool) -> None:
    dates = [date(2026, 12, 30) + timedelta(at) for at in range(200)]
    lines = _lines(form, reversed(dates) if falling else dates)

    found = surveys.telling(ToolOutput("\n".join(lines), "Bash", {"command": "./due"}).survey)

    assert not any(evidence.value.lstrip().startswith("2026") for one in found for evidence in one.evidence)
