"""CrewAI: tool results made short before the agent reads them.

install()                                   # for all crews of this process; returns a function that takes it out again
agent = Agent(…, tools=[…, retrieval_tool()])
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.settings.table import Settings

try:
    from crewai.hooks import register_after_tool_call_hook, unregister_after_tool_call_hook
    from crewai.tools import tool
except ImportError as error:
    raise missing("crewai", "crewai", error) from error


def install(*, settings: Settings | None = None, project: str = "") -> Callable[[], None]:
    """Make the results of all tools short in this process; return what undoes that."""
    shortener = ResultShortener(settings=settings, project=project)

    def after(context: Any) -> str | None:
        try:
            result = context.tool_result
            if not isinstance(result, str):
                return None
            query = str(getattr(context.task, "description", "") or "")
            short = shortener.short(result, context.tool_name, context.tool_input, query)
            return None if short == result else short
        except Exception as error:  # the crew's run would end with it
            shortener.trouble(error)
            return None

    register_after_tool_call_hook(after)
    return lambda: unregister_after_tool_call_hook(after)


def retrieval_tool(shortener: ResultShortener | None = None) -> Any:
    """Return the tool that gives slices of originals back."""
    return tool((shortener or ResultShortener()).retrieval_function())
