"""Claude Code's PostToolUse: its payload to an `Event`, our texts back into exactly the shape it accepts for each tool.

A tool is a pair of functions: one finds the texts in `tool_response`, the other puts new ones into a copy of it. A shape
that is not known raises `ShapeError` (one line in the log, no answer); one that is known and not for us gives None.
"""

from __future__ import annotations

import os

from headroom_mcp.hook import event as decide
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.settings import for_hooks
from headroom_mcp.types import ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from headroom_mcp.hook.respond import Replacement
    from headroom_mcp.settings.load import InForce
    from headroom_mcp.types import Shown

    Response = Any  # tool_response as JSON gave it: an object, a list of blocks or a string
    Payload = dict[str, Any]


def answer(payload: Payload) -> dict[str, object] | None:
    """Return the hook's answer to a PostToolUse payload, None where nothing is replaced. Raises: whatever went wrong."""
    reply = _reply(payload)
    if os.path.exists(for_hooks.user_file()):  # only there can learning be turned on
        from headroom_mcp.hook import learn as memory

        memory.answer(payload)
    return reply


def _reply(payload: Payload) -> dict[str, object] | None:
    settings = for_hooks.of(_word(payload, "cwd"))
    masks = settings is not None and settings.masks(_word(payload, "session_id"))
    try:
        event = parse(payload)
    except ShapeError as error:
        if not masks or "tool_response" not in payload:
            raise
        _record(error)
        event = None
    least = settings.here.min_tokens if settings is not None else for_hooks.min_tokens()
    repeats = settings.here.repeats if settings is not None else for_hooks.repeats()
    compresses = event is not None and not decide.reason_to_skip(event, least, repeats)
    images = _has_images(payload.get("tool_response"))
    if not compresses and not masks and not images:
        return None
    from headroom_mcp.hook import entry

    entry.start_timer()
    if settings is None and event is not None and not images and _is_small_and_new(event, least):
        return None
    event = event or _event(payload)
    settings = settings or for_hooks.in_force(event.cwd)
    value = payload["tool_response"]
    shown = _answered(event, payload, settings, masks) if compresses else None
    if masks and event.tool != "edit":  # of an edit the model is shown a sentence; the rest is the host's own
        from headroom_mcp.hook import respond

        shown = respond.masked(value if shown is None else shown, event, settings.here)
    if images:
        from headroom_mcp.hook.claude_code import images as pictures

        shown = pictures.shown(value if shown is None else shown, event, settings, _word(payload, "transcript_path"))
    if shown is None or shown == value:
        return None
    return {"hookSpecificOutput": {"hookEventName": "PostToolUse", "updatedToolOutput": shown}}


def _is_small_and_new(event: decide.Event, least: int) -> bool:
    if event.tool == "edit" or event.unchanged or any(decide.is_large(text, least) for text in event.texts):
        return False
    from headroom_mcp.hook import small

    return small.noted(event, least)


def _answered(event: decide.Event, payload: Payload, settings: InForce, masks: bool) -> Response | None:
    """Return the tool's answer with its texts compressed, None where it stays as it is."""
    from headroom_mcp.hook import respond

    try:
        texts = respond.respond(event, settings.here)
    except Exception as error:
        if not masks:
            raise
        _record(error)  # what could not be made small is masked all the same
        return None
    if texts is None:
        return None
    sendable = [None if new is None else new._replace(text=respond.sayable(new.text)) for new in texts]
    return _tool(event.tool_name)[2](payload["tool_response"], sendable)


def _has_images(response: Response) -> bool:
    if isinstance(response, dict):
        return response.get("type") == "image"
    return isinstance(response, list) and any(
        isinstance(block, dict) and block.get("type") == "image" for block in response
    )


def _record(error: BaseException) -> None:
    from headroom_mcp.hook import entry

    entry.record(error)


def parse(payload: Payload) -> decide.Event | None:
    """Return the event in `payload`, None where the tool or its answer is not for us. Raises: ShapeError."""
    tool_name = payload.get("tool_name")
    if not isinstance(tool_name, str) or "tool_response" not in payload:
        msg = "a PostToolUse event without tool_name or tool_response"
        raise ShapeError(msg)
    row = _tool(tool_name)
    if row[0] == "other":
        return None
    event = _event(payload)
    if event.tool == "edit":
        return event
    texts = row[1](payload["tool_response"], event, payload)
    if texts is None:
        return None
    event.texts = texts
    if not event.tokens_host:
        event.tokens_host = [0] * len(texts)
    return event


def _event(payload: Payload) -> decide.Event:
    """Return the event in `payload` without its texts."""
    tool_name, tool_input = _word(payload, "tool_name"), payload.get("tool_input")
    tool_input = tool_input if isinstance(tool_input, dict) else {}
    event = decide.Event(_tool(tool_name)[0], tool_name, tool_input, [])
    event.host = "claude-code"
    event.session = _word(payload, "session_id")
    event.agent = _word(payload, "agent_id")
    event.tool_use_id = _word(payload, "tool_use_id")
    event.cwd = _word(payload, "cwd")
    event.limit_chars = limits.limit_chars(tool_name)
    event.path = _word(tool_input, "file_path") or _word(tool_input, "notebook_path")
    event.way_back = _way_back(_word(payload, "agent_type"), event)
    event.in_front = _in_front(_word(payload, "transcript_path"), event.agent, event.tool_use_id)
    return event


def _way_back(agent_type: str, event: decide.Event) -> Callable[[], str | None]:
    def way_back() -> str | None:
        client = os.environ.get("CLAUDE_PID")
        if not agent_type and client is None:
            return ""  # as `of` below would say, with an import less
        from headroom_mcp.hook.claude_code import way_back

        return way_back.of(agent_type, event.cwd, event.tool)

    return way_back


def _in_front(path: str, agent: str, tool_use_id: str) -> Callable[[Sequence[Shown]], list[Shown]]:
    def in_front(shown: Sequence[Shown]) -> list[Shown]:
        from headroom_mcp.hook.claude_code import transcript

        return transcript.in_front(transcript.of_agent(path, agent), tool_use_id, shown)

    return in_front


# Bash


def _bash_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    stdout, stderr = _field(response, "stdout", str), _field(response, "stderr", str)
    if _field(response, "interrupted", bool) or response.get("isImage") or "structuredContent" in response:
        return None
    saved = response.get("persistedOutputPath")
    if isinstance(saved, str):
        whole = _saved(saved, payload)
        if whole is None:
            return None
        event.tokens_host = [limits.PREVIEW_TOKENS, 0]
        stdout = whole
    return [stdout, stderr]


def _bash_reply(response: Response, texts: list[Replacement | None]) -> Response:
    reply = dict(response)
    stdout, stderr = texts
    if stdout is None and "persistedOutputPath" in reply:
        return reply
    if stdout is not None:
        reply["stdout"] = stdout.text
    if stderr is not None:
        reply["stderr"] = stderr.text
    # With these two the host shows a preview of our text.
    reply.pop("persistedOutputPath", None)
    reply.pop("persistedOutputSize", None)
    return reply


# Read


def _read_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    kind = _field(response, "type", str)
    if kind == "file_unchanged":
        event.unchanged = True
        event.tokens_host = [30]
        return [""]
    if kind != "text":
        return None  # images, PDFs and notebooks are not ours
    content = _field(_field(response, "file", dict), "content", str)
    given = event.tool_input
    if given.get("limit") is not None:
        from headroom_mcp.hook.claude_code import oversize

        whole = oversize.whole_text(given, response["file"])
        if whole is not None:
            event.oversize = True
            event.tokens_host = [oversize.HOST_TOKENS]
            return [whole]
    first, shown, total = (_field(response["file"], key, int) for key in ("startLine", "numLines", "totalLines"))
    limit = given.get("limit")
    if shown < min(total - first + 1, limit if isinstance(limit, int) else total):
        return None  # over the host's token cap: it shows the first page, with a note that our answer would hide
    event.partial = (
        first != 1 or shown != total or any(given.get(key) is not None for key in ("offset", "limit", "pages"))
    )
    event.first_line = first
    event.tokens_host = [0]
    return [content]


def _read_reply(response: Response, texts: list[Replacement | None]) -> Response:
    text, whole = texts[0] or ("", True)
    path = response["file"]["filePath"]
    if whole and response["type"] == "text":
        return {**response, "file": {**response["file"], "content": text}}
    if response["type"] == "file_unchanged":
        lines = text.count("\n") + 1
        return {
            "type": "text",
            "file": {"filePath": path, "content": text, "numLines": lines, "startLine": 1, "totalLines": lines},
        }
    # A text answer is renumbered from startLine, which would be wrong after the first gap; a cell is shown as it is.
    name = os.path.basename(path)
    cell = {"cellType": "code", "source": f"\n{text}\n", "cell_id": name, "language": "python"}
    return {"type": "notebook", "file": {"filePath": path, "cells": [cell]}}


# Grep, Glob (on Windows, or where they are asked for)


def _grep_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    if _field(response, "mode", str) == "files_with_matches":
        return ["\n".join(_strings(response, "filenames"))]
    return [_field(response, "content", str)]


def _grep_reply(response: Response, texts: list[Replacement | None]) -> Response:
    if response["mode"] == "files_with_matches":
        return {"mode": "content", "numFiles": 0, "filenames": [], "content": _first(texts)}
    return {**response, "content": _first(texts)}


def _glob_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    return ["\n".join(_strings(response, "filenames"))]


def _glob_reply(response: Response, texts: list[Replacement | None]) -> Response:
    return {**response, "filenames": _first(texts).split("\n")}


# WebFetch, Agent


def _fetch_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    return [_field(response, "result", str)]


def _fetch_reply(response: Response, texts: list[Replacement | None]) -> Response:
    return {**response, "result": _first(texts)}


def _agent_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    if _field(response, "status", str) != "completed":
        return None  # started in the background: there is no report yet
    return _block_texts(_field(response, "content", list))


def _agent_reply(response: Response, texts: list[Replacement | None]) -> Response:
    return {**response, "content": _block_reply(response["content"], texts)}


# MCP


_MANY = 3  # blocks: fewer are never one text


def _mcp_texts(response: Response, event: decide.Event, payload: Payload) -> list[str] | None:
    if isinstance(response, str):
        texts = [response]
    elif isinstance(response, list):
        texts = _block_texts(response)
    else:
        msg = f"{event.tool_name} answered with {type(response).__name__}"
        raise ShapeError(msg)
    for index, text in enumerate(texts):
        if text.startswith("Error: result (") and "saved to " in text[:2_000]:
            whole = _saved_result(text, payload)
            if whole is not None:
                texts[index] = whole
                event.tokens_host = [0] * len(texts)
                event.tokens_host[index] = limits.PREVIEW_TOKENS
    if len(texts) >= _MANY:
        from headroom_mcp.hook.claude_code import many_blocks

        texts, joined = many_blocks.joined(texts)
        event.tokens_host = [] if joined else event.tokens_host
    # The host counts the characters of the whole answer, and previews it as one.
    if sum(map(len, texts)) > limits.SERVER_CHARS:
        large = sum(len(text) > limits.SERVER_CHARS // 50 for text in texts)
        event.limit_chars //= max(1, large)
        if not any(event.tokens_host):
            event.tokens_host = [max(1, limits.PREVIEW_TOKENS // len(texts))] * len(texts)
    return texts


def _mcp_reply(response: Response, texts: list[Replacement | None]) -> Response:
    if isinstance(response, str):
        return _first(texts)
    if len(response) < _MANY:
        return _block_reply(response, texts)
    from headroom_mcp.hook.claude_code import many_blocks

    return many_blocks.reply(response, _block_texts(response), texts)


def _first(texts: list[Replacement | None]) -> str:
    return texts[0].text if texts[0] is not None else ""


def _block_texts(blocks: list[Response]) -> list[str]:
    """Return the texts of content blocks, "" for those that are none (images), so that positions agree."""
    texts = []
    for block in blocks:
        if not isinstance(block, dict):
            msg = f"a content block is {type(block).__name__}"
            raise ShapeError(msg)
        text = block.get("text") if block.get("type") == "text" else ""
        texts.append(text if isinstance(text, str) else "")
    return texts


def _block_reply(blocks: list[Response], texts: list[Replacement | None]) -> list[Response]:
    return [block if new is None else {**block, "text": new.text} for block, new in zip(blocks, texts, strict=True)]


# Outputs that Claude Code wrote to a file because they were too large


def _saved_result(text: str, payload: Payload) -> str | None:
    from headroom_mcp.hook.claude_code import saved_output

    return saved_output.of_message(text, _word(payload, "transcript_path"), _word(payload, "session_id"))


def _saved(path: str, payload: Payload) -> str | None:
    from headroom_mcp.hook.claude_code import saved_output

    return saved_output.read(path, _word(payload, "transcript_path"), _word(payload, "session_id"))


# tool -> what it does, where its texts are, how they are put back
if TYPE_CHECKING:
    _Row = tuple[
        str,
        Callable[[Response, decide.Event, Payload], list[str] | None],
        Callable[[Response, list[Replacement | None]], Response],
    ]
_TOOLS: dict[str, _Row] = {
    "Bash": ("shell", _bash_texts, _bash_reply),
    "Read": ("read", _read_texts, _read_reply),
    "Grep": ("search", _grep_texts, _grep_reply),
    "Glob": ("list", _glob_texts, _glob_reply),
    "WebFetch": ("fetch", _fetch_texts, _fetch_reply),
    "Agent": ("agent", _agent_texts, _agent_reply),
    "Edit": ("edit", _fetch_texts, _fetch_reply),  # only noted: the texts are never asked for
    "Write": ("edit", _fetch_texts, _fetch_reply),
}
_MCP: _Row = ("mcp", _mcp_texts, _mcp_reply)
_OTHER: _Row = ("other", _fetch_texts, _fetch_reply)


def _tool(tool_name: str) -> _Row:
    return _TOOLS.get(tool_name) or (_MCP if tool_name.startswith("mcp__") else _OTHER)


def _field(response: Response, key: str, kind: type) -> Any:
    value = response.get(key) if isinstance(response, dict) else None
    if not isinstance(value, kind):
        where = (
            f"its keys are {sorted(map(str, response))[:12]}" if isinstance(response, dict) else type(response).__name__
        )
        msg = f"tool_response has no {kind.__name__} {key!r}: {where}"
        raise ShapeError(msg)
    return value


def _strings(response: Response, key: str) -> list[str]:
    values: list[str] = _field(response, key, list)
    if not all(isinstance(value, str) for value in values):
        msg = f"{key} holds something that is not a string"
        raise ShapeError(msg)
    return values


def _word(mapping: Payload, key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""
