"""A team's store that dies, fills up, is away or is of another version: no hook waits, nothing shown is lost, the spool drains."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("psycopg_pool", reason="the extra team is not installed")

from headroom_mcp.evals import own_postgres
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import delivery, open_store
from headroom_mcp.store.postgres import database, schema, upkeep
from headroom_mcp.store.postgres import store as shared_store
from headroom_mcp.store.postgres.upkeep import Admin
from headroom_mcp.text import marker
from headroom_mcp.types import HeadroomError, Origin, StoreError
from tests import shared
from tests.shared import Team

from . import harness
from .conftest import Note


@pytest.fixture(name="own")
def _own() -> Iterator[Team]:
    """A team on a server of this test's own, durable as a real one."""
    cluster = own_postgres.begin(durable=True)
    if cluster is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    try:
        yield shared.prepared(cluster)
    finally:
        own_postgres.end(cluster)


def _hooks(home: Path, address: str, numbers: range) -> dict[str, str]:
    """Run a hook for each number as a host does; return what it showed for which text. Every one answers."""
    shown = {}
    os.environ["HEADROOM_STORE"] = address
    try:
        for number in numbers:
            code, out, err = harness.finish(home, harness.event(number))
            answer = harness.shown_text(out)
            assert (code, err) == (0, b"")
            assert answer is not None
            shown[answer] = harness.output(number)
    finally:
        del os.environ["HEADROOM_STORE"]
    return shown


def _lost(settings: Settings, shown: dict[str, str]) -> list[str]:
    """Return the refs of what was shown that this machine or the team's store does not give back to the byte."""
    lost = []
    with open_store(settings) as local, shared_store.open_store(settings) as team:
        for text, original in shown.items():
            ref = marker.refs(text)[-1]
            for store in (local, team):
                try:
                    if store.get(ref).text != original:
                        lost.append(ref)
                except HeadroomError:
                    lost.append(ref)
    return lost


def _drained(
    settings: Settings, patience_s: float = 60.0, cluster: own_postgres.Cluster | None = None
) -> delivery.Delivered:
    """Deliver until nothing waits; a `cluster` that has ended itself is started again, as whoever runs one would."""
    until = time.monotonic() + patience_s
    while True:
        if cluster is not None and cluster.process.poll() is not None:
            cluster.start()
        try:
            done = delivery.deliver(settings)
            if not done.waiting and not done.busy:
                return done
        except StoreError:
            pass
        if time.monotonic() > until:
            pytest.fail("the spool is not drained")
        time.sleep(0.2)


def test_a_database_that_is_killed_again_and_again_costs_nothing_shown(
    own: Team, tmp_path: Path, note: Note, full: bool
) -> None:
    settings = Settings(home=str(tmp_path / "home"), store=own.machine("acme"))
    draw = random.Random(5)
    ended = threading.Event()

    def deliver() -> None:
        while not ended.is_set():
            try:
                delivery.deliver(settings)
            except HeadroomError:
                time.sleep(0.05)

    deliverer = threading.Thread(target=deliver)
    deliverer.start()
    shown: dict[str, str] = {}
    kills = 8 if full else 2
    try:
        for kill in range(kills):
            shown |= _hooks(tmp_path / "home", settings.store, range(kill * 6, kill * 6 + 3))
            time.sleep(draw.random() * 0.3)
            own.cluster.kill()
            shown |= _hooks(tmp_path / "home", settings.store, range(kill * 6 + 3, kill * 6 + 6))
            own.cluster.start()
    finally:
        ended.set()
        deliverer.join(60)
    _drained(settings)

    lost = _lost(settings, shown)
    note("PostgreSQL killed", kills, len(shown), len(lost), 0)
    assert len(shown) == kills * 6
    assert lost == []


def test_a_database_that_is_away_delays_no_hook_and_gets_all_of_it_afterwards(
    own: Team, tmp_path: Path, note: Note, full: bool
) -> None:
    settings = Settings(home=str(tmp_path / "home"), store=own.machine("acme"))
    own.cluster.stop()
    until = time.monotonic() + (30.0 if full else 1.0)
    shown, number = dict[str, str](), 0
    while time.monotonic() < until or number < 3:
        shown |= _hooks(tmp_path / "home", settings.store, range(number, number + 1))
        number += 1
    with pytest.raises(StoreError, match="could not be"):
        delivery.deliver(settings)
    own.cluster.start()
    _drained(settings)

    lost = _lost(settings, shown)
    note("PostgreSQL away", 1, len(shown), len(lost), 0)
    assert lost == []


def test_deliverers_that_are_killed_deliver_everything_once(own: Team, tmp_path: Path, note: Note, full: bool) -> None:
    settings = Settings(home=str(tmp_path / "home"), store=own.machine("acme"))
    count = 1_500
    with open_store(settings) as store, store.transaction():
        refs = [
            store.put(
                f"text {number} " + "x" * 3_000,
                origin=Origin("s", project="/p/shop"),
                tokens_before=100,
                tokens_after=10,
            )
            for number in range(count)
        ]
    draw = random.Random(9)
    env = {**os.environ, "HEADROOM_HOME": settings.home, "HEADROOM_STORE": settings.store}
    kills = 0
    for _ in range(12 if full else 4):
        process = subprocess.Popen(
            [sys.executable, "-m", "headroom_mcp", "admin", "deliver"],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(0.8 + draw.random() * 1.2)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    _drained(settings)

    with shared_store.open_store(settings) as team:
        figures = team.ledger.read()
        lost = [ref for ref in refs[:: count // 100] if not team.get(ref).text.startswith("text ")]
    note("deliverer killed", kills, count, len(lost), 0)
    assert (figures.totals.outputs, figures.totals.tokens_host, figures.originals) == (count, count * 100, count)
    assert lost == []


@pytest.fixture(name="small_disk")
def _small_disk() -> Iterator[Path]:
    """A file system of 130 MB, which may grow, where PostgreSQL's own user can reach it."""
    place = Path(tempfile.mkdtemp(prefix="headroom-disk-"))
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=130m", "tmpfs", place], check=False).returncode
    ):
        place.rmdir()
        pytest.skip("mounting a small disk needs root")
    os.chmod(place, 0o755)  # as mounted: the folder below keeps its own
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=False)
        place.rmdir()


def test_a_database_whose_disk_is_full_loses_nothing_and_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path, note: Note
) -> None:
    folder = small_disk / "pg"
    folder.mkdir()
    cluster = own_postgres.begin(
        durable=True, folder=str(folder), max_wal_size="48MB", min_wal_size="32MB", shared_buffers="32MB"
    )
    if cluster is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    try:
        team = shared.prepared(cluster)
        settings = Settings(home=str(tmp_path / "home"), store=team.machine("acme"))
        noise = random.Random(3)
        with open_store(settings) as store, store.transaction():
            refs = [store.put(noise.randbytes(1_000_000), origin=Origin("s", project="/p/shop")) for _ in range(90)]
        with pytest.raises(StoreError):
            delivery.deliver(settings)
        shown = _hooks(tmp_path / "home", settings.store, range(3))
        subprocess.run(["mount", "-o", "remount,size=600m", small_disk], check=True)
        _drained(settings, patience_s=120.0, cluster=cluster)  # without room for its log it may end itself
        lost = _lost(settings, shown)
        with open_store(settings) as local, shared_store.open_store(settings) as there:
            lost += [ref for ref in refs if there.get(ref).body != local.get(ref).body]
        note("disk of PostgreSQL full", 1, len(shown) + len(refs), len(lost), 0)
        assert lost == []
    finally:
        own_postgres.end(cluster)


def test_a_program_that_is_newer_than_the_schema_waits_for_it_and_hooks_do_not(own: Team, tmp_path: Path) -> None:
    old = shared.prepared(own.cluster, "old", migrated=False)
    with Admin(old.owner) as admin:
        admin.migrate(most=len(schema.MIGRATIONS) - 1)
    settings = Settings(home=str(tmp_path / "home"), store=old.machine("acme"))
    shown = _hooks(tmp_path / "home", settings.store, range(2))

    with pytest.raises(StoreError, match="headroom admin migrate"):
        delivery.deliver(settings)
    with Admin(old.owner) as admin:
        assert admin.migrate().now == len(schema.MIGRATIONS)
    _drained(settings)
    assert _lost(settings, shown) == []


def test_a_program_that_is_older_than_the_schema_goes_on_while_it_is_migrated(
    own: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=str(tmp_path / "home"), store=own.machine("acme"))
    added = "ALTER TABLE output ADD COLUMN later TEXT NOT NULL DEFAULT '';\nCREATE TABLE later ({own}, x TEXT)"
    stored: list[str] = []
    raised: list[Exception] = []
    ended = threading.Event()

    def write() -> None:
        number = 0
        with shared_store.open_store(settings) as store:
            while not ended.is_set():
                number += 1
                try:
                    stored.append(store.put(f"text {number}", origin=Origin("s", project="shop")))
                    assert store.get(stored[-1]).text == f"text {number}"
                except Exception as error:
                    raised.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.5)
    migrations = (*schema.MIGRATIONS, added)
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    with Admin(own.owner) as admin:
        assert admin.migrate().now == len(migrations)
    monkeypatch.setattr(schema, "MIGRATIONS", migrations[:-1])
    before = len(stored)
    time.sleep(0.5)
    ended.set()
    writer.join(30)
    shown = _hooks(tmp_path / "home", settings.store, range(2))
    _drained(settings)

    assert raised == []
    assert len(stored) > before > 0
    assert _lost(settings, shown) == []


def test_a_writer_that_takes_the_tables_in_another_order_than_a_migration_is_not_ended(
    own: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = "ALTER TABLE output ADD COLUMN later TEXT NOT NULL DEFAULT ''"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, added))
    done: list[object] = []

    def migrate() -> None:
        try:
            with Admin(own.owner) as admin:
                done.append(admin.migrate().now)
        except StoreError as error:
            done.append(error)

    with database.connect(own.owner) as writer:
        writer.execute("UPDATE original SET used_s = 0")  # the migration wants this table last
        migration = threading.Thread(target=migrate)
        migration.start()
        _wait_for_one_who_waits(own)
        writer.execute("UPDATE output SET created_s = 0")  # and this one first
    migration.join(30)

    assert done == [len(schema.MIGRATIONS)]


def test_a_migration_that_finds_the_tables_in_use_gives_up_with_what_to_do(
    own: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "TAKE_S", 0.5)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, "CREATE TABLE later ({own}, x TEXT)"))
    with database.connect(own.owner) as backup, Admin(own.owner) as admin:
        backup.execute("SELECT COUNT(*) FROM note")
        with pytest.raises(
            StoreError, match=r"in use for 0\.5 s, so nothing was migrated.*run `headroom admin migrate` again"
        ):
            admin.migrate()
        backup.rollback()
        assert admin.migrate().now == len(schema.MIGRATIONS)


def _wait_for_one_who_waits(team: Team) -> None:
    """Return as soon as somebody waits for a lock on a table of the store."""
    with database.connect(team.owner) as watcher:
        watcher.autocommit = True
        until = time.monotonic() + 20
        while not watcher.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation'").fetchall():
            assert time.monotonic() < until


def test_migrations_that_are_begun_together_run_once(own: Team) -> None:
    fresh = shared.prepared(own.cluster, "fresh", migrated=False)
    done: list[object] = []
    begin = threading.Barrier(6)

    def migrate() -> None:
        begin.wait()
        try:
            with Admin(fresh.owner) as admin:
                done.append(admin.migrate())
        except StoreError as error:
            done.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    newest = len(schema.MIGRATIONS)
    assert sorted(done) == [(0, newest), *[(newest, newest)] * 5]  # type: ignore[type-var]
