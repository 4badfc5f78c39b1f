"""How long the hook makes a tool call wait: whole processes, medians, as ratios to a bare interpreter.

    python -m headroom_mcp.evals.hook_speed [--json] [--runs 20]

Ratios, because milliseconds say more about the machine than about us. The runs of all rows are interleaved, so that a
busy moment hits each alike.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from typing import NamedTuple

from headroom_mcp.install import hosts

HOOK = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hook", "run.py")
_BASE = "bare interpreter (json, sys)"


class Row(NamedTuple):
    """One kind of process: its median in milliseconds and how many times the bare interpreter that is."""

    name: str
    median_ms: float
    ratio: float


def measure(runs: int = 20, python: str = "") -> list[Row]:
    """Return a row for the bare interpreter and for each size of output."""
    python = python or sys.executable
    bare = [python, "-I", "-S", "-c", "import json,sys"]
    hook = [python, "-I", "-S", HOOK]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HEADROOM_HOME"] = os.path.join(folder, "store")
        jobs: list[tuple[str, list[str], list[str]]] = [(_BASE, bare, [os.devnull] * (runs + 1))]
        for name, lines in (
            ("hook, output below the threshold", 5),
            ("hook, 30 KB of log", 420),
            ("hook, 300 KB of log", 4_200),
        ):
            # Each run prints something new: a repeated output would be left out as shown before.
            # A small one is one of many in its session; the others are each the first of theirs.
            session = "small" if lines < 100 else ""
            events = [_event(folder, f"{lines}-{run}", log(lines, run), session) for run in range(runs + 1)]
            jobs.append((name, hook, events))
        events = [_read_event(folder, run) for run in range(runs + 1)]
        jobs.append(("hook, a source file of 5,000 lines", hook, events))
        for name in hosts.HOSTS:
            if hosts.has_hook(name):
                events = [_host_event(folder, name, log(420, run), run) for run in range(runs + 1)]
                jobs.append((f"hook of {name}, 30 KB of log", [*hook, name], events))
        times: dict[str, list[float]] = {name: [] for name, _, _ in jobs}
        for run in range(runs + 1):
            for name, command, inputs in jobs:
                elapsed = _time(command, inputs[run])
                if run:  # the first one makes the store and the .pyc files
                    times[name].append(elapsed)
    base = statistics.median(times[_BASE])
    return [Row(name, statistics.median(of), statistics.median(of) / base) for name, of in times.items()]


def main() -> None:
    """Print the rows."""
    import argparse

    parser = argparse.ArgumentParser(description="Time the hook as whole processes.")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    rows = measure(given.runs)
    if given.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
        return
    for row in rows:
        print(f"{row.name:36} {row.median_ms:8.1f} ms {row.ratio:6.2f}x")


def log(lines: int, seed: int) -> str:
    """Return a service's log of about 70 characters a line, another one for each seed."""
    levels = ("INFO", "INFO", "INFO", "DEBUG", "WARN")
    body = [
        f"2026-03-0{1 + n % 9}T12:{n % 60:02}:{(n * 7 + seed) % 60:02}.{n * 37 % 1000:03}Z {levels[n % 5]} svc-{n % 6} handled"
        f" request {n * 7919 + seed} in {n * 31 % 400} ms"
        for n in range(lines)
    ]
    if lines > 100:
        body[lines // 2] = f"2026-03-05T12:00:00.000Z ERROR svc-3 lost its connection to db-{seed}: timed out"
    return "\n".join(body)


def _read_event(folder: str, seed: int) -> str:
    """Write the event of a Read of the standard library's longest modules, 5,000 lines of them."""
    lines: list[str] = []
    for module in ("typing", "argparse", "inspect", "tarfile", "doctest", "subprocess"):
        with open(os.path.join(os.path.dirname(os.__file__), f"{module}.py"), encoding="utf-8") as file:
            lines.extend(file.read().split("\n"))
    lines[:] = [f"# {seed}", *lines[:4_999]]
    path = os.path.join(folder, f"module_{seed}.py")
    total = len(lines)
    file_read = {"filePath": path, "content": "\n".join(lines), "numLines": total, "startLine": 1, "totalLines": total}
    return write_event(folder, f"read-{seed}", "Read", {"file_path": path}, {"type": "text", "file": file_read})


def _host_event(folder: str, name: str, text: str, run: int) -> str:
    """Write the event of another host's hook to a file of its own folder, in a session of its own, and return its path."""
    own = os.path.join(folder, f"{name}-{run}")
    os.mkdir(own)
    event = hosts.load(name).sample(text, own)
    for key in ("session_id", "sessionId", "conversation_id"):
        if key in event:
            event[key] = f"{name}-{run}"
    path = os.path.join(own, "event.json")
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(event, stream)
    return path


def _event(folder: str, name: str, stdout: str, session: str = "") -> str:
    """Write the event of a command, by default in a session of its own, to a file and return its path."""
    command = {"command": "journalctl -u svc", "description": "Show the service log"}
    response = {"stdout": stdout, "stderr": "", "interrupted": False, "isImage": False}
    return write_event(folder, name, "Bash", command, response, session)


def write_event(
    folder: str, name: str, tool: str, tool_input: dict[str, str], response: dict[str, object], session: str = ""
) -> str:
    """Write an event to a file and return its path; without a `session`, it is in one of its own."""
    event = {
        "session_id": session or name,
        "transcript_path": os.path.join(folder, f"{name}.jsonl"),
        "cwd": folder,
        "hook_event_name": "PostToolUse",
        "tool_name": tool,
        "tool_input": tool_input,
        "tool_response": response,
        "tool_use_id": f"toolu_{name}",
    }
    path = os.path.join(folder, f"{name}.json")
    with open(path, "w", encoding="utf-8") as stream:
        json.dump(event, stream)
    return path


def _time(command: list[str], stdin: str) -> float:
    """Return the milliseconds from the start of a process to its end."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    ]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, dict(os.environ), file_actions=actions)
    status = os.waitpid(process, 0)[1]
    elapsed = (time.perf_counter() - start) * 1000
    if status:
        msg = f"{command} ended with status {status}"
        raise RuntimeError(msg)
    return elapsed


if __name__ == "__main__":
    main()
