"""GitHub Copilot CLI's hooks. A replacement is a `modifiedResult`. Its events do not say what they are: their fields tell.

Tried with 1.0.102. Of a long output the hook sees 500 characters and the path of the whole, in the folder for temporary
files, which anybody may write to: what is read there is the user's own file, named as Copilot names them, and begins as the
preview does.
"""

from __future__ import annotations

import os

from headroom_mcp import late
from headroom_mcp.hook import outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]

TOOLS = {
    "bash": ("shell", "Bash"),
    "powershell": ("shell", "Bash"),
    "read_bash": ("shell", "Bash"),
    "grep": ("search", "Grep"),
    "glob": ("list", "Glob"),
    "web_fetch": ("fetch", "WebFetch"),
    "task": ("agent", "Agent"),
}
_OWN = "headroom-"
_HEAD = "Output too large to read at once ("
_PREVIEW = "\n\nPreview (first 500 chars):\n"
# Output too large to read at once (54.8 KB). Saved to: /tmp/1795663083164-copilot-tool-output-15419-8d7d.txt
_SAVED = late.pattern(r"\)\. Saved to: ([^\n]+)")
_NAME = late.pattern(r"\d+-copilot-tool-output-[\w-]+\.txt")


def answer(payload: Payload) -> dict[str, object] | None:
    """Return what to print for an event, None for nothing. Raises: whatever went wrong."""
    if "toolResult" in payload:
        text = _shown(payload)
        if text is None:
            return None
        return {"modifiedResult": {**payload["toolResult"], "textResultForLlm": text}}
    name = _event(payload)
    if not name:
        return None
    from headroom_mcp.hook import session

    source = "resume" if payload.get("source") == "resume" else ""
    said = session.told(
        session.of({**_named(payload), "prompt": outputs.word(payload, "prompt"), "source": source}, name)
    )
    return {"additionalContext": said} if said else None


def _event(payload: Payload) -> str:
    if "source" in payload:
        return "SessionStart"
    if outputs.word(payload, "prompt"):
        return "UserPromptSubmit"
    return "SessionEnd" if "reason" in payload else ""


def _named(payload: Payload) -> Payload:
    """Return the payload's fields that we need, by Claude Code's names."""
    return {
        "session_id": outputs.word(payload, "sessionId"),
        "cwd": outputs.word(payload, "cwd"),
        "tool_input": payload.get("toolArgs"),
    }


def _shown(payload: Payload) -> str | None:
    tool_name, result = outputs.word(payload, "toolName"), payload["toolResult"]
    tool, known_as = TOOLS.get(tool_name, ("", ""))
    if "-" in tool_name and not tool_name.startswith(_OWN):  # SERVER-TOOL
        server, _, name = tool_name.partition("-")
        tool, known_as = "mcp", f"mcp__{server}__{name}"
    shown = outputs.word(result, "textResultForLlm")
    if not tool or not shown:
        return None
    body, tail = _split(shown) if tool == "shell" else (shown, "")
    whole = _whole(body)
    event = outputs.event("copilot", tool, known_as, _named(payload))
    # A preview whose file cannot be read is all that there is to show.
    event.texts = [whole if whole is not None else "" if body.startswith(_HEAD) else body]
    event.tokens_host = [0]
    if whole is not None:
        from headroom_mcp.text import tokens

        event.tokens_host = [tokens.estimate(body)]
    new = outputs.replaced(event, [body])
    return None if new is None else new[0] + tail


def _split(shown: str) -> tuple[str, str]:
    """Return what a command printed, and the line that says how it ended: <shellId: 0 completed with exit code 3>"""
    at = shown.rfind("\n<")
    return (shown[:at], shown[at:]) if at >= 0 and "\n" not in shown[at + 1 :] else (shown, "")


def _whole(shown: str) -> str | None:
    """Return the output that `shown` is a preview of, None where it is none or its file is not what it should be."""
    if not shown.startswith(_HEAD):
        return None
    head, _, preview = shown.partition(_PREVIEW)
    saved = _SAVED.search(head)
    if saved is None:
        return None
    path = saved[1].strip()
    if _NAME.fullmatch(os.path.basename(path)) is None or os.path.islink(path) or not _is_ours(path):
        return None
    text = outputs.saved(path, os.environ.get("TMPDIR") or "/tmp")
    return text if text is not None and text.startswith(preview.rstrip("\n")) else None


def _is_ours(path: str) -> bool:
    try:
        return os.name != "posix" or os.stat(path).st_uid == os.getuid()
    except OSError:
        return False
