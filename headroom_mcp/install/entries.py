"""Where in the text of a settings file the entries are that some version of ours has added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from headroom_mcp.hook.claude_code.places import SERVER, is_our_hook, is_our_server, is_our_status_line
from headroom_mcp.install import json_edit
from headroom_mcp.install.command_lines import own_status_line


class Entry(NamedTuple):
    """One entry of ours: `slot` of the object or array that starts at `container`, which is at `path`.

    `was`: what the user had there before us, and gets back; "" for nothing.
    """

    path: tuple[str, ...]
    container: int
    slot: json_edit.Slot
    was: str = ""


def find(text: str, servers: Sequence[tuple[str, ...]]) -> Entry | None:
    """Return one entry of ours in a JSON text: a hook, its group where that holds no other, or a server in `servers`."""
    return next(_hooks(text), None) or next(_servers(text, servers), None) or status_line(text)


def _hooks(text: str) -> Iterator[Entry]:
    hooks = json_edit.find(text, ["hooks"])
    if hooks is None or text[hooks] != "{":
        return
    for event in json_edit.members(text, hooks):
        if text[event.value_start] != "[":
            continue
        for group in json_edit.items(text, event.value_start):
            value = json_edit.value_at(text, group.value_start)
            if is_our_hook(value):  # of a host whose events list hooks without a matcher around them
                yield Entry(("hooks", event.key), event.value_start, group)
                continue
            handlers = value.get("hooks") if isinstance(value, dict) else None
            if not isinstance(handlers, list) or not any(is_our_hook(handler) for handler in handlers):
                continue
            if all(is_our_hook(handler) for handler in handlers):
                yield Entry(("hooks", event.key), event.value_start, group)
                continue
            slot = next(slot for slot in json_edit.members(text, group.value_start) if slot.key == "hooks")
            for item, handler in zip(json_edit.items(text, slot.value_start), handlers, strict=True):
                if is_our_hook(handler):
                    yield Entry(("hooks", event.key), slot.value_start, item)


def status_line(text: str) -> Entry | None:
    """Return the status line of ours, or the command of the user's own that ours is beside; None for neither."""
    at = json_edit.find(text, ["statusLine"])
    if at is None or not is_our_status_line(json_edit.value_at(text, at)):
        return None
    own = own_status_line(json_edit.value_at(text, at)["command"])
    if own:
        return Entry((), at, json_edit.member(text, at, "command"), own)
    top = json_edit.find(text, ())
    assert top is not None
    return Entry((), top, json_edit.member(text, top, "statusLine"))


def _servers(text: str, places: Sequence[tuple[str, ...]]) -> Iterator[Entry]:
    for path in [found for place in places for found in _paths(text, place)]:
        container = json_edit.find(text, path)
        if container is None or text[container] != "{":
            continue
        for slot in json_edit.members(text, container):
            if slot.key == SERVER and is_our_server(json_edit.value_at(text, slot.value_start)):
                yield Entry(path, container, slot)


def _paths(text: str, place: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the paths that `place` stands for; one "*" in it stands for each key there."""
    if "*" not in place:
        return [place]
    at = place.index("*")
    parent = json_edit.find(text, place[:at])
    if parent is None or text[parent] != "{":
        return []
    return [(*place[:at], slot.key, *place[at + 1 :]) for slot in json_edit.members(text, parent)]
