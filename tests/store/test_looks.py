"""What only looks at a store or stands beside it: `doctor`'s look, the figures' queries, the index that evals compare with."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.sqlite import connection, glance, health
from headroom_mcp.store.sqlite.plain_index import PlainIndex
from headroom_mcp.types import Origin, StoreError


def test_a_sound_store_has_no_damage_and_is_counted(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        store.put("a" * 100)
        store.put("b" * 200)

    assert health.examine(str(tmp_path / "headroom.db")) == health.Health("", 2, 300)


def test_an_empty_store_holds_nothing(tmp_path: Path) -> None:
    open_store(Settings(home=str(tmp_path))).close()

    assert health.examine(str(tmp_path / "headroom.db")) == health.Health("", 0, 0)


def test_looking_makes_no_store_and_repairs_none(tmp_path: Path) -> None:
    path = tmp_path / "headroom.db"
    with pytest.raises(StoreError):
        health.examine(str(path))
    assert not path.exists()

    path.write_bytes(os.urandom(8_192))
    before = path.read_bytes()
    with pytest.raises(StoreError):
        health.examine(str(path))
    assert path.read_bytes() == before


def test_a_glance_sums_one_session_and_makes_no_store(tmp_path: Path) -> None:
    path = tmp_path / "head room%20?.d" / "headroom.db"  # a name in which an address would mean something
    assert glance.at_session(str(path), "a") == glance.Glance(0, 0, 0, 0)
    assert not path.exists()

    with open_store(Settings(home=str(path.parent))) as store:
        for session, before, after in (("a", 900, 100), ("a", 500, 200), ("b", 4_000, 1)):
            store.put(f"{before}", origin=Origin(session=session), tokens_before=before, tokens_after=after)
        ref = store.put("x", origin=Origin(session="a"), tokens_before=300, tokens_host=150, tokens_after=50)
        store.retrieved(ref, 70, origin=Origin(session="a"))
        store.retrieved(ref, 5, origin=Origin(session="b"))
        store.ledger.charge("context added", 30, Origin(session="a"))

    assert glance.at_session(str(path), "a") == glance.Glance(3, 800 + 300 + 100 - 70 - 30, 1, 70)
    assert glance.at_session(str(path), "b") == glance.Glance(1, 3_999 - 5, 1, 5)
    assert glance.at_session(str(path), "c") == glance.Glance()


def test_a_glance_at_what_is_no_store_says_which_file_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "headroom.db"
    path.write_bytes(b"no database at all" * 100)

    with pytest.raises(OSError, match=r"The store .*headroom\.db cannot be read: "):
        glance.at_session(str(path), "a")


def test_only_a_damaged_file_is_set_aside_with_what_stands_beside_it(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path))
    path = tmp_path / "headroom.db"
    assert connection.set_aside(str(path), settings) is None  # there is none
    with open_store(settings) as store:
        store.put("sound")
    assert connection.set_aside(str(path), settings) is None
    assert not (tmp_path / "failures.log").exists()

    asides = []
    for count in range(3):  # within one second, too, each has a name of its own
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / f"headroom.db{suffix}").write_bytes(b"damaged %d" % count * 99)
        aside = connection.set_aside(str(path), settings)
        assert aside is not None
        asides.append(aside)
        assert not list(tmp_path.glob("headroom.db-*"))
        assert not path.exists()
        assert Path(aside).read_bytes() == b"damaged %d" % count * 99

    assert len(set(asides)) == 3
    assert (tmp_path / "failures.log").read_text().count("store StoreError: corrupt database set aside as ") == 3


def test_a_store_may_be_used_by_a_thread_that_has_not_opened_it(tmp_path: Path) -> None:
    opened = [connection.connect(Settings(home=str(tmp_path))), connection.connect_in_memory()]
    found: list[object] = []

    def ask() -> None:
        found.extend(one.execute("SELECT COUNT(*) FROM original").fetchone()[0] for one in opened)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    for one in opened:
        one.close()
    assert found == [0, 0]


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "headroom.db"
    with open_store(Settings(home=str(tmp_path))) as store:
        for number in range(400):
            store.put(os.urandom(300), label=f"output {number}")
    body = bytearray(path.read_bytes())
    assert len(body) > 60_000
    body[-40_000:-20_000] = bytes(20_000)  # pages of rows, and none of the first ones, which hold the schema
    path.write_bytes(body)

    try:
        told = health.examine(str(path)).damage
    except StoreError as error:  # met while counting
        told = str(error)
    assert told


@pytest.mark.parametrize("path", [":memory:", "index.db"])
def test_the_index_that_evals_compare_with_finds_any_word_best_first(tmp_path: Path, path: str) -> None:
    index = PlainIndex(path if path.startswith(":") else str(tmp_path / path))
    index.fill([(7, "the red gate"), (9, "the green gate opens")])
    index.add(11, "a gate, green and green again")

    assert index.search("green", 5) == [(11, "a gate, green and green again"), (9, "the green gate opens")]
    assert {number for number, _ in index.search("red OR green", 5)} == {7, 9, 11}
    assert [number for number, _ in index.search("red", 5)] == [7]
    assert len(index.search("gate", 2)) == 2
    assert index.search("?!", 5) == []
    assert index.search('"unclosed', 5) == []
    index.close()


def test_an_index_in_a_file_is_there_after_it_was_closed(tmp_path: Path) -> None:
    index = PlainIndex(str(tmp_path / "index.db"))
    index.fill([(1, "kept")])
    index.add(2, "kept too")
    index.close()

    assert (tmp_path / "index.db").stat().st_size > 0
    with pytest.raises(Exception, match="already exists"):
        PlainIndex(str(tmp_path / "index.db"))
