"""What is not data: source that is shown as an outline, and a log whose repeats are folded, with look-ups in what is shown."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from headroom_mcp.evals.readability.shapes import Lookup, Table
from headroom_mcp.evals.scenarios import words

_METHODS, _STEPS = 13, 20
_SHOWN_CHARS = 4_000  # by the host of the one who reads the source: what it shows is shown whole
_LINES, _FAULTS = 60, 6


class Text(NamedTuple):
    """A text as a command prints it, for a host that shows `limit_chars` of it (0: all)."""

    text: str
    command: str
    limit_chars: int = 0


def outline(seed: int, questions: int) -> Table:
    """Return a module of source, and look-ups in the signatures of its methods."""
    random = Random(f"outline {seed}")
    lines = [
        '"""Counts what has come in."""',
        "",
        "",
        f"class {words.pascal(random)}:",
        '    """Takes each in turn."""',
        "",
    ]
    lookups = []
    for method in dict.fromkeys(words.snake(random) for _ in range(_METHODS)):
        noun, limit = random.choice(words.NOUNS), random.randrange(2, 90)
        lines += [f"    def {method}(self, {noun}: int, limit: int = {limit}) -> int:", f"        total = {noun}"]
        for _ in range(_STEPS):
            lines += [f"        if total > {random.randrange(900)}:", f"            total -= {random.randrange(90)}"]
        lines += ["        return min(total, limit)", ""]
        lookups += [
            Lookup(f"What is the first parameter after self of the method {method}?", noun),
            Lookup(f"What is the default limit of the method {method}?", str(limit)),
        ]
    random.shuffle(lookups)
    return Table("outline", Text("\n".join(lines), "cat steps.py", _SHOWN_CHARS), lookups[:questions])


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
