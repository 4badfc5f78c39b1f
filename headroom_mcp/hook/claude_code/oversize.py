"""Reads of whole files that are over the host's limit: left alone they fail, and the model has to guess ranges.

PreToolUse gives such a Read a `limit`, so that it succeeds (permission rules look at the path, not at the limit), and
says so to the model. PostToolUse, seeing that limit, answers with the short form of the whole file. Only files that people
write: the host reads images, PDFs and notebooks in ways of its own.
"""

from __future__ import annotations

import os

from headroom_mcp.hook import event as decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Claude Code 2.1.197 and 2.1.330: "File content (…) exceeds maximum allowed size (256KB)"
HOST_LIMIT_BYTES = 256 * 1024
MAX_BYTES = 8 << 20  # reading and outlining more takes longer than a tool call may wait
LIMIT_LINES = 101  # no model asks for just this; enough to go on with where there is no short form
HOST_TOKENS = 60  # the error that the host would have shown
_HEAD_BYTES = 8_192


def answer(payload: dict[str, Any]) -> dict[str, object] | None:
    """Return the answer to a PreToolUse payload, None where the call stays as it is."""
    given = payload.get("tool_input")
    if payload.get("tool_name") != "Read" or not isinstance(given, dict):
        return None
    if any(given.get(key) is not None for key in ("offset", "limit", "pages")):
        return None
    path = given.get("file_path")
    size = _size_bytes(path) if isinstance(path, str) else 0
    if not HOST_LIMIT_BYTES < size <= MAX_BYTES or not decide.is_text_file(str(path)) or not _begins_as_text(str(path)):
        return None
    note = (
        f"{os.path.basename(str(path))} has {size // 1024} KB, more than Read shows at once. It was read with "
        f"limit={LIMIT_LINES}; where a short form of the whole file could be made, that is shown instead. "
        "Read the rest by offset and limit."
    )
    changed = {**given, "limit": LIMIT_LINES}
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", "updatedInput": changed, "additionalContext": note}}


def whole_text(given: dict[str, Any], file: dict[str, Any]) -> str | None:
    """Return all of the file that a Read with our limit has begun to read, None for any other Read.

    The file must begin with what the host has shown; otherwise it has changed since.
    """
    if given.get("limit") != LIMIT_LINES or given.get("offset") is not None:
        return None
    path, shown = file.get("filePath"), file.get("content")
    if not isinstance(path, str) or not isinstance(shown, str) or not decide.is_text_file(path):
        return None
    if not HOST_LIMIT_BYTES < _size_bytes(path) <= MAX_BYTES:
        return None
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            text = stream.read()
    except (OSError, UnicodeDecodeError):
        return None
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    return text if text.startswith(shown.replace("\r\n", "\n").rstrip("\n")) else None


def _size_bytes(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _begins_as_text(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            head = stream.read(_HEAD_BYTES)
    except OSError:
        return False
    return b"\0" not in head
