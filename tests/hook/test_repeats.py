"""What a hook names instead of showing it again: small outputs, lines of files read in part, a file after an edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from headroom_mcp.text import marker
from tests.hook.claude_session import ClaudeSession

_LINES = [f"    value_{n} = compute_the_value(argument_{n})" for n in range(1, 121)]


@pytest.fixture(name="session")
def _session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClaudeSession:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    return ClaudeSession(tmp_path)


def test_a_small_output_that_stands_above_is_named(session: ClaudeSession) -> None:
    text = "\n".join(f"M  headroom/part_{n}.py" for n in range(18))

    assert session.run("git status --short", text) == text
    again = session.run("git status --short # again", f"{text}\n?? new.txt").split("\n")

    assert again[0] == "[… lines 1-18 · as shown above by git status --short]"
    assert again[1] == "?? new.txt"


def test_of_a_file_read_in_part_only_new_lines_are_shown_under_their_numbers(session: ClaudeSession) -> None:
    assert session.read(_LINES, 1, 60) is None
    *body, footer = (session.read(_LINES, 41, 90) or "").split("\n")

    assert body[0] == "[… lines 1-20 · 41-60 as shown above by Read card.py]"
    assert body[1:] == [f"{n}\t{_LINES[n - 1]}" for n in range(61, 91)]
    assert marker.refs(footer)


def test_lines_of_one_file_are_one_content_whatever_shows_them(session: ClaudeSession) -> None:
    session.read(_LINES, 1, 60)
    numbered = "\n".join(f"{n:6}\t{_LINES[n - 1]}" for n in range(21, 71))
    plain = "\n".join(_LINES[9:40])

    assert "21-60 as shown above by Read card.py" in session.run("nl -ba card.py | sed -n 21,70p", numbered)
    assert "as shown above by Read card.py" in session.run("sed -n 10,40p card.py", plain)


def test_after_an_edit_a_file_comes_as_what_changed_under_true_numbers(session: ClaudeSession) -> None:
    session.read(_LINES)
    session.edit()
    changed = [*_LINES[:30], "    added = True", *_LINES[30:]]
    changed[80] = "    value_80 = None"
    answer = (session.read(changed) or "").split("\n")

    assert "1-30 as shown above by Read card.py" in answer[0]
    assert answer[1] == "31\t    added = True"
    assert "32-80 as shown above by Read card.py, moved by +1" in answer[2]
    assert answer[3] == "81\t    value_80 = None"
    assert "82-121 as shown above by Read card.py, moved by +1" in answer[4]


def test_what_is_asked_for_once_more_after_a_note_comes_whole(session: ClaudeSession) -> None:
    text = "\n".join(f"M  headroom/part_{n}.py" for n in range(18))
    shown = [session.run("git status --short", text) for _ in range(4)]

    assert (shown[0], shown[2]) == (text, text)
    assert shown[1] == shown[3] != text


def test_a_page_that_the_host_cut_stays_with_what_the_host_says_of_it(session: ClaudeSession) -> None:
    session.read(_LINES, 1, 60)

    assert session.read(_LINES, 1, 110, shows=50) is None


def test_what_repeats_can_be_switched_off(session: ClaudeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_REPEATS", "off")
    text = "\n".join(f"M  headroom/part_{n}.py" for n in range(18))

    assert [session.run("git status --short", text) for _ in range(2)] == [text, text]
    assert [session.read(_LINES, 1, 60) for _ in range(2)] == [None, None]
