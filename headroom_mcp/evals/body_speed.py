"""What it costs to make a request small, beside `json.loads` of the same body: conversations of about a megabyte.

    python -m headroom_mcp.evals.body_speed [--mb 1]

Processor seconds, the best of some runs, for the bytes of a request (`shorten_body`) and for a list of messages (`compress`):

    new      everything is new; less the time in the flow, which is the compression itself
    again    the same request once more, nothing held but single renderings
    longer   the request before with one more message, as a conversation goes on
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest import mock

from headroom_mcp.context import checkpoint, spans, walk
from headroom_mcp.context.compress import compress
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory

_RUNS = 5
_SETTINGS = Settings()


class Figures(NamedTuple):
    """Seconds. `flow`: the compression of what was new, which is not in `new`."""

    loads: float
    flow: float
    new: float
    again: float
    longer: float


def conversation(size: int) -> list[dict[str, Any]]:
    """Return Anthropic messages of about `size` characters of tool results."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "why does the build fail?"}]
    number = 0
    while size > 0:
        text = output(number)
        use = {"type": "tool_use", "id": f"toolu_{number}", "name": "Bash", "input": {"command": f"cat log.{number}"}}
        thought = {"type": "thinking", "thinking": "The next log may say more. " * 5, "signature": "c2ln" * 50}
        result = {"type": "tool_result", "tool_use_id": f"toolu_{number}", "content": text}
        messages += [{"role": "assistant", "content": [thought, use]}, {"role": "user", "content": [result]}]
        size -= len(text)
        number += 1
    return messages


def output(number: int) -> str:
    """Return what a tool prints: a log, JSON or source of 150 rows, another for each number."""
    chance = random.Random(number)
    if number % 3 == 0:
        return "\n".join(
            f"2026-03-14T03:{i // 60:02d}:{i % 60:02d}Z INFO worker-{chance.randint(1, 9)} request {i} took {chance.randint(1, 900)} ms"
            for i in range(150)
        )
    if number % 3 == 1:
        return json.dumps([{"id": i, "state": chance.choice("ab"), "note": f"p {chance.random()}"} for i in range(150)])
    return "\n".join(f"def f_{i}(width):\n    return width * {chance.randint(1, 9999)}\n" for i in range(150))


def measure(messages: list[dict[str, Any]], *, as_bytes: bool) -> Figures:
    """Return what the conversation costs; as the bytes of a request, or as a list of messages."""

    def body(items: list[dict[str, Any]]) -> bytes:
        return json.dumps({"model": "claude-opus-5-5", "max_tokens": 1000, "messages": items}).encode()

    whole, before = body(messages), body(messages[:-1])
    loads = min(_seconds(lambda: json.loads(whole.decode())) for _ in range(_RUNS))
    with open_in_memory(_SETTINGS) as store:

        def short(items: list[dict[str, Any]], data: bytes) -> object:
            if as_bytes:
                return spans.shorten_body(data, settings=_SETTINGS, store=store)
            return compress(items, settings=_SETTINGS, store=store)

        def everything(_: int) -> tuple[float, float]:
            walk._renderings.clear()
            checkpoint.clear()
            with _flow_timed() as flow:
                return _seconds(lambda: short(messages, whole)), sum(flow)

        def again(_: int) -> float:
            checkpoint.clear()
            return _seconds(lambda: short(messages, whole))

        def longer(_: int) -> float:
            checkpoint.clear()
            short(messages[:-1], before)
            return _seconds(lambda: short(messages, whole))

        new, flow = min(map(everything, range(2)), key=lambda pair: pair[0] - pair[1])
        return Figures(loads, flow, new - flow, min(map(again, range(_RUNS))), min(map(longer, range(_RUNS))))


@contextmanager
def _flow_timed() -> Iterator[list[float]]:
    """Time every call of the flow by the walk while it lasts, in seconds."""
    spent: list[float] = []

    def timed(*args: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return compress_output(*args, **named)
        finally:
            spent.append(time.process_time() - start)

    with mock.patch.object(walk, "compress_output", timed):
        yield spent


def _seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def rows(size: int) -> Iterator[tuple[str, Figures]]:
    """Yield the figures of both ways."""
    messages = conversation(size)
    yield "bytes", measure(messages, as_bytes=True)
    yield "messages", measure(messages, as_bytes=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mb", type=float, default=1.0)
    size = int(parser.parse_args().mb * 1_000_000)
    print(f"{'given as':<10}{'loads ms':>10}{'flow ms':>10}{'new':>8}{'again':>8}{'longer':>8}   times json.loads")
    for name, row in rows(size):
        ratios = "".join(f"{seconds / row.loads:>7.1f}x" for seconds in (row.new, row.again, row.longer))
        print(f"{name:<10}{1e3 * row.loads:>10.1f}{1e3 * row.flow:>10.0f}{ratios}")


if __name__ == "__main__":
    main()
