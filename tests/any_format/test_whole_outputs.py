"""The whole-output game as a law: one planted failure, anywhere, in any of forty runners' formats, is shown."""

from __future__ import annotations

from random import Random

import pytest

from headroom_mcp.evals.whole_outputs import play
from headroom_mcp.flow.plan import plan
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from tests import long_form


@pytest.mark.parametrize("runner", sorted(play.RUNNERS))
@pytest.mark.parametrize("setting", ["alone", "several", "ci"])
def test_every_failure_is_shown_with_its_name_values_and_place_and_so_is_every_total(runner: str, setting: str) -> None:
    seeds = range(6) if long_form.FULL else Random(f"{runner} {setting}").sample(range(6), 2)
    for seed in seeds:
        output = play.make(seed, runner, setting)
        shown = plan(ToolOutput(output.text, "Bash", {"command": output.command}), Settings()).body

        assert play.missing(output, shown) == [], f"play --runner {runner} --setting {setting} --show {seed}"


@pytest.mark.parametrize("runner", sorted(set(play.RUNNERS) - {"go_json"}))
def test_a_run_is_known_for_one_without_a_word_from_the_tool(runner: str) -> None:
    output = next(made for seed in range(99) if (made := play.make(seed, runner, "alone")).failed)
    kinds = {section.kind for section in router.route(ToolOutput(output.text, "mcp__x__run", {}))}

    assert kinds <= {"test_output", "build"}
