"""Notes on a real store: append-only, of one project, whole after a crash, under ten writers, out and in again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp.memory import notes, recall, tools
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import NoteError, SecretFound, UnknownNote
from tests import processes

HERE = "/projects/here"
THERE = "/projects/there"


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=str(tmp_path / "home"))) as store:
        yield store


def _texts(hits: list[recall.Hit]) -> list[str]:
    return [hit.note.text for hit in hits]


def test_a_note_comes_back_with_its_provenance(store: Store) -> None:
    saved = notes.save(
        store, "the staging database is read only", scope=HERE, author="user", tags=["db", "db", "ops"],
        session="s1", tool="memory_save", ref="0123456789ab", created_s=1_700_000_000.0,
    )  # fmt: skip

    found = notes.get(store, saved.id, [HERE])

    assert found == saved
    assert found.tags == ("db", "ops")


def test_a_project_never_sees_another_projects_notes(store: Store) -> None:
    secret = notes.save(store, "the launch codename is bluebird", scope=THERE)

    assert recall.search(store, "launch codename bluebird", [HERE, notes.GLOBAL]) == []
    assert notes.newest(store, [HERE, notes.GLOBAL]) == []
    assert notes.alike(store, "the launch codename is bluebird", [HERE, notes.GLOBAL]) == []
    with pytest.raises(UnknownNote):
        notes.get(store, secret.id, [HERE, notes.GLOBAL])
    with pytest.raises(UnknownNote):
        notes.forget(store, secret.id, [HERE, notes.GLOBAL])
    with pytest.raises(UnknownNote):
        notes.save(store, "codename is redbird", scope=HERE, replaces=secret.id)


def test_a_global_note_is_seen_from_every_project(store: Store) -> None:
    notes.save(store, "prefer small commits", scope=notes.GLOBAL)

    assert _texts(recall.search(store, "commits", [HERE, notes.GLOBAL])) == ["prefer small commits"]


def test_an_update_supersedes_and_loses_nothing(store: Store) -> None:
    old = notes.save(store, "deploys happen on friday", scope=HERE)
    new = notes.save(store, "deploys happen on monday", scope=HERE, replaces=old.id)

    assert _texts(recall.search(store, "deploys friday", [HERE])) == ["deploys happen on monday"]
    assert notes.get(store, old.id, [HERE]).superseded_by == new.id
    assert len(notes.newest(store, [HERE], superseded=True)) == 2


def test_a_superseded_note_cannot_be_superseded_again(store: Store) -> None:
    old = notes.save(store, "port 8080", scope=HERE)
    new = notes.save(store, "port 9090", scope=HERE, replaces=old.id)

    with pytest.raises(NoteError, match=new.id):
        notes.save(store, "port 7070", scope=HERE, replaces=old.id)
    assert len(notes.newest(store, [HERE], superseded=True)) == 2


def test_near_duplicates_are_offered_and_both_kept(store: Store) -> None:
    first = notes.save(store, "run the tests with pytest -q in the backend folder", scope=HERE)
    alike = "run the tests with pytest -x in the backend folder"

    answer = tools.remember(store, alike, project=HERE)

    assert f"({first.id})" in answer
    assert {note.text for note in notes.newest(store, [HERE])} == {first.text, alike}


def test_forgetting_removes_the_words_everywhere(store: Store) -> None:
    notes.save(store, "one", scope=HERE, session="s")
    old = notes.save(store, "the zanzibar plan, first draft", scope=HERE, session="s")
    new = notes.save(store, "the zanzibar plan", scope=HERE, session="s", replaces=old.id)
    notes.save(store, "three", scope=HERE, session="s")

    notes.forget(store, new.id, [HERE])

    assert recall.search(store, "zanzibar", [HERE]) == []
    for table in ("note", "note_words"):
        rows = store.connection.execute(f"SELECT * FROM {table}").fetchall()
        assert "zanzibar" not in str(rows)


def test_purging_by_scope_age_and_pattern_meets_every_condition(store: Store) -> None:
    notes.save(store, "old draft", scope=HERE, created_s=1_000.0)
    notes.save(store, "new draft", scope=HERE)
    notes.save(store, "old plan", scope=HERE, created_s=1_000.0)
    notes.save(store, "old draft elsewhere", scope=THERE, created_s=1_000.0)

    removed = notes.purge(store, scope=HERE, before_s=2_000.0, pattern="DRAFT")

    assert removed == 1
    assert {note.text for note in notes.newest(store, [HERE])} == {"new draft", "old plan"}
    assert notes.purge(store, scope=THERE) == 1


def test_a_pattern_that_is_none_is_a_clear_error(store: Store) -> None:
    with pytest.raises(NoteError, match="regular expression"):
        notes.purge(store, pattern="(")


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "empty"), (" \n", "empty"), ("a\0b", "NUL"), ("\ud83d", "surrogate"), ("x" * 4_000_001, "characters")],
)
def test_what_is_no_note_is_refused_with_the_reason(store: Store, text: str, message: str) -> None:
    with pytest.raises(NoteError, match=message):
        notes.save(store, text, scope=HERE)
    assert notes.newest(store, [HERE]) == []


def test_a_secret_is_refused_and_leaves_no_trace(store: Store) -> None:
    with pytest.raises(SecretFound, match="aws"):
        notes.save(store, "deploy with AKIA" + "IOSFODNN7EXAMPLE", scope=HERE)
    with pytest.raises(SecretFound):
        notes.save(store, "deploy", scope=HERE, tags=["ghp_" + "a1B2" * 9])
    assert "AKIA" not in str(store.connection.execute("SELECT * FROM note").fetchall())


def test_a_note_of_a_megabyte_is_found_by_its_last_word(store: Store) -> None:
    text = "lorem ipsum dolor sit amet " * 38_000 + " quetzalcoatl"
    saved = notes.save(store, text, scope=HERE, session="s")
    notes.save(store, "a small one", scope=HERE, session="s")

    hits = recall.search(store, "quetzalcoatl", [HERE])

    assert [hit.note.id for hit in hits] == [saved.id]
    assert hits[0].note.text == text


_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=80)


@given(st.lists(st.tuples(_TEXT, st.lists(_TEXT, max_size=3), st.sampled_from(["", "s1", "s2"])), max_size=6))
def test_export_and_import_are_exact(rows: list[tuple[str, list[str], str]]) -> None:
    with _memory() as ours, _memory() as theirs:
        previous = ""
        for text, tags, session in rows:
            try:
                previous = notes.save(ours, text, scope=HERE, tags=tags, session=session, replaces=previous).id
            except NoteError:
                continue
            if session:
                previous = ""
        lines = list(notes.export(ours))
        saved, known = notes.load(theirs, lines)

        assert (saved, known) == (len(lines), 0)
        assert list(notes.export(theirs)) == lines
        assert notes.load(theirs, lines) == (0, len(lines))
        words = "SELECT body, near, far, tags, scope FROM note_words ORDER BY rowid"
        assert theirs.connection.execute(words).fetchall() == ours.connection.execute(words).fetchall()


def test_an_import_with_a_bad_line_changes_nothing(store: Store) -> None:
    notes.save(store, "first", scope=HERE)
    lines = list(notes.export(store))
    with _memory() as other:
        with pytest.raises(NoteError, match="Line 2"):
            notes.load(other, [*lines, '{"id": 3}'])
        with pytest.raises(NoteError, match="Line 2"):
            notes.load(other, [*lines, "not json"])

        assert list(notes.export(other)) == []


def test_ten_processes_save_and_search_and_nothing_is_lost(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    with processes.context(__name__).Pool(10) as pool:
        missed = pool.starmap(_save_and_search, [(home, worker) for worker in range(10)])
    with open_store(Settings(home=home)) as store:
        found = notes.newest(store, [HERE], limit=1_000)

    assert missed == [0] * 10
    assert len({note.text for note in found}) == 100


def test_a_crash_in_the_middle_of_a_save_leaves_no_half_note(tmp_path: Path) -> None:
    home = str(tmp_path / "home")
    with open_store(Settings(home=home)) as store:
        notes.save(store, "before the crash", scope=HERE, session="s")
    process = subprocess.Popen([sys.executable, "-c", _CRASHING, home], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"inside\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with open_store(Settings(home=home)) as store:
        hits = recall.search(store, "crash", [HERE])
        store.connection.execute("INSERT INTO note_words (note_words) VALUES ('integrity-check')")
        notes.save(store, "after the crash", scope=HERE, session="s")

    assert _texts(hits) == ["before the crash"]


_CRASHING = """
import sys, time
from headroom_mcp.memory import notes
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.sqlite import notes as rows
store = open_store(Settings(home=sys.argv[1]))
write = rows._write_words
def stop_after(db, row, words):
    write(db, row, words)
    print("inside", flush=True)
    time.sleep(60)
rows._write_words = stop_after
notes.save(store, "during the crash", scope="/projects/here", session="s")
"""


def _save_and_search(home: str, worker: int) -> int:
    missed = 0
    with open_store(Settings(home=home)) as store:
        for number in range(10):
            saved = notes.save(store, f"worker{worker} number{number} said so", scope=HERE, session=str(worker))
            hits = recall.search(store, f"worker{worker} number{number}", [HERE], limit=1)
            missed += [hit.note.id for hit in hits] != [saved.id]
            time.sleep(0.001)
    return missed


def _memory() -> Store:
    from headroom_mcp.store import open_in_memory

    return open_in_memory()
