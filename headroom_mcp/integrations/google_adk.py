"""Google's Agent Development Kit: tool results made short before they enter the session's events.

    app = App(name="…", root_agent=agent, plugins=[HeadroomPlugin()])

Give the agents `retrieval_tool()` beside their own tools.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener, field
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings.table import Settings

try:
    from google.adk.plugins.base_plugin import BasePlugin
    from google.adk.tools import FunctionTool
except ImportError as error:
    raise missing("google-adk", "google-adk", error) from error

_MAX_DEPTH = 6


class HeadroomPlugin(BasePlugin):
    """Makes the texts in each tool's result short, for all agents of an application."""

    def __init__(self, *, settings: Settings | None = None, project: str = "") -> None:
        super().__init__(name="headroom")
        self.shortener = ResultShortener(settings=settings, project=project)

    async def after_tool_callback(self, *, tool: Any, tool_args: dict[str, Any], tool_context: Any, result: Any) -> Any:
        """Return the short form of `result`, None where it stays as it is."""
        try:
            query = _asked(tool_context)

            def one(text: str) -> str:
                return self.shortener.short(text, tool.name, tool_args, query)

            short = await off_loop(_mapped, result, one)
            return None if short == result else short
        except Exception as error:  # the run would end with it
            self.shortener.trouble(error)
            return None


def retrieval_tool(shortener: ResultShortener | None = None) -> FunctionTool:
    """Return the tool that gives slices of originals back."""
    return FunctionTool((shortener or ResultShortener()).retrieval_function())


def _asked(context: Any) -> str:
    parts = field(field(context, "user_content"), "parts") or ()
    return "\n".join(text for text in (field(part, "text") for part in parts) if isinstance(text, str))


def _mapped(value: Any, change: Callable[[str], str], depth: int = 0) -> Any:
    """Return `value` with `change` applied to the strings in it: a tool gives text, or a dict with texts somewhere."""
    if isinstance(value, str):
        return change(value)
    if depth < _MAX_DEPTH and isinstance(value, dict):
        return {key: _mapped(inner, change, depth + 1) for key, inner in value.items()}
    if depth < _MAX_DEPTH and isinstance(value, list):
        return [_mapped(inner, change, depth + 1) for inner in value]
    return value
