"""Strands Agents: tool results made short before they enter the agent's messages and its session.

    agent = Agent(model=…, tools=[…], hooks=[HeadroomHooks()])

Put `HeadroomHooks` first among the hooks: callbacks of this event run in reverse order, so it sees what the others made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import RETRIEVAL_TOOL, ResultShortener
from headroom_mcp.settings.table import Settings

try:
    from strands import tool
    from strands.hooks import AfterToolCallEvent, AgentInitializedEvent, HookProvider, HookRegistry
except ImportError as error:
    raise missing("strands-agents", "strands", error) from error


class HeadroomHooks(HookProvider):
    """Makes each tool's result short, and gives the agent the tool `headroom_retrieve` (not with `retrieval=False`).

    `agent.tool.x()` called by a program gets the whole result: no model reads that.
    """

    def __init__(self, *, settings: Settings | None = None, project: str = "", retrieval: bool = True) -> None:
        self.shortener = ResultShortener(settings=settings, project=project)
        self.retrieval = retrieval

    def register_hooks(self, registry: HookRegistry, **_: Any) -> None:
        """Register the callbacks: Strands calls this."""
        registry.add_callback(AfterToolCallEvent, self._shorten)
        if self.retrieval:
            registry.add_callback(AgentInitializedEvent, self._offer_retrieval)

    def _offer_retrieval(self, event: AgentInitializedEvent) -> None:
        try:
            if RETRIEVAL_TOOL not in event.agent.tool_names:
                event.agent.tool_registry.process_tools([retrieval_tool(self.shortener)])
        except Exception as error:  # an agent that cannot start is worse than one that cannot retrieve
            self.shortener.trouble(error)

    async def _shorten(self, event: AfterToolCallEvent) -> None:
        if "event_loop_cycle_id" not in event.invocation_state:
            return  # called by a program
        try:
            use, result = event.tool_use, event.result
            query = _last_user(getattr(event.agent, "messages", ()))
            content: list[Any] = [
                {**block, "text": await self.shortener.short_async(block["text"], use["name"], use["input"], query)}
                if isinstance(block.get("text"), str)
                else block
                for block in result["content"]
            ]
            if content != result["content"]:
                event.result = {**result, "content": content}
        except Exception as error:  # the agent's loop would end with it
            self.shortener.trouble(error)


def retrieval_tool(shortener: ResultShortener | None = None) -> Any:
    """Return the Strands tool that gives slices of originals back."""
    return tool((shortener or ResultShortener()).retrieval_function())


def _last_user(messages: Sequence[Any]) -> str:
    """Return what the user said last: a user's message that is not merely tool results."""
    for message in reversed(messages):
        if message.get("role") == "user":
            texts = [block["text"] for block in message.get("content", ()) if isinstance(block.get("text"), str)]
            if texts:
                return "\n".join(texts)
    return ""
