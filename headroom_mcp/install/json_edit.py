"""Adds to a JSON text and takes away from it without touching another byte: order, indent, spacing and line ends stay.

A user's settings file is theirs. `json.dumps(json.loads(…))` would rewrite all of it; these functions find the one place
and leave the rest as it was. What was added at the end of an object or array is removed exactly.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Slot(NamedTuple):
    """A member of an object (`key`, and where it starts) or an item of an array (`key` is "")."""

    key: str
    start: int
    value_start: int
    stop: int


def find(text: str, path: Sequence[str]) -> int | None:
    """Return where the value at `path` starts, None where there is none. The last of equal keys counts, as in JavaScript."""
    at = _skip(text, 0)
    for key in path:
        if text[at] != "{":
            return None
        found = [slot for slot in members(text, at) if slot.key == key]
        if not found:
            return None
        at = found[-1].value_start
    return at


def value_at(text: str, start: int) -> Any:
    """Return the value that starts at `start`."""
    return _DECODER.raw_decode(text, start)[0]


def members(text: str, start: int) -> list[Slot]:
    """Return the members of the object that starts at `start`."""
    slots: list[Slot] = []
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, after = _DECODER.raw_decode(text, at)
        value_start = _skip(text, _skip(text, after) + 1)  # past the colon
        stop = _DECODER.raw_decode(text, value_start)[1]
        slots.append(Slot(key, at, value_start, stop))
        at = _next(text, stop)
    return slots


def items(text: str, start: int) -> list[Slot]:
    """Return the items of the array that starts at `start`."""
    slots: list[Slot] = []
    at = _skip(text, start + 1)
    while text[at] != "]":
        stop = _DECODER.raw_decode(text, at)[1]
        slots.append(Slot("", at, at, stop))
        at = _next(text, stop)
    return slots


def add(text: str, path: Sequence[str], key: str, value: Any) -> tuple[str, list[list[str]]]:
    """Return `text` with `value` added to the container at `path`, and the paths of the containers made for it.

    With a `key` the container is an object, without one an array; missing ones are made. Raises: ValueError when
    something else stands at `path`.
    """
    made: list[list[str]] = []
    path = list(path)
    wanted = "{" if key else "["
    while (at := find(text, path)) is None:
        made.append(list(path))
        value = {key: value} if key else [value]
        key = path.pop()
        wanted = "{"
    if text[at] != wanted:
        msg = f"{'.'.join(path) or 'the top level'} is no {'object' if wanted == '{' else 'array'}"
        raise ValueError(msg)
    slots = members(text, at) if wanted == "{" else items(text, at)
    return _append(text, at, slots, key, value), made


def remove(text: str, container: int, slot: Slot) -> str:
    """Return `text` without `slot` of the object or array that starts at `container`."""
    slots = members(text, container) if text[container] == "{" else items(text, container)
    at = slots.index(slot)
    if at > 0:
        return text[: slots[at - 1].stop] + text[slot.stop :]
    if len(slots) > 1:
        return text[: slot.start] + text[slots[1].start :]
    return text[: container + 1] + text[_skip(text, slot.stop) :]


def _append(text: str, start: int, slots: Sequence[Slot], key: str, value: Any) -> str:
    unit = _indent_unit(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    compact = "\n" not in text.strip() and len(text.strip()) > 2
    if compact or (slots and "\n" not in text[start : slots[0].start]):
        written = _written(key, value, None)
        if slots:
            return f"{text[: slots[-1].stop]}, {written}{text[slots[-1].stop :]}"
        return text[: start + 1] + written + text[start + 1 :]
    if slots:
        indent = _line_indent(text, slots[-1].start)
        written = _written(key, value, unit).replace("\n", newline + indent)
        return f"{text[: slots[-1].stop]},{newline}{indent}{written}{text[slots[-1].stop :]}"
    indent = _line_indent(text, start)
    written = _written(key, value, unit).replace("\n", newline + indent + unit)
    close = _skip(text, start + 1)
    return f"{text[: start + 1]}{newline}{indent}{unit}{written}{newline}{indent}{text[close:]}"


def _written(key: str, value: Any, indent: str | None) -> str:
    dumped = json.dumps(value, indent=indent, ensure_ascii=False)
    return f"{json.dumps(key, ensure_ascii=False)}: {dumped}" if key else dumped


def _indent_unit(text: str) -> str:
    # The first indented line is one level deep.
    match = re.search(r"\n([ \t]+)\S", text)
    return match.group(1) if match else "  "


def _line_indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _next(text: str, at: int) -> int:
    """Return where the next slot, or the closing bracket, starts."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at
