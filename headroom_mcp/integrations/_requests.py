"""What the integrations share that see whole requests again and again: conversations and bodies made short."""

from __future__ import annotations

from typing import Any

from headroom_mcp.context.compress import compress
from headroom_mcp.context.spans import shorten_body
from headroom_mcp.settings import environment
from headroom_mcp.settings.table import Settings


class RequestShortener:
    """Makes the tool results in requests short for one program, which `project` names in the store.

    Threads may share it. `enabled` may be set to False and back at any time. Nothing that it is given makes it raise.
    """

    def __init__(self, *, settings: Settings | None = None, project: str = "") -> None:
        self.enabled = True
        self.project = project or environment.project_dir()
        self._settings = settings

    def messages(self, messages: Any, tools: Any = None) -> Any:
        """Return the conversation with its tool results short; the very object given where nothing became shorter.

        `tools`: those that the request offers, for the way back that a footer names.
        """
        if not self.enabled:
            return messages
        result = compress(messages, tools=tools, settings=self._settings, project=self.project)
        shorter = any(decision.action != "kept" for decision in result.decisions)
        return result.messages if shorter else messages

    def body(self, body: bytes) -> bytes | None:
        """Return the JSON body of a request with its tool results short, None where it stays as it is."""
        return shorten_body(body, settings=self._settings, project=self.project) if self.enabled else None
