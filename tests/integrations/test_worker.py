"""The process beside a program: what an event loop waits for is made short there, and here where that fails."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from headroom_mcp.integrations import _requests, _results, _worker
from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.integrations._worker import Worker, off_loop
from tests.integrations.agents import FAILURE, run_output


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """Return a process of the test's own, which knows its data folder."""
    own = Worker()
    monkeypatch.setattr(_worker, "_worker", own)
    yield own
    own._end()


def _no_flow(*_: Any, **__: Any) -> Any:
    raise AssertionError("the flow ran here")


def test_what_is_awaited_is_made_short_elsewhere_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    shortener = ResultShortener()
    here = shortener.short(run_output(1), "Bash", {"command": "pytest"}, "why?")
    monkeypatch.setattr(_results, "compress_output", _no_flow)

    short = asyncio.run(ResultShortener().short_async(run_output(1), "Bash", {"command": "pytest"}, "why?"))

    assert short == here
    assert "collected 701 items" in shortener.retrieve(short[short.rindex("[headroom ") :])


def test_requests_too_and_what_does_not_change_stays_the_callers_own(monkeypatch: pytest.MonkeyPatch) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "run", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "why?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "a", "content": run_output(2)},
    ]
    body = json.dumps({"messages": messages}).encode()
    expected = RequestShortener().messages(messages)
    monkeypatch.setattr(_requests, "compress", _no_flow)
    monkeypatch.setattr(_requests, "shorten_body", _no_flow)
    requests = RequestShortener()

    shown = asyncio.run(off_loop(requests.messages, messages))
    sent = asyncio.run(off_loop(requests.body, body))

    assert shown == expected
    assert [new is old for new, old in zip(shown, messages, strict=True)] == [True, True, False]
    assert json.loads(sent or b"")["messages"] == expected


@pytest.mark.parametrize("asked", ["small", "not awaited", "switched off"])
def test_no_process_is_started_where_it_gains_nothing(worker: Worker, asked: str) -> None:
    shortener = ResultShortener()
    shortener.worker = asked != "switched off"
    text = "ok" if asked == "small" else run_output(3)

    short = shortener.short(text) if asked == "not awaited" else asyncio.run(shortener.short_async(text))

    assert asked == "small" or "[headroom " in short
    assert worker._process is None


def test_a_process_that_is_killed_is_started_again_and_one_that_cannot_be_is_left(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    shortener = ResultShortener()
    assert FAILURE in asyncio.run(shortener.short_async(run_output(4)))
    assert worker._process is not None
    worker._process.kill()
    worker._process.wait()

    assert "[headroom " in asyncio.run(shortener.short_async(run_output(5)))
    assert worker._failures == 0

    worker._end()
    monkeypatch.setattr(_worker.sys, "executable", os.devnull)
    for number in range(6, 11):
        assert "[headroom " in asyncio.run(shortener.short_async(run_output(number)))
    assert worker._failures >= _worker._MOST_FAILURES


def test_what_the_process_raises_or_cannot_be_sent_is_done_here(worker: Worker) -> None:
    with pytest.raises(RuntimeError, match="KeyError"):
        worker.ask("no such task")

    assert "[headroom " in asyncio.run(ResultShortener().short_async(run_output(1), "t", {"f": lambda: 0}))
    assert worker._failures == 0
