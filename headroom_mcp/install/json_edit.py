"""Adds to a JSON text and takes away from it without touching another byte: order, indent, spacing, comments and line ends.

A user's settings file is theirs. `json.dumps(json.loads(…))` would rewrite all of it; these functions find the one place
and leave the rest as it was. What was added at the end of an object or array is removed exactly. A byte order mark,
`// comments`, `/* comments */` and commas before a closing bracket may stand wherever a text has them; whether its reader
allows them is for `check` to say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

BOM = "\ufeff"
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
# "a \"text\"", // a comment, /* another */, a bracket, a comma: what decides where a value ends and what is a comment
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\r\n]*|/\*.*?\*/|[{}\[\],]', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}/]+")
_COMMENTS_ON_LINE = re.compile(rf"(?:[ \t]*(?:{_COMMENT.pattern}))*", re.DOTALL)
_DECODER = json.JSONDecoder()


class Slot(NamedTuple):
    """A member of an object (`key`, and where it starts) or an item of an array (`key` is ""); `stop` is before a comma."""

    key: str
    start: int
    value_start: int
    stop: int


def check(text: str, *, comments: bool = False) -> object:
    """Return the value of `text`, which may start with a byte order mark. Raises: ValueError where it is not valid."""
    text = text.removeprefix(BOM)
    return json.loads(plain(text) if comments else text)


def plain(text: str) -> str:
    """Return `text` without its comments and without commas before a closing bracket."""
    parts: list[str] = []
    at = 0
    for token in _TOKEN.finditer(text):
        said = token.group()
        if said.startswith("/"):
            parts.append(text[at : token.start()] + " ")
            at = token.end()
        elif said == "," and text.startswith(("}", "]"), _skip(text, token.end())):
            parts.append(text[at : token.start()])
            at = token.end()
    return "".join(parts) + text[at:]


def find(text: str, path: Sequence[str]) -> int | None:
    """Return where the value at `path` starts, None where there is none. The last of equal keys counts, as in JavaScript."""
    at = _skip(text, 1 if text.startswith(BOM) else 0)
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
    return json.loads(plain(text[start : _end(text, start)]))


def has_comment(text: str, start: int) -> bool:
    """Tell whether there is a comment in the value that starts at `start`."""
    return any(token.group().startswith("/") for token in _TOKEN.finditer(text, start, _end(text, start)))


def members(text: str, start: int) -> list[Slot]:
    """Return the members of the object that starts at `start`."""
    slots: list[Slot] = []
    at = _skip(text, start + 1)
    while text[at] != "}":
        key, after = _DECODER.raw_decode(text, at)
        value_start = _skip(text, _skip(text, after) + 1)  # past the colon
        stop = _end(text, value_start)
        slots.append(Slot(key, at, value_start, stop))
        at = _next(text, stop)
    return slots


def member(text: str, start: int, key: str) -> Slot:
    """Return the member `key` of the object that starts at `start`; the last of equal keys. Raises: KeyError."""
    for slot in reversed(members(text, start)):
        if slot.key == key:
            return slot
    raise KeyError(key)


def items(text: str, start: int) -> list[Slot]:
    """Return the items of the array that starts at `start`."""
    slots: list[Slot] = []
    at = _skip(text, start + 1)
    while text[at] != "]":
        stop = _end(text, at)
        slots.append(Slot("", at, at, stop))
        at = _next(text, stop)
    return slots


def add(text: str, path: Sequence[str], key: str, value: Any) -> tuple[str, list[list[str]]]:
    """Return `text` with `value` added to the container at `path`, and the paths of the containers made for it.

    With a `key` the container is an object, without one an array; missing ones are made. Raises: ValueError when
    something else is at `path`.
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
        msg = f"{'.'.join(path) or 'the top level'} is not an {'object' if wanted == '{' else 'array'}"
        raise ValueError(msg)
    slots = members(text, at) if wanted == "{" else items(text, at)
    return _append(text, at, slots, key, value), made


def replace(text: str, slot: Slot, value: Any) -> str:
    """Return `text` with `value` in the place of what `slot` holds."""
    return f"{text[: slot.value_start]}{json.dumps(value, ensure_ascii=False)}{text[slot.stop :]}"


def remove(text: str, container: int, slot: Slot) -> str:
    """Return `text` without `slot` of the object or array that starts at `container`; comments around it stay."""
    slots = members(text, container) if text[container] == "{" else items(text, container)
    index = slots.index(slot)
    comma = _comma(text, slot.stop)
    stop = slot.stop if comma is None else comma + 1
    rest = text[slot.stop : comma] if comma is not None and _COMMENT.search(text, slot.stop, comma) else ""
    before = slots[index - 1].stop if index else container + 1
    separator = _comma(text, before) if index else None
    # The white space before it goes as well, but not past what comes before: a comma, a comment, the bracket.
    lead, on_line = _last_comment(text, before if separator is None else separator + 1, slot.start)
    kept = text[:lead]
    if index and comma is None and separator is not None:
        kept = text[:separator] + text[separator + 1 : lead]
    elif len(slots) == 1 and not rest and lead == container + 1 and text[closing := _space(text, stop)] in "}]":
        stop = closing
    rest += text[stop:]
    if on_line and not rest.lstrip(" \t").startswith(("\r", "\n")):
        kept += "\n"
    return kept + rest


def _append(text: str, start: int, slots: Sequence[Slot], key: str, value: Any) -> str:
    compact = "\n" not in text.strip() and len(text.strip().removeprefix(BOM)) > 2
    inline = compact or bool(slots and "\n" not in text[start : slots[0].start])
    unit = _indent_unit(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    indent = _line_indent(text, slots[-1].start) if slots else _line_indent(text, start) + unit
    written = _written(key, value, None if inline else unit).replace("\n", newline + indent)
    gap = "" if inline and not slots else " " if inline else newline + indent
    if slots:
        comma = _comma(text, slots[-1].stop)
        stop = slots[-1].stop if comma is None else comma + 1
        at = stop if inline else _comment_on_line(text, stop)
        if comma is not None:  # a comma at the end is this file's habit
            return f"{text[:at]}{gap}{written},{text[at:]}"
        return f"{text[:stop]},{text[stop:at]}{gap}{written}{text[at:]}"
    at, _ = _last_comment(text, start + 1, _skip(text, start + 1))
    if inline:
        return text[:at] + gap + written + text[at:]
    if at > start + 1:  # only comments in there
        rest = text[at:] if text[at:].lstrip(" \t").startswith(("\n", "\r")) else newline + text[at:].lstrip(" \t")
        return f"{text[:at]}{gap}{written}{rest}"
    return f"{text[: start + 1]}{gap}{written}{newline}{_line_indent(text, start)}{text[_skip(text, start + 1) :]}"


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


def _end(text: str, start: int) -> int:
    """Return where the value that starts at `start` ends."""
    if text[start] not in '{["':
        scalar = _SCALAR.match(text, start)
        assert scalar is not None
        return scalar.end()
    depth = 0
    for token in _TOKEN.finditer(text, start):
        first = text[token.start()]
        depth += (first in "{[") - (first in "}]")
        if depth == 0 and first != "/":
            return token.end()
    msg = "a bracket is not closed"
    raise ValueError(msg)


def _skip(text: str, at: int) -> int:
    """Return where the next thing is that is neither white space nor a comment."""
    while True:
        at = _space(text, at)
        comment = _COMMENT.match(text, at)
        if comment is None:
            return at
        at = comment.end()


def _space(text: str, at: int) -> int:
    """Return where the white space at `at` ends."""
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _comma(text: str, at: int) -> int | None:
    """Return where the comma after the slot that ends at `at` is, None where there is none."""
    at = _skip(text, at)
    return at if text[at] == "," else None


def _next(text: str, at: int) -> int:
    """Return where the next slot, or the closing bracket, starts."""
    comma = _comma(text, at)
    return _skip(text, at if comma is None else comma + 1)


def _last_comment(text: str, at: int, stop: int) -> tuple[int, bool]:
    """Return where the last comment between `at` and `stop` ends (`at` where there is none); does it end with its line?"""
    comments = list(_COMMENT.finditer(text, at, stop))
    return (comments[-1].end(), comments[-1].group().startswith("//")) if comments else (at, False)


def _comment_on_line(text: str, at: int) -> int:
    """Return where the comments end that follow `at` on its line; `at` where there are none."""
    match = _COMMENTS_ON_LINE.match(text, at)
    assert match is not None
    return match.end()
