"""The hook as a hidden tool of our running server (`headroom install --transport mcp`): no process per event.

Claude Code fills an mcp_tool hook's input by naming fields of its event, one by one. Objects arrive as compact JSON, texts
raw, missing fields empty; all parameters are texts, so that nobody parses a text that merely looks like JSON. The model
does not see the tool: it is in no list. SessionStart, SessionEnd and PreCompact stay commands: the first two do not
reach a server (2.1.330).
"""

from __future__ import annotations

from headroom_mcp.hook import entry
from headroom_mcp.late import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

TOOL = "headroom_hook"
_COMMON = ("session_id", "transcript_path", "cwd", "agent_id")
_CALL = ("tool_name", "tool_input", "tool_use_id")
FIELDS = {
    "PreToolUse": (*_COMMON, *_CALL),
    "PostToolUse": (*_COMMON, *_CALL, "tool_response"),
    "PostToolUseFailure": (*_COMMON, *_CALL, "error", "is_interrupt"),
    "UserPromptSubmit": (*_COMMON, "prompt"),
}
# What an MCP server's content block may be; a text that is a JSON list of these is as good as the list.
_BLOCKS = frozenset(("text", "image", "audio", "resource", "resource_link", "document"))


def call(arguments: Mapping[str, Any]) -> str:
    """Return what the hook command would print for the event in `arguments`; "" for no answer. Never raises."""
    try:
        reply = entry.handle(payload(arguments))
    except Exception as error:  # law 8: the host keeps its original
        entry.record(error)
        return ""
    if reply is None:
        return ""
    return reply if isinstance(reply, str) else json.dumps(reply)


def hook_input(event: str) -> dict[str, str]:
    """Return the `input` of an mcp_tool hook for `event`."""
    return {"event": event, **{field: f"${{{field}}}" for field in FIELDS[event]}}


def payload(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event as a hook command reads it from its stdin. Raises: ValueError."""
    given = {key: value for key, value in arguments.items() if isinstance(value, str) and value}
    found: dict[str, Any] = {"hook_event_name": given.pop("event", ""), **given}
    if "tool_input" in found:
        found["tool_input"] = json.loads(found["tool_input"])
    if "tool_response" in found:
        found["tool_response"] = _response(found["tool_response"], given.get("tool_name", ""))
    if found["hook_event_name"] == "PostToolUse":
        found.setdefault("tool_response", "")
    if "is_interrupt" in found:
        found["is_interrupt"] = found["is_interrupt"] == "true"
    return found


def _response(text: str, tool_name: str) -> Any:
    """Return what `text` stands for: an object for a built-in tool; blocks or a text, as it is, for an MCP server's."""
    if not tool_name.startswith("mcp__"):
        return json.loads(text)
    if not text.startswith('[{"'):
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return text
    blocks = all(isinstance(item, dict) and item.get("type") in _BLOCKS for item in value)
    return value if blocks else text
