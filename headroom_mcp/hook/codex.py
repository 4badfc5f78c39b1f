"""Codex CLI's hooks. A replacement is `decision: block` with the text as `reason`, for tools that the model calls directly.

Tried with 0.169.0. Where a model calls tools out of a script of its own ("code mode"), a blocked call would end that script:
there nothing is answered. The session's transcript tells: a direct call stands in it under the hook's `tool_use_id`. It also
has all that a command printed, which the hook itself sees cut, and the exit code, which the hook does not see at all. Codex
cuts answers of more than 10,000 bytes, and runs no hook before the user has trusted it.
"""

from __future__ import annotations

from headroom_mcp.hook import outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]

LIMIT_CHARS, LIMIT_BYTES = 9_000, 9_400
SHOWN_CHARS = 40_000  # of a command's output and of an MCP result, with a model that Codex knows
_TAIL_BYTES = 64 << 20
_SESSION = ("UserPromptSubmit", "SessionStart")


def answer(payload: Payload) -> dict[str, object] | None:
    """Return what to print for an event, None for nothing. Raises: whatever went wrong."""
    name = outputs.word(payload, "hook_event_name")
    if name == "PostToolUse":
        text = _shown(payload)
        return None if text is None else {"decision": "block", "reason": text}
    if name not in _SESSION:
        return None
    from headroom_mcp.hook import session

    said = session.told(session.of(payload))
    return {"hookSpecificOutput": {"hookEventName": name, "additionalContext": said}} if said else None


def _shown(payload: Payload) -> str | None:
    tool_name, response = outputs.word(payload, "tool_name"), payload.get("tool_response")
    if tool_name == "Bash" and isinstance(response, str):
        texts: list[str] | None = [response]
    elif tool_name.startswith("mcp__") and isinstance(response, dict):
        texts = outputs.texts_of(response.get("content"))
    else:
        return None
    if not texts or not all(texts):
        return None
    event = outputs.event("codex", "shell" if tool_name == "Bash" else "mcp", tool_name, payload)
    event.texts = texts
    if not outputs.may_change(event):
        return None
    call = _call(payload)
    if call is None:
        return None
    head = ""
    if tool_name == "Bash":
        output, code = call.get("aggregated_output"), call.get("exit_code")
        if not isinstance(output, str) or not isinstance(code, int):
            return None
        head, event.texts = f"Process exited with code {code}\nOutput:\n", [output]
    event.limit_chars = LIMIT_CHARS // len(texts)
    event.tokens_host = [_tokens_host(text) for text in event.texts]
    new = outputs.replaced(event, texts)
    if new is None:
        return None
    text = head + "\n".join(new)
    return text if len(text.encode()) <= LIMIT_BYTES or outputs.masks(event) else None


def _call(payload: Payload) -> dict[str, Any] | None:
    """Return what the transcript tells of a finished call that the model made directly; None of any other."""
    import json

    number = outputs.word(payload, "tool_use_id")
    if not number:
        return None
    direct, found = False, None
    try:
        with open(outputs.word(payload, "transcript_path"), "rb") as stream:
            stream.seek(0, 2)
            stream.seek(max(0, stream.tell() - _TAIL_BYTES))
            lines = [line for line in stream if number.encode() in line]
    except OSError:
        return None
    for line in lines:
        try:
            said = json.loads(line).get("payload")
        except (ValueError, AttributeError):  # the first line of the tail, cut
            continue
        if not isinstance(said, dict):
            continue
        item = said.get("item")
        direct = direct or (said.get("type") == "function_call" and said.get("call_id") == number)
        if said.get("type") == "item_completed" and isinstance(item, dict) and item.get("id") == number:
            found = item
    return found if direct else None


def _tokens_host(text: str) -> int:
    if len(text) <= SHOWN_CHARS:
        return 0
    from headroom_mcp.text import tokens

    half = SHOWN_CHARS // 2
    return tokens.estimate(text[:half]) + tokens.estimate(text[-half:])
