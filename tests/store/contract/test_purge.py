"""A purge removes what meets every criterion, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headroom_mcp.store import Store
from headroom_mcp.store.rows import Note
from headroom_mcp.types import ExpiredRef, Origin

DAY_S = 86_400.0


def test_a_purged_ref_answers_expired_and_another_sessions_stays(store: Store) -> None:
    mine, theirs = store.put("mine", origin=Origin(session="s")), store.put("theirs", origin=Origin(session="t"))

    done = store.purge(session="s")

    assert (done.originals, done.outputs) == (1, 1)
    assert store.get(theirs).text == "theirs"
    with pytest.raises(ExpiredRef):
        store.get(mine)


def test_an_original_that_others_have_been_shown_stays_for_them(store: Store) -> None:
    ref = store.put("text", origin=Origin(project="/p"))
    store.put("text", origin=Origin(project="/q"))

    done = store.purge(project="/p")

    assert (done.originals, done.outputs) == (0, 1)
    assert store.get(ref, project="/q").text == "text"


def test_criteria_combine(store: Store, clock: Callable[[float], None]) -> None:
    clock(0.0)
    old, other = store.put("old", origin=Origin(project="/p")), store.put("other", origin=Origin(project="/q"))
    clock(10 * DAY_S)
    young = store.put("young", origin=Origin(project="/p"))

    done = store.purge(project="/p", older_than_s=DAY_S)

    assert done.originals == 1
    assert store.get(young).text + store.get(other).text == "youngother"
    with pytest.raises(ExpiredRef):
        store.get(old)


def test_everything_is_everything_but_the_notes(store: Store) -> None:
    ref = store.put("text", origin=Origin(session="s", project="/p"))
    store.contexts.note_shown("s", "", "cat", "text")
    store.sessions.note_file("s/agent", "a.py", "whole")
    store.sessions.set_query("s", "/p", "secret question")
    store.notes.add(Note("n1", "a note", scope="/p"))

    store.purge()

    assert store.contexts.shown_in("s", "") == []
    assert store.sessions.file_state("s/agent", "a.py") is None
    assert store.sessions.query("s") == ""
    assert [note.id for note in store.notes.all()] == ["n1"]
    with pytest.raises(ExpiredRef):
        store.get(ref)
