"""How long an output waits for us, by kind and size, warm and as a process of its own, and for which models that pays.

Times are processor time, so that others on the machine do not count; on an idle one it is what a clock shows, but for the
disk. Warm: `compress_output` in a process that has done it before, as the server, the proxy and the library do. Cold: the
hook's whole process, as a command per tool call. What a token saved is worth in time depends on how fast a model reads: the
figure that needs no assumption is the speed from which on we cost more time than we save.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple

from headroom_mcp.evals import hook_speed, statistics
from headroom_mcp.evals.layers import common, needles
from headroom_mcp.evals.layers.common import Given
from headroom_mcp.evals.scenarios import exploration
from headroom_mcp.text import tokens
from headroom_mcp.types import ToolInput

SIZES = (1_000, 10_000, 100_000)  # tokens, about
# Tokens a second that a model reads of a prompt it has not cached: orders of magnitude, not measurements. Give your own.
READING = {"a local model on a CPU": 100.0, "a large hosted model": 3_000.0, "a small hosted model": 20_000.0}


class Times(NamedTuple):
    """Milliseconds of processor time over some runs."""

    p50: float
    p95: float
    p99: float
    runs: int


class Row(NamedTuple):
    """One kind and size. `saved` tokens of an output; `memory_mb` the most a cold process took; `pays_below`: the reading
    speed (tokens a second) below which the time saved is more than a cold process takes."""

    kind: str
    size: int
    tokens: int
    saved: int
    warm: Times
    cold: Times
    memory_mb: float
    pays_below: float

    def net_ms(self, reading: float) -> float:
        """Return the milliseconds won by an output for a model that reads so many tokens a second, a cold process paid."""
        return self.saved / reading * 1_000 - self.cold.p50


def measure(
    sizes: Sequence[int] = SIZES,
    kinds: Sequence[str] = (),
    runs: int = 20,
    cold_runs: int = 5,
    tick: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Return a row for each kind and size."""
    rows = []
    for kind in kinds or KINDS:
        for size in sizes:
            rows.append(_row(kind, size, max(2, runs if size < 50_000 else runs // 4), cold_runs))
            tick()
    return rows


def idle() -> str:
    """Say how busy the machine is, where that can be known."""
    try:
        load = os.getloadavg()[0]
    except (OSError, AttributeError):
        return "unknown"
    cores = os.cpu_count() or 1
    return f"load {load:.1f} on {cores} cores" + (": not idle" if load > cores / 2 else "")


def output(kind: str, size: int, seed: int) -> Given:
    """Return an output of about `size` tokens."""
    random = Random(f"latency {kind} {size} {seed}")
    return KINDS[kind](random, size)


def _row(kind: str, size: int, runs: int, cold_runs: int) -> Row:
    outputs = [output(kind, size, seed) for seed in range(runs + 1)]
    warm: list[float] = []
    saved: list[int] = []
    with common.store() as opened:
        for turn, one in enumerate(outputs):
            started = time.process_time()
            result = common.short(one, opened, asked=False)
            if turn:  # the first one imports and compiles
                warm.append((time.process_time() - started) * 1_000)
                saved.append(result.tokens_before - result.tokens_after)
    typical = int(statistics.quantile(saved, 0.5))
    cold, memory = _cold(outputs[:cold_runs], min(saved) > 0)
    times = _times(cold)
    pays = typical / (times.p50 / 1_000) if times.p50 else 0.0
    return Row(kind, size, tokens.count(outputs[0].text), typical, _times(warm), times, memory, pays)


def _times(values: Sequence[float]) -> Times:
    p50, p95, p99 = (statistics.quantile(values, at) for at in (0.5, 0.95, 0.99))
    return Times(p50, p95, p99, len(values))


def _cold(outputs: Sequence[Given], saves: bool) -> tuple[list[float], float]:
    """Return the processor milliseconds of whole hook processes, and the most memory that one took (MB).

    Raises: RuntimeError where a process fails, or answers nothing although the output can be made smaller.
    """
    with tempfile.TemporaryDirectory(prefix="headroom-latency-") as folder:
        paths = [
            hook_speed.write_event(
                folder, f"latency-{turn}", "Bash", {"command": str(one.tool_input["command"])},
                {"stdout": one.text, "stderr": "", "interrupted": False, "isImage": False},
            )
            for turn, one in enumerate([outputs[0], *outputs])
        ]  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _SPAWNER, hook_speed.HOOK, *paths],
            env={**os.environ, "HEADROOM_HOME": os.path.join(folder, "store")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        msg = f"the hook cannot be measured: {done.stderr.strip()[-400:]}"
        raise RuntimeError(msg)
    measured = json.loads(done.stdout)[1:]  # the first one makes the store and the .pyc files
    if saves and not all(answered for _, _, answered in measured):
        msg = "the hook answered nothing although the output can be made smaller: this is not what is to be measured"
        raise RuntimeError(msg)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10  # bytes there, kilobytes elsewhere
    return [seconds * 1_000 for seconds, _, _ in measured], max(most for _, most, _ in measured) / unit


# Runs the hook once for each event, from a process that is small itself: what a process takes at most is counted from its
# birth, and it is born as large as what it was born of.
_SPAWNER = """
import json, os, sys
hook, *events = sys.argv[1:]
found = []
for event in events:
    reply = event + ".reply"
    actions = [(os.POSIX_SPAWN_OPEN, 0, event, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, reply, os.O_WRONLY | os.O_CREAT, 0o600)]
    child = os.posix_spawn(sys.executable, [sys.executable, "-I", "-S", hook], dict(os.environ), file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit("a hook ended with status %d" % status)
    found.append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.path.getsize(reply) > 0))
print(json.dumps(found))
"""


def _hay(name: str, tokens_each: float) -> Callable[[Random, int], Given]:
    def make(random: Random, size: int) -> Given:
        count = max(20, int(size / tokens_each))
        text, _, _ = needles.HAYS[name](random, count, count // 2, "one that is like no other")
        # A command in every case, so that warm and cold are the same call.
        return Given(f"{name} {size}", text, "Bash", {"command": "./show"}, ())

    return make


def _source(random: Random, size: int) -> Given:
    text = ""
    while len(text) < size * 4:
        text += exploration.source(random, f"Step{random.randrange(10**6)}", "Step", 0)
    text = text[: text.rfind("\n", 0, size * 4) + 1]
    given: ToolInput = {"command": "cat steps.py"}
    return Given(f"source {size}", text, "Bash", given, ())


KINDS: dict[str, Callable[[Random, int], Given]] = {
    "log": _hay("log", 31.0), "json": _hay("rows", 31.0), "table": _hay("table", 9.0), "prose": _hay("prose", 24.0), "source": _source,
}  # fmt: skip
