"""An output that takes too long stays as it is, where there is a deadline."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.flow import compress, deadline
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings

_TEXT = "".join(f"2026-03-01 12:00:{n % 60:02} INFO worker {n} took {n % 7} ms\n" for n in range(400))


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let no plan be ready before the event is set."""
    released = threading.Event()
    monkeypatch.setattr(compress, "plan_within", lambda *given: released.wait(10))
    return released


def test_what_takes_too_long_stays_as_it_is(tmp_path: Path, stuck: threading.Event) -> None:
    started = time.monotonic()
    result = compress_output(_TEXT, settings=Settings(home=str(tmp_path), deadline_s=0.05))
    stuck.set()

    assert (result.outcome, result.text) == ("failed", _TEXT)
    assert time.monotonic() - started < 8
    assert "no answer within 0.05 s" in "".join(fault_log.read(Settings(home=str(tmp_path))))


def test_what_is_ready_in_time_is_the_answer_without_a_deadline(tmp_path: Path) -> None:
    with_one = compress_output(_TEXT, settings=Settings(home=str(tmp_path), deadline_s=60.0))
    without = compress_output(_TEXT, settings=Settings(home=str(tmp_path)))

    assert with_one.outcome == "compressed"
    assert with_one == without


def test_the_command_line_shows_what_came_when_its_deadline_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stuck: threading.Event
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    shown = CliRunner().invoke(main, ["compress", "--seconds", "0.05"], input=_TEXT)
    stuck.set()

    assert (shown.exit_code, shown.stdout) == (0, _TEXT)


def test_an_error_of_the_work_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        deadline.within(30, lambda: 1 // 0)
