"""What only looks at a store or stands beside it: `doctor`'s look, the figures' queries, the index that evals compare with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.store.sqlite import health
from headroom_mcp.store.sqlite.plain_index import PlainIndex
from headroom_mcp.types import StoreError


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
