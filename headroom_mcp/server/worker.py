"""A worker process: does the calls it is sent, one after the other, until its parent goes away.

The parent (`workers`) starts it with pipes on standard input and output. A message on either is its length in eight bytes,
then JSON:

    → [module, function, positional arguments, named arguments, seconds it may take]
    ← {"value": …}  or  {"refused": message for the model}  or  {"failed": name of the exception},  each with "grown": bool

A worker never outlives its purpose: it ends when its parent has gone (its standard input is closed), and the kernel ends it
soon after the time of a call is up, even while C code holds the interpreter's lock.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import signal
import sys
import threading
from typing import Any, BinaryIO

from headroom_mcp.settings import fault_log
from headroom_mcp.types import HeadroomError

_GROWN_BYTES = 400 << 20  # a worker that holds more than this after a call is replaced
_SPARE_S = 1.0  # the parent stops a late worker itself; this is for a worker whose parent was killed


def main() -> None:
    """Serve calls until standard input is closed. Does not return."""
    requests, replies = _own_streams()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; our parent ends us
    calls: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, calls), daemon=True).start()
    while True:
        module, name, positional, named, limit_s = calls.get()
        _set_alarm(limit_s + _SPARE_S)
        reply = _answer(module, name, positional, named)
        _set_alarm(0)
        reply["grown"] = _held_bytes() > _GROWN_BYTES
        send(replies, reply)


def send(stream: BinaryIO, message: object) -> None:
    """Write one message. Raises: OSError."""
    data = json.dumps(message, separators=(",", ":")).encode("ascii")
    stream.write(len(data).to_bytes(8, "big") + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one message. Raises: EOFError when the other side has gone."""
    size = int.from_bytes(_exactly(stream, 8), "big")
    return json.loads(_exactly(stream, size))


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Return standard input and output for our messages alone, and leave nothing in their place for others to use."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return requests, replies


def _receive(requests: BinaryIO, calls: queue.SimpleQueue[list[Any]]) -> None:
    """Pass on what the parent sends. It runs beside the work, to notice at once when the parent has gone."""
    try:
        while True:
            calls.put(receive(requests))
    except (EOFError, OSError, ValueError):
        os._exit(0)


def _answer(module: str, name: str, positional: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"value": getattr(importlib.import_module(module), name)(*positional, **named)}
    except HeadroomError as error:
        return {"refused": str(error)}
    except Exception as error:  # a bug of ours: logged for `headroom doctor`; the parent tells the model
        fault_log.record(f"tool {name}", error)
        return {"failed": type(error).__name__}


def _set_alarm(seconds: float) -> None:
    """Let the kernel end this process in `seconds` (0: not at all). SIGALRM keeps its default action: no Python needed."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _held_bytes() -> int:
    """Return how much memory this process holds; 0 where that is not known."""
    try:
        with open("/proc/self/statm", encoding="ascii") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return _peak_bytes()


def _peak_bytes() -> int:
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10
