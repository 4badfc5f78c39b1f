"""Cursor's hooks, from descriptions of its CLI of 2026-09-18; not tried. Only MCP results can be replaced, never a shell's.

One description puts the reply's `updated_mcp_tool_output` on `postToolUse`, another on `afterMCPExecution`: only the first
of these is installed, and a reply that is not read changes nothing.
"""

from __future__ import annotations

from headroom_mcp.hook import outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]

MAX_CONTEXT_CHARS = 10_000  # of a session's start; more is dropped


def answer(payload: Payload) -> dict[str, object] | None:
    """Return what to print for an event, None for nothing. Raises: whatever went wrong."""
    name = outputs.word(payload, "hook_event_name")
    if name == "postToolUse":
        shown = _shown(payload)
        return None if shown is None else {"updated_mcp_tool_output": shown}
    if name != "sessionStart":
        return None
    from headroom_mcp.hook import session

    said = session.told(session.of(_named(payload), "SessionStart"))
    return {"additional_context": said} if said and len(said) <= MAX_CONTEXT_CHARS else None


def _named(payload: Payload) -> Payload:
    """Return the payload's fields that we need, by Claude Code's names."""
    roots = payload.get("workspace_roots")
    first = roots[0] if isinstance(roots, list) and roots and isinstance(roots[0], str) else ""
    return {
        "session_id": outputs.word(payload, "conversation_id") or outputs.word(payload, "session_id"),
        "cwd": outputs.word(payload, "cwd") or first,
        "tool_use_id": outputs.word(payload, "tool_use_id"),
        "tool_input": payload.get("tool_input"),
    }


def _shown(payload: Payload) -> dict[str, Any] | None:
    """Return an MCP result with its texts in short, in the shape that it came in; None for anything else."""
    import json

    tool_name, output = outputs.word(payload, "tool_name"), payload.get("tool_output")
    if not tool_name.startswith("MCP:") or "headroom_" in tool_name:
        return None
    try:
        result = json.loads(output) if isinstance(output, str) else output
    except ValueError:
        return None
    if not isinstance(result, dict):
        return None
    texts = outputs.texts_of(result.get("content"))
    if texts is None:
        return None
    event = outputs.event("cursor", "mcp", f"mcp__{tool_name[4:]}", _named(payload))
    event.texts, event.tokens_host = texts, [0] * len(texts)
    new = outputs.replaced(event)
    if new is None:
        return None
    blocks = [{**block, "text": text} if text else block for block, text in zip(result["content"], new, strict=True)]
    return {**result, "content": blocks}
