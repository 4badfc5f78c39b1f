"""Real outputs, made on the spot: what a coding agent's tools print on any machine that has Python.

The first one is the classic of this field: a hundred log entries as JSON, one FATAL among them. The others run a test
runner, grep, find, a logging program and read a source file of the standard library. Each names the facts that a reader
would need, so that what was kept can be counted instead of claimed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import sys
from typing import NamedTuple

from headroom_mcp.types import ToolInput

FATAL_INDEX = 67
FATAL_FACTS = ("FATAL", "payment-gateway", "PG-5523", "max_connections to 500", "1,847 affected requests")


class Sample(NamedTuple):
    """An output, the tool call it answers, and the strings that a reader of it needs."""

    title: str
    text: str
    tool_name: str
    tool_input: ToolInput
    facts: tuple[str, ...]
    query: str = ""
    """What the user has asked, as a host's hooks know it."""


def make(folder: str) -> list[Sample]:
    """Return the samples; programs run in `folder`, which is empty and writable. What cannot be run is left out."""
    samples = [fatal_among_entries(), _tests(folder), _log(folder), _source()]
    if shutil.which("grep"):
        samples.append(_grep())
    if shutil.which("find"):
        samples.append(_find())
    return [sample for sample in samples if sample.text]


def fatal_among_entries() -> Sample:
    """Return a hundred log entries as a monitoring API answers them, the FATAL one at index 67. Always the same."""
    chance = random.Random(FATAL_INDEX)
    services = ("user-service", "catalog", "search", "inventory", "notifications", "session-cache")
    messages = ("request completed", "cache refreshed", "health check passed", "session validated", "page rendered")
    entries: list[dict[str, object]] = []
    for number in range(100):
        service = services[number % len(services)]
        entries.append(
            {
                "timestamp": f"2026-03-14T03:{number // 4:02d}:{number % 4 * 15:02d}Z",
                "level": "DEBUG" if number % 9 == 4 else "INFO",
                "service": service,
                "message": messages[(number * 7) % len(messages)],
                "request_id": f"req-{chance.randrange(16**8):08x}",
                "duration_ms": chance.randrange(8, 95),
                "host": f"node-{number % 5 + 1}.prod.internal",
                "error": None,
            }
        )
    entries[FATAL_INDEX].update(
        level="FATAL",
        service="payment-gateway",
        message="Connection pool exhausted: 1,847 affected requests",
        duration_ms=30_000,
        error={
            "code": "PG-5523",
            "detail": "all 250 connections are in use",
            "resolution": "raise max_connections to 500 in config/database.yml and restart the gateway",
        },
    )
    text = json.dumps(entries, indent=2)
    return Sample(
        "100 log entries as JSON, one FATAL",
        text,
        "mcp__monitoring__get_logs",
        {"limit": 100},
        FATAL_FACTS,
        query="What went wrong, how is it fixed, and how many requests were affected?",
    )


_TEST_FILE = """\
import unittest


class Prices(unittest.TestCase):
    pass


def case(number):
    def test(self):
        gross = round(number * 1.19, 2)
        self.assertEqual(gross if number != {first} else gross + 0.01, round(number * 1.19, 2), f"price {{number}}")
        if number == {second}:
            raise KeyError("currency of order {second}")

    return test


for number in range(240):
    setattr(Prices, f"test_price_{{number:03d}}_includes_tax", case(number))
"""


def _tests(folder: str) -> Sample:
    with open(os.path.join(folder, "test_prices.py"), "w", encoding="utf-8") as file:
        file.write(_TEST_FILE.format(first=71, second=188))
    if importlib.util.find_spec("pytest"):
        runner = ["pytest", "-v", "-p", "no:cacheprovider", "test_prices.py"]
        facts = ("test_price_071_includes_tax", "test_price_188_includes_tax", "AssertionError", "price 71",
                 "KeyError: 'currency of order 188'", "2 failed, 238 passed")  # fmt: skip
    else:
        runner = ["unittest", "-v", "test_prices"]
        facts = ("test_price_071_includes_tax", "test_price_188_includes_tax", "AssertionError", "price 71",
                 "KeyError: 'currency of order 188'", "FAILED (failures=1, errors=1)")  # fmt: skip
    text = _run([sys.executable, "-m", *runner], folder)
    command = f"python -m {' '.join(runner)}"
    return Sample(f"{runner[0]} -v, 240 tests, 2 fail", text, "Bash", {"command": command}, facts)


_LOGGING_PROGRAM = """\
import logging, random, sys, time
logging.Formatter.converter = time.gmtime
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)-7s %(name)s %(message)s")
log, chance = logging.getLogger("worker"), random.Random(7)
for job in range(1200):
    log.info("job %d taken from queue %s", job, chance.choice(["mail", "thumbnails", "billing"]))
    if job == 777:
        try:
            raise ConnectionError("smtp.example.com refused the connection (421)")
        except ConnectionError:
            log.exception("job %d failed, given up after 3 attempts", job)
    elif job % 401 == 400:
        log.warning("job %d was slow: %d ms", job, 9000 + job)
    else:
        log.info("job %d done in %d ms", job, chance.randrange(3, 60))
log.info("queue is empty: 1199 done, 1 failed")
"""


def _log(folder: str) -> Sample:
    with open(os.path.join(folder, "worker.py"), "w", encoding="utf-8") as file:
        file.write(_LOGGING_PROGRAM)
    text = _run([sys.executable, "worker.py"], folder)
    facts = ("job 777 failed, given up after 3 attempts", "ConnectionError: smtp.example.com refused",
             "job 400 was slow: 9400 ms", "1199 done, 1 failed")  # fmt: skip
    return Sample("log of a worker, 1,200 jobs, 1 fails", text, "Bash", {"command": "python worker.py"}, facts)


def _source() -> Sample:
    import argparse

    path = argparse.__file__
    with open(path, encoding="utf-8") as file:
        text = file.read()
    classes = tuple(f"class {name}" for name in re.findall(r"^class (\w+)", text, re.MULTILINE))
    return Sample("a Python file read whole", text, "Read", {"file_path": path}, classes)


def _grep() -> Sample:
    text = _run(["grep", "-rn", "--include=*.py", "raise ValueError", *_LIBRARIES], _stdlib())
    files = tuple(dict.fromkeys(line.split(":", 1)[0].rsplit("/", 1)[-1] for line in text.splitlines()))
    return Sample(
        "grep -rn over the standard library", text, "Bash", {"command": 'grep -rn "raise ValueError" .'}, files
    )


def _find() -> Sample:
    text = _run(["find", *_LIBRARIES, "-name", "*.py", "-size", "+1k"], _stdlib())
    files = tuple(dict.fromkeys(line.rsplit("/", 1)[-1] for line in text.splitlines()))
    return Sample("find over the standard library", text, "Bash", {"command": "find . -name '*.py'"}, files)


_LIBRARIES = ("asyncio", "concurrent", "ctypes", "email", "encodings", "html", "http", "importlib", "json", "logging",
              "multiprocessing", "unittest", "urllib", "wsgiref", "xml", "zoneinfo")  # fmt: skip


def _stdlib() -> str:
    return os.path.dirname(os.__file__)


def _run(command: list[str], folder: str) -> str:
    """Return what `command` prints, standard error included, as a shell tool would answer it."""
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "LC_ALL": "C", "PYTHONDONTWRITEBYTECODE": "1"}
    for variable in ("PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTHONPATH"):
        env.pop(variable, None)
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "surrogateescape")
