"""opencode, whose plugin (`install.hosts.opencode`) hands us its events and puts our answers in place.

Tried with 1.18.33. Of a long output of its own tools the plugin sees a cut and the path of the whole; MCP results come whole,
and are cut after us. What a command's exit code was, it does not tell the model; that stays so.
"""

from __future__ import annotations

import os

from headroom_mcp.hook import outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]

TOOLS = {
    "bash": ("shell", "Bash"),
    "grep": ("search", "Grep"),
    "glob": ("list", "Glob"),
    "list": ("list", "LS"),
    "webfetch": ("fetch", "WebFetch"),
    "task": ("agent", "Agent"),
}
MAX_CHARS = 51_200  # bytes, of any output; of a longer MCP result the model sees the beginning
_SPARE_CHARS = 2_000
_OWN = "headroom_"
_METADATA = "\n\n<bash_metadata>"  # a timeout, an interruption: after the output
_TAIL_CHARS = 2_000


def answer(payload: Payload) -> dict[str, object] | None:
    """Return what the plugin is to put in place, None for nothing. Raises: whatever went wrong."""
    name = payload.get("hook_event_name")
    if name == "tool.execute.after":
        response = payload.get("tool_response")
        if not isinstance(response, dict) or outputs.word(payload, "tool_name").startswith(_OWN):
            return None
        return _content(payload, response) if "content" in response else _output(payload, response)
    if name != "chat.message":
        return None
    from headroom_mcp.hook import session

    said = [session.told(session.of(payload, "UserPromptSubmit"))]
    if payload.get("first") is True:  # there is no event at a session's start
        said.insert(0, session.told(session.of(payload, "SessionStart")))
    told = "\n\n".join(filter(None, said))
    return {"context": told} if told else None


def _output(payload: Payload, response: dict[str, Any]) -> dict[str, object] | None:
    tool, known_as = TOOLS.get(outputs.word(payload, "tool_name"), ("", ""))
    shown = outputs.word(response, "output")
    if not tool or not shown:
        return None
    event = outputs.event("opencode", tool, known_as, payload)
    text, tail = shown, ""
    whole = outputs.saved(outputs.word(response, "path"), _folder()) if response.get("path") else None
    if whole is not None:
        from headroom_mcp.text import tokens

        at = shown.find(_METADATA, max(0, len(shown) - _TAIL_CHARS))
        text, tail = whole, shown[at:] if at >= 0 else ""
        event.tokens_host = [tokens.estimate(shown)]
    event.texts = [text]
    event.tokens_host = event.tokens_host or [0]
    new = outputs.replaced(event, [shown])
    return None if new is None else {"output": new[0] + tail if new[0] != shown else shown}


def _content(payload: Payload, response: dict[str, Any]) -> dict[str, object] | None:
    blocks = response["content"]
    texts = outputs.texts_of(blocks)
    if texts is None:
        return None
    server, _, tool = outputs.word(payload, "tool_name").partition("_")
    event = outputs.event("opencode", "mcp", f"mcp__{server}__{tool}", payload)
    event.texts = texts
    event.limit_chars = (MAX_CHARS - _SPARE_CHARS) // max(1, len(texts))
    event.tokens_host = [_tokens_host(text) for text in texts]
    new = outputs.replaced(event)
    if new is None:
        return None
    return {"content": [{**block, "text": text} if text else block for block, text in zip(blocks, new, strict=True)]}


def _tokens_host(text: str) -> int:
    if len(text) <= MAX_CHARS:
        return 0
    from headroom_mcp.text import tokens

    return tokens.estimate(text[:MAX_CHARS])


def _folder() -> str:
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(data, "opencode", "tool-output")
