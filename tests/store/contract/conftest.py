"""Every backend of the store, by name: a test of this folder runs on each, through the interface alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store


def _open_shared(settings: Settings) -> Store:
    from tests import shared

    return shared.open_as_folder(settings)


# name -> a function that opens the store whose data lies in this folder
BACKENDS: dict[str, Callable[[Settings], Store]] = {"sqlite": open_store, "postgresql": _open_shared}

Open = Callable[..., Store]


@pytest.fixture(name="open_again", params=sorted(BACKENDS))
def _open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Return a function that opens the test's store, as another process would; `settings` change its settings."""
    if request.param == "postgresql":
        request.getfixturevalue("team")

    def open_again(**settings: object) -> Store:
        return BACKENDS[request.param](Settings(home=str(tmp_path / "home"))._replace(**settings))

    return open_again


@pytest.fixture(name="store")
def _store(open_again: Open) -> Iterator[Store]:
    with open_again() as store:
        yield store


@pytest.fixture(name="clock")
def _clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that sets the time (seconds since 1970)."""
    import time

    def set_to(now_s: float) -> None:
        monkeypatch.setattr(time, "time", lambda: now_s)

    return set_to
