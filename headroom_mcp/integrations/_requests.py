"""What the integrations share that see whole requests again and again: conversations and bodies made short."""

from __future__ import annotations

from typing import Any

from headroom_mcp.context.compress import compress
from headroom_mcp.context.shapes import texts_of
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
        if isinstance(messages, list):
            place = (self._settings, self.project)
            size = sum(map(len, texts_of(messages))) if self.worker and _worker.awaited() else 0
            done, changed = _worker.asked("messages", *place, messages, tools, size=size, use=self.worker)
            if done:
                return [changed.get(index, old) for index, old in enumerate(messages)] if changed else messages
        result = compress(messages, tools=tools, settings=self._settings, project=self.project)
        shorter = any(decision.action != "kept" for decision in result.decisions)
        return result.messages if shorter else messages

    def body(self, body: bytes) -> bytes | None:
        """Return the JSON body of a request with its tool results short, None where it stays as it is."""
        if not self.enabled:
            return None
        done, short = _worker.asked("body", self._settings, self.project, body, size=len(body), use=self.worker)
        if done:
            return bytes(short) if short is not None else None
        return shorten_body(body, settings=self._settings, project=self.project)
