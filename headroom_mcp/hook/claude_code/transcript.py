"""What stands in a session's transcript, and which of it its model still has before it. Reads the end of the file only.

A line is an entry; `uuid` and `parentUuid` make a tree of them. After `/rewind` the new prompt hangs on an earlier entry, and
what was said in between stays in the file, on a branch that no model reads any more; a compaction begins a new tree. So what
the model has before it are the ancestors of the call that it makes now, with the results of the calls among them.
"""

from __future__ import annotations

import os
import time

from headroom_mcp import late

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from headroom_mcp.types import Shown

TAIL_BYTES = 4 << 20  # what is needed is among the last lines; more takes longer than it is worth
_WAIT_S = 0.25  # for the call to reach the transcript, which is written a moment after it is made
_STEP_S = 0.02
_POINT = late.pattern(rb'"(?:coordinates?|start_coordinate|x)": ?[\[{\d"-]')
_RESULT_OF = late.pattern(rb'"tool_use_id": ?"([^"\\]+)"')


def of_agent(transcript: str, agent: str) -> str:
    """Return the transcript of a session's subagent; "" for no `agent` is the session's own."""
    if not agent or not transcript:
        return transcript
    return os.path.join(transcript.removesuffix(".jsonl"), "subagents", f"agent-{agent}.jsonl")


def in_front(transcript: str, tool_use_id: str, shown: Sequence[Shown]) -> list[Shown]:
    """Return those of `shown` that the model which made the call `tool_use_id` has before it, to the letter.

    None of them where that cannot be seen: no transcript, a call that is not in it (yet), a text shown too long ago.
    """
    if not tool_use_id:
        return []
    wanted = {one.tool_use_id for one in shown if one.tool_use_id and one.tool_use_id != tool_use_id}
    end_s = time.monotonic() + _WAIT_S
    while wanted:
        lines = tail(transcript)
        leaf = _asking(lines, tool_use_id)
        if leaf is not None:
            texts = _results(lines[:leaf], _ancestors(lines, leaf, wanted))
            return [one for one in shown if any(_holds(text, one.text) for text in texts.get(one.tool_use_id, ()))]
        if time.monotonic() > end_s or not lines:
            break
        time.sleep(_STEP_S)
    return []


def tail(path: str) -> list[bytes]:
    """Return the last lines of a transcript, the first of them perhaps cut; none where it cannot be read."""
    try:
        with open(path, "rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - TAIL_BYTES))
            return stream.read(TAIL_BYTES).split(b"\n")
    except OSError:  # gone, or not there yet
        return []


def entry(line: bytes) -> dict[str, Any]:
    """Return the entry of a line, {} for one that is cut off or still being written."""
    import json

    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def blocks(of: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the content blocks of an entry's message; none where it has no list of them."""
    message = of.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def _asking(lines: Sequence[bytes], tool_use_id: str) -> int | None:
    """Return the last line that makes the call `tool_use_id`."""
    wanted = tool_use_id.encode()
    for at in range(len(lines) - 1, -1, -1):
        if wanted in lines[at] and tool_use_id in _calls(entry(lines[at])):
            return at
    return None


def _calls(of: dict[str, Any]) -> list[str]:
    if of.get("type") != "assistant" or not of.get("uuid"):
        return []
    return [str(block.get("id")) for block in blocks(of) if block.get("type") == "tool_use"]


def _ancestors(lines: Sequence[bytes], leaf: int, wanted: set[str]) -> set[str]:
    """Return those calls of `wanted` that are ancestors of the line `leaf`, since old results were last cleared."""
    found: set[str] = set()
    parent = entry(lines[leaf]).get("parentUuid")
    for at in range(leaf - 1, -1, -1):
        if not isinstance(parent, str) or found >= wanted:
            break
        if parent.encode() not in lines[at]:
            continue
        one = entry(lines[at])
        if one.get("uuid") != parent:
            continue
        if one.get("subtype") == "microcompact_boundary":
            break
        found.update(wanted.intersection(_calls(one)))
        parent = one.get("parentUuid")
    return found - _replaced(lines)


def _replaced(lines: Sequence[bytes]) -> set[str]:
    """Return the calls whose results the host has put something else in the place of."""
    found: set[str] = set()
    for line in lines:
        rows = entry(line).get("replacements") if b'"content-replacement"' in line else None
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict):
                found.add(str(row.get("toolUseId")))
    return found


def _results(lines: Sequence[bytes], calls: set[str]) -> dict[str, list[str]]:
    """Return the texts that the model was given as the results of `calls`."""
    texts: dict[str, list[str]] = {}
    names = {call.encode() for call in calls}
    for line in lines:
        if not names or names.isdisjoint(_RESULT_OF.findall(line)):
            continue
        one = entry(line)
        for block in blocks(one) if one.get("type") == "user" and one.get("uuid") else ():
            if block.get("type") == "tool_result" and block.get("tool_use_id") in calls:
                texts.setdefault(str(block["tool_use_id"]), []).append(_text(block.get("content")))
    return texts


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(_of_part(part) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _of_part(part: dict[str, Any]) -> str:
    """Return the text of a part of a result; of an image, the line by which it is known to have been shown."""
    source = part.get("source")
    if part.get("type") != "image" or not isinstance(source, dict):
        return str(part.get("text", ""))
    from headroom_mcp.hook import pictures

    return pictures.line_of(pictures.decoded(source.get("data")))


def calls_of(path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return name and input of the calls at the end of a transcript that may act on places in an image."""
    found = []
    for line in tail(path):
        if b'"tool_use"' in line and _POINT.search(line):
            for block in blocks(entry(line)):
                if block.get("type") == "tool_use" and isinstance(block.get("input"), dict):
                    found.append((str(block.get("name")), block["input"]))
    return found


def _holds(result: str, text: str) -> bool:
    """Tell whether `result` shows all of `text`; a file's lines have their numbers before them there."""
    result, text = result.replace("\r\n", "\n"), text.replace("\r\n", "\n").strip()
    if text in result or "\n" not in text:
        return text in result
    from headroom_mcp.text import lines

    return lines.VIEWER_NUMBER.sub("", text) in lines.VIEWER_NUMBER.sub("", result)
