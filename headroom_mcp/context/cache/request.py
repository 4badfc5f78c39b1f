"""A request as a prompt cache sees it: pieces in the order in which they are hashed, each with its tokens.

Anthropic   tools → system → messages, block by block; a breakpoint is a block with `cache_control`
OpenAI      tools → instructions → messages or items, one by one; every one may end a cached prefix
Gemini      tools → system instruction → contents, likewise
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from headroom_mcp.context.counting import Counter

Provider = Literal["anthropic", "openai", "gemini"]
Area = Literal["tools", "system", "messages"]

ARRAYS = ("messages", "input", "contents")
# What changes every message's prefix without standing in one.
MESSAGE_SWITCHES = ("tool_choice", "thinking", "output_config", "reasoning", "reasoning_effort", "toolConfig")
_SYSTEM_SWITCHES = ("speed", "citations")


class Piece(NamedTuple):
    """A block, tool, message or item. `path` is its JSON path; `mark` the time its breakpoint asks for ("" without one)."""

    area: Area
    path: str
    text: str
    tokens: int
    mark: str


def provider(body: Mapping[str, Any]) -> Provider:
    """Return whose request this is, by its shape."""
    if "contents" in body:
        return "gemini"
    model = str(body.get("model", "")).lower()
    if "input" in body or model.startswith(("gpt", "o1", "o3", "o4", "chatgpt")):
        return "openai"
    messages = body.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    if isinstance(first, Mapping) and first.get("role") in ("system", "developer"):
        return "openai"
    return "anthropic"


def pieces(body: Mapping[str, Any], counter: Counter) -> list[Piece]:
    """Return the pieces of a request in the provider's order."""
    whose = provider(body)
    found = [_piece("tools", f"tools[{i}]", tool, counter) for i, tool in enumerate(as_list(body.get("tools")))]
    found.extend(_system(body, counter))
    for path, message in messages_of(body):
        found.extend(
            _message(path, message, counter) if whose == "anthropic" else [_piece("messages", path, message, counter)]
        )
    top = body.get("cache_control")
    if whose == "anthropic" and found and isinstance(top, Mapping):  # the provider puts the last mark itself
        found[-1] = found[-1]._replace(mark=_ttl(top))
    return found


def switches(body: Mapping[str, Any], area: Area) -> str:
    """Return what else the prefix of `area` depends on, as one text."""
    if area == "tools":
        return str(body.get("model", ""))
    names = _SYSTEM_SWITCHES if area == "system" else (*_SYSTEM_SWITCHES, *MESSAGE_SWITCHES)
    parts = {name: body[name] for name in names if name in body}
    if area == "messages":
        parts["images"] = has_images(body)
    return written(parts)


def messages_of(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the messages, items or contents of a request, each with its JSON path."""
    for key in ARRAYS:
        if isinstance(body.get(key), list):
            for index, message in enumerate(body[key]):
                yield f"{key}[{index}]", message
            return


def has_images(body: Mapping[str, Any]) -> bool:
    """Tell whether any image is in the messages."""
    return any(_is_image(block) for _, message in messages_of(body) for block in blocks_of(message))


def _is_image(block: Any) -> bool:
    if not isinstance(block, Mapping):
        return False
    if block.get("type") in ("image", "image_url", "input_image") or "inlineData" in block:
        return True
    inner = block.get("content")
    return isinstance(inner, list) and any(_is_image(item) for item in inner)


def blocks_of(message: Any) -> list[Any]:
    """Return the blocks of a message: its text is one block."""
    content = message.get("content", message.get("parts")) if isinstance(message, Mapping) else message
    return content if isinstance(content, list) else [content]


def stripped(value: Any) -> Any:
    """Return `value` without its breakpoints, which move from request to request and change nothing."""
    if isinstance(value, Mapping):
        return {key: stripped(item) for key, item in value.items() if key != "cache_control"}
    return [stripped(item) for item in value] if isinstance(value, list) else value


def written(value: Any) -> str:
    """Return `value` as JSON, keys in their own order."""
    return json.dumps(value, separators=(",", ":"), default=str)


def as_list(value: Any) -> list[Any]:
    """Return a list, or an empty one for what is none."""
    return value if isinstance(value, list) else []


def _system(body: Mapping[str, Any], counter: Counter) -> list[Piece]:
    for key in ("system", "instructions", "systemInstruction", "system_instruction"):
        value = body.get(key)
        if isinstance(value, list):
            return [_piece("system", f"{key}[{i}]", block, counter) for i, block in enumerate(value)]
        if value is not None:
            return [_piece("system", key, value, counter)]
    return []


def _message(path: str, message: Any, counter: Counter) -> list[Piece]:
    """Return the blocks of a message of Anthropic's; the role belongs to each. A text is a block of its own form."""
    if not isinstance(message, Mapping) or not isinstance(message.get("content"), list):
        return [_piece("messages", path, message, counter)]
    role = str(message.get("role", ""))
    return [
        _piece("messages", f"{path}.content[{i}]", block, counter, role) for i, block in enumerate(message["content"])
    ]


def _piece(area: Area, path: str, value: Any, counter: Counter, role: str = "") -> Piece:
    text = role + written(stripped(value))
    return Piece(area, path, text, counter.count(text), _mark(value))


def _mark(value: Any) -> str:
    """Return the time that the breakpoint in `value`, or in a block within it, asks for."""
    if isinstance(value, Mapping):
        control = value.get("cache_control")
        if isinstance(control, Mapping):
            return _ttl(control)
        inner = value.get("content")
        return next((mark for item in inner if (mark := _mark(item))), "") if isinstance(inner, list) else ""
    return ""


def _ttl(control: Mapping[str, Any]) -> str:
    return "1h" if control.get("ttl") == "1h" else "5m"
