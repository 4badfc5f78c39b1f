"""Why a prompt cache missed: the first difference between two requests of one conversation, and the cause by its name.

Nothing is changed in either request. A conversation that only grows has no cause, unless time, place or size got in the way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from headroom_mcp.context.cache import request, simulate
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.prices import Price

Cause = Literal[
    "model",
    "tools_added",
    "tools_removed",
    "tools_reordered",
    "tool_schema",
    "key_order",
    "system",
    "speed_or_citations",
    "tool_choice",
    "thinking",
    "images",
    "block_form",
    "result_edited",
    "thinking_dropped",
    "message_edited",
    "message_removed",
    "message_inserted",
    "no_breakpoint",
    "below_minimum",
    "ttl_lapse",
    "parallel",
    "breakpoint_far",
    "eviction",
    "unseen",
]

CAUSES: dict[Cause, str] = {
    "model": "another model: each has a cache of its own",
    "tools_added": "a tool more, and tools stand first",
    "tools_removed": "a tool fewer",
    "tools_reordered": "the same tools in another order",
    "tool_schema": "a tool's description or schema changed",
    "key_order": "the same object with its keys in another order: sort them when they are written",
    "system": "the system text changed: a date, a folder's state, a mode",
    "speed_or_citations": "speed or citations were switched",
    "tool_choice": "tool_choice changed: every message is hashed anew",
    "thinking": "thinking or effort changed: every message is hashed anew",
    "images": "the first image came, or the last one went: every message is hashed anew",
    "block_form": "a text became a list of blocks, or the other way round",
    "result_edited": "an old tool result was rewritten",
    "thinking_dropped": "thinking was left out of an old message",
    "message_edited": "an old message was rewritten",
    "message_removed": "an old message is gone: compacted, or a window that slides",
    "message_inserted": "a message was put between old ones",
    "no_breakpoint": "the request asks for no caching",
    "below_minimum": "the prefix is shorter than the model caches",
    "ttl_lapse": "the same prefix, but more time than the cache lives went by",
    "parallel": "sent before the first answer began: what it writes could not be read yet",
    "breakpoint_far": "more than 20 blocks since the last breakpoint: it is not looked for there",
    "eviction": "nothing differs: the provider let the entry go",
    "unseen": "nothing that was recorded differs: tools or system text may have, or the provider let the entry go",
}
"""Every cause, and what to do about it or why it is one."""


_SWITCHED = ("model", "speed_or_citations", "tool_choice", "thinking", "images")
_ALL = 0.98  # of the tokens that were cached: providers count a few differently


class Sent(NamedTuple):
    """A request as it was recorded. Times are seconds, None where they are not known.

    `read`, `cached`: the tokens that the provider says it read from its cache, and had in it afterwards · `partial`: tools and
    system text are not recorded, as in transcripts.
    """

    body: Mapping[str, Any]
    at_s: float | None = None
    answered_s: float | None = None
    read: int | None = None
    cached: int | None = None
    partial: bool = False


class Miss(NamedTuple):
    """Why the prefix of one request was not read by the next. `tokens`: what had to be written or paid again; `offset`: how
    many tokens the two have in common."""

    cause: Cause
    path: str
    offset: int
    tokens: int


def explain(before: Sent, after: Sent, price: Price, counter: Counter | None = None) -> Miss | None:
    """Return why `after` could not read what `before` had put into the cache, None where it could."""
    if after.read is not None and before.cached is not None and after.read >= before.cached * _ALL:
        return None
    counter = counter or Counter(str(after.body.get("model", "")) or price.name)
    one, other = request.pieces(before.body, counter), request.pieces(after.body, counter)
    cached = sum(piece.tokens for piece in one)
    lost = None if before.cached is None or after.read is None else before.cached - after.read
    found = _difference(before.body, after.body)
    if found is not None:
        cause, area, path = found
        offset = _common(one, other, None if cause not in _SWITCHED else area)
        return Miss(cause, path, offset, max(0, cached - offset) if lost is None else lost)
    reason = _circumstance(before, after, one, other, price)
    if reason is None:
        return None
    return Miss(reason, other[-1].path if other else "", cached, cached if lost is None else lost)


def _difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Cause, request.Area, str] | None:
    """Return the first cause in the provider's order, what it lies in, and its JSON path."""
    if before.get("model") != after.get("model"):
        return "model", "tools", "model"
    found = _in_tools(request.as_list(before.get("tools")), request.as_list(after.get("tools")))
    if found:
        return found[0], "tools", found[1]
    for key in ("system", "instructions", "systemInstruction", "system_instruction"):
        old, new = request.stripped(before.get(key)), request.stripped(after.get(key))
        path = _path(old, new, key)
        if path:
            same = _in_blocks({"content": old}) == _in_blocks({"content": new})
            return ("block_form" if same else "system"), "system", path
    for key in ("speed", "citations"):
        if before.get(key) != after.get(key):
            return "speed_or_citations", "system", key
    for key in request.MESSAGE_SWITCHES:
        if before.get(key) != after.get(key):
            return ("tool_choice" if key in ("tool_choice", "toolConfig") else "thinking"), "messages", key
    edited = _in_messages(list(request.messages_of(before)), list(request.messages_of(after)))
    if edited:
        return edited[0], "messages", edited[1]
    if request.provider(after) == "anthropic" and request.has_images(before) != request.has_images(after):
        return (
            "images",
            "messages",
            next((p for p, m in request.messages_of(after) if request.has_images({"messages": [m]})), ""),
        )
    return None


def _in_tools(before: Sequence[Any], after: Sequence[Any]) -> tuple[Cause, str] | None:
    names = [name_of(tool) for tool in before], [name_of(tool) for tool in after]
    if names[0] != names[1]:
        place = next(
            (i for i, pair in enumerate(zip(*names, strict=False)) if pair[0] != pair[1]), min(map(len, names))
        )
        if sorted(names[0]) == sorted(names[1]):
            return "tools_reordered", f"tools[{place}]"
        gone = set(names[0]) - set(names[1])
        return ("tools_removed" if gone else "tools_added"), f"tools[{place}]"
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        one, other = request.stripped(one), request.stripped(other)
        path = _path(one, other, f"tools[{index}]")
        if path:
            return "tool_schema", path
        if request.written(one) != request.written(other):
            return "key_order", f"tools[{index}]"
    return None


def _in_messages(before: Sequence[tuple[str, Any]], after: Sequence[tuple[str, Any]]) -> tuple[Cause, str] | None:
    olds = [request.stripped(message) for _, message in before]
    news = [request.stripped(message) for _, message in after]
    for index, old in enumerate(olds):
        if index >= len(news):
            return None  # gone back: what is left is the same prefix
        if request.written(old) == request.written(news[index]):
            continue
        place = after[index][0]
        if _is_later(news[index:], olds[index:]):
            return "message_removed", place
        if _is_later(olds[index:], news[index:]):
            return "message_inserted", place
        if len(news) < len(olds):
            return "message_removed", place  # many, and others in their place: compacted
        return _edit(old, news[index], place)
    return None


def _is_later(news: Sequence[Any], olds: Sequence[Any]) -> bool:
    """Tell whether `news` begins with what stands in `olds`, but not at its beginning: up to three messages are compared."""
    return any(list(news[: len(olds) - i][:3]) == list(olds[i : i + 3]) for i in range(1, len(olds))) and bool(news)


def _edit(old: Any, new: Any, place: str) -> tuple[Cause, str]:
    path = _path(old, new, place)
    if not path:
        return "key_order", place
    if _in_blocks(old) == _in_blocks(new):
        return "block_form", path
    thoughts = [[b for b in request.blocks_of(m) if _is_thought(b)] for m in (old, new)]
    rest = [[b for b in request.blocks_of(m) if not _is_thought(b)] for m in (old, new)]
    if len(thoughts[1]) < len(thoughts[0]) and rest[0] == rest[1]:
        return "thinking_dropped", path
    results = [[b for b in request.blocks_of(m) if _is_result(m, b)] for m in (old, new)]
    if results[0] and [b for b in rest[0] if b not in results[0]] == [b for b in rest[1] if b not in results[1]]:
        return "result_edited", path
    return "message_edited", path


def _is_thought(block: Any) -> bool:
    return isinstance(block, Mapping) and block.get("type") in ("thinking", "redacted_thinking")


def _is_result(message: Any, block: Any) -> bool:
    if isinstance(message, Mapping) and (
        message.get("role") == "tool" or str(message.get("type", "")).endswith("_call_output")
    ):
        return True
    return isinstance(block, Mapping) and (block.get("type") == "tool_result" or "functionResponse" in block)


def _in_blocks(value: Any) -> Any:
    """Return `value` with every text that stands for a list of blocks as that list."""
    if isinstance(value, Mapping):
        return {
            key: [{"type": "text", "text": item}] if key == "content" and isinstance(item, str) else _in_blocks(item)
            for key, item in value.items()
        }
    return [_in_blocks(item) for item in value] if isinstance(value, list) else value


def _path(old: Any, new: Any, path: str) -> str:
    """Return the JSON path of the first difference below `path`, "" where the values are equal; key order is none."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*old, *(key for key in new if key not in old)]:
            if key not in old or key not in new:
                return f"{path}.{key}"
            below = _path(old[key], new[key], f"{path}.{key}")
            if below:
                return below
        return ""
    if isinstance(old, list) and isinstance(new, list):
        for index, (one, other) in enumerate(zip(old, new, strict=False)):
            below = _path(one, other, f"{path}[{index}]")
            if below:
                return below
        return f"{path}[{min(len(old), len(new))}]" if len(old) != len(new) else ""
    return "" if type(old) is type(new) and old == new else path


def _common(one: Sequence[request.Piece], other: Sequence[request.Piece], switched: request.Area | None) -> int:
    """Return how many tokens are the same in both before the first difference; a switch changes all from its area on."""
    order = ("tools", "system", "messages")
    total = 0
    for old, new in zip(one, other, strict=False):
        if old.text != new.text or (switched and order.index(old.area) >= order.index(switched)):
            break
        total += old.tokens
    return total


def _circumstance(
    before: Sent, after: Sent, one: Sequence[request.Piece], other: Sequence[request.Piece], price: Price
) -> Cause | None:
    """Return why a prefix that is there in full was not read, None where it was."""
    explicit = request.provider(before.body) == "anthropic"
    marks = [index for index, piece in enumerate(one) if piece.mark]
    if explicit and not marks:
        return "no_breakpoint"
    end = marks[-1] if explicit else len(one) - 1
    if sum(piece.tokens for piece in one[: end + 1]) < price.minimum:
        return "below_minimum"
    if before.at_s is not None and after.at_s is not None:
        if before.answered_s is not None and after.at_s < before.answered_s:
            return "parallel"
        lives = simulate.TTL_S.get(one[end].mark, simulate.AUTOMATIC_TTL_S)
        if after.at_s - before.at_s > lives:
            return "ttl_lapse"
    if (
        explicit
        and len(other) >= len(one)
        and not _is_found(marks, [index for index, piece in enumerate(other) if piece.mark])
    ):
        return "breakpoint_far"
    if after.read is not None and (after.read == 0 or before.cached is not None):
        return "unseen" if after.partial else "eviction"
    return None


def _is_found(marks: Sequence[int], later: Sequence[int]) -> bool:
    """Tell whether a later breakpoint looks back as far as an earlier one."""
    return any(mark <= new <= mark + simulate.LOOK_BACK for mark in marks[-1:] for new in later)


def name_of(tool: Any) -> str:
    """Return the name of a tool, in whatever shape it is declared."""
    if not isinstance(tool, Mapping):
        return ""
    function = tool.get("function")
    return str(
        tool.get("name") or (function.get("name") if isinstance(function, Mapping) else "") or tool.get("type", "")
    )
