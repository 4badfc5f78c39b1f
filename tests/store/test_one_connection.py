"""One connection to the file: how it is opened, what it takes, what is damage and what only looks like it."""

from __future__ import annotations

import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.sqlite import connection
from headroom_mcp.store.sqlite.store import open_in_memory, open_store
from headroom_mcp.types import StoreError


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    return Settings(home=str(tmp_path / "home"))


def test_a_new_file_is_in_wal_mode_synchronised_at_checkpoints_and_begins_no_transaction_by_itself(
    settings: Settings,
) -> None:
    db = connection.connect(settings)

    assert connection.store_path(settings) == os.path.join(settings.home, "headroom.db")
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert db.execute("PRAGMA synchronous").fetchone() == (1,)
    assert db.execute("PRAGMA busy_timeout").fetchone() == (5_000,)
    assert db.isolation_level is None
    db.close()


@pytest.mark.parametrize("opened", ["file", "memory"])
def test_any_string_of_python_is_taken_with_half_surrogates_spelled_out(opened: str, settings: Settings) -> None:
    db = connection.connect(settings) if opened == "file" else connection.connect_in_memory()
    half = "a\ud800b"

    assert db.execute("SELECT ?, ?, ?", (half, 3, "é")).fetchone() == ("a\\ud800b", 3, "é")
    assert db.execute("SELECT :a, :b", {"a": half, "b": b"\xff"}).fetchone() == ("a\\ud800b", b"\xff")
    assert db.execute("SELECT 1").fetchone() == (1,)
    db.close()


def test_a_store_in_memory_has_every_table_and_serves_other_threads() -> None:
    import threading

    db = connection.connect_in_memory()
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.extend(db.execute("SELECT COUNT(*) FROM original").fetchall()))
    thread.start()
    thread.join()

    assert found == [(0,)]
    assert db.isolation_level is None
    db.close()


def test_a_damaged_byte_in_a_text_costs_that_byte(settings: Settings) -> None:
    db = connection.connect(settings)

    assert db.execute("SELECT CAST(x'61ff62' AS TEXT)").fetchone() == ("a\ufffdb",)
    db.close()


@pytest.mark.parametrize(
    ("error", "is_damage"),
    [
        (sqlite3.DatabaseError("database disk image is malformed"), True),
        (sqlite3.DatabaseError("file is not a database"), True),
        (sqlite3.OperationalError("malformed database schema (x)"), True),
        (sqlite3.OperationalError("database is locked"), False),
        (sqlite3.OperationalError("database or disk is full"), False),
        (ValueError("malformed"), False),
    ],
)
def test_a_damaged_file_is_told_from_one_that_is_locked_or_full(error: Exception, is_damage: bool) -> None:
    assert connection.is_corruption(error) is is_damage


def test_a_file_that_is_no_database_is_set_aside_with_its_logs_and_that_is_noted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[tuple[object, ...]] = []
    monkeypatch.setattr(fault_log, "record", lambda *given: noted.append(given))
    folder = Path(settings.home)
    folder.mkdir(mode=0o700)
    path = folder / "headroom.db"
    for suffix in ("", "-wal", "-shm"):
        (folder / f"headroom.db{suffix}").write_bytes(b"no database at all" * 300)

    db = connection.connect(settings)

    assert db.execute("SELECT COUNT(*) FROM original").fetchone() == (0,)
    db.close()
    aside = sorted(name for name in os.listdir(folder) if ".corrupt-" in name)
    assert re.fullmatch(r"headroom\.db\.corrupt-\d{8}T\d{6}Z", aside[0])
    assert {name.removeprefix(aside[0]) for name in aside} <= {"", "-wal", "-shm"}
    assert (folder / aside[0]).read_bytes() == b"no database at all" * 300
    ((where, error, given),) = noted
    assert (where, given) == ("store", settings)
    assert isinstance(error, StoreError) and str(error) == f"corrupt database set aside as {folder / aside[0]}"
    assert path.exists()


def test_a_second_file_of_the_same_second_gets_a_name_of_its_own_and_a_sound_one_stays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.connect(settings).close()
    path = connection.store_path(settings)
    assert connection.set_aside(path, settings) is None
    assert connection.set_aside(f"{path}.none", settings) is None

    monkeypatch.setattr(connection.time, "strftime", lambda *_: "20260101T000000Z")
    names = []
    for _ in range(3):
        Path(path).write_bytes(b"no database" * 400)
        names.append(connection.set_aside(path, settings))

    assert names == [f"{path}.corrupt-20260101T000000Z{more}" for more in ("", "x", "xx")]
    assert not os.path.exists(path)


@pytest.mark.parametrize(("fails", "tries"), [(0, 1), (1, 2), (49, 50), (50, 50)])
def test_the_switch_to_wal_is_tried_fifty_times_while_the_file_is_locked(
    fails: int, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(connection.time, "sleep", waits.append)
    asked: list[str] = []

    class _Db:
        def execute(self, sql: str) -> Any:
            asked.append(sql)
            if len(asked) <= fails:
                msg = "database is locked"
                raise sqlite3.OperationalError(msg)
            return self

        def fetchone(self) -> tuple[str]:
            return ("wal",)

    if fails == 50:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connection._switch_to_wal(_Db())  # type: ignore[arg-type]
    else:
        connection._switch_to_wal(_Db())  # type: ignore[arg-type]

    assert asked == ["PRAGMA journal_mode"] * tries
    assert waits == [pytest.approx(0.002 * n) for n in range(1, tries if fails < 50 else 50)]


def test_what_is_wrong_with_a_file_besides_a_lock_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection.time, "sleep", lambda _: pytest.fail("it waited"))

    class _Db:
        def execute(self, _: str) -> Any:
            msg = "disk I/O error"
            raise sqlite3.OperationalError(msg)

    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        connection._switch_to_wal(_Db())  # type: ignore[arg-type]


def test_a_connection_that_could_not_be_prepared_is_closed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []

    def fail(db: sqlite3.Connection) -> None:
        opened.append(db)
        raise KeyboardInterrupt

    monkeypatch.setattr(connection.schema, "migrate", fail)

    with pytest.raises(KeyboardInterrupt):
        connection.connect(settings)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sqlite3.OperationalError("database is locked"), "cannot be opened: database is locked. Check its permissions"),
        (PermissionError(13, "Permission denied"), "cannot be opened: [Errno 13] Permission denied. Set HEADROOM_HOME"),
    ],
)
def test_what_keeps_the_store_from_opening_is_told_with_its_path(
    error: Exception, said: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: str) -> Any:
        raise error

    monkeypatch.setattr(connection, "_connect", fail)

    with pytest.raises(StoreError, match=re.escape(f"The store {connection.store_path(settings)} {said}")):
        connection.connect(settings)


def test_damage_that_comes_back_after_the_file_was_set_aside_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asides: list[tuple[object, ...]] = []

    def fail(_: str) -> Any:
        msg = "database disk image is malformed"
        raise sqlite3.DatabaseError(msg)

    monkeypatch.setattr(connection, "_connect", fail)
    monkeypatch.setattr(connection, "set_aside", lambda *given: asides.append(given))

    with pytest.raises(StoreError, match="is corrupt and cannot be set aside: database disk image is malformed"):
        connection.connect(settings)
    assert asides == [(connection.store_path(settings), settings)]


def test_a_store_keeps_its_connection_while_its_file_stays_and_opens_the_one_that_comes_instead(
    settings: Settings,
) -> None:
    with open_store(settings) as store, open_in_memory() as other:
        own, others = store.connection, other.connection
        for each in (store, other):
            each.sessions.set_query("s", "/p", "why?")
            assert each.sessions.query("s") == "why?"
        assert (store.connection, other.connection) == (own, others)

        os.replace(connection.store_path(settings), f"{connection.store_path(settings)}.old")
        store.sessions.set_query("t", "/p", "and now?")

        assert store.connection is not own
        assert (store.sessions.query("s"), store.sessions.query("t")) == ("", "and now?")
