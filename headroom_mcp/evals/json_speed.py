"""How fast JSON is compressed, against `json.loads` on the same text, and how much memory it takes.

    python -m headroom_mcp.evals.json_speed [--largest-mb 16]

Prints for each shape and size: processor seconds of `json.loads` and of the compressor, the ratio, and the peak of memory over
the size of the text. The texts are generated; the same every time.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator

from headroom_mcp.compressors.json import kind as compressor
from headroom_mcp.flow.budget import budget_for
from headroom_mcp.tool_output import ToolOutput

_QUERY = "which orders of Ana Silva failed, and why?"
_WORDS = "request cache payment order gateway worker queue index shard replica token session user batch".split()


def records(size: int) -> str:
    """Return an array of log-like records of about `size` characters."""
    chance = random.Random(size)

    def rows() -> Iterator[str]:
        for number in range(size):
            yield json.dumps(
                {
                    "id": number,
                    "timestamp": f"2026-03-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}Z",
                    "level": "ERROR" if number % 997 == 5 else "INFO",
                    "user": {"name": chance.choice(_WORDS) + str(number % 5000), "active": number % 3 == 0},
                    "message": " ".join(chance.choices(_WORDS, k=8)),
                    "latency_ms": round(chance.expovariate(0.02), 2),
                    "tags": chance.sample(_WORDS, 2),
                }
            )

    return _fill(rows(), size)


def numbers(size: int) -> str:
    """Return an array of numbers of about `size` characters."""
    chance = random.Random(size)
    return _fill((f"{chance.gauss(0, 1000):.4f}" for _ in range(size)), size)


def nested(size: int) -> str:
    """Return an object of objects of about `size` characters, as package locks and indexes are."""
    chance = random.Random(size)

    def rows() -> Iterator[str]:
        for number in range(size):
            value = {
                "version": f"{number % 20}.{number % 7}.{number % 3}",
                "resolved": f"https://registry.example/{chance.choice(_WORDS)}/-/{number}.tgz",
                "requires": dict.fromkeys(chance.sample(_WORDS, 3), f"^{number % 9}.0"),
            }
            yield f'"{chance.choice(_WORDS)}-{number}": {json.dumps(value)}'

    return '{"packages": {' + _fill(rows(), size)[1:-1] + "}}"


SHAPES: tuple[Callable[[int], str], ...] = (records, numbers, nested)


def _fill(rows: Iterator[str], size: int) -> str:
    parts: list[str] = []
    length = 2
    for row in rows:
        parts.append(row)
        length += len(row) + 2
        if length >= size:
            break
    return "[" + ", ".join(parts) + "]"


def measure(text: str) -> tuple[float, float, float]:
    """Return seconds of json.loads (best of three), seconds of the compressor, and its peak memory over the text."""
    best = min(_seconds(lambda: json.loads(text)) for _ in range(3))
    output = ToolOutput(text, "Bash", {"command": "curl"}, _QUERY)
    budget = budget_for(output.tokens)
    taken = min(_seconds(lambda: compressor.compress(ToolOutput(text, "Bash", {}, _QUERY), budget)) for _ in range(2))
    tracemalloc.start()
    try:
        compressor.compress(output, budget)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return best, taken, peak / len(text)


def _seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--largest-mb", type=int, default=16)
    largest = parser.parse_args().largest_mb
    print(f"{'shape':8}  {'MB':>3}  {'loads s':>8}  {'ours s':>8}  {'ratio':>6}  {'memory':>7}")
    for shape in SHAPES:
        size = 1
        while size <= largest:
            text = shape(size * 1_000_000)
            loads, ours, memory = measure(text)
            print(f"{shape.__name__:8}  {size:3}  {loads:8.3f}  {ours:8.3f}  {ours / loads:6.1f}  {memory:6.1f}x")
            size *= 4


if __name__ == "__main__":
    main()
