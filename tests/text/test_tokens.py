"""Counting tokens fetches nothing: the ranks are used where they are on the machine, whole, and nowhere else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_RANKS = "fb374d419588a4632f3f557e76b4b70aebbca790"
_COUNTED = """
import socket, sys
def refuse(*args, **kwargs):
    print("network!")
    raise OSError("no network in this test")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from headroom_mcp.text import tokens
print(tokens.count("the quick brown fox " * 50), tokens.method())
"""


def _counted(cache: Path | str | None) -> str:
    env = {
        name: value for name, value in os.environ.items() if name not in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR")
    }
    if cache is not None:
        env["TIKTOKEN_CACHE_DIR"] = str(cache)
    command = [sys.executable, "-c", _COUNTED]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=True).stdout


def test_without_the_ranks_tokens_are_estimated_and_nothing_is_fetched(tmp_path: Path) -> None:
    printed = _counted(tmp_path)

    assert "network!" not in printed
    assert printed.split()[1] == "estimate"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["empty", "cut", "other"])
def test_damaged_ranks_are_neither_used_nor_removed_nor_fetched_again(tmp_path: Path, damage: str) -> None:
    ranks = tmp_path / _RANKS
    ranks.write_bytes({"empty": b"", "cut": b"IQ== 0\nIg== 1\n", "other": b"\x00" * 5_000}[damage])
    before = ranks.read_bytes()

    printed = _counted(tmp_path)

    assert "network!" not in printed
    assert printed.split()[1] == "estimate"
    assert ranks.read_bytes() == before


def test_a_cache_that_is_switched_off_is_no_reason_to_fetch() -> None:
    assert "network!" not in _counted("")


def test_ranks_on_this_machine_count_exactly(tmp_path: Path) -> None:
    at_hand = Path(os.environ.get("TIKTOKEN_CACHE_DIR", "")) / _RANKS
    if not at_hand.is_file():
        pytest.skip("tiktoken's ranks are not on this machine: TIKTOKEN_CACHE_DIR names where they would be")
    shutil.copy(at_hand, tmp_path)

    assert _counted(tmp_path).split() == ["201", "o200k"]
