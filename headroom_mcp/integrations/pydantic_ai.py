"""Pydantic AI: tool results made short before they enter the run's messages.

agent = Agent(model, tools=[…], capabilities=[HeadroomCapability()])
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener, said
from headroom_mcp.settings.table import Settings

try:
    from pydantic_ai import FunctionToolset, ToolReturn
    from pydantic_ai.capabilities import AbstractCapability
    from pydantic_core import to_json
except ImportError as error:
    raise missing("pydantic-ai-slim>=2", "pydantic-ai", error) from error


class HeadroomCapability(AbstractCapability[Any]):
    """Makes each tool's result short, and gives the agent `headroom_retrieve` (not with `retrieval=False`).

    Results that are objects are sent as JSON by Pydantic AI; where their JSON has a short form, that is sent as text.
    """

    def __init__(self, *, settings: Settings | None = None, project: str = "", retrieval: bool = True) -> None:
        self.shortener = ResultShortener(settings=settings, project=project)
        self.retrieval = retrieval

    def get_toolset(self) -> Any:
        """Return the toolset with the retrieval tool."""
        return FunctionToolset([self.shortener.retrieval_function()]) if self.retrieval else None

    async def after_tool_execute(self, ctx: Any, *, call: Any, tool_def: Any, args: Any, result: Any) -> Any:
        """Return `result`, short."""
        try:
            query = said(ctx.prompt)
            if isinstance(result, ToolReturn):
                return dataclasses.replace(
                    result, return_value=await self._short(result.return_value, call, args, query)
                )
            return await self._short(result, call, args, query)
        except Exception as error:  # the run would end with it
            self.shortener.trouble(error)
            return result

    async def _short(self, value: Any, call: Any, args: Any, query: str) -> Any:
        if isinstance(value, str):
            return await self.shortener.short_async(value, call.tool_name, args, query)
        if isinstance(value, (dict, list)) and _is_plain(value):
            text = to_json(value).decode()
            short = await self.shortener.short_async(text, call.tool_name, args, query)
            return value if short == text else short
        return value


def _is_plain(value: Any) -> bool:
    """Tell whether `value` is nothing but JSON: images and files in it must stay what they are."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True
