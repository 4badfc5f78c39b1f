"""Disks that are full, read-only or damaged: the host keeps its original, and nothing shown points at nothing."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from headroom_mcp.cli import main
from headroom_mcp.memory import recall
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.types import ExpiredRef
from tests import long_form

from . import harness
from .conftest import Note


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if mount is None or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], check=False)


def test_on_a_full_disk_the_host_keeps_its_original_and_earlier_ones_stay(small_disk: Path, note: Note) -> None:
    home = small_disk / "home"
    shown: dict[str, str] = {}
    silent = damaged = 0
    noise = random.Random(3)
    for number in range(40):
        # Random words hardly compress: the disk is full after some of them.
        text = "\n".join(f"INFO job {noise.randbytes(24).hex()} of batch {number} is done" for _ in range(1200))
        code, out, err = harness.finish(home, harness.event(number, text))
        damaged += code != 0 or err != b""
        answer = harness.shown_text(out)
        if answer is None:
            silent += 1
            if silent == 10 and not long_form.FULL_FAULTS:
                break
        else:
            shown[answer] = text
    lost = harness.dangling(home, shown)
    note("disk full", silent, len(shown), len(lost), damaged)

    assert silent > 0, "the disk never filled up: the test shows nothing"
    assert len(shown) > 0
    assert lost == []
    assert damaged == 0


@pytest.mark.parametrize("left_open", [False, True], ids=["closed", "killed while open"])
def test_purging_everything_frees_a_disk_that_is_full_to_the_last_byte_and_keeps_the_notes(
    small_disk: Path, left_open: bool
) -> None:
    home = small_disk / "home"
    # A process of its own: what it leaves behind is what a killed one leaves.
    code = _FILL + ("import os; os._exit(0)" if left_open else "store.close()")
    subprocess.run([sys.executable, "-c", code, home], check=True)
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while filler.write(b"x" * 512):
            pass
    before = shutil.disk_usage(small_disk).free

    purged = CliRunner().invoke(main, ["purge", "--all", "--yes", "--json"], env={"HEADROOM_HOME": str(home)})

    assert (before, purged.exit_code) == (0, 0), purged.output
    assert shutil.disk_usage(small_disk).free > 200_000
    (small_disk / "filler").unlink()
    with open_store(Settings(home=str(home))) as store:
        assert [note.text for note in store.notes.all()] == ["a note that stays"]
        assert len(recall.search(store, "note that stays", ["/p"])) == 1
        ref = store.put("and it works again")
        assert store.get(ref).text == "and it works again"
        with pytest.raises(ExpiredRef):
            store.get(_REF_OF_THE_FIRST)


_REF_OF_THE_FIRST = hashlib.sha256(b"first").hexdigest()[:12]
_FILL = """
import os, sys
from headroom_mcp.types import StoreError
from headroom_mcp.memory import notes
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.types import Origin
store = open_store(Settings(home=sys.argv[1]))
notes.save(store, "a note that stays", scope="/p")
store.put("first", origin=Origin("s"))
try:
    while True:
        store.put(os.urandom(20_000), origin=Origin("s"))
except StoreError:
    pass
"""


def test_a_read_only_disk_gives_no_answer_and_still_reads(small_disk: Path, note: Note) -> None:
    home = small_disk / "home"
    _, out, _ = harness.finish(home, harness.event(0))
    first = harness.shown_text(out)
    assert first is not None
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    code, out, err = harness.finish(home, harness.event(1))
    note("disk read-only", 1, 0 if not out else 1, 0, int(code != 0 or err != b""))

    assert (code, out, err) == (0, b"", b"")


def test_a_locked_store_gives_no_answer_in_time(tmp_path: Path, note: Note) -> None:
    home = tmp_path / "home"
    harness.finish(home, harness.event(0))
    lock = sqlite3.connect(home / "headroom.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        code, out, err = harness.finish(home, harness.event(1))
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    note("store locked by another process", 1, 0 if not out else 1, 0, int(code != 0 or err != b""))

    assert (code, out, err) == (0, b"", b"")
    assert "locked" in (home / fault_log.LOG_NAME).read_text()


def test_damaged_pages_cost_at_most_the_answer_and_the_store_begins_anew(
    tmp_path: Path, note: Note, full: bool
) -> None:
    rounds = 40 if full else 4
    chance = random.Random(5)
    answers = lost_count = damaged = 0
    for round_number in range(rounds):
        home = tmp_path / f"home{round_number}"
        for number in range(3):
            harness.finish(home, harness.event(number))
        _damage(home / "headroom.db", chance)
        shown: dict[str, str] = {}
        for number in range(10, 16):
            code, out, err = harness.finish(home, harness.event(number))
            damaged += code != 0 or err != b""
            answer = harness.shown_text(out)
            if answer is not None:
                shown[answer] = harness.output(number)
        answers += len(shown)
        lost_count += len(harness.dangling(home, shown))
    note("random pages of the store overwritten", rounds, answers, lost_count, damaged)

    assert damaged == 0
    assert lost_count == 0
    assert answers > 0


def test_a_newer_schema_is_used_as_it_is_and_an_older_one_is_brought_up_while_open(tmp_path: Path, note: Note) -> None:
    home = tmp_path / "home"
    settings = Settings(home=str(home))
    with open_store(settings) as old:
        old.connection.execute("PRAGMA user_version = 99")
        old.connection.execute("ALTER TABLE output ADD COLUMN from_the_future TEXT")
        _, out, _ = harness.finish(home, harness.event(1))
        text = harness.shown_text(out)
        assert text is not None
        lost = harness.dangling(home, {text: harness.output(1)})
        # The connection that was open all the time still writes.
        ref = old.put("from the older process")
        assert old.get(ref).text == "from the older process"
    note("two versions of the schema at once", 1, 1, len(lost), 0)

    assert lost == []


def _damage(path: Path, chance: random.Random) -> None:
    for suffix in ("-wal", "-shm"):
        if os.path.exists(f"{path}{suffix}"):
            connection = sqlite3.connect(path)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            break
    size = path.stat().st_size
    with path.open("r+b") as stream:
        for _ in range(chance.choice([1, 3, 8])):
            stream.seek(chance.randrange(0, max(1, size // 4096)) * 4096)
            stream.write(chance.randbytes(4096))
