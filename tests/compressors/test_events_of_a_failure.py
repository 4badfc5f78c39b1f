"""A stream of events as JSON: what was said of the test that failed is shown beside the event that says that it failed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from headroom_mcp import compress_output
from headroom_mcp.compressors.json import events, parse

_SAYINGS = (
    "cart_test.go:{n}: quantity {n}, want {m}",
    "total is {n} where {m} was due",
    "the list has {n} entries and should have {m}",
    "{n} != {m}",
    "left: {n} right: {m}",
)


def _go(tests: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield what `go test -json` prints; a test with a text has failed."""
    yield {"Time": "2026-03-01T10:00:00.000001Z", "Action": "start", "Package": "example.org/shop"}
    for at, (name, said) in enumerate(tests):
        base = {"Time": f"2026-03-01T10:00:{at % 60:02}.{at:06}Z", "Package": "example.org/shop", "Test": name}
        yield base | {"Action": "run"}
        yield base | {"Action": "output", "Output": f"=== RUN   {name}\n"}
        if said:
            yield base | {"Action": "output", "Output": f"    {said}\n"}
        yield base | {"Action": "output", "Output": f"--- {'FAIL' if said else 'PASS'}: {name} (0.00s)\n"}
        yield base | {"Action": "fail" if said else "pass", "Elapsed": 0}


def _dart(tests: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield what `dart test --reporter json` prints: the name stands in one event, its number in the others."""
    for at, (name, said) in enumerate(tests, 3):
        yield {"test": {"id": at, "name": name, "suiteID": 0, "groupIDs": [2]}, "type": "testStart", "time": at * 10}
        if said:
            yield {"testID": at, "messageType": "print", "message": said, "type": "print", "time": at * 10 + 2}
        yield {
            "testID": at,
            "result": "failure" if said else "success",
            "hidden": False,
            "type": "testDone",
            "time": at * 10 + 4,
        }


def _cargo(tests: list[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield what a job runner might print: begun, said, ended."""
    for name, said in tests:
        yield {"type": "test", "event": "started", "name": name}
        if said:
            yield {"type": "note", "name": name, "stdout": said}
        yield {"type": "test", "name": name, "event": "failed" if said else "ok"}


_RUNNERS = {"go": _go, "dart": _dart, "cargo": _cargo}


@pytest.mark.parametrize("asked", [False, True], ids=["unasked", "asked"])
@pytest.mark.parametrize("runner", _RUNNERS)
@pytest.mark.parametrize("seed", range(6))
def test_what_was_said_of_the_test_that_failed_is_shown(runner: str, seed: int, asked: bool) -> None:
    chance = random.Random(f"{runner} {seed}")
    tests = [
        (f"{chance.choice(('Cart', 'Pay', 'Mail', 'Stock'))}{at}{chance.choice(('Adds', 'Takes', 'Sends'))}", "")
        for at in range(60)
    ]
    for at in chance.sample(range(60), chance.randint(1, 3)):
        said = chance.choice(_SAYINGS).format(n=chance.randint(3, 99), m=chance.randint(100, 999))
        tests[at] = (tests[at][0], said)
    text = "".join(json.dumps(event) + "\n" for event in _RUNNERS[runner](tests))
    shown = compress_output(
        text, tool_name="Bash", tool_input={"command": "./run-tests"}, query="which tests fail?" if asked else ""
    ).text

    assert len(shown) * 2 < len(text)
    for name, said in tests:
        if said:
            assert name in shown
            assert said in shown


def test_a_number_is_no_name_of_what_failed() -> None:
    words = "weigh post close count open move split merge read write renew settle".split()
    rows = [
        {
            "type": "error" if n % 9 == 4 else "note",
            "endColumn": parse.Num(str(20 + n % 25)),
            "text": f"nobody can {words[n % 12]} the {words[n % 11]}er",
        }
        for n in range(90)
    ]

    assert events.beside(rows, {n for n in range(90) if n % 9 == 4}) == []
