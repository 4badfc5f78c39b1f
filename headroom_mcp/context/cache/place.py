"""Where to put cache breakpoints, for clients that set none: the end of the tools, of the system, of the newest message, and
one in between, so that no look-back misses. Moving breakpoints invalidates nothing, thinking included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headroom_mcp.context.cache import request

MOST = 4
STEP = 15  # blocks between marks: an entry further back than the look-back of 20 is not found


def placed(body: Mapping[str, Any], *, ttl: str = "5m", key: str = "") -> dict[str, Any]:
    """Return the request with breakpoints where the client set none; the request itself, copied, where it set some.

    `key`: OpenAI's `prompt_cache_key`, which keeps requests with one prefix on one machine.
    """
    new = dict(body)
    if request.provider(body) == "openai":
        if key:
            new.setdefault("prompt_cache_key", key)
        return new
    if request.provider(body) != "anthropic" or _has_marks(body):
        return new
    control = {"type": "ephemeral"} if ttl == "5m" else {"type": "ephemeral", "ttl": ttl}
    left = MOST
    for name in ("tools", "system"):
        value = body.get(name)
        if name == "system" and isinstance(value, str) and value:
            value = [{"type": "text", "text": value}]
        if isinstance(value, list) and value and isinstance(value[-1], Mapping):
            new[name] = [*value[:-1], {**value[-1], "cache_control": control}]
            left -= 1
    new["messages"] = [_in_blocks(message) for message in request.as_list(body.get("messages"))]
    for message, block in _in_messages(new, left):
        new["messages"] = _marked(new["messages"], message, block, control)
    return new


def _in_blocks(message: Any) -> Any:
    """Return a message whose text is a block: a mark that moves on must not change the form of what it leaves behind."""
    if isinstance(message, Mapping) and isinstance(message.get("content"), str) and message["content"]:
        return {**message, "content": [{"type": "text", "text": message["content"]}]}
    return message


def _has_marks(body: Mapping[str, Any]) -> bool:
    return '"cache_control"' in request.written(body)


def _in_messages(body: Mapping[str, Any], most: int) -> list[tuple[int, int]]:
    """Return the blocks to mark, as message and block: the last one, and others `STEP` blocks apart from the front, so that
    a mark that has been set stays where it is while the conversation grows."""
    blocks = [
        (number, index)
        for number, (_, message) in enumerate(request.messages_of(body))
        for index, block in enumerate(request.blocks_of(message))
        if _can_be_marked(block)
    ]
    if not blocks:
        return []
    steps = [blocks[i] for i in range(STEP - 1, len(blocks) - 1, STEP)]
    return [*steps[-(most - 1) :], blocks[-1]] if most > 1 else [blocks[-1]]


def _can_be_marked(block: Any) -> bool:
    if not isinstance(block, Mapping) or block.get("type") in ("thinking", "redacted_thinking"):
        return False
    return block.get("type") != "text" or bool(block.get("text"))


def _marked(messages: list[Any], number: int, index: int, control: dict[str, str]) -> list[Any]:
    message = messages[number]
    blocks = list(message["content"])
    blocks[index] = {**blocks[index], "cache_control": control}
    return [*messages[:number], {**message, "content": blocks}, *messages[number + 1 :]]
