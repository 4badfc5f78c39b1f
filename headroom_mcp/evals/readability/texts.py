"""What is not data: source that is shown as an outline, and a log whose repeats are folded, with look-ups in what is shown."""

from __future__ import annotations

import re
from random import Random
from typing import NamedTuple

from headroom_mcp.evals.readability.shapes import Lookup, Table
from headroom_mcp.evals.scenarios import exploration, words

_METHOD = re.compile(r"    def (\w+)\(self, (\w+): .*limit: int = (\d+)\)")
_METHODS = 14
_LINES, _FAULTS = 90, 6


class Text(NamedTuple):
    """A text as a command prints it."""

    text: str
    command: str


def outline(seed: int, questions: int) -> Table:
    """Return a module of source, and look-ups in the signatures of its methods."""
    random = Random(f"outline {seed}")
    name = words.pascal(random)
    text = exploration.source(random, name, "Stage", 0, _METHODS)
    methods = _METHOD.findall(text)
    asked = [random.choice(methods) for _ in range(questions)]
    lookups = []
    for turn, (method, parameter, limit) in enumerate(asked):
        if turn % 2:
            lookups.append(Lookup(f"What is the first parameter after self of the method {method}?", parameter))
        else:
            lookups.append(Lookup(f"What is the default limit of the method {method}?", limit))
    return Table("outline", Text(text, "cat steps.py"), list(dict.fromkeys(lookups)))


def log(seed: int, questions: int) -> Table:
    """Return a log with a few faults of different services among routine, and look-ups in these."""
    random = Random(f"log text {seed}")
    at = sorted(random.sample(range(4, _LINES - 4), _FAULTS))
    services = random.sample([f"{area}-api" for area in words.AREAS], _FAULTS)
    lines, lookups = [], []
    for number in range(_LINES):
        stamp = f"2026-04-02T09:{number // 60:02d}:{number % 60:02d}Z"
        if number in at:
            service, code, took = services[at.index(number)], words.code(random), random.randrange(1_000, 9_000)
            lines.append(f"{stamp} ERROR {service} gave up after {took} ms: {code}")
            lookups += [
                Lookup(f"Which error code did {service} report?", code),
                Lookup(f"After how many ms did {service} give up?", str(took)),
                Lookup(f"Which service reported {code}?", service),
            ]
        else:
            lines.append(
                f"{stamp} INFO {random.choice(words.AREAS)}-worker finished job {random.randrange(10_000)} in {random.randrange(90)} ms"
            )
    random.shuffle(lookups)
    return Table("log text", Text("\n".join(lines) + "\n", "journalctl -u gate"), lookups[:questions])


SHAPES = {"outline": outline, "log text": log}
