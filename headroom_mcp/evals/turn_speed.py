"""How long a tool call takes in a real Claude Code: without a hook, with the hook command, with the hook in the server.

    python -m headroom_mcp.evals.turn_speed [--claude PATH] [--runs 20] [--json]     (--json > tests/measured/turns.json)

A turn goes from one request of the host to the next: a shell that prints a file, the hook, the request. The sizes take
turns within a session and the sessions follow each other, so the ratios belong to one run on one machine. Without us the
conversation carries the whole outputs along, which makes its later turns a little slower.
"""

from __future__ import annotations

import itertools
import json
import os
import shlex
import statistics
import tempfile
from typing import NamedTuple

from headroom_mcp.evals import hook_speed
from headroom_mcp.install import claude_code
from headroom_mcp.install.doctor import client
from headroom_mcp.install.live import run as live

SIZES = {"small": 5, "30 KB": 370, "300 KB": 4_200}
TRANSPORTS = {"no hook": "", "hook command": "command", "hook in the server": "mcp"}


class Row(NamedTuple):
    """The median turn of one transport and size, and how many times the turn without a hook that is."""

    transport: str
    size: str
    median_ms: float
    ratio: float


def measure(claude: str, runs: int = 20) -> list[Row]:
    """Return a row for each transport and size. Raises: LiveError."""
    medians: dict[tuple[str, str], float] = {}
    with tempfile.TemporaryDirectory(prefix="headroom-turns-") as folder:
        order = [(size, run) for run in range(runs + 1) for size in SIZES]
        for size, run in order:
            with open(os.path.join(folder, _name(size, run)), "w", encoding="utf-8") as stream:
                stream.write(hook_speed.log(SIZES[size], run))
        turns = [live.bash(f"cat {shlex.quote(_name(size, run))}") for size, run in order]
        for name, transport in TRANSPORTS.items():
            events = claude_code.hook_events(transport) if transport else {}
            hooks = {event: [group] for event, group in events.items()}
            arrivals: list[float] = []
            live.run(claude, turns, folder, hooks=hooks, timeout_s=60 + 3 * len(turns), arrivals=arrivals)
            times = [(after - before) * 1000 for before, after in itertools.pairwise(arrivals)]
            for size in SIZES:
                of_size = [time for (one, run), time in zip(order, times, strict=True) if one == size and run]
                medians[name, size] = statistics.median(of_size)
    return [Row(name, size, ms, ms / medians["no hook", size]) for (name, size), ms in medians.items()]


def main() -> None:
    """Print the rows."""
    import argparse

    parser = argparse.ArgumentParser(description="Time tool calls in a real Claude Code, with each transport.")
    parser.add_argument("--claude", default="", help="the `claude` to run; default: the one on the PATH")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    claude = given.claude or client.find_claude()
    if not claude:
        parser.error("there is no `claude` on the PATH; give --claude")
    rows = measure(claude, given.runs)
    if given.json:
        found = {"claude_code": client.version_of(claude), "runs": given.runs, "rows": [row._asdict() for row in rows]}
        print(json.dumps(found, indent=1))
        return
    for row in rows:
        print(f"{row.transport:20} {row.size:8} {row.median_ms:8.1f} ms {row.ratio:6.2f}x")


def _name(size: str, run: int) -> str:
    return f"{size.replace(' ', '')}-{run}.log"


if __name__ == "__main__":
    main()
