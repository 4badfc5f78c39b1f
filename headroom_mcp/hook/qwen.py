"""Qwen Code's hooks. A replacement is `continue: false` with the text as `stopReason`; the turn goes on.

Tried with 0.24.4. Of a long shell output the hook sees the host's own cut, and the path of the whole; MCP results come
whole. What a failing command printed cannot be replaced: PostToolUseFailure takes no answer. UserPromptSubmit fires again
after every tool result, with an empty prompt.
"""

from __future__ import annotations

import os

from headroom_mcp.hook import frame, outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]

# Our names for its tools: what is known of a tool, and what a user's `tools_off` names, is the same for every host.
TOOLS = {
    "run_shell_command": ("shell", "Bash"),
    "grep_search": ("search", "Grep"),
    "glob": ("list", "Glob"),
    "web_fetch": ("fetch", "WebFetch"),
}
SERVER_CHARS = 25_000  # of an MCP server's result; of a longer one the model sees a preview
PREVIEW_TOKENS = 700
_SAVED = "The full output has been saved to: "


def answer(payload: Payload) -> dict[str, object] | None:
    """Return what to print for an event, None for nothing. Raises: whatever went wrong."""
    name = payload.get("hook_event_name")
    if name == "PostToolUse":
        text = _shown(payload)
        return None if text is None else {"continue": False, "stopReason": text}
    if name == "UserPromptSubmit" and not outputs.word(payload, "prompt"):
        return None
    if name not in ("UserPromptSubmit", "SessionStart", "SessionEnd"):
        return None
    from headroom_mcp.hook import session

    said = session.told(session.of(payload))
    return {"hookSpecificOutput": {"hookEventName": name, "additionalContext": said}} if said else None


def _shown(payload: Payload) -> str | None:
    tool_name = outputs.word(payload, "tool_name")
    tool, known_as = TOOLS.get(tool_name, ("mcp" if tool_name.startswith("mcp__") else "", tool_name))
    response = payload.get("tool_response")
    if not tool or not isinstance(response, dict):
        return None
    content = response.get("llmContent")
    blocks = [content] if isinstance(content, str) else outputs.texts_of(content)
    if not blocks or not all(blocks):
        return None
    event = outputs.event("qwen", tool, known_as, payload)
    wholes = [_whole(block, payload) if tool == "shell" else block for block in blocks]
    frames = [frame.split(whole or block, shell=tool == "shell") for whole, block in zip(wholes, blocks, strict=True)]
    event.texts = [body if whole else "" for (_, body, _), whole in zip(frames, wholes, strict=True)]
    event.tokens_host = [_tokens_host(tool, *pair) for pair in zip(blocks, wholes, strict=True)]
    as_shown = [frame.split(block, shell=tool == "shell")[1] for block in blocks]
    new = outputs.replaced(event, as_shown)
    if new is None:
        return None
    return "\n".join(head + text + tail for (head, _, tail), text in zip(frames, new, strict=True))


def _whole(shown: str, payload: Payload) -> str:
    """Return all of a shell's output: the host cuts it, and names the file in which it has kept the whole.

    "" where that file cannot be read: the cut is then all that there is to show.
    """
    at = shown[:2_000].find(_SAVED)
    # ~/.qwen/projects/PROJECT/chats/SESSION.jsonl, ~/.qwen/tmp/PROJECT'S HASH/run_shell_command_….output
    home = os.path.realpath(os.path.join(outputs.word(payload, "transcript_path"), *[os.pardir] * 4))
    if at < 0:
        return shown
    if not outputs.word(payload, "transcript_path"):
        return ""
    path = shown[at + len(_SAVED) :].partition("\n")[0].strip()
    if os.path.dirname(os.path.dirname(os.path.realpath(path))) != os.path.join(home, "tmp"):
        return ""
    return outputs.saved(path, os.path.dirname(path)) or ""


def _tokens_host(tool: str, shown: str, whole: str) -> int:
    if tool == "mcp":
        return PREVIEW_TOKENS if len(shown) > SERVER_CHARS else 0
    if shown == whole:
        return 0
    from headroom_mcp.text import tokens

    return tokens.estimate(shown)
