"""What switches compression off: for all, for a session, for a tool."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp.settings import switches
from headroom_mcp.settings.table import Settings


def test_everything_is_on_until_something_switches_it_off(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))

    assert not switches.is_off(settings)
    assert not switches.is_off(settings, "s1")
    assert switches.is_off(settings._replace(enabled=False), "s1")


def test_the_switch_of_a_session_is_its_own(tmp_path: Path) -> None:
    (tmp_path / switches.SESSION_SWITCHES).mkdir()
    (tmp_path / switches.SESSION_SWITCHES / switches.switch_name("s1")).touch()
    settings = Settings(home=str(tmp_path))

    assert switches.is_off(settings, "s1")
    assert not switches.is_off(settings, "s2")
    assert not switches.is_off(settings)


def test_the_switch_for_all_reaches_sessions_too(tmp_path: Path) -> None:
    (tmp_path / switches.OFF_SWITCH).touch()

    assert switches.is_off(Settings(home=str(tmp_path)))
    assert switches.is_off(Settings(home=str(tmp_path)), "s1")


@pytest.mark.parametrize(
    ("session", "name"),
    [("a1-B_2", "a1-B_2"), ("../../etc/passwd", "______etc_passwd"), ("a b.c", "a_b_c"), ("x" * 500, "x" * 120)],
)
def test_no_session_names_a_file_outside_of_the_folder(session: str, name: str) -> None:
    assert switches.switch_name(session) == name


@pytest.mark.parametrize(
    ("tool", "patterns", "is_off"),
    [
        ("Bash", [], False),
        ("Bash", ["Bash"], True),
        ("Bash", ["Read", "Bash"], True),
        ("Bash", ["bash"], False),
        ("mcp__github__list", ["mcp__github__*"], True),
        ("mcp__gitlab__list", ["mcp__github__*"], False),
        ("Bash", ["*"], True),
    ],
)
def test_a_tool_is_off_by_its_name_or_a_pattern(tool: str, patterns: list[str], is_off: bool) -> None:
    assert switches.is_tool_off(tool, patterns) == is_off
