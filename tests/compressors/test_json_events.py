"""Events as JSON, one a line, several sorts of them in turn: told by record, the one that failed whole."""

from __future__ import annotations

import json
from random import Random

import pytest

from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput


def _of_tests(seed: int, tests: int = 400) -> tuple[str, list[str]]:
    """Return what a runner prints of `tests` of which one fails, and what must be seen of that one."""
    pick = Random(seed)
    odd = pick.randrange(9, tests - 9)
    told: list[dict[str, object]] = [{"event": "opened", "version": "1.2"}]
    for at in range(tests):
        name = f"{pick.choice(('weighs', 'folds', 'sorts'))} lot {pick.randint(100, 999)}"
        told.append({"event": "began", "unit": {"n": at, "title": name, "line": 10 + at}, "at": 40 * at})
        if at == odd:
            told.append(
                {"unit": at, "fault": "wanted 17, got 4711", "where": f"lots_check.xy {at + 300}:5", "event": "fault"}
            )
            marks = [name, "wanted 17, got 4711", f"lots_check.xy {at + 300}:5"]
        told.append({"unit": at, "outcome": "bad" if at == odd else "good", "hidden": False, "event": "ended"})
    return "\n".join(map(json.dumps, told)), marks


@pytest.mark.parametrize("seed", range(12))
def test_the_event_unlike_the_others_is_shown_with_those_around_it(seed: int) -> None:
    text, marks = _of_tests(seed)
    shown = plan(ToolOutput(text, "Bash", {"command": "./check --events"}, "Did all go well?"), Settings()).body

    assert [mark for mark in marks if mark not in shown] == []
    assert len(shown) < 0.3 * len(text)


def test_rows_of_one_sort_stay_a_table() -> None:
    text = "\n".join(json.dumps({"at": at, "state": "open", "lot": f"l{at * 7919 % 997}"}) for at in range(400))

    assert "rows {" in plan(ToolOutput(text, "Bash", {"command": "./lots"}, "Did all go well?"), Settings()).body
