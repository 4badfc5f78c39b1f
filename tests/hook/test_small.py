"""Small outputs that are new are noted without opening the store: quicker, and not one answer is another."""

from __future__ import annotations

import os
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.hook import respond
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import glance, open_store, purge_everything
from tests import long_form
from tests.hook.claude_session import ClaudeSession

_POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and pipes are POSIX")
_LINES = [f"    value_{n} = compute_the_value(argument_{n})" for n in range(1, 61)]
_STATUS = "\n".join(f"M  headroom/part_{n}.py" for n in range(18))
_NEW = "\n".join(f"A  another/file_{n}.txt" for n in range(18))


@pytest.fixture(name="opened")
def _opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what grows by one whenever a hook opens the store."""
    opened: list[str] = []

    def open_counted(of: Settings | None = None) -> object:
        opened.append("store")
        return open_store(of)

    monkeypatch.setattr(respond, "open_store", open_counted)
    return opened


@pytest.fixture(name="session")
def _session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClaudeSession:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    session = ClaudeSession(tmp_path)
    session.run("ls", "\n".join(f"something_{n}.md" for n in range(20)))
    return session


def _files(session: ClaudeSession) -> list[Path]:
    return sorted((session.folder / "store" / glance.FOLDER).glob("*"))


def test_a_small_output_in_a_session_that_is_known_does_not_open_the_store(
    session: ClaudeSession, opened: list[str]
) -> None:
    opened.clear()
    session.run("git status --short", _STATUS)
    session.read(_LINES, 1, 12)

    assert opened == []


def test_what_was_noted_without_the_store_is_named_when_it_comes_again(
    session: ClaudeSession, opened: list[str]
) -> None:
    session.run("git status --short", _STATUS)
    session.run("ls src", _NEW)
    session.read(_LINES, 1, 12)
    opened.clear()

    assert "lines 1-18 · as shown above by git status --short]" in session.run("git status -s", f"{_STATUS}\n?? new")
    assert "lines 1-18 · as shown above by ls src]" in session.run("ls src/", f"{_NEW}\nanother")
    assert "lines 1-12 · 1-12 as shown above by Read card.py" in (session.read(_LINES, 1, 20) or "")
    assert opened == ["store"] * 3


def test_a_small_part_of_a_file_that_was_edited_or_shown_in_short_asks_the_store(
    session: ClaudeSession, opened: list[str]
) -> None:
    session.edit()
    opened.clear()
    session.read(_LINES, 1, 12)

    assert opened == ["store"]


def test_after_a_compaction_nothing_that_was_noted_stands_above(session: ClaudeSession) -> None:
    session.run("git status --short", _STATUS)
    session.compact()

    assert _files(session) == []
    assert session.run("git status --short", _STATUS) == _STATUS


_ACTIONS = st.one_of(
    st.tuples(st.just("run"), st.integers(0, 3), st.integers(0, 60), st.integers(1, 25)),
    st.tuples(st.just("read"), st.just(0), st.integers(0, 50), st.integers(1, 25)),
    st.just(("edit", 0, 0, 0)),
    st.just(("compact", 0, 0, 0)),
)


@settings(max_examples=long_form.count(10, 100), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_ACTIONS, max_size=14))
def test_no_answer_is_another_than_where_the_store_is_opened_for_each_output(
    monkeypatch: pytest.MonkeyPatch, actions: list[tuple[str, int, int, int]]
) -> None:
    answers: list[list[str | None]] = [[], []]
    for known, said in zip((True, False), answers, strict=True):
        with tempfile.TemporaryDirectory() as folder:
            monkeypatch.setenv("HEADROOM_HOME", str(Path(folder, "store")))
            session = ClaudeSession(Path(folder))
            for what, kind, first, length in actions:
                if not known:
                    for path in Path(folder, "store", glance.FOLDER).glob("*.lines"):
                        path.unlink()
                if what == "run":
                    lines = [f"{word} {n + first} of kind {kind}" for n in range(length) for word in ("file", "row")]
                    said.append(session.run(f"show {kind}", "\n".join(lines)))
                elif what == "read":
                    said.append(session.read(_LINES, first + 1, min(60, first + length)))
                elif what == "edit":
                    session.edit()
                else:
                    session.compact()

    assert answers[0] == answers[1]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("ruin", [_cut, _empty, _longer, _folder, _gone, pytest.param(_pipe, marks=_POSIX)])
def test_a_filter_that_is_damaged_or_gone_means_that_the_store_is_opened(
    session: ClaudeSession, opened: list[str], ruin: Callable[[Path], None]
) -> None:
    ruin(next(path for path in _files(session) if path.suffix == ".lines"))
    opened.clear()
    session.run("git status --short", _STATUS)

    assert opened == ["store"]
    assert "as shown above by git status" in session.run("git status --short # again", f"{_STATUS}\n?? new")


@pytest.mark.parametrize("ruin", [_cut, _empty, _longer, _folder, _gone, pytest.param(_pipe, marks=_POSIX)])
def test_waiting_texts_that_are_damaged_are_not_called_shown(
    session: ClaudeSession, ruin: Callable[[Path], None]
) -> None:
    session.run("ls src", "\n".join(f"A  a/file_with_a_long_name_{n}.txt" for n in range(30)))
    session.run("git status --short", _STATUS)
    ruin(next(path for path in _files(session) if path.suffix == ".texts"))

    shown = session.run("git status --short # again", f"{_STATUS}\n?? new")
    assert shown == f"{_STATUS}\n?? new" or "as shown above by git status" in shown


@_POSIX
def test_the_files_are_for_the_user_alone(session: ClaudeSession) -> None:
    session.run("git status --short", _STATUS)

    assert {path.suffix for path in _files(session)} == {".lines", ".texts"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in _files(session)} == {0o600}
    assert stat.S_IMODE(_files(session)[0].parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("how", ["everything", "all rows", "session"])
def test_purging_removes_what_was_noted(session: ClaudeSession, how: str) -> None:
    session.run("git status --short", _STATUS)
    of = Settings(home=str(session.folder / "store"))
    if how == "everything":
        purge_everything(of)
    else:
        with open_store(of) as store:
            store.sessions.set_query("s", "/p", "why?")
            store.purge(session="s" if how == "session" else None)

    assert _files(session) == []


def test_what_was_noted_in_a_session_that_never_ended_goes_with_retention(session: ClaudeSession) -> None:
    session.run("git status --short", _STATUS)
    for path in _files(session):
        os.utime(path, (0, 0))
    with open_store(Settings(home=str(session.folder / "store"))) as store:
        store.expire()

    assert _files(session) == []


@pytest.mark.parametrize("variable", ["HEADROOM_ENABLED", "HEADROOM_TOOLS_OFF"])
def test_where_a_switch_is_set_the_store_is_asked(
    session: ClaudeSession, opened: list[str], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    before = [path.read_bytes() for path in _files(session)]
    monkeypatch.setenv(variable, "off")
    session.run("git status --short", _STATUS)

    assert [path.read_bytes() for path in _files(session)] == before or opened


def test_many_small_outputs_are_taken_in_by_the_store_before_their_file_grows_large(session: ClaudeSession) -> None:
    for n in range(500):
        session.run(
            f"show {n}", "\n".join(f"row {row} of the output {n} of many, and nothing else" for row in range(12))
        )

    assert max(path.stat().st_size for path in _files(session)) < 300_000
    with sqlite3.connect(session.folder / "store" / "headroom.db") as db:
        assert db.execute("SELECT COUNT(*) FROM shown").fetchone()[0] > 100
