"""Nothing that a call does may keep the server from answering, outlive its time, or outlive the server."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp.server import workers
from headroom_mcp.server.workers import Call, Pool
from headroom_mcp.types import HeadroomError, WorkerError
from tests import long_form
from tests.server import hostile
from tests.server.raw_client import Raw, hostile_server, is_alive, until

_SHORT_S = 5  # for calls that never end; long enough for them to begin on a busy machine

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(name="pool")
def _pool() -> Iterator[Pool]:
    pool = Pool(2)
    yield pool
    pool.close()


def _burners(folder: Path, count: int = 1) -> list[int]:
    """Return the processes at work, once there are `count` of them."""
    until(lambda: len(list(folder.iterdir())) >= count, f"{count} calls begun")
    return [int(path.name) for path in folder.iterdir()]


def test_ping_is_answered_while_calls_hold_the_interpreters_lock(tmp_path: Path) -> None:
    with Raw(hostile_server(60)) as client:
        client.shake_hands()
        burning = [client.call("burn", folder=str(tmp_path)) for _ in range(4)]
        _burners(tmp_path, 2)

        client.ask("ping")
        client.answer(client.call("headroom_stats"))

        assert not set(burning) & set(client.order())


def test_a_hook_that_takes_too_long_gets_no_answer_and_is_stopped(tmp_path: Path) -> None:
    with Raw(hostile_server(_SHORT_S)) as client:
        client.shake_hands()
        client.text(client.call("who"))
        burning = client.call("burn", folder=str(tmp_path))
        [process] = _burners(tmp_path)

        assert client.text(burning) == ("", False)
        until(lambda: not is_alive(process), "the worker has been stopped")
        assert client.text(client.call("who"))[0] != str(process)


def test_a_call_taken_back_by_its_client_is_stopped(tmp_path: Path) -> None:
    with Raw(hostile_server(600)) as client:
        client.shake_hands()
        burning = client.call("burn", folder=str(tmp_path))
        [process] = _burners(tmp_path)

        client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": burning}})

        until(lambda: not is_alive(process), "the worker has been stopped")


_EXIT_CODES = {"closed input": 0, signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}


# What holds the interpreter's lock is the worst, and ends in every way; the rest in the ways that differ for it.
_ENDS = [
    (ending, work)
    for ending in _EXIT_CODES
    for work in ("burn", "wait", "who")
    if long_form.FULL or work == "burn" or (ending, work) in (("closed input", "wait"), (signal.SIGTERM, "who"))
]


@pytest.mark.parametrize(("ending", "work"), _ENDS)
def test_the_server_ends_with_its_client_and_leaves_no_process(
    ending: str | signal.Signals, work: str, tmp_path: Path
) -> None:
    # A worker in C code, whose parent was killed, is ended by the kernel when the time of its call is up.
    limit_s = _SHORT_S if ending == signal.SIGKILL else 600
    with Raw(hostile_server(limit_s)) as client:
        client.shake_hands()
        idle = int(client.text(client.call("who"))[0])
        client.call(work, folder=str(tmp_path))
        at_work = [] if work == "who" else _burners(tmp_path)

        if isinstance(ending, signal.Signals):
            client.process.send_signal(ending)
        else:
            client.close_input()

        assert client.ended() == _EXIT_CODES[ending]
        until(lambda: not any(is_alive(process) for process in [idle, *at_work]), "the workers have ended")
        assert client.stderr() == ""


def test_answers_that_are_due_are_given_before_the_server_ends() -> None:
    with Raw() as client:
        client.shake_hands()
        client.answer(client.call("headroom_stats"))  # the worker is warm
        key = client.call("headroom_stats")
        client.close_input()

        assert "Everything stored" in client.text(key)[0]
        assert client.ended() == 0


def test_a_call_that_takes_too_long_raises_and_its_worker_is_replaced(pool: Pool, tmp_path: Path) -> None:
    pool.run(Call(hostile.who, limit_s=60))
    with pytest.raises(WorkerError, match="burn took longer than 5 s"):
        pool.run(Call(hostile.burn, [{"folder": str(tmp_path)}], limit_s=_SHORT_S))

    [process] = _burners(tmp_path)
    assert not is_alive(process)
    assert pool.run(Call(hostile.who, limit_s=60)) != str(process)


def test_a_call_that_finds_no_worker_in_its_time_says_that_the_server_is_busy(tmp_path: Path) -> None:
    pool = Pool(1)
    first = Call(hostile.burn, [{"folder": str(tmp_path)}], limit_s=600)

    def give_up_at_last() -> None:
        with pytest.raises(WorkerError, match="enough"):
            pool.run(first)

    thread = threading.Thread(target=give_up_at_last)
    thread.start()
    [process] = _burners(tmp_path)

    with pytest.raises(WorkerError, match="busy with other calls"):
        pool.run(Call(hostile.who, limit_s=0.2))

    assert is_alive(process)
    first.stop("enough")
    thread.join()
    pool.close()
    assert not is_alive(process)


def test_a_worker_that_dies_costs_one_answer(pool: Pool) -> None:
    assert pool.run(Call(hostile.who, limit_s=60))

    with pytest.raises(WorkerError, match="crash ended its process"):
        pool.run(Call(hostile.crash, limit_s=60))

    assert pool.run(Call(hostile.who, limit_s=60))


def test_a_worker_that_died_while_it_was_idle_costs_nothing(pool: Pool) -> None:
    idle = int(pool.run(Call(hostile.who, limit_s=60)))
    os.kill(idle, signal.SIGKILL)
    until(lambda: not is_alive(idle), "it is dead")

    assert pool.run(Call(hostile.who, limit_s=60)) != str(idle)


def test_a_worker_is_used_again_until_it_has_grown(pool: Pool) -> None:
    first = pool.run(Call(hostile.who, limit_s=60))

    assert pool.run(Call(hostile.grow, limit_s=60)) == first
    assert pool.run(Call(hostile.who, limit_s=60)) != first
    assert not is_alive(int(first))


def test_a_second_worker_that_nobody_needs_is_let_go(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [Call(hostile.linger, [{"folder": str(tmp_path)}], limit_s=60) for _ in range(2)]
    threads = [threading.Thread(target=pool.run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    processes = _burners(tmp_path, 2)
    (tmp_path / "0").touch()
    for thread in threads:
        thread.join()
    assert all(is_alive(process) for process in processes)
    monkeypatch.setattr(workers, "_IDLE_S", 0.0)

    last = int(pool.run(Call(hostile.who, limit_s=60)))

    assert [process for process in processes if is_alive(process)] == [last]


def test_no_worker_can_be_started_is_said_as_an_error(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    with pytest.raises(WorkerError, match="No worker process can be started"):
        pool.run(Call(hostile.who, limit_s=60))


def test_errors_of_ours_keep_their_words_and_bugs_are_logged(pool: Pool) -> None:
    from headroom_mcp.server import tools

    with pytest.raises(HeadroomError, match="run the tool again"):
        pool.run(Call(tools.headroom_retrieve, named={"ref": "0" * 12}, limit_s=60))
    with pytest.raises(WorkerError, match="failed inside \\(TypeError\\)"):
        pool.run(Call(tools.headroom_retrieve, named={}, limit_s=60))

    assert "TypeError" in (Path(os.environ["HEADROOM_HOME"]) / "failures.log").read_text()
