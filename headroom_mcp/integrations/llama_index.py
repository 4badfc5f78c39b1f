"""LlamaIndex: tools whose results are short before the agent reads them; `raw_output` stays whole.

    agent = FunctionAgent(tools=[*short_tools([run_tests, search]), retrieval_tool()], llm=…)

LlamaIndex has no hook for all tools of an agent. A tool does not know what the user has asked, so nothing is chosen by that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import ResultShortener
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings.table import Settings

try:
    from llama_index.core.base.llms.types import TextBlock
    from llama_index.core.tools import AsyncBaseTool, FunctionTool, ToolOutput
    from llama_index.core.tools.types import ToolMetadata, adapt_to_async_tool
except ImportError as error:
    raise missing("llama-index-core", "llama-index", error) from error


class HeadroomTool(AsyncBaseTool):
    """A tool that calls `inner` and makes the text of its output short."""

    def __init__(self, inner: Any, shortener: ResultShortener) -> None:
        self.inner = adapt_to_async_tool(inner)
        self.shortener = shortener

    @property
    def metadata(self) -> ToolMetadata:
        """The inner tool's own."""
        return self.inner.metadata

    def __getattr__(self, name: str) -> Any:
        """Return what only the inner tool has (whether it wants a context, its function)."""
        if name == "inner":
            raise AttributeError(name)
        return getattr(self.inner, name)

    def call(self, *args: Any, **given: Any) -> ToolOutput:
        """Return the inner tool's output, its texts short."""
        return self._short(self.inner.call(*args, **given), given)

    async def acall(self, *args: Any, **given: Any) -> ToolOutput:
        """As `call`; the short form is found in a thread."""
        return await off_loop(self._short, await self.inner.acall(*args, **given), given)

    def _short(self, output: ToolOutput, given: dict[str, Any]) -> ToolOutput:
        try:
            arguments = {
                name: value for name, value in given.items() if isinstance(value, (str, int, float, list, dict))
            }
            blocks = [
                block.model_copy(update={"text": self.shortener.short(block.text, output.tool_name, arguments)})
                if isinstance(block, TextBlock)
                else block
                for block in output.blocks
            ]
            return output.model_copy(update={"blocks": blocks})
        except Exception as error:  # the agent's run would end with it
            self.shortener.trouble(error)
            return output


def short_tools(tools: Iterable[Any], *, settings: Settings | None = None, project: str = "") -> list[HeadroomTool]:
    """Return `tools`, each with short results."""
    shortener = ResultShortener(settings=settings, project=project)
    return [HeadroomTool(tool, shortener) for tool in tools]


def retrieval_tool(shortener: ResultShortener | None = None) -> FunctionTool:
    """Return the tool that gives slices of originals back."""
    return FunctionTool.from_defaults((shortener or ResultShortener()).retrieval_function())
