"""Parallel tool calls are parallel hook processes on one store."""

from __future__ import annotations

import sqlite3
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import long_form
from tests.hook.host import bash, log, run_hook

_PROCESSES = long_form.count(40, 200)


@pytest.mark.slow
def test_many_hooks_twenty_at_a_time_lose_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    texts = [log(400, f"parcel-{number}") for number in range(_PROCESSES)]

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda text: run_hook(bash(text)), texts))

    assert {(answer.code, answer.stderr) for answer in answers} == {(0, b"")}
    assert not (tmp_path / "failures.log").exists(), (tmp_path / "failures.log").read_text()
    assert all(answer.value is not None for answer in answers)
    database = sqlite3.connect(tmp_path / "headroom.db")
    kept = {zlib.decompress(body).decode() for (body,) in database.execute("SELECT body FROM original")}
    assert kept == set(texts)
