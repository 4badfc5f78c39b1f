"""Images in what Claude Code's tools gave: where they are in a Read's or an MCP tool's answer, and how others are put there.

A Read of an image answers with nothing but that image, and Claude Code accepts an answer of another type in its place: a
notebook's cell, whose text is the note and whose outputs are the pieces. The blocks of an MCP tool are its own.
"""

from __future__ import annotations

import base64
import os

from headroom_mcp.hook import event as decide
from headroom_mcp.hook import pictures
from headroom_mcp.images import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from headroom_mcp.hook.pictures import Picture
    from headroom_mcp.settings.load import InForce
    from headroom_mcp.settings.table import Settings


def shown(response: Any, event: decide.Event, settings: InForce, transcript_path: str) -> Any:
    """Return the tool's answer `response` with what is shown instead of its images; itself where anything goes wrong."""
    try:
        new = _replaced(response, event, settings.here, transcript_path)
    except Exception as error:  # law 8: the texts beside them keep what was decided
        from headroom_mcp.hook import entry

        entry.record(error)
        return response
    return response if new is None else new


def _replaced(response: Any, event: decide.Event, settings: Settings, transcript_path: str) -> Any | None:
    """Return the tool's answer `response` with what is shown instead of its images, None where all stay."""

    def coordinates() -> bool:
        return _acts_on_coordinates(event, transcript_path)

    if isinstance(response, dict):
        file = response.get("file")
        coded = file.get("base64") if isinstance(file, dict) else None
        (new,) = pictures.replaced([pictures.decoded(coded)], event, settings, coordinates)
        return None if new is None else _cell(new, event)
    found = [pictures.decoded(_coded(block)) for block in response]
    made = pictures.replaced(found, event, settings, coordinates)
    if all(new is None for new in made):
        return None
    blocks: list[Any] = []
    for block, new in zip(response, made, strict=True):
        blocks += [block] if new is None else _blocks(new)
    return blocks


def _coded(block: Any) -> Any:
    source = block.get("source") if isinstance(block, dict) and block.get("type") == "image" else None
    return source.get("data") if isinstance(source, dict) else None


def _cell(new: Picture, event: decide.Event) -> dict[str, Any]:
    outputs = [
        {"output_type": "display_data", "image": {"image_data": _text(piece), "media_type": "image/png"}}
        for piece in new.pieces
    ]
    name = os.path.basename(event.path)
    cell = {"cellType": "code", "source": new.note, "cell_id": name, "language": "python", "outputs": outputs}
    return {"type": "notebook", "file": {"filePath": event.path, "cells": [cell]}}


def _blocks(new: Picture) -> list[dict[str, Any]]:
    pieces = [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _text(piece)}}
        for piece in new.pieces
    ]
    return [{"type": "text", "text": new.note}, *pieces]


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _acts_on_coordinates(event: decide.Event, transcript_path: str) -> bool:
    """Tell whether this call, or an earlier one of the same server, acts on places in an image."""
    if choose.acts_on_coordinates(event.tool_name, event.tool_input):
        return True
    if event.tool != "mcp":
        return False
    from headroom_mcp.hook.claude_code import transcript

    server = event.tool_name.rpartition("__")[0]
    path = transcript.of_agent(transcript_path, event.agent)
    return any(
        name.rpartition("__")[0] == server and choose.acts_on_coordinates(name, given)
        for name, given in transcript.calls_of(path)
    )
