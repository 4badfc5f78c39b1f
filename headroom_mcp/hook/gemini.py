"""Gemini CLI's hooks. A replacement is a second tool call: its own `read_file`, on a file that holds our text.

Tried with 0.61.0. `decision: deny` would show our text as the tool's failure, and a call of our server's tool would ask the
user for permission; reading a file in the session's own folder of kept outputs needs none, and what it shows is the text as
it is. The second call is no event of ours: the matcher leaves `read_file` out, and so does `original_request_name`.
Where `read_file` may be switched off, for the session or for one of its agents, or would cut our text, it is `deny`: a
call that fails would lose the output.
"""

from __future__ import annotations

import os

from headroom_mcp.hook import frame, outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Payload = dict[str, Any]

TOOLS = {
    "run_shell_command": ("shell", "Bash"),
    "grep_search": ("search", "Grep"),
    "search_file_content": ("search", "Grep"),
    "glob": ("list", "Glob"),
    "list_directory": ("list", "LS"),
    "web_fetch": ("fetch", "WebFetch"),
}
SHOWN_CHARS = (8_000, 32_000)  # of an output longer than both: its beginning and its end
READ_LINES, READ_LINE_CHARS = 2_000, 2_000  # beyond, read_file cuts
_MAX_CHARS = 1 << 20  # of a file of settings
_EVENTS = {"BeforeAgent": "UserPromptSubmit", "SessionStart": "SessionStart", "SessionEnd": "SessionEnd"}


def answer(payload: Payload) -> dict[str, object] | None:
    """Return what to print for an event, None for nothing. Raises: whatever went wrong."""
    name = outputs.word(payload, "hook_event_name")
    if name == "AfterTool":
        return _replaced(payload)
    if name not in _EVENTS:
        return None
    from headroom_mcp.hook import session

    said = session.told(session.of(payload, _EVENTS[name]))
    return {"hookSpecificOutput": {"hookEventName": name, "additionalContext": said}} if said else None


def _replaced(payload: Payload) -> dict[str, object] | None:
    if "original_request_name" in payload:
        return None
    text = _shown(payload)
    if text is None:
        return None
    path = _kept(text, payload) if _reads_files(outputs.word(payload, "cwd")) else ""
    if not path:
        return {"decision": "deny", "reason": text}
    call = {"name": "read_file", "args": {"file_path": path}}
    return {"hookSpecificOutput": {"hookEventName": "AfterTool", "tailToolCallRequest": call}}


def _reads_files(cwd: str) -> bool:
    """Tell whether every agent has `read_file`, as far as settings, policies and the users' own agents say."""
    import glob

    for folder in (os.path.join(os.path.expanduser("~"), ".gemini"), os.path.join(cwd, ".gemini"), "/etc/gemini-cli"):
        inside = glob.escape(folder)
        for path in (os.path.join(folder, "settings.json"), *glob.glob(os.path.join(inside, "policies", "*.toml"))):
            text = _text(path)
            if "read_file" in text or '"core"' in text:
                return False
        for path in glob.glob(os.path.join(inside, "agents", "*.md")):
            text = _text(path)
            if "tools:" in text and "read_file" not in text:
                return False
    return True


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(_MAX_CHARS)
    except OSError:
        return ""


def _shown(payload: Payload) -> str | None:
    tool_name = outputs.word(payload, "tool_name")
    tool, known_as = TOOLS.get(tool_name, ("", ""))
    server = payload.get("mcp_context")
    if isinstance(server, dict):
        tool, known_as = "mcp", f"mcp__{outputs.word(server, 'server_name')}__{outputs.word(server, 'tool_name')}"
    response = payload.get("tool_response")
    if not tool or not isinstance(response, dict):
        return None
    content = response.get("llmContent")
    blocks = [content] if isinstance(content, str) else outputs.texts_of(content)
    if not blocks or not all(blocks):
        return None
    event = outputs.event("gemini", tool, known_as, payload)
    frames = [frame.split(block, shell=tool == "shell") for block in blocks]
    event.texts = [body for _, body, _ in frames]
    event.tokens_host = [_tokens_host(block) for block in blocks]
    new = outputs.replaced(event)
    if new is None:
        return None
    return "\n".join(head + text + tail for (head, _, tail), text in zip(frames, new, strict=True))


def _tokens_host(text: str) -> int:
    first, last = SHOWN_CHARS
    if len(text) <= first + last:
        return 0
    from headroom_mcp.text import tokens

    return tokens.estimate(text[:first]) + tokens.estimate(text[-last:])


def _kept(text: str, payload: Payload) -> str:
    """Write `text` where the host keeps the session's long outputs, and return the path; "" where it cannot be read back.

    ~/.gemini/tmp/PROJECT/chats/session-….jsonl → ~/.gemini/tmp/PROJECT/tool-outputs/session-ID
    """
    lines = text.split("\n")
    if len(lines) > READ_LINES or max(map(len, lines)) > READ_LINE_CHARS:
        return ""
    transcript, session = outputs.word(payload, "transcript_path"), outputs.word(payload, "session_id")
    project = os.path.dirname(os.path.dirname(os.path.realpath(transcript)))
    if not transcript or not session or os.sep in session or not os.path.isdir(project):
        return ""
    from headroom_mcp.settings import private
    from headroom_mcp.text import sha256

    body = text.encode("utf-8")
    folder = os.path.join(project, "tool-outputs", f"session-{session}")
    os.makedirs(folder, 0o700, exist_ok=True)
    path = os.path.join(folder, f"headroom_{sha256.of(body)[:16]}.txt")
    private.write(path, body)
    return path
