"""Retention goes in steps that last, within the time that a host leaves."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp.hook.claude_code import session as claude_session
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.store.sqlite import originals, retention
from headroom_mcp.types import Origin, StoreError

DAY_S = 86_400.0


@pytest.fixture(name="store")
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with open_store(Settings(home=str(tmp_path))) as store:
        yield store


def _fill(store: Store, count: int, size: int = 20) -> None:
    """Put `count` originals whose time is over."""
    with store.transaction():
        for number in range(count):
            store.put(b"%d" % number + os.urandom(size))
        store.connection.execute("UPDATE original SET used_s = used_s - ?", (100 * DAY_S,))


def _left(store: Store) -> int:
    return int(store.connection.execute("SELECT COUNT(*) FROM original").fetchone()[0])


@pytest.mark.parametrize(("count", "size"), [(250, 20), (40, 400_000)], ids=["many", "large"])
def test_each_call_without_time_makes_some_progress_and_in_the_end_all_is_done(
    store: Store, count: int, size: int
) -> None:
    _fill(store, count, size)
    steps = []
    while removed := store.expire(within_s=0.0):
        steps.append(removed)

    assert sum(steps) == count
    assert len(steps) > 2
    assert max(steps) <= retention.STEP_ORIGINALS
    assert max(steps) * size <= retention.STEP_BYTES + size


def test_what_was_removed_before_a_crash_stays_removed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(store, 250)
    remove, calls = retention._remove, []

    def crash_on_the_third(*arguments: object) -> int:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return remove(*arguments)

    monkeypatch.setattr(retention, "_remove", crash_on_the_third)
    with pytest.raises(KeyboardInterrupt):
        store.expire()

    assert _left(store) == 250 - 2 * retention.STEP_ORIGINALS


def test_another_process_can_write_between_two_steps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(store, 250)
    monkeypatch.setattr("headroom_mcp.store.sqlite.connection.BUSY_TIMEOUT_S", 0.0)
    refused = []

    def write_from_elsewhere(_: float) -> None:
        with open_store(store.settings) as other:
            try:
                other.put("from elsewhere")
            except StoreError as error:
                refused.append(error)

    monkeypatch.setattr(retention.time, "sleep", write_from_elsewhere)

    assert store.expire() == 250
    assert refused == []


def test_the_end_of_a_session_takes_no_longer_than_the_host_waits(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(store, 350)
    clock = [time.monotonic()]
    remove = retention._remove

    def slow(*arguments: object) -> int:
        clock[0] += 0.3  # a slow disk
        return remove(*arguments)

    monkeypatch.setattr(retention, "_remove", slow)
    monkeypatch.setattr(retention.time, "monotonic", lambda: clock[0])
    started = clock[0]

    claude_session.answer({"hook_event_name": "SessionEnd", "session_id": "s", "cwd": "/"})

    assert clock[0] - started < 1.0
    assert 0 < _left(store) < 350


def test_originals_of_live_sessions_stay_however_large_the_store(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path), max_store_bytes=50_000)) as store:
        live = [store.put(os.urandom(20_000), origin=Origin(session="live")) for _ in range(3)]
        dead = [store.put(os.urandom(20_000), origin=Origin(session="dead")) for _ in range(3)]
        store.sessions.end("dead")

        assert store.expire() == 3
        assert [len(store.get(ref).body) for ref in live] == [20_000] * 3
        assert all(
            row == 0 for (row,) in store.connection.execute("SELECT COUNT(*) FROM original WHERE ref = ?", dead[:1])
        )


def test_texts_shown_to_sessions_that_never_ended_are_forgotten_in_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    for age_days, name in ((20, "old"), (1, "young")):
        monkeypatch.setattr(originals.time, "time", lambda age_days=age_days: now - age_days * DAY_S)
        store.contexts.note_shown(name, "", "cat", "text")
    monkeypatch.undo()

    store.expire()

    assert (store.contexts.shown_in("old", ""), len(store.contexts.shown_in("young", ""))) == ([], 1)
