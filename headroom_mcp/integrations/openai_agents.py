"""The OpenAI Agents SDK: tools whose results are short before they enter the run's items.

agent = Agent(name="…", tools=[*short_tools([run_tests, search]), retrieval_tool()])
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener, field, said
from headroom_mcp.settings.table import Settings

try:
    from agents import FunctionTool, ToolOutputText, function_tool
except ImportError as error:
    raise missing("openai-agents", "openai-agents", error) from error


def short_tools(tools: Iterable[Any], *, settings: Settings | None = None, project: str = "") -> list[Any]:
    """Return `tools` with each function tool's result made short; tools that run elsewhere (hosted ones) as they are."""
    shortener = ResultShortener(settings=settings, project=project)
    return [_short_tool(shortener, tool) if isinstance(tool, FunctionTool) else tool for tool in tools]


def retrieval_tool(shortener: ResultShortener | None = None) -> FunctionTool:
    """Return the tool that gives slices of originals back."""
    return function_tool((shortener or ResultShortener()).retrieval_function())


def _short_tool(shortener: ResultShortener, tool: FunctionTool) -> FunctionTool:
    inner = tool.on_invoke_tool

    async def invoke(context: Any, arguments: str) -> Any:
        result = await inner(context, arguments)
        try:
            return await _short(shortener, tool.name, arguments, result, _last_user(field(context, "turn_input")))
        except Exception as error:  # the run would end with it
            shortener.trouble(error)
            return result

    return dataclasses.replace(tool, on_invoke_tool=invoke)


async def _short(shortener: ResultShortener, name: str, arguments: str, result: Any, query: str) -> Any:
    if isinstance(result, str):
        return await shortener.short_async(result, name, arguments, query)
    if isinstance(result, ToolOutputText):
        return result.model_copy(update={"text": await shortener.short_async(result.text, name, arguments, query)})
    if isinstance(result, list):
        return [await _short(shortener, name, arguments, one, query) for one in result]
    if isinstance(result, dict) and result.get("type") == "text" and isinstance(result.get("text"), str):
        return {**result, "text": await shortener.short_async(result["text"], name, arguments, query)}
    return result


def _last_user(items: Any) -> str:
    if isinstance(items, str):
        return items
    for item in reversed(items or ()):
        if field(item, "role") == "user":
            return said(field(item, "content"))
    return ""
