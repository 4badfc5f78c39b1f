"""A process beside the program in which large texts are made short while an event loop waits.

Threads share one interpreter. While one of them makes a text short, the event loop gets the interpreter back after 5 ms at best
(`sys.getswitchinterval`, which is the program's and not ours), and later while one regular expression runs. A process has an
interpreter of its own. It costs some 40 MB and half a second of processor time, once, with the first large text that is awaited;
it ends with the program. Whatever goes wrong with it, the work is done in the thread as before.
"""

from __future__ import annotations

import asyncio
import atexit
import contextvars
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any, ParamSpec, TypeVar

from headroom_mcp.settings import fault_log

_P = ParamSpec("_P")
_R = TypeVar("_R")

LARGE_CHARS = 2_000  # a shorter text takes less than asking for it
_MAX_S = 60.0  # of one answer; the flow's own deadline is far below it
_MOST_FAILURES = 3
_HEAD_BYTES = 8

_awaited: contextvars.ContextVar[bool] = contextvars.ContextVar("headroom_awaited", default=False)


async def off_loop(function: Callable[_P, _R], *args: _P.args, **named: _P.kwargs) -> _R:
    """Return `function(…)`, run in a thread in which `awaited` is true."""
    token = _awaited.set(True)
    try:
        return await asyncio.to_thread(function, *args, **named)
    finally:
        _awaited.reset(token)


def awaited() -> bool:
    """Tell whether an event loop waits for this thread, so that it should not hold the interpreter."""
    return _awaited.get()


class Worker:
    """The process, started when it is first asked. Threads share it: they are answered one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._failures = 0

    def ask(self, name: str, *args: Any) -> Any:
        """Return what the function of this name (see `_TASKS`) gives there. Raises: anything, where it cannot be had."""
        with self._lock:
            if self._failures >= _MOST_FAILURES:
                msg = "the process beside this program has failed before"
                raise RuntimeError(msg)
            asked = pickle.dumps((name, args))  # what cannot be pickled is no fault of the process
            try:
                done, answer = self._answer(self._running(), asked)
            except BaseException:
                self._failures += 1
                self._end()
                raise
        if not done:
            msg = f"the process beside this program: {answer}"
            raise RuntimeError(msg)
        return answer

    def _answer(self, process: subprocess.Popen[bytes], asked: bytes) -> tuple[bool, Any]:
        """Return whether what was asked has been done, and what it gave or why not."""
        late = threading.Timer(_MAX_S, process.kill)
        late.daemon = True
        late.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            _write(process.stdin, asked)
            done, answer = pickle.loads(_read(process.stdout))
            return bool(done), answer
        finally:
            late.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._pid != os.getpid() or self._process.poll() is not None:
            if not sys.executable or getattr(sys, "frozen", False):
                self._failures = _MOST_FAILURES
                msg = "this program has no Python interpreter to start"
                raise RuntimeError(msg)
            root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
            code = f"import sys; sys.path.insert(0, {root!r}); from headroom_mcp.integrations import _worker; _worker.serve()"
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._pid = os.getpid()
            atexit.register(self._end)
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._pid != os.getpid():
            return
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_worker = Worker()


def asked(name: str, *args: Any, size: int, use: bool) -> tuple[bool, Any]:
    """Return whether the process was asked and has answered, and its answer. It is asked where `use` allows it, an event loop
    waits, and `size`, in characters, is worth it."""
    if not use or not awaited() or size < LARGE_CHARS:
        return False, None
    try:
        return True, _worker.ask(name, *args)
    except Exception as error:  # the caller does it then
        fault_log.record("integrations.worker", error)
        return False, None


def serve() -> None:
    """Answer on standard input and output until the program has gone."""
    given, taken = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(2, 1)  # whatever prints must not spoil an answer
    while True:
        try:
            name, args = pickle.loads(_read(given))
        except EOFError:
            return
        try:
            answer = (True, _TASKS[name](*args))
        except Exception as error:  # told, not raised: the next text may do
            answer = (False, repr(error))
        _write(taken, pickle.dumps(answer))


def _write(stream: IO[bytes], data: bytes) -> None:
    stream.write(len(data).to_bytes(_HEAD_BYTES, "big") + data)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    head = stream.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        raise EOFError
    data = stream.read(size := int.from_bytes(head, "big"))
    if len(data) < size:
        raise EOFError
    return data


_shorteners: dict[Any, Any] = {}


def _result(settings: Any, project: str, session: str, text: str, call: tuple[str, Any, str]) -> str:
    from headroom_mcp.integrations._results import ResultShortener

    key = (repr(settings), project, session)
    if key not in _shorteners:
        _shorteners[key] = ResultShortener(settings=settings, project=project, session=session)
    short: str = _shorteners[key].short(text, *call)
    return short


def _body(settings: Any, project: str, body: bytes) -> bytes | None:
    from headroom_mcp.integrations._requests import RequestShortener

    return RequestShortener(settings=settings, project=project).body(body)


def _messages(settings: Any, project: str, messages: list[Any], tools: Any) -> dict[int, Any]:
    """Return the messages that change, by their index: the others stay the caller's own objects."""
    from headroom_mcp.integrations._requests import RequestShortener

    short = RequestShortener(settings=settings, project=project).messages(messages, tools)
    return {index: new for index, (old, new) in enumerate(zip(messages, short, strict=True)) if new is not old}


def _hook(event: dict[str, Any]) -> Any:
    from headroom_mcp.hook import entry

    return entry.handle(event)


_TASKS: dict[str, Callable[..., Any]] = {"result": _result, "body": _body, "messages": _messages, "hook": _hook}
