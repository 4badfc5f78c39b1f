"""What all integrations share: short forms of single results, whatever is handed over."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.integrations._requests import RequestShortener
from headroom_mcp.integrations._results import ResultShortener, mapping, said
from tests.integrations.agents import FAILURE, run_output


def test_a_result_is_short_the_same_each_time_and_its_original_comes_back() -> None:
    shortener = ResultShortener()

    first = shortener.short(run_output(1), "run_tests", {"n": 1}, "why?")

    assert FAILURE in first
    assert len(first) < 3_000
    assert ResultShortener().short(run_output(1), "run_tests", {"n": 1}, "why?") == first
    assert shortener.retrieve(first[first.rindex("[headroom ") :], lines="5-6").count("PASSED") == 2


def test_what_cannot_be_found_is_said_not_raised() -> None:
    assert "000000000000" in ResultShortener().retrieve("000000000000")


@pytest.mark.parametrize("tool", ["headroom_retrieve", "mcp__headroom__headroom_retrieve"])
def test_what_our_own_tool_gives_back_stays(tool: str) -> None:
    assert ResultShortener().short(run_output(1), tool) == run_output(1)


@pytest.mark.parametrize("arguments", [None, 3, "not json", "[1]", {"n": object()}, [1], b"x"])
def test_odd_arguments_do_no_harm(arguments: Any) -> None:
    assert FAILURE in ResultShortener().short(run_output(1), "run_tests", arguments)


@pytest.mark.parametrize("text", [None, 3, b"bytes", ["x"]])
def test_what_is_no_text_comes_back_as_it_is(text: Any) -> None:
    assert ResultShortener().short(text) is text


def test_a_data_folder_that_cannot_be_written_keeps_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("HEADROOM_HOME", str(blocked / "home"))

    assert ResultShortener().short(run_output(1)) == run_output(1)


@pytest.mark.parametrize("off", ["attribute", "switch"])
def test_it_can_be_switched_off(off: str, home: Path) -> None:
    shortener, requests = ResultShortener(), RequestShortener()
    rows = [{"role": "tool", "content": run_output(1)}]
    if off == "attribute":
        shortener.enabled = requests.enabled = False
    else:
        home.mkdir()
        (home / "off").touch()

    assert shortener.short(run_output(1)) == run_output(1)
    assert requests.messages(rows) is rows


def test_arguments_are_read_as_they_come() -> None:
    class Fields:
        def model_dump(self) -> dict[str, int]:
            return {"n": 1}

    assert mapping('{"n": 1}') == mapping({"n": 1}) == mapping(Fields()) == {"n": 1}


def test_what_a_user_said_is_read_from_every_shape() -> None:
    class Block:
        text = "b"

    assert said("a") == "a"
    assert said([{"type": "text", "text": "a"}, Block(), {"type": "image"}, 3]) == "a\nb"
    assert said(None) == said(3) == ""


def test_the_event_loop_goes_on_while_a_result_is_made_short() -> None:
    """The loop ticks during the work: with the work on the loop it could not tick at all."""

    async def run() -> int:
        ticks = 0
        work = asyncio.ensure_future(ResultShortener().short_async(run_output(2) * 6, "run_tests"))
        while not work.done():
            await asyncio.sleep(0)
            ticks += 1
            time.sleep(0.0005)  # leaves the interpreter to the thread, as waiting for sockets does
        return ticks

    assert asyncio.run(run()) > 5
