"""The failure log: one line per trouble, bounded, and never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings


def _raised(error: BaseException) -> BaseException:
    try:
        raise error
    except BaseException as caught:
        return caught


def _lines(home: Path) -> list[str]:
    return fault_log.read(Settings(home=str(home)))


def test_a_line_tells_when_where_what_and_the_place_it_was_raised_at(tmp_path: Path) -> None:
    fault_log.record("hook", _raised(ValueError("no such ref")), Settings(home=str(tmp_path)))

    (line,) = _lines(tmp_path)
    stamp, rest = line.split(" ", 1)
    assert len(stamp) == len("2026-01-01T00:00:00Z")
    assert stamp[10] == "T"
    assert stamp.endswith("Z")
    assert rest.startswith("hook ValueError: no such ref (test_fault_log.py:")


@pytest.mark.parametrize("text", ["", "first\nsecond", "x" * 1_000, "caf\ud800", "\n"])
def test_a_message_of_any_shape_makes_one_short_line(tmp_path: Path, text: str) -> None:
    fault_log.record("server", ValueError(text), Settings(home=str(tmp_path)))

    (line,) = _lines(tmp_path)
    assert "second" not in line
    assert len(line) < 400
    assert ("x" * 300 in line) == (len(text) == 1_000)
    assert not line.endswith(")")  # one that was never raised has no place


def test_lines_come_back_oldest_first_and_none_where_nothing_happened(tmp_path: Path) -> None:
    assert _lines(tmp_path) == []
    for number in range(3):
        fault_log.record(f"call{number}", ValueError("a"), Settings(home=str(tmp_path)))

    assert [line.split()[1] for line in _lines(tmp_path)] == ["call0", "call1", "call2"]


def test_a_long_log_is_begun_again_and_the_one_before_it_kept(tmp_path: Path) -> None:
    log = tmp_path / fault_log.LOG_NAME
    settings = Settings(home=str(tmp_path))
    log.write_text("old\n" * 64 * 1024)  # 256 KiB to the byte: may grow once more
    fault_log.record("one", ValueError("a"), settings)
    assert log.stat().st_size > 256 * 1024
    fault_log.record("two", ValueError("a"), settings)

    assert [line.split()[1] for line in _lines(tmp_path)] == ["two"]
    assert (tmp_path / f"{fault_log.LOG_NAME}.1").read_text().startswith("old\n")


def test_a_log_that_cannot_be_written_loses_the_line_and_nothing_else(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    fault_log.record("hook", ValueError("a"), Settings(home=str(blocked / "home")))

    assert blocked.read_text() == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_in_its_place_is_neither_waited_for_nor_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / fault_log.LOG_NAME)

    fault_log.record("hook", ValueError("a"), Settings(home=str(tmp_path)))

    with pytest.raises(OSError, match="is not a file"):
        _lines(tmp_path)
