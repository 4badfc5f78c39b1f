"""What one message holds, in whatever shape it comes: calls of tools, what they returned, and what the user said.

    Anthropic    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": …, "content": "…" | [{"type": "text"}]}]}
    OpenAI chat  {"role": "tool", "tool_call_id": …, "content": "…" | [{"type": "text"}]}
    Responses    {"type": "function_call_output", "call_id": …, "output": "…" | [{"type": "input_text"}]}
    Gemini       {"role": "user", "parts": [{"functionResponse": {"name": …, "response": {"output": "…"}}}]}
    Converse     {"role": "user", "content": [{"toolResult": {"toolUseId": …, "content": [{"text": "…"}]}}]}

The shape is found for each message: lists mix them, and mix dicts with objects of the clients' libraries. A place is a path
of keys, indexes and attributes from the message down to a text; `replaced` makes a message with other texts at some places
and shares everything else with the one it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Path = tuple["str | int", ...]

_MAX_DEPTH = 6  # of a text within Gemini's free-form response
# Items of the Responses API that carry what a tool returned. The provider's own tools, and what answers to coordinates
# (`computer_call_output`), are not among them.
_OUTPUTS = frozenset(
    "function_call_output custom_tool_call_output local_shell_call_output shell_call_output apply_patch_call_output".split()
)
_CALLS = frozenset("function_call custom_tool_call local_shell_call shell_call apply_patch_call".split())
_TEXT_TYPES = ("text", "input_text", "output_text", None)
_ROLES = {
    "human": "user",
    "ai": "assistant",
    "tool": "tool",
}  # LangChain's objects have a type where others have a role


class Call(NamedTuple):
    """The model calls a tool. `arguments` is what stands there: an object, its JSON, or a plain text."""

    id: str
    name: str
    arguments: Any


class Place(NamedTuple):
    """A text of a tool result, and the path to it."""

    path: Path
    text: str


class Returned(NamedTuple):
    """A tool's result: the call it answers, the tool where the result names it, its texts, and its content with the path to it."""

    id: str
    name: str
    places: list[Place]
    content: Any = None
    at: Path = ()


class Several(NamedTuple):
    """What `replaced` puts into a list in the place of one item."""

    items: list[Any]


class Said(NamedTuple):
    """What the user says, and the path to it."""

    text: str
    path: Path = ()


class Attached(NamedTuple):
    """The text of a document that the user gives, and the path to it."""

    text: str
    path: Path


Event = Call | Returned | Said | Attached


def events(message: Any) -> list[Event] | None:
    """Return what `message` holds, in its own order; None for what is not a message of a known shape. May raise anything
    that the message's own objects raise."""
    kind = _word(message, "type")
    if kind in _OUTPUTS:
        output = _get(message, "output")
        return [Returned(_word(message, "call_id"), "", _texts(output, ("output",)), output, ("output",))]
    if kind in _CALLS:
        return [_item_call(message, kind)]
    role = _word(message, "role") or _ROLES.get(kind, "")
    parts = _get(message, "parts")
    if isinstance(parts, (list, tuple)):
        return _gemini(role, parts)
    if role in ("tool", "function"):
        called = _word(message, "tool_call_id")
        return [Returned(called, _word(message, "name"), _texts(_get(message, "content"), ("content",)))]
    if not role:
        return None if not kind else []
    found = _content(role, _get(message, "content"))
    found.extend(_chat_calls(message))
    return found


def events_or_none(message: Any) -> list[Event] | None:
    """Return what `events` returns, None also for a message whose objects raise."""
    try:
        return events(message)
    except Exception:  # somebody's object: the message is passed over
        return None


def block_kinds(message: Any) -> list[str]:
    """Return the types of a message's blocks."""
    content = _get(message, "content")
    return [_word(block, "type") for block in content] if isinstance(content, (list, tuple)) else []


def role_of(message: Any) -> str:
    """Return the role of a message, or its type where it has none."""
    return _word(message, "role") or _word(message, "type")


def replaced(message: Any, texts: Mapping[Path, Any]) -> Any:
    """Return `message` with other texts at these paths (or blocks, or `Several`); what lies on no path is the identical object.

    Raises: TypeError for an object on a path that cannot be copied with a change.
    """
    by_first: dict[str | int, dict[Path, Any]] = {}
    for path, text in texts.items():
        if not path:
            return text
        by_first.setdefault(path[0], {})[path[1:]] = text
    changes = {step: replaced(_step(message, step), rest) for step, rest in by_first.items()}
    if isinstance(message, (list, tuple)):
        items: list[Any] = []
        for index, item in enumerate(message):
            new = changes.get(index, item)
            items.extend(new.items if isinstance(new, Several) else (new,))
        return items if type(message) is list else type(message)(items)
    if type(message) is dict:
        return {key: changes.get(key, value) for key, value in message.items()}
    if isinstance(message, Mapping):
        import copy

        changed: Any = copy.copy(message)
        changed.update(changes)
        return changed
    if hasattr(message, "model_copy"):
        return message.model_copy(update=changes)
    msg = f"a {type(message).__name__} cannot be copied with another text in it"
    raise TypeError(msg)


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text that a model reads in `value`, a message or a list of tools; not images, nor what is signed or sealed."""
    stack = [value]
    seen = 0
    while stack and seen < 1_000_000:  # a cycle must not hold us for ever
        seen += 1
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif type(item) is dict:
            stack.extend([inner for key, inner in item.items() if key not in _UNREAD])
        elif isinstance(item, Mapping):
            stack.extend(inner for key, inner in item.items() if key not in _UNREAD)
        elif isinstance(item, (list, tuple)):
            stack.extend(item)
        elif item is not None and not isinstance(item, (int, float, bytes, bool)):
            fields = getattr(item, "__dict__", None)
            if isinstance(fields, dict):
                stack.extend(inner for key, inner in fields.items() if key not in _UNREAD and not key.startswith("_"))


_UNREAD = frozenset(
    "role type id call_id tool_use_id tool_call_id status data signature thoughtSignature thought_signature encrypted_content"
    " image_url cache_control source inlineData inline_data fileData file_data".split()
)


def _get(value: Any, key: str) -> Any:
    """Return a field of a dict or an object, None where there is none."""
    if type(value) is dict:
        return value.get(key)
    if isinstance(value, Mapping):
        return value.get(key)
    if value is None or isinstance(value, (str, bytes, int, float, list, tuple)):
        return None
    return getattr(value, key, None)


def _word(value: Any, key: str) -> str:
    found = _get(value, key)
    return found if isinstance(found, str) else ""


def _step(value: Any, step: str | int) -> Any:
    if isinstance(value, (Mapping, list, tuple)):
        return value[step]  # type: ignore[index]
    return getattr(value, str(step))


def _texts(content: Any, path: Path) -> list[Place]:
    """Return the texts of a tool result's content: itself, or those of its blocks."""
    if isinstance(content, str):
        return [Place(path, content)]
    found: list[Place] = []
    for index, block in enumerate(content if isinstance(content, (list, tuple)) else ()):
        if isinstance(block, str) or _get(block, "type") not in _TEXT_TYPES:
            continue
        for key in ("text", "stdout", "stderr"):  # the latter two: what a shell of the Responses API returns
            text = _get(block, key)
            if isinstance(text, str):
                found.append(Place((*path, index, key), text))
    return found


def _item_call(item: Any, kind: str) -> Call:
    called = _word(item, "call_id") or _word(item, "id")
    if kind == "function_call":
        return Call(called, _word(item, "name"), _get(item, "arguments"))
    if kind == "custom_tool_call":
        return Call(called, _word(item, "name"), _get(item, "input"))
    if kind == "apply_patch_call":
        return Call(called, "apply_patch", _get(item, "operation"))
    action = _get(item, "action")
    words = _get(action, "command") or _get(action, "commands")
    if kind == "shell_call" and isinstance(words, (list, tuple)):
        words = "\n".join(word for word in words if isinstance(word, str))
    return Call(called, "shell", {"command": words})


def _content(role: str, content: Any) -> list[Event]:
    if isinstance(content, str):
        return [Said(content, ("content",))] if role == "user" else []
    found: list[Event] = []
    for index, block in enumerate(content if isinstance(content, (list, tuple)) else ()):
        kind = _get(block, "type")
        if kind == "tool_use":
            found.append(Call(_word(block, "id"), _word(block, "name"), _get(block, "input")))
        elif kind == "tool_result":
            places = _texts(_get(block, "content"), ("content", index, "content"))
            at: Path = ("content", index, "content")
            found.append(Returned(_word(block, "tool_use_id"), "", places, _get(block, "content"), at))
        elif kind is None and (use := _get(block, "toolUse")) is not None:
            found.append(Call(_word(use, "toolUseId"), _word(use, "name"), _get(use, "input")))
        elif kind is None and (result := _get(block, "toolResult")) is not None:
            places = _texts(_get(result, "content"), ("content", index, "toolResult", "content"))
            at = ("content", index, "toolResult", "content")
            found.append(Returned(_word(result, "toolUseId"), "", places, _get(result, "content"), at))
        elif role == "user" and kind in _TEXT_TYPES and isinstance(text := _get(block, "text"), str):
            found.append(Said(text, ("content", index, "text")))
        elif role == "user" and kind == "document" and _word(source := _get(block, "source"), "type") == "text":
            found.append(Attached(_word(source, "data"), ("content", index, "source", "data")))
    return found


def _chat_calls(message: Any) -> Iterator[Event]:
    calls = _get(message, "tool_calls")
    for call in calls if isinstance(calls, (list, tuple)) else ():
        function = _get(call, "function") or _get(call, "custom")
        if function is None:  # LangChain: {"name", "args", "id"}
            yield Call(_word(call, "id"), _word(call, "name"), _get(call, "args"))
        else:
            arguments = _get(function, "arguments")
            yield Call(
                _word(call, "id"), _word(function, "name"), _get(function, "input") if arguments is None else arguments
            )
    old = _get(message, "function_call")
    if old is not None and _word(old, "name"):
        yield Call("", _word(old, "name"), _get(old, "arguments"))


def _gemini(role: str, parts: Sequence[Any]) -> list[Event]:
    found: list[Event] = []
    for index, part in enumerate(parts):
        for key in ("functionCall", "function_call"):
            if (call := _get(part, key)) is not None:
                found.append(Call(_word(call, "id"), _word(call, "name"), _get(call, "args")))
        for key in ("functionResponse", "function_response"):
            if (response := _get(part, key)) is not None:
                places = list(_leaves(_get(response, "response"), ("parts", index, key, "response")))
                found.append(Returned(_word(response, "id"), _word(response, "name"), places))
        text = _get(part, "text")
        if role == "user" and isinstance(text, str) and not _get(part, "thought"):
            found.append(Said(text, ("parts", index, "text")))
    return found


def _leaves(value: Any, path: Path, depth: int = 0) -> Iterator[Place]:
    if isinstance(value, str):
        yield Place(path, value)
    elif depth < _MAX_DEPTH and isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(key, str):
                yield from _leaves(item, (*path, key), depth + 1)
    elif depth < _MAX_DEPTH and isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index), depth + 1)
