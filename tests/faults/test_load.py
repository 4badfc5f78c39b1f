"""Many at once, very large, and clocks that jump: no original of a live session is lost."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.store.sqlite import originals as originals_module
from headroom_mcp.text import marker
from headroom_mcp.types import Origin
from tests import processes

from . import harness
from .conftest import Note


def _answer_many(home: str, worker: int, outputs: int) -> tuple[int, int, int]:
    """Answer `outputs` events in this process; return answers, dangling refs and damaged answers."""
    os.environ.update(HEADROOM_HOME=home, CLAUDE_PROJECT_DIR="/nowhere")
    from headroom_mcp.hook import entry

    entry.start_timer = lambda: None  # it ends the process; here one process answers many events
    shown: dict[str, str] = {}
    damaged = 0
    for number in range(outputs):
        own = worker * 1_000_000 + number
        try:
            text = harness.shown_text(entry.answer(harness.event(own, session=f"worker-{worker}")))
        except Exception:  # any exception here would have been a lost answer
            damaged += 1
            continue
        if text is None:
            damaged += 1
        else:
            shown[text] = harness.output(own)
    return len(shown), len(harness.dangling(Path(home), shown)), damaged


def test_many_processes_at_once_on_one_store_lose_nothing(tmp_path: Path, note: Note, full: bool) -> None:
    workers, outputs = (50, 200) if full else (5, 20)
    home = str(tmp_path / "home")
    with ProcessPoolExecutor(workers, mp_context=processes.context(__name__)) as pool:
        results = list(pool.map(_answer_many, [home] * workers, range(workers), [outputs] * workers))
    answers, lost, damaged = (sum(column) for column in zip(*results, strict=True))
    note(f"{workers} processes at once, {outputs} outputs each", workers, answers, lost, damaged)

    assert (answers, lost, damaged) == (workers * outputs, 0, 0)


def test_a_store_at_its_limit_forgets_the_oldest_and_never_a_live_session(
    tmp_path: Path, note: Note, full: bool
) -> None:
    body_bytes = 8 << 20 if full else 256 << 10
    limit = (5 << 30) if full else (8 << 20)
    settings = Settings(home=str(tmp_path), max_store_bytes=limit)
    with open_store(settings) as store:
        live = store.put(os.urandom(body_bytes), origin=Origin(session="live", project="/p"))
        count = limit // body_bytes + 4
        for number in range(count):
            store.put(os.urandom(body_bytes), origin=Origin(session=f"old-{number}", project="/p"))
            store.connection.execute("UPDATE session SET ended_s = 1 WHERE id = ?", (f"old-{number}",))
        removed = store.expire()
        total = store.connection.execute("SELECT SUM(stored_bytes) FROM original").fetchone()[0]
        dangling = _dangling_records(store)
        assert len(store.get(live).body) == body_bytes
    note(f"store over its limit of {limit >> 20:,} MB", removed, count + 1, dangling, 0)

    assert removed >= 4
    assert total <= limit
    assert dangling == 0


@pytest.mark.parametrize("jump_days", [-400, 400, 20_000])
def test_a_clock_that_jumps_takes_nothing_from_a_live_session(
    tmp_path: Path, note: Note, monkeypatch: pytest.MonkeyPatch, jump_days: int
) -> None:
    settings = Settings(home=str(tmp_path))
    real = time.time
    with open_store(settings) as store:
        before = store.put("before the jump", origin=Origin(session="live", project="/p"))
        monkeypatch.setattr(originals_module.time, "time", lambda: real() + jump_days * 86400)
        removed_at_once = store.expire()
        after = store.put("after the jump", origin=Origin(session="live", project="/p"))
        removed = store.expire()
        monkeypatch.undo()
        removed_back = store.expire()

        assert store.get(before).text == "before the jump"
        assert store.get(after).text == "after the jump"
    note(f"clock jumps by {jump_days:,} days and back", 1, 2, removed_at_once + removed + removed_back, 0)


def _dangling_records(store: Store) -> int:
    """Count refs with neither an original nor a note that it expired."""
    row = store.connection.execute(
        "SELECT COUNT(*) FROM output o WHERE NOT EXISTS (SELECT 1 FROM original x WHERE x.ref = o.ref)"
        " AND NOT EXISTS (SELECT 1 FROM expired e WHERE e.ref = o.ref)"
    ).fetchone()
    return int(row[0])


def test_the_same_event_gives_the_same_bytes_from_any_process(tmp_path: Path) -> None:
    raw = harness.event(1)
    first = harness.finish(tmp_path / "a", raw)
    second = harness.finish(tmp_path / "b", raw)

    assert first == second
    assert marker.refs(json.loads(first[1])["hookSpecificOutput"]["updatedToolOutput"]["stdout"])
