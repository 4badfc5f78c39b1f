"""Outputs too big to be read closely: both ends, the failures between them, and every law."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import open_store
from headroom_mcp.flow import huge
from headroom_mcp.flow import plan as planning
from headroom_mcp.settings.table import Settings
from headroom_mcp.tool_output import ToolOutput
from tests import laws


@pytest.fixture(name="small_windows")
def _small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "GIANT_CHARS", 20_000)
    monkeypatch.setattr(huge, "_END_CHARS", 4_000)


@pytest.mark.usefixtures("small_windows")
def test_a_failure_in_the_unread_middle_survives(tmp_path: Path) -> None:
    lines = [f"2026-01-01 10:00:{i % 60:02d} INFO worker {i % 7} finished job {i}" for i in range(2_000)]
    lines[1_000] = "2026-01-01 10:16:40 ERROR payment gateway refused the connection"
    with open_store(Settings(home=str(tmp_path))) as store:
        result = laws.check_all("\n".join(lines), store, query='who said "job 777"?')

    assert lines[1_000] in result.text
    assert lines[777] in result.text


@pytest.mark.usefixtures("small_windows")
def test_one_line_of_megabytes_keeps_every_law(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        result = laws.check_all('{"a": "' + "x y z " * 20_000 + '"}', store)

    assert result.outcome == "compressed"


def test_the_windows_are_both_ends_without_overlap() -> None:
    lines = ["x" * 999] * 10_000

    assert huge.windows(lines) == [(0, 2_500), (7_500, 10_000)]
    assert huge.windows(["x"] * 3) == [(0, 3)]
    assert huge.windows([]) == []


@given(st.lists(st.integers(0, 3_000), max_size=30))
def test_each_window_is_as_long_as_it_may_be_and_no_longer(sizes: list[int]) -> None:
    lines = ["x" * size for size in sizes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(huge, "_END_CHARS", 4_000)
        found = huge.windows(lines)

    head = next((stop for start, stop in found if start == 0), 0)
    tail = next((start for start, stop in found if stop == len(lines) and start >= head), len(lines))
    cost = [size + 1 for size in sizes]
    assert all(start < stop for start, stop in found)
    assert sum(cost[:head]) <= 4_000 and (head == len(lines) or sum(cost[: head + 1]) > 4_000)
    assert sum(cost[tail:]) <= 4_000 and (tail == head or sum(cost[tail - 1 :]) > 4_000)


@given(
    st.lists(
        st.sampled_from(["fine", "ERROR one", "all ERROR and ERROR", "Traceback (most recent call last):"]), max_size=90
    )
)
def test_of_the_lines_with_a_word_of_failure_the_first_and_the_last_are_facts(lines: list[str]) -> None:
    found = [fact.line for fact in huge.facts(ToolOutput("\n".join(lines)), 0, len(lines))]
    errors = [n for n, line in enumerate(lines) if "ERROR" in line]
    traces = [n for n, line in enumerate(lines) if "Traceback" in line]

    first, last = huge._FIRST_HITS, huge._LAST_HITS
    expected = {
        n for hits in (errors, traces) for n in (hits if len(hits) <= first + last else hits[:first] + hits[-last:])
    }
    assert found == sorted(expected)


def test_a_line_too_long_to_show_is_no_fact_and_what_is_quoted_is_one() -> None:
    lines = ["x" * 6_000 + " ERROR", "job 777 is done", "x" * 4_000 + " ERROR"]
    found = huge.facts(ToolOutput("\n".join(lines), query='where is "job 777"?'), 0, 3)

    assert [(fact.line, fact.rank, fact.kind) for fact in found] == [(1, 1, "query matches"), (2, 0, "failures")]
