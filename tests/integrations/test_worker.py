"""The process beside a program: what an event loop waits for is made short there, and here where that fails."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from headroom_mcp.integrations import _requests, _results, _worker
from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.integrations._worker import Beside, off_loop
from headroom_mcp.settings.table import Settings
from tests.integrations.agents import FAILURE, run_output


@pytest.fixture(autouse=True)
def beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    """Return a process of the test's own, which knows its data folder."""
    own = Beside()
    monkeypatch.setattr(_worker, "beside", own)
    yield own
    if own.pool is not None:
        own.pool.close()


def _no_flow(*_: Any, **__: Any) -> Any:
    raise AssertionError("the flow ran here")


def test_what_is_awaited_is_made_short_elsewhere_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    shortener = ResultShortener()
    here = shortener.short(run_output(1), "Bash", {"command": "pytest"}, "why?")
    monkeypatch.setattr(_results, "compress_output", _no_flow)

    short = asyncio.run(ResultShortener().short_async(run_output(1), "Bash", {"command": "pytest"}, "why?"))

    assert short == here
    assert "collected 701 items" in shortener.retrieve(short[short.rindex("[headroom ") :])


def test_originals_go_where_the_environment_says_now(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for number in (1, 2):
        monkeypatch.setenv("HEADROOM_HOME", str(tmp_path_factory.mktemp("home")))

        short = asyncio.run(ResultShortener().short_async(run_output(number), "Bash", {"command": "pytest"}, "why?"))

        assert "collected 701 items" in ResultShortener().retrieve(short[short.rindex("[headroom ") :])


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
def test_no_process_is_started_where_it_gains_nothing(beside: Beside, asked: str) -> None:
    shortener = ResultShortener()
    shortener.worker = asked != "switched off"
    text = "ok" if asked == "small" else run_output(3)

    short = shortener.short(text) if asked == "not awaited" else asyncio.run(shortener.short_async(text))

    assert asked == "small" or "[headroom " in short
    assert beside.pool is None


def test_a_process_that_ends_is_started_again(beside: Beside) -> None:
    shortener = ResultShortener()
    assert FAILURE in asyncio.run(shortener.short_async(run_output(4)))
    assert beside.pool is not None
    for one in beside.pool._all:
        one.kill()

    assert "[headroom " in asyncio.run(shortener.short_async(run_output(5)))
    assert beside._failures == 0


def test_where_no_process_can_be_had_the_thread_does_it(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", os.devnull)
    for number in range(6, 11):
        assert "[headroom " in asyncio.run(ResultShortener().short_async(run_output(number)))
    assert beside._failures == _worker._MOST_FAILURES


def test_what_cannot_be_sent_is_done_in_the_thread(beside: Beside) -> None:
    odd = {"f": lambda: 0}

    assert "[headroom " in asyncio.run(ResultShortener().short_async(run_output(1), "t", odd))
    assert beside._failures == 0


def test_settings_of_the_programs_own_hold_there(monkeypatch: pytest.MonkeyPatch) -> None:
    shortener = ResultShortener(settings=Settings(min_tokens=1_000_000, tools_off=("Bash",)))
    monkeypatch.setattr(_results, "compress_output", _no_flow)

    assert asyncio.run(shortener.short_async(run_output(1))) == run_output(1)
