"""A finished tool call of any host but Claude Code: which of its texts the model reads in another form.

A host's file makes an `Event` of its payload, asks `replaced`, and says the answer in the host's shape.
"""

from __future__ import annotations

import os

from headroom_mcp.hook import event as decide
from headroom_mcp.settings import for_hooks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from headroom_mcp.settings.load import InForce
    from headroom_mcp.types import Shown

MAX_FILE_BYTES = 48 << 20  # beyond, the time a tool call may wait is not enough


def event(host: str, tool: str, tool_name: str, payload: Any, tool_input: Any = None) -> decide.Event:
    """Return the event of a call of `tool_name`, without its texts, from a payload with Claude Code's names.

    These hosts do not tell when they drop a result from a conversation: nothing counts as shown above.
    """
    given = tool_input if tool_input is not None else payload.get("tool_input")
    made = decide.Event(tool, tool_name, given if isinstance(given, dict) else {}, [])
    made.host = host
    made.session = word(payload, "session_id")
    made.tool_use_id = word(payload, "tool_call_id") or word(payload, "tool_use_id")
    made.cwd = word(payload, "cwd")
    made.in_front = _nothing
    return made


def _nothing(shown: Sequence[Shown]) -> list[Shown]:
    return []


def may_change(event: decide.Event) -> bool:
    """Tell whether anything of `event` may be shown in another form, without a look at the store."""
    settings = for_hooks.of(event.cwd)
    if settings is not None and settings.masks(event.session):
        return True
    least = settings.here.min_tokens if settings is not None else for_hooks.min_tokens()
    return not decide.reason_to_skip(event, least, repeats=False)


def masks(event: decide.Event) -> bool:
    """Tell whether the secrets in an output are masked before the model."""
    settings = for_hooks.of(event.cwd)
    return settings is not None and settings.masks(event.session)


def replaced(event: decide.Event, as_shown: list[str] | None = None) -> list[str] | None:
    """Return the texts to show for `event`, one for each of its own; None where the host keeps all that it has.

    `as_shown`: what the host shows by itself, where that is not the event's texts. Raises: whatever went wrong.
    """
    settings = for_hooks.of(event.cwd)
    masks = settings is not None and settings.masks(event.session)
    least = settings.here.min_tokens if settings is not None else for_hooks.min_tokens()
    compresses = not decide.reason_to_skip(event, least, repeats=False)
    if not compresses and not masks:
        return None
    from headroom_mcp.hook import entry

    entry.start_timer()
    from headroom_mcp.hook import respond

    settings = settings or for_hooks.in_force(event.cwd)
    shown = event.texts if as_shown is None else as_shown
    new = _compressed(event, shown, settings, masks) if compresses else None
    if masks:
        new = respond.masked(shown if new is None else new, event, settings.here)
    return None if new is None or new == shown else [respond.sayable(text) for text in new]


def _compressed(event: decide.Event, shown: list[str], settings: InForce, masks: bool) -> list[str] | None:
    from headroom_mcp.hook import entry, respond

    try:
        texts = respond.respond(event, settings.here)
    except Exception as error:
        if not masks:
            raise
        entry.record(error)  # what could not be made small is masked all the same
        return None
    if texts is None:
        return None
    return [old if new is None else new.text for old, new in zip(shown, texts, strict=True)]


def saved(path: str, folder: str) -> str | None:
    """Return the output that a host has kept in the file `path`; None where that is not in `folder` itself, or too large.

    Bytes that are not valid UTF-8 become lone surrogates, which the store turns back into the same bytes.
    """
    real = os.path.realpath(path)
    if not folder or os.path.dirname(real) != os.path.realpath(folder) or not os.path.isfile(real):
        return None
    try:
        with open(real, "rb") as stream:
            body = stream.read(MAX_FILE_BYTES + 1)
    except OSError:
        return None
    return None if len(body) > MAX_FILE_BYTES else body.decode("utf-8", "surrogateescape")


def word(mapping: Any, key: str) -> str:
    """Return the text under `key` of what JSON gave, "" where there is none."""
    value = mapping.get(key) if isinstance(mapping, dict) else None
    return value if isinstance(value, str) else ""


def texts_of(content: Any) -> list[str] | None:
    """Return the texts of an MCP result's blocks, "" for those that are none; None for what is no list of blocks."""
    if not isinstance(content, list) or not all(isinstance(block, dict) for block in content):
        return None
    return [word(block, "text") if block.get("type", "text") == "text" else "" for block in content]
