"""What stands at the head of every line."""

from __future__ import annotations

from headroom_mcp.flow.plan import plan
from headroom_mcp.routing import router
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import heads
from headroom_mcp.tool_output import ToolOutput


def test_job_step_and_time_are_taken_from_each_line() -> None:
    lines = [f"test\tRun tests\t2026-03-01T12:00:0{n}.1234567Z line {n}" for n in range(9)]
    read = heads.read(lines)

    assert read is not None
    assert read.shown == [f"line {n}" for n in range(9)]
    assert set(read.tags) == {"test\tRun tests\t"}


def test_a_step_of_two_that_run_side_by_side_stays_at_its_line() -> None:
    lines = [f"#{7 + n % 2} {n}.004 unpacking part {n}" for n in range(9)]
    read = heads.read(lines)

    assert read is not None
    assert read.bare[3] == "unpacking part 3"
    assert read.shown == lines


def test_lines_without_heads_have_none() -> None:
    assert heads.read(["a line", "another line", "12.5 a figure"]) is None


def test_each_step_of_a_job_is_read_for_what_it_is() -> None:
    def head(step: str, lines: list[str]) -> list[str]:
        return [f"job\t{step}\t2026-03-01T12:00:00.1234567Z {line}" for line in lines]

    run = [
        "TAP version 13",
        *(f"ok {n} adds {n}" for n in range(1, 60)),
        "not ok 60 splits",
        "1..60",
        "# tests 60",
        "# fail 1",
    ]
    rows = [f"src/a{n}.py:{n}:1: F401 unused import of a{n}" for n in range(40)]
    text = "\n".join([*head("Lint", rows), *head("Test", run)])
    sections = router.route(ToolOutput(text, "Bash", {"command": "gh run view 7 --log"}))

    assert [section.kind for section in sections] == ["lint", "test_output"]
    assert "not ok 60 splits" in plan(ToolOutput(text, "Bash", {"command": "gh run view 7 --log"}), Settings()).body
