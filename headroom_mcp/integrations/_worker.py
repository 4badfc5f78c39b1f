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
import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from headroom_mcp.context import shapes
from headroom_mcp.server.workers import Call, Pool
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings

if TYPE_CHECKING:
    from headroom_mcp.integrations._results import ResultShortener

_P = ParamSpec("_P")
_R = TypeVar("_R")

LARGE_CHARS = 2_000  # a shorter text takes less than asking for it
_MAX_S = 60.0  # of one answer; the flow's own deadline is far below it
_MOST_FAILURES = 3
_READ = ("HEADROOM_", "CLAUDE_", "HOME", "XDG_")  # what the names of variables begin with that our settings depend on

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


class Beside:
    """The process, started when it is first asked. Threads share it: they are answered one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._started: tuple[int, dict[str, str]] = (0, {})
        self.pool: Pool | None = None

    def ask(self, function: Callable[..., Any], *args: Any) -> tuple[bool, Any]:
        """Return whether `function(*args)` was done there, and what it gave. Arguments and answer are JSON. Raises nothing."""
        if self._failures >= _MOST_FAILURES or not sys.executable or getattr(sys, "frozen", False):
            return False, None
        try:
            return True, self._running().run(Call(function, args, limit_s=_MAX_S))
        except (TypeError, ValueError, RecursionError):  # something that JSON does not know
            return False, None
        except Exception as error:  # no process to be had, or it ended
            self._failures += 1
            fault_log.record("integrations.worker", error)
            return False, None

    def _running(self) -> Pool:
        # The pipes of a process that forked are its own, and where originals go and what is off stands in the environment.
        now = (os.getpid(), {name: value for name, value in os.environ.items() if name.startswith(_READ)})
        with self._lock:
            if self.pool is None or self._started != now:
                if self.pool is not None and self._started[0] == now[0]:
                    self.pool.close()
                self.pool, self._started = Pool(1), now
                atexit.register(self.pool.close)
            return self.pool


beside = Beside()


def result(settings: dict[str, Any] | None, project: str, session: str, text: str, call: Sequence[Any]) -> str:
    """Return the short form of a tool's result, as `ResultShortener.short` does."""
    tool, arguments, query = call
    return _shortener(json.dumps(settings), project, session).short(text, tool, arguments, query)


@lru_cache(maxsize=64)
def _shortener(settings: str, project: str, session: str) -> ResultShortener:
    """Return the one that remembers what it has made short: retries hand over the same originals."""
    from headroom_mcp.integrations._results import ResultShortener

    return ResultShortener(settings=_settings(json.loads(settings)), project=project, session=session)


def body(settings: dict[str, Any] | None, project: str, text: str) -> str | None:
    """Return the text of a request's body as `RequestShortener.body` makes it."""
    from headroom_mcp.integrations._requests import RequestShortener

    short = RequestShortener(settings=_settings(settings), project=project).body(text.encode("utf-8"))
    return None if short is None else short.decode("utf-8")


def messages(settings: dict[str, Any] | None, project: str, given: list[Any], tools: Any) -> list[Any]:
    """Return the texts that `RequestShortener.messages` makes short: the message's index, the path in it, and the text."""
    from headroom_mcp.integrations._requests import RequestShortener

    short = RequestShortener(settings=_settings(settings), project=project).messages(given, tools)
    return [
        [index, list(new.path), new.text]
        for index, (one, other) in enumerate(zip(given, short, strict=True))
        if one is not other
        for old, new in zip(_places(one), _places(other), strict=True)
        if old.text != new.text
    ]


def hook(event: dict[str, Any]) -> Any:
    """Return what our hook answers to an event of Claude Code."""
    from headroom_mcp.hook import entry

    return entry.handle(event)


def as_json(settings: Settings | None) -> dict[str, Any] | None:
    """Return settings as they are sent."""
    return None if settings is None else settings._asdict()


def _settings(given: dict[str, Any] | None) -> Settings | None:
    if given is None:
        return None
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}
    return Settings(**fields)


def _places(message: Any) -> list[shapes.Place]:
    found = shapes.events(message) or []
    return [place for event in found if isinstance(event, shapes.Returned) for place in event.places]
