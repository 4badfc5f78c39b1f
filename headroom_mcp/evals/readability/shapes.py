"""Made-up data of several shapes, each with look-ups: a question, the answer, and nothing else that would be right.

issues    rows with titles, states and people; most flags false, most dates null
pods      rows with an object in each: status, limits, labels
logs      entries with a level, a service, a message and mostly no error
figures   rows of numbers alike, which only their places tell apart
packages  an object of objects, keyed by name
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from headroom_mcp.evals.relatives import draw

ROWS = 14
_SYLLABLES = "ba cor den fal gri hol jun kes lim mor nep ost pra qui ral sten tov ulm ver wick yar zel".split()
_TROUBLES = ("is not closed", "never returns", "is read twice", "loses its lock", "fails to start", "ignores the limit")


class Lookup(NamedTuple):
    """A question about a text, and its answer as JSON would write a scalar, without quotes."""

    question: str
    gold: str


class Table(NamedTuple):
    """Data with look-ups; `rows` are its records, flat or nested, `key` the field that names a record."""

    shape: str
    value: Any
    lookups: list[Lookup]


def table(shape: str, seed: int, questions: int = 14) -> Table:
    """Return the data of `shape` that `seed` makes, with as many look-ups: each row once, then again in other fields."""
    random = Random(f"{shape} {seed}")
    rows, name = SHAPES[shape](random)
    key = next(iter(rows[0]))
    value: Any = (
        {row[key]: {name: row[name] for name in row if name != key} for row in rows} if shape == "packages" else rows
    )
    asked = random.sample(range(len(rows)), min(questions, len(rows)))
    fields = [path for path in _paths(rows[0]) if path[0] != key]
    random.shuffle(fields)
    left = {at: list(fields) for at in asked}  # no question is asked twice
    lookups = []
    for turn in range(min(questions, len(rows) * len(fields))):
        round_, at = turn // len(asked), asked[turn % len(asked)]
        first = (turn + round_) % len(fields)
        path = next(path for path in [*fields[first:], *fields[:first]] if path in left[at])
        left[at].remove(path)
        found: Any = rows[at]
        for step in path:
            found = found[step]
        lookups.append(
            Lookup(f"What is the field {'.'.join(path)} of the {name} with {key} {rows[at][key]}?", spelled(found))
        )
    return Table(shape, value, lookups)


def spelled(value: Any) -> str:
    """Return a scalar as JSON writes it, a string without its quotes."""
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _paths(row: dict[str, Any]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, value in row.items():
        if isinstance(value, dict):
            found += [(name, *path) for path in _paths(value)]
        elif not isinstance(value, list):
            found.append((name,))
    return found


Rows = tuple[list[dict[str, Any]], str]


def _stamp(random: Random, day: int) -> str:
    return f"2026-03-{day:02d}T{random.randrange(24):02d}:{random.randrange(60):02d}:{random.randrange(60):02d}Z"


def _title(random: Random) -> str:
    return f"{random.choice(draw.THINGS)} of {_name(random)} {random.choice(_TROUBLES)} after {_name(random)}"


def _name(random: Random) -> str:
    """Return a name that no other record is likely to hold."""
    return "".join(random.choices(_SYLLABLES, k=3))


def _issues(random: Random) -> Rows:
    number = random.randrange(1_000, 9_000)
    people = [_name(random) for _ in range(6)]
    rows = []
    for _ in range(ROWS):
        number += random.randrange(1, 9)
        rows.append({
            "number": number, "title": _title(random), "state": random.choice(("open", "open", "closed")),
            "author": random.choice(people), "comments": random.randrange(40), "locked": random.random() < 0.1,
            "draft": random.random() >= 0.8, "assignee": random.choice((None, None, *people[:2])),
            "minutes": random.randrange(10, 900), "repository": "acme/widgets",
        })  # fmt: skip
    return rows, "issue"


def _pods(random: Random) -> Rows:
    nodes = [f"node-{n}" for n in range(1, 5)]
    rows = []
    for _ in range(ROWS):
        bad = random.random() < 0.15
        rows.append({
            "name": f"{_name(random)}-{random.getrandbits(20):05x}", "namespace": "prod", "node": random.choice(nodes),
            "status": {"phase": "Failed" if bad else "Running", "restarts": random.randrange(9) if bad else random.randrange(2),
                       "reason": random.choice(("OOMKilled", "Error")) if bad else None},
            "limits": {"cpu": f"{random.randrange(1, 20) * 50}m", "memory": f"{random.randrange(1, 16) * 64}Mi"},
            "ip": f"10.0.{random.randrange(9)}.{random.randrange(2, 250)}",
        })  # fmt: skip
    return rows, "pod"


def _logs(random: Random) -> Rows:
    services = [_name(random) for _ in range(4)]
    rows = []
    for _ in range(ROWS):
        bad = random.random() < 0.15
        rows.append({
            "request_id": f"req-{random.getrandbits(32):08x}", "time": _stamp(random, 14), "level": "ERROR" if bad else "INFO",
            "service": random.choice(services), "message": _title(random) if bad else f"{random.choice(draw.THINGS)} of {_name(random)} stored",
            "duration_ms": random.randrange(3, 900), "error": f"E-{random.randrange(100, 999)}" if bad else None, "cached": random.random() < 0.3,
        })  # fmt: skip
    return rows, "entry"


def _figures(random: Random) -> Rows:
    return [
        {"sku": f"SK-{1_000 + at * 7 + random.randrange(7)}", "stock": random.randrange(90), "sold": random.randrange(90), "returned": random.randrange(9),
         "price": round(random.uniform(1, 90), 2), "cost": round(random.uniform(1, 40), 2), "reorder_at": random.randrange(5, 40), "lead_days": random.randrange(2, 30)}
        for at in range(ROWS)
    ], "product"  # fmt: skip


def _packages(random: Random) -> Rows:
    rows = []
    for _ in range(ROWS):
        rows.append({
            "name": f"{_name(random)}-{_name(random)}", "version": f"{random.randrange(9)}.{random.randrange(20)}.{random.randrange(9)}",
            "license": random.choice(("MIT", "MIT", "Apache-2.0", "BSD-3-Clause")), "size_kb": random.randrange(4, 4_000), "dev": random.random() < 0.3,
            "deprecated": None if random.random() < 0.85 else f"use {_name(random)}", "maintainer": _name(random),
        })  # fmt: skip
    return rows, "package"


SHAPES: dict[str, Callable[[Random], Rows]] = {
    "issues": _issues,
    "pods": _pods,
    "logs": _logs,
    "figures": _figures,
    "packages": _packages,
}
