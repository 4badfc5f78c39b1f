"""What a context has been shown, and since when."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=str(tmp_path))) as store:
        yield store


def test_what_was_shown_has_its_time_and_can_be_limited_to_what_is_recent(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_s in (1_000.0, 2_000.0, 3_000.0):
        monkeypatch.setattr(time, "time", lambda at_s=at_s: at_s)
        store.contexts.note_shown("s", "", "cat", f"text of {at_s:.0f}")

    assert [shown.shown_s for shown in store.contexts.shown_in("s", "")] == [1_000.0, 2_000.0, 3_000.0]
    assert [shown.text for shown in store.contexts.shown_in("s", "", since_s=2_000.0)] == [
        "text of 2000",
        "text of 3000",
    ]
