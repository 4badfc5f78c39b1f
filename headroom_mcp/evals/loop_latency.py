"""How long an event loop is held up while tool results are made short, beside a loop that is idle, in the same run.

    python -m headroom_mcp.evals.loop_latency [--results 40]

A task sleeps for a millisecond, again and again; printed is how much later than that it woke, in milliseconds: by the median,
the 99th percentile and the most, while nothing else happens, while a thread sleeps (the hand-off alone), while texts of 30 KB
are made short in a thread, and in the process beside the program. Other programs on the machine make every line worse.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable

from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.settings.table import Settings

_TICK_S = 0.001


def output(number: int) -> str:
    """Return a tool result of 30 KB, another for each number."""
    rows = "\n".join(f"tests/orders/test_{number}_{i}.py::test_case_{i} PASSED [{i // 6:3d}%]" for i in range(600))
    return (
        f"collected 601 items\n{rows}\nE   AssertionError: assert {number} == 4\n1 failed, 600 passed in 3.{number:02}s"
    )


async def lags(work: Callable[[int], Awaitable[object]], count: int) -> list[float]:
    """Return by how many milliseconds a task woke late while `work` was awaited `count` times, sorted."""
    found: list[float] = []
    done = asyncio.Event()

    async def probe() -> None:
        while not done.is_set():
            start = time.perf_counter()
            await asyncio.sleep(_TICK_S)
            found.append(1e3 * (time.perf_counter() - start - _TICK_S))

    watching = asyncio.create_task(probe())
    for number in range(count):
        await work(number)
    done.set()
    await watching
    return sorted(found)


async def _measured(count: int) -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=home)
        here, beside = ResultShortener(settings=settings), ResultShortener(settings=settings)
        here.worker = False
        await here.short_async(output(-1))  # modules are imported, the process is started: once for a program
        await beside.short_async(output(-2))

        async def short(shortener: ResultShortener, number: int) -> None:
            text = await shortener.short_async(output(number), "Bash", {"command": "pytest"}, "why?")
            assert "[headroom " in text

        ways: dict[str, Callable[[int], Awaitable[object]]] = {
            "idle": lambda _: asyncio.sleep(0.03),
            "thread hand-off": lambda _: asyncio.to_thread(time.sleep, 0.03),
            "in a thread": lambda number: short(here, number),
            "in the process": lambda number: short(beside, 1000 + number),
        }
        print(f"{'while':<18}{'woken':>7}{'p50 ms':>9}{'p99 ms':>9}{'most ms':>9}{'each ms':>9}")
        for name, work in ways.items():
            start = time.perf_counter()
            found = await lags(work, count)
            each = 1e3 * (time.perf_counter() - start) / count
            p50, p99 = found[len(found) // 2], found[int(0.99 * (len(found) - 1))]
            print(f"{name:<18}{len(found):>7}{p50:>9.2f}{p99:>9.2f}{found[-1]:>9.2f}{each:>9.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--results", type=int, default=40)
    asyncio.run(_measured(parser.parse_args().results))


if __name__ == "__main__":
    main()
