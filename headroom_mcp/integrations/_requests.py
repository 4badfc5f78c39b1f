"""What the integrations share that see whole requests again and again: conversations and bodies made short."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom_mcp.context.compress import compress
from headroom_mcp.context.shapes import Path, replaced, texts_of
from headroom_mcp.context.spans import shorten_body
from headroom_mcp.integrations import _worker
from headroom_mcp.settings import environment
from headroom_mcp.settings.table import Settings


class RequestShortener:
    """Makes the tool results in requests short for one program, which `project` names in the store.

    Threads may share it. `enabled` may be set to False and back at any time. `worker`: a request that an event loop waits for is
    made short in a process of its own, see `_worker`. Nothing that it is given makes it raise.
    """

    def __init__(self, *, settings: Settings | None = None, project: str = "") -> None:
        self.enabled = True
        self.worker = True
        self.project = project or environment.project_dir()
        self._settings = settings

    def messages(self, messages: Any, tools: Any = None) -> Any:
        """Return the conversation with its tool results short; the very object given where nothing became shorter.

        `tools`: those that the request offers, for the way back that a footer names.
        """
        if not self.enabled:
            return messages
        if self._beside(lambda: isinstance(messages, list) and sum(map(len, texts_of(messages)))):
            place = (_worker.as_json(self._settings), self.project)
            done, changes = _worker.beside.ask(_worker.messages, *place, messages, tools)
            if done:
                return _changed(messages, changes)
        result = compress(messages, tools=tools, settings=self._settings, project=self.project)
        shorter = any(decision.action != "kept" for decision in result.decisions)
        return result.messages if shorter else messages

    def body(self, body: bytes) -> bytes | None:
        """Return the JSON body of a request with its tool results short, None where it stays as it is."""
        if not self.enabled:
            return None
        if self._beside(lambda: len(body)):
            text = body.decode("utf-8", "replace")  # what is not UTF-8 is no JSON either
            done, short = _worker.beside.ask(_worker.body, _worker.as_json(self._settings), self.project, text)
            if done:
                return None if short is None else str(short).encode("utf-8")
        return shorten_body(body, settings=self._settings, project=self.project)

    def _beside(self, size: Callable[[], int]) -> bool:
        """Tell whether to ask the process beside: an event loop waits, and `size()` characters are worth it."""
        return self.worker and _worker.awaited() and size() >= _worker.LARGE_CHARS


def _changed(messages: list[Any], changes: list[Any]) -> list[Any]:
    """Return `messages` with these texts (index, path, text) in them; the list itself where there are none."""
    by_index: dict[int, dict[Path, str]] = {}
    for index, path, text in changes:
        by_index.setdefault(index, {})[tuple(path)] = text
    if not by_index:
        return messages
    return [replaced(old, by_index[index]) if index in by_index else old for index, old in enumerate(messages)]
