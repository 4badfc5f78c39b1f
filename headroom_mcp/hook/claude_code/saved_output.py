"""Outputs that Claude Code wrote to a file because they were too large to show.

Only files of the session's own tool-results folder are read: a payload that names another file gets no answer.
"""

from __future__ import annotations

import os

MAX_BYTES = 48 << 20  # beyond, the time a tool call may wait is not enough
_MESSAGE_CHARS = 2_000


def folder(transcript_path: str, session_id: str) -> str:
    """Return the tool-results folder of the session, resolved; "" where the two do not belong together."""
    base, name = os.path.split(transcript_path)
    if not session_id or name != session_id + ".jsonl" or os.sep in session_id:
        return ""
    return os.path.join(os.path.realpath(base), session_id, "tool-results")


def read(path: str, transcript_path: str, session_id: str) -> str | None:
    """Return the whole saved output; None where the file is not the session's own, is gone, or is too large.

    Bytes that are not valid UTF-8 become lone surrogates, which the store turns back into the same bytes.
    """
    inside = folder(transcript_path, session_id)
    real = os.path.realpath(path)
    if not inside or os.path.dirname(real) != inside:
        return None
    try:
        with open(real, "rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError:
        return None
    return None if len(body) > MAX_BYTES else body.decode("utf-8", "surrogateescape")


def of_message(message: str, transcript_path: str, session_id: str) -> str | None:
    """Return the output that `message` ("… Output has been saved to PATH …") stands for.

    None where it names no file of the session.
    """
    inside = folder(transcript_path, session_id)
    head = message[:_MESSAGE_CHARS]
    at = head.find("saved to ")
    if not inside or at < 0:
        return None
    path = head[at + len("saved to ") :].partition("\n")[0].strip()
    for end in (path, path.rstrip(".")):
        if os.path.isfile(end):
            return read(end, transcript_path, session_id)
    return None
