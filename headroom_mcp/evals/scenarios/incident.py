"""An incident: a service fails, and logs, metrics, pods and deployments hold why."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.scenarios import words
from headroom_mcp.evals.scenarios.play import Question, Scenario

_ENTRIES, _MINUTES, _PODS, _DEPLOYMENTS = 640, 300, 60, 20


class _Story:
    """What has happened, which the outputs tell of piece by piece."""

    def __init__(self, random: Random) -> None:
        self.service = f"{random.choice(words.AREAS)}-api"
        self.code = words.code(random)
        self.pool = random.randrange(20, 90)
        self.version = f"v{random.randrange(2, 9)}.{random.randrange(30)}.{random.randrange(9)}"
        self.author = random.choice(words.PEOPLE)
        self.change = f"lower db_pool_size from {self.pool * 4} to {self.pool}"
        self.pod = f"{self.service}-{random.getrandbits(32):08x}-{random.getrandbits(20):05x}"
        self.latency_ms = random.randrange(8_000, 30_000)
        self.minute = random.randrange(100, 280)


def make(seed: int) -> Scenario:
    """Return the story of `seed`."""
    random = Random(f"incident {seed}")
    story = _Story(random)
    request = f"{story.service} answers with errors since this morning. Find out why, and what changed."
    outputs = (
        Given("log entries", _logs(random, story), "mcp__logs__query", {"service": "all", "since": "4h"}, (), request),
        Given("latency by minute", _metrics(random, story), "mcp__metrics__range", {"metric": "p99_ms"}, (), request),
        Given("pods", _pods(random, story), "Bash", {"command": "kubectl get pods -A -o wide"}, (), request),
        Given("deployments", _deployments(random, story), "mcp__deploys__list", {"limit": _DEPLOYMENTS}, (), request),
    )
    questions = (
        Question("Which error?", (story.code,)), Question("What ran out?", (f"all {story.pool} connections are in use",)),
        Question("What was the worst latency?", (str(story.latency_ms),)), Question("Which pod is in trouble?", (story.pod, "CrashLoopBackOff")),
        Question("Which deployment changed that?", (story.version, story.change)),
    )  # fmt: skip
    return Scenario("incident", "SRE incident: logs, metrics, pods, deployments", request, outputs, questions, 0.92)


def _stamp(minute: int, second: int = 0) -> str:
    return f"2026-05-11T{6 + minute // 60:02d}:{minute % 60:02d}:{second:02d}Z"


def _logs(random: Random, story: _Story) -> str:
    entries: list[dict[str, Any]] = []
    for at in range(_ENTRIES):
        entries.append({
            "timestamp": _stamp(at * _MINUTES // _ENTRIES, random.randrange(60)), "level": "DEBUG" if random.random() < 0.1 else "INFO",
            "service": f"{random.choice(words.AREAS)}-api", "trace_id": f"{random.getrandbits(64):016x}",
            "message": f"{random.choice(words.VERBS)} {random.choice(words.NOUNS)} {random.randrange(99_999)} done in {random.randrange(4, 180)} ms",
            "host": f"node-{random.randrange(1, 9)}.prod.internal", "status": random.choice((200, 200, 200, 204)),
        })  # fmt: skip
    for at in sorted(random.sample(range(_ENTRIES // 2, _ENTRIES - 9), 2)):
        entries[at] |= {
            "level": "ERROR", "service": story.service, "status": 503,
            "message": f"[{story.code}] cannot get a connection: all {story.pool} connections are in use",
        }  # fmt: skip
    return json.dumps({"took_ms": 41, "entries": entries})


def _metrics(random: Random, story: _Story) -> str:
    points = [
        {"minute": _stamp(at), "p99_ms": random.randrange(90, 190), "requests": random.randrange(800, 1_300)}
        for at in range(_MINUTES)
    ]
    points[story.minute]["p99_ms"] = story.latency_ms
    return json.dumps({"metric": "p99_ms", "service": story.service, "points": points})


def _pods(random: Random, story: _Story) -> str:
    rows = [f"{'NAMESPACE':<10} {'NAME':<40} {'READY':<6} {'STATUS':<18} {'RESTARTS':<9} {'AGE':<6} {'IP':<12} NODE"]
    at = random.randrange(10, _PODS - 5)
    for number in range(_PODS):
        name = f"{random.choice(words.AREAS)}-api-{random.getrandbits(32):08x}-{random.getrandbits(20):05x}"
        state, restarts, ready = "Running", "0", "1/1"
        if number == at:
            name, state, restarts, ready = story.pod, "CrashLoopBackOff", "17", "0/1"
        rows.append(
            f"{'prod':<10} {name:<40} {ready:<6} {state:<18} {restarts:<9} {random.randrange(2, 60)}d    10.2.{random.randrange(9)}.{random.randrange(250):<6} node-{random.randrange(1, 9)}"
        )
    return "\n".join(rows) + "\n"


def _deployments(random: Random, story: _Story) -> str:
    rows: list[dict[str, Any]] = []
    for at in range(_DEPLOYMENTS):
        rows.append({
            "id": 9_000 + at, "service": f"{random.choice(words.AREAS)}-api", "version": f"v{random.randrange(2, 9)}.{random.randrange(30)}.{random.randrange(9)}",
            "author": random.choice(words.PEOPLE), "at": _stamp(at * 14), "status": "succeeded",
            "change": f"{random.choice(words.VERBS)} {random.choice(words.NOUNS)} in {random.choice(words.AREAS)}", "rollback": False,
        })  # fmt: skip
    rows[random.randrange(8, _DEPLOYMENTS - 8)] |= {
        "service": story.service, "version": story.version, "author": story.author, "change": story.change,
    }  # fmt: skip
    return json.dumps(rows)
