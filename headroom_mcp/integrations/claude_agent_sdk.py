"""The Claude Agent SDK: the same answers as our hooks for Claude Code give, in the program's own process.

    options = ClaudeAgentOptions(hooks=hooks(), mcp_servers={"headroom": retrieval_server()})

Where `headroom install` has put the hooks into the user's settings and the options load these (`setting_sources`), leave
`hooks()` out: each output would be looked at twice.
"""

from __future__ import annotations

import asyncio
from typing import Any

from headroom_mcp.integrations import _worker
from headroom_mcp.integrations._missing import missing
from headroom_mcp.integrations._results import RETRIEVAL_TOOL, ResultShortener
from headroom_mcp.integrations._worker import off_loop
from headroom_mcp.settings import fault_log

try:
    from claude_agent_sdk import HookMatcher, create_sdk_mcp_server, tool
except ImportError as error:
    raise missing("claude-agent-sdk", "claude-agent-sdk", error) from error

_EVENTS = ("PostToolUse", "PreToolUse")
_PARAMETERS = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("ref", "lines", "query", "json_path")},
    "required": ["ref"],
}


def hooks() -> dict[Any, list[HookMatcher]]:
    """Return the `hooks` of `ClaudeAgentOptions`: outputs are made short, and failing commands keep their output."""
    return {event: [HookMatcher(hooks=[_answer])] for event in _EVENTS}


def retrieval_server(project: str = "") -> Any:
    """Return an in-process server with `headroom_retrieve`, for `mcp_servers={"headroom": …}`.

    It gives back originals of `project`, the `cwd` of the options; by default of any.
    """
    own = ResultShortener(project=project)
    own.project = project

    @tool(RETRIEVAL_TOOL, "Get back lines left out of a tool output that ends in [headroom REF …].", _PARAMETERS)
    async def headroom_retrieve(given: dict[str, Any]) -> dict[str, Any]:
        text = await asyncio.to_thread(
            own.retrieve, **{name: str(given.get(name) or "") for name in _PARAMETERS["properties"]}
        )
        return {"content": [{"type": "text", "text": text}]}

    return create_sdk_mcp_server("headroom", tools=[headroom_retrieve])


def _handled(event: dict[str, Any]) -> Any:
    """Return what the hook answers; a large event goes to the process beside this one."""
    if len(repr(event)) >= _worker.LARGE_CHARS:
        done, reply = _worker.beside.ask(_worker.hook, event)
        if done:
            return reply
    from headroom_mcp.hook import entry

    return entry.handle(event)


async def _answer(event: Any, tool_use_id: str | None, context: Any) -> Any:
    try:
        reply = await off_loop(_handled, dict(event))
    except Exception as error:  # the client would be told of a failing hook
        fault_log.record("integrations.claude_agent_sdk", error)
        return {}
    return reply if isinstance(reply, dict) else {}
