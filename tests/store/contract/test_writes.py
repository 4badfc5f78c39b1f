"""Writes are whole, threads may share a store, and what one wrote another reads."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from headroom_mcp.store import Store
from headroom_mcp.store.rows import Note
from headroom_mcp.types import Origin
from tests import long_form

THREADS, CALLS = 8, long_form.count(20, 60)


def _run_together(work: Callable[[int], None]) -> list[Exception]:
    """Run `work` in several threads at once; return what they raised."""
    raised: list[Exception] = []
    start = threading.Barrier(THREADS)

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


def test_threads_share_one_store_and_none_of_their_calls_fails_or_is_lost(store: Store) -> None:
    refs: dict[int, list[str]] = {}

    def work(number: int) -> None:
        refs[number] = []
        for call in range(CALLS):
            text = f"thread {number} call {call}"
            refs[number].append(store.put(text, origin=Origin(session=f"s{number}", project="/p"), label=text))
            store.contexts.note_shown(f"s{number}", "", "cat", text)
            store.notes.add(Note(f"n{number}-{call}", text, scope="/p"))
            assert store.get(refs[number][-1]).text == text
            assert store.contexts.shown_in(f"s{number}", "")[-1].text == text
            assert store.sessions.query(f"s{number}") == ""

    assert _run_together(work) == []
    assert [len(refs[number]) for number in range(THREADS)] == [CALLS] * THREADS
    for number in range(THREADS):
        assert [store.get(ref).text for ref in refs[number]] == [f"thread {number} call {c}" for c in range(CALLS)]
    assert len(list(store.notes.all())) == THREADS * CALLS


def test_a_thread_sees_nothing_of_another_threads_unfinished_write(store: Store) -> None:
    inside, seen = threading.Event(), threading.Event()
    found: list[str] = []

    def write() -> None:
        with store.transaction():
            store.sessions.set_query("s", "/p", "half")
            inside.set()
            seen.wait(0.3)
            store.sessions.set_query("s", "/p", "whole")

    thread = threading.Thread(target=write)
    thread.start()
    inside.wait(10)
    found.append(store.sessions.query("s"))
    seen.set()
    thread.join(10)

    assert found[0] in ("", "whole")


def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        store.sessions.set_query("s", "/p", "gone")
        store.put("gone", origin=Origin(session="s"))
        raise RuntimeError

    assert store.sessions.query("s") == ""
    assert store.sessions.refs("s", 9) == []
    store.sessions.set_query("s", "/p", "the next one works")
    assert store.sessions.query("s") == "the next one works"


def test_a_part_of_a_transaction_that_fails_is_undone_alone(store: Store) -> None:
    with store.transaction():
        store.sessions.set_query("s", "/p", "kept")
        with pytest.raises(RuntimeError), store.transaction():
            store.sessions.set_query("s", "/p", "undone")
            raise RuntimeError
        store.sessions.set_query("t", "/p", "kept too")

    assert (store.sessions.query("s"), store.sessions.query("t")) == ("kept", "kept too")


def test_what_was_written_is_there_for_another_process(store: Store, open_again) -> None:
    store.sessions.set_query("s", "/p", "hello")

    with open_again() as other:
        assert other.sessions.query("s") == "hello"
