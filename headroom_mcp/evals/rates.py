"""Seconds per megabyte of what tools print, for every kind: no kind takes more than one, up to ten megabytes, and none grows
faster than the text.

    python -m headroom_mcp.evals.rates                    every output: a quarter of a megabyte and a whole one, and that with a question;
                                                          ten megabytes of those that take more than half a second
    python -m headroom_mcp.evals.rates --above 0          ten megabytes of all
    python -m headroom_mcp.evals.rates --match table      those whose name holds "table"
    python -m headroom_mcp.evals.rates --json FILE        the figures as JSON, too; `python -m tests.figures` brings them into docs/latency.md

Only processor time counts, yet a core that others share is slower: before and after each output a loop of plain Python is
timed, and a figure is given at the pace of the quickest loop of the run, beside how many loops it is; the latter can be
compared between machines. Another program can slow one run by half, so what seems slow, or seems to grow too fast, is run again,
three times in all, at every size, and the least counts. Each output has a process of its own, whose greatest memory is told. Prints the slowest last;
exit code 1 if anything takes more than a second per megabyte or more than 2.2 times as long for twice the text.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from headroom_mcp.evals import growth_outputs, growth_shapes
from headroom_mcp.evals.growth import Run, forget, planned, seconds
from headroom_mcp.evals.growth_shapes import Output

MAX_RATE = 1.0  # seconds per megabyte
MAX_GROWTH = 2.2  # for twice the text
QUESTION = "why did mail 7 fail, and where is send_12 defined?"
_SIZE, _LARGE = 1_000_000, 10_000_000  # characters
_CLOSE_LOOK = 0.5  # seconds per megabyte, from which on the large size is measured, too
_WARM_CHARS = 9_000
_DOUBLINGS = 2  # from the smallest text to the whole one
_TRIES = 3
_LOOPS = 40_000


class Rate(NamedTuple):
    """What one output takes: seconds per megabyte at one size, those of them with a question (`asked_s`), how time grows for
    twice the text (up to the largest that was measured), seconds per megabyte at the large size (0: not measured), loops per megabyte at the slowest of these, and
    the greatest memory of the process in megabytes."""

    kind: str
    name: str
    plain_s: float
    asked_s: float
    growth: float
    large_s: float
    loops: float
    memory_mb: float

    @property
    def slowest(self) -> float:
        """The slowest of all sizes and ways."""
        return max(self.plain_s, self.asked_s, self.large_s)


def outputs(match: str = "") -> list[Output]:
    """Return all outputs that are measured."""
    every = [*growth_shapes.kinds(), *growth_outputs.further()]
    return [output for output in every if match in f"{output.kind}: {output.name}"]


def loop() -> float:
    """Return the processor seconds of a fixed loop of plain Python: words taken apart and counted."""
    counts: dict[str, int] = {}
    start = time.process_time()
    for number in range(_LOOPS):
        words = f"mail {number} sent in {number % 977} ms".split()
        counts[words[4]] = counts.get(words[4], 0) + len(words[1])
    return time.process_time() - start


def rate_of(output: Output, above: float = _CLOSE_LOOK) -> Rate:
    """Measure one output, in this process, of what takes more than `above` the large size, too. Seconds are counted in loops."""
    plain, asked = (planned("Bash", {"command": output.command}, question) for question in ("", QUESTION))
    plain(output.make(_WARM_CHARS))  # compiles expressions, imports what the kind needs
    asked(output.make(_WARM_CHARS))
    part, whole = output.make(_SIZE >> _DOUBLINGS), output.make(_SIZE)
    parts, wholes, with_question = [], [], []
    growth = 0.0
    for _ in range(_TRIES):
        parts.append(_in_loops(plain, part))
        wholes.append(_in_loops(plain, whole))
        with_question.append(_in_loops(asked, whole))
        growth = (min(wholes) / max(min(parts), 1e-9)) ** (1 / _DOUBLINGS)
        pace = loop()
        if max(min(wholes), min(with_question)) * pace <= max(above, _CLOSE_LOOK) and growth <= MAX_GROWTH:
            break
    found = [min(wholes), min(with_question)]
    slowest = max(found) / (_SIZE / 1e6)
    large = 0.0
    if slowest * loop() > above:
        way = asked if found[1] > found[0] else plain
        text = output.make(_LARGE)
        large = math.inf
        for _ in range(_TRIES):
            large = min(large, _in_loops(way, text) / (_LARGE / 1e6))
            growth = (large * _LARGE / (slowest * _SIZE)) ** (1 / math.log2(_LARGE / _SIZE))
            if large * loop() <= MAX_RATE and growth <= MAX_GROWTH:
                break
    return Rate(output.kind, output.name, found[0], found[1], growth, large, max(slowest, large), _memory_mb())


def _in_loops(run: Run, text: str) -> float:
    """Return how many loops one run is, as they take just before and after it."""
    forget()
    before = loop()
    took = seconds(run, text)
    return took / min(before, loop())


def _memory_mb() -> float:
    """Return the greatest memory of this process so far; 0 where that cannot be asked."""
    try:
        import resource
    except ImportError:
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def _of_number(task: tuple[int, float]) -> tuple[Rate, float]:
    number, above = task
    return rate_of(outputs()[number], above), min(loop() for _ in range(3))


def measure(chosen: Sequence[Output], above: float = _CLOSE_LOOK) -> Iterator[tuple[Rate, float]]:
    """Yield the rate of each output, in loops, and the quickest loop seen in its process, each in a process of its own."""
    every = outputs()
    tasks = [(every.index(output), above) for output in chosen]
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        yield from pool.imap(_of_number, tasks, chunksize=1)


def at_pace(rate: Rate, loop_s: float) -> Rate:
    """Return a rate that is counted in loops as seconds, of a machine on which a loop takes so long."""
    return rate._replace(plain_s=rate.plain_s * loop_s, asked_s=rate.asked_s * loop_s, large_s=rate.large_s * loop_s)


def is_out_of_bounds(rate: Rate) -> bool:
    """Tell whether a rate, in seconds, is slower or grows faster than it may."""
    return rate.slowest > MAX_RATE or rate.growth > MAX_GROWTH


def told(rate: Rate) -> str:
    """Return a rate in one line."""
    large = f"{rate.large_s:5.2f}" if rate.large_s else "    –"
    mark = "OUT OF BOUNDS  " if is_out_of_bounds(rate) else ""
    return (
        f"{rate.plain_s:5.2f} {rate.asked_s:5.2f} {large} s/MB  ×{rate.growth:4.2f}  {rate.loops:5.1f} loops/MB  {rate.memory_mb:5.0f} MB  "
        f"{mark}{rate.kind}: {rate.name}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure what the options say and print it, the slowest last."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--match", default="", help="only outputs whose kind and name hold this")
    parser.add_argument(
        "--above",
        type=float,
        default=_CLOSE_LOOK,
        metavar="S",
        help="ten megabytes of what takes longer for one (default: 0.5)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args(arguments)
    pace = min(loop() for _ in range(5))
    found: list[Rate] = []
    for rate, loop_s in measure(outputs(options.match), options.above):
        pace = min(pace, loop_s)
        found.append(rate)
        print(told(at_pace(rate, pace)), file=sys.stderr, flush=True)
    rates = sorted((at_pace(rate, pace) for rate in found), key=lambda rate: rate.slowest)
    print("   at 1 MB, asked, at 10 MB")
    print("\n".join(map(told, rates)))
    bad = sum(map(is_out_of_bounds, rates))
    print(f"{len(rates):,} outputs, {bad:,} out of bounds; a loop takes {pace * 1e3:.1f} ms at the quickest")
    if options.json:
        about = {
            "date": date.today().isoformat(), "loop_ms": round(pace * 1e3, 1), "python": platform.python_version(), "above": options.above,
            "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0,
        }  # fmt: skip
        rows = [
            {key: round(value, 2) if isinstance(value, float) else value for key, value in rate._asdict().items()}
            for rate in rates
        ]
        options.json.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
