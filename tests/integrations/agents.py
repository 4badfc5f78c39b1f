"""What every integration must hold, whatever the library: the bar that the tests of all of them share."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tests import long_form
from tests.integrations.loopback import Model, Request

_R = TypeVar("_R")

FAILURE = "orders/test_refund.py:41: AssertionError: refund of 12.50 was booked twice"


def run_output(number: int) -> str:
    """Return the output of a long test run with one failure, another for each `number`."""
    passed = "\n".join(f"tests/orders/test_{number}_{index}.py::test_case_{index} PASSED" for index in range(700))
    return f"collected 701 items\n{passed}\n{FAILURE} in run {number}\n1 failed, 700 passed in 3.{number:02}s"


def check(requests: list[Request], retrieve: Callable[[str], str], results: int) -> None:
    """Assert that the last of `requests` holds `results` short results, that each original can be fetched by
    `retrieve(ref)`, and that each request begins with the bytes of the one before."""
    shown = requests[-1].results
    assert len(shown) == results
    for text in shown:
        assert len(text) < 3_000, f"not made short: {len(text):,} characters"
        assert FAILURE in text
        assert "[headroom " in text
        assert "collected 701 items" in retrieve(text[text.rindex("[headroom ") :])
    assert_prefixes(requests)


def in_threads(run: Callable[[int], _R], few: int = 16) -> list[_R]:
    """Return what `run` gives, called `few` times by 8 threads at once, 200 times in the long form. Raises: what one of them does."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(run, range(long_form.count(few, 200))))


def assert_all_short(requests: list[Request]) -> None:
    """Assert that results were sent, and none of them at its full length."""
    shown = [text for request in requests for text in request.results]
    assert shown
    assert all(len(text) < 3_000 and "[headroom " in text for text in shown)


def assert_prefixes(requests: list[Request]) -> None:
    """Assert that the conversation of each request begins with that of the one before, byte for byte."""
    for before, after in itertools.pairwise(requests):
        rows = len(before.rows)
        assert json.dumps(after.rows[:rows]) == json.dumps(before.rows)


def run_example(name: str, model: Model, folder: Path) -> str:
    """Run an example of `examples/integrations` against `model`, in a folder with files to search; return what it prints."""
    (folder / "src").mkdir()
    for number in range(60):
        lines = "".join(f"import module_{number}_{line}\n" for line in range(12))
        (folder / "src" / f"part_{number}.py").write_text(lines)
    model.script = lambda body, turn: [{"name": "search", "arguments": {}}] if body.get("tools") and turn < 2 else []
    environment = {**os.environ, "OPENAI_BASE_URL": f"{model.url}/v1", "ANTHROPIC_BASE_URL": model.url}
    program = Path(__file__).parents[2] / "examples" / "integrations" / name
    done = subprocess.run(
        [sys.executable, str(program)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert model.requests
    assert all(len(text) < 20_000 and "[headroom " in text for text in model.requests[-1].results)
    return done.stdout
