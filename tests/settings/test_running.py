"""A hook knows whether its client has our server running, from files that servers leave behind even when killed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headroom_mcp.settings import home, running

_GONE = str(2**22 + 1)  # above the largest process number that Linux gives


def _noted() -> Path:
    return Path(home.data_home(), "servers")


def test_a_client_whose_server_lives_is_served_and_others_are_not() -> None:
    running.note()

    assert running.is_served(str(os.getppid()))
    assert not running.is_served(str(os.getpid()))
    assert (_noted() / str(os.getppid())).read_text() == str(os.getpid())


@pytest.mark.parametrize("server", [_GONE, "", "0", "-1", "server", "1 2", "\xff"])
def test_a_file_that_names_no_living_server_serves_nobody(server: str) -> None:
    _noted().mkdir(parents=True)
    (_noted() / "77").write_text(server, encoding="latin-1")

    assert not running.is_served("77")


@pytest.mark.parametrize("client", ["", "../servers/77", "77/", "a", "-77"])
def test_what_is_not_a_process_number_is_no_client(client: str) -> None:
    _noted().mkdir(parents=True)
    (_noted() / "77").write_text(str(os.getpid()))

    assert running.is_served("77")
    assert not running.is_served(client)


def test_a_new_server_takes_the_files_of_dead_ones_away_and_leaves_those_of_living_ones() -> None:
    _noted().mkdir(parents=True)
    (_noted() / "77").write_text(_GONE)
    (_noted() / "78").write_text(str(os.getppid()))
    running.note()

    assert sorted(path.name for path in _noted().iterdir()) == sorted({"78", str(os.getppid())})


def test_a_server_of_another_user_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    _noted().mkdir(parents=True)
    (_noted() / "77").write_text("1")

    def refuse(process: int, signal: int) -> None:
        assert (process, signal) == (1, 0)
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)

    assert running.is_served("77")


@pytest.mark.parametrize("process", [0, -1])
def test_no_server_has_a_number_that_stands_for_a_group(process: int) -> None:
    assert not running._is_alive(process)
