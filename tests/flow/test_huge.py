"""Outputs too big to be read closely: both ends, the failures between them, and every law."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp import open_store
from headroom_mcp.flow import huge
from headroom_mcp.flow import plan as planning
from headroom_mcp.settings.table import Settings
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
