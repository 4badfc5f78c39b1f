"""Worker processes for tool calls: a call that takes too long is stopped, whatever it is doing, and nothing else waits.

One long match of a regular expression holds the interpreter's lock, so a thread cannot be stopped and would keep the whole
server from answering. A process can be killed. Workers are started when they are needed, kept warm, and replaced when they
were stopped, have died or have grown; a crash in a native library costs one answer.

    pool = Pool(size=2)
    pool.run(Call(tools.compress, named={"text": "…"}, limit_s=20))
    pool.close()
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, cast

from headroom_mcp.server import worker
from headroom_mcp.types import HeadroomError, WorkerError

_IDLE_S = 60.0  # a second worker that nobody has needed for so long is let go
_SCRIPT = "import sys; sys.path[:] = {path!r}; from headroom_mcp.server import worker; worker.main()"


class Call:
    """One call of a module's function, with what it may take. It can be given up from another thread."""

    def __init__(
        self,
        function: Callable[..., Any],
        positional: Sequence[object] = (),
        named: Mapping[str, object] | None = None,
        *,
        limit_s: float,
    ) -> None:
        self.name = function.__name__
        self.limit_s = limit_s
        self.deadline = time.monotonic() + limit_s
        self.request = [function.__module__, function.__qualname__, list(positional), dict(named or {})]
        self.stopped = ""  # why, once it has been stopped
        self._worker: _Worker | None = None
        self._lock = threading.Lock()

    @property
    def left_s(self) -> float:
        """The seconds that are left for it, at least 0."""
        return max(0.0, self.deadline - time.monotonic())

    def stop(self, why: str) -> None:
        """End it wherever it stands: its worker is killed, and `Pool.run` raises."""
        with self._lock:
            self.stopped = self.stopped or why
            if self._worker is not None:
                self._worker.kill()

    def given_to(self, worker_: _Worker | None) -> None:
        """Note who works on it; None: nobody any more. Raises: WorkerError if it was stopped before."""
        with self._lock:
            self._worker = worker_
            if worker_ is not None and self.stopped:
                raise WorkerError(self.stopped)


class Pool:
    """At most `size` workers. Its methods may be called from any thread."""

    def __init__(self, size: int) -> None:
        self._free = threading.Semaphore(size)
        self._idle: list[_Worker] = []  # the one used last is at the end, and is used next
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def run(self, call: Call) -> Any:
        """Return what the function of `call` returns. The time spent waiting for a worker counts.

        Raises: WorkerError when the time is up, or the worker died or cannot be started; HeadroomError as the function did.
        """
        if not self._free.acquire(timeout=call.left_s):
            msg = f"{call.name} was not begun within {call.limit_s:g} s: the server is busy with other calls."
            raise WorkerError(msg)
        try:
            return self._run(call)
        finally:
            self._free.release()

    def close(self) -> None:
        """End every worker, at work or not. Calls under way raise; later ones too."""
        self._closed = True
        for one in list(self._all):
            one.kill()

    def _run(self, call: Call) -> Any:
        if call.stopped:
            raise WorkerError(call.stopped)
        taken, is_used = self._take()
        reply = self._ask(taken, call)
        if reply is None and is_used and not call.stopped and not self._closed:
            # It may have died while it waited for work (out of memory, a tidy person): that says nothing of this call.
            taken, _ = self._take(fresh=True)
            reply = self._ask(taken, call)
        if reply is None:
            raise WorkerError(call.stopped or f"{call.name} ended its process. Use the original tool instead.")
        if "value" in reply:
            return reply["value"]
        if "refused" in reply:
            raise HeadroomError(reply["refused"])
        msg = f"{call.name} failed inside ({reply['failed']}). Use the original tool instead."
        raise WorkerError(msg)

    def _ask(self, taken: _Worker, call: Call) -> dict[str, Any] | None:
        """Return the worker's reply to `call`, None where it died. The worker is idle again afterwards, or gone."""
        timer = threading.Timer(call.left_s, call.stop, (f"{call.name} took longer than {call.limit_s:g} s.",))
        timer.daemon = True
        reply = None
        try:
            call.given_to(taken)
            timer.start()
            reply = taken.ask([*call.request, call.left_s])
        finally:
            timer.cancel()
            call.given_to(None)
            self._give_back(taken, reply)
        return reply

    def _take(self, *, fresh: bool = False) -> tuple[_Worker, bool]:
        """Return a worker, and whether it has worked before. Raises: WorkerError."""
        with self._lock:
            if self._closed:
                msg = "The server is ending."
                raise WorkerError(msg)
            if self._idle and not fresh:
                return self._idle.pop(), True
            try:
                started = _Worker()
            except OSError as error:
                msg = f"No worker process can be started ({error}). Restart the agent, or use the original tool."
                raise WorkerError(msg) from error
            self._all.add(started)
            return started, False

    def _give_back(self, used: _Worker, reply: dict[str, Any] | None) -> None:
        now = time.monotonic()
        with self._lock:
            gone = [one for one in self._idle if now - one.used_at > _IDLE_S]
            if reply is None or reply["grown"] or self._closed:
                gone.append(used)
            else:
                used.used_at = now
                self._idle.append(used)
            self._idle = [one for one in self._idle if one not in gone]
            self._all.difference_update(gone)
        for one in gone:
            one.discard()


class _Worker:
    """One worker process and the pipes to it."""

    def __init__(self) -> None:
        # The same modules from the same places: an editable install or a frozen path is found again without asking.
        script = _SCRIPT.format(path=sys.path)
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # some hosts show whatever a server writes there
        )
        self.used_at = time.monotonic()

    def ask(self, request: object) -> dict[str, Any] | None:
        """Return the reply, None when the process has ended instead."""
        try:
            worker.send(cast("BinaryIO", self._process.stdin), request)
            reply: dict[str, Any] = worker.receive(cast("BinaryIO", self._process.stdout))
        except (OSError, EOFError, ValueError):
            return None
        return reply

    def kill(self) -> None:
        """End the process at once, and leave no zombie. Safe to call again."""
        self._process.kill()
        self._process.wait()

    def discard(self) -> None:
        """End a process that nobody talks to any more."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # a message that was never sent
                cast("BinaryIO", stream).close()
