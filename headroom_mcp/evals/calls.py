"""Function calls as syntax: does a call match what BFCL accepts, by name, parameters, types and values?"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "float": (float, int), "number": (float, int), "boolean": (bool,),
    "array": (list, tuple), "tuple": (list, tuple), "dict": (dict,), "object": (dict,),
}  # fmt: skip


class Call(NamedTuple):
    """A function's name and its arguments."""

    name: str
    arguments: dict[str, Any]


Truth = dict[str, dict[str, list[Any]]]
"""The call that is right: the function's name → its parameters → the values accepted; "" among them: may be left out."""


def matches(call: Call, tool: dict[str, Any], truth: Truth) -> bool:
    """Tell whether `call` of `tool` is what `truth` accepts. No leniency: a close value is another value."""
    wanted = truth.get(call.name)
    if wanted is None or call.name != tool["name"]:
        return False
    properties = tool["parameters"].get("properties", {})
    if any(name not in call.arguments for name in tool["parameters"].get("required", [])):
        return False
    for name, value in call.arguments.items():
        if name not in properties or name not in wanted:
            return False
        if not _is_of(value, properties[name].get("type", "")) or not any(_same(value, one) for one in wanted[name]):
            return False
    return all(name in call.arguments or "" in values for name, values in wanted.items())


def made_from(tool: dict[str, Any] | None, truth: Truth) -> Call | None:
    """Return the call that a perfect caller makes who knows of `tool` what it is shown, and nothing else: the accepted
    values of the parameters that stand there, where their type allows them; None where it has not seen the function."""
    if tool is None or tool.get("name") not in truth:
        return None
    properties = (tool.get("parameters") or {}).get("properties") or {}
    arguments = {}
    for name, values in truth[tool["name"]].items():
        schema = properties.get(name)
        usable = [plain(value) for value in values if value != ""]
        fitting = [value for value in usable if isinstance(schema, dict) and _is_of(value, schema.get("type", ""))]
        allowed = [value for value in fitting if not isinstance(schema, dict) or value in schema.get("enum", [value])]
        if allowed:
            arguments[name] = allowed[0]
    return Call(tool["name"], arguments)


def plain(value: Any) -> Any:
    """Return an accepted value as a caller writes it: in BFCL, an object's fields are lists of what each may be."""
    if isinstance(value, dict):
        return {name: plain(held[0] if isinstance(held, list) and held else held) for name, held in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def from_api(call: dict[str, Any]) -> Call | None:
    """Return a tool call of the chat API; None where its arguments are not JSON."""
    function = call.get("function") or {}
    try:
        given = json.loads(function.get("arguments") or "{}")
    except ValueError:
        return None
    return Call(str(function.get("name", "")), given) if isinstance(given, dict) else None


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind in ("boolean", "any", "")
    return isinstance(value, _TYPES.get(kind, (object,)))


def _same(value: Any, accepted: Any) -> bool:
    accepted = plain(accepted)
    if isinstance(value, str) and isinstance(accepted, str):
        return _letters(value) == _letters(accepted)
    return bool(value == accepted)


def _letters(text: str) -> str:
    """Return a string as BFCL compares it: case, spaces and punctuation are no part of the value."""
    return "".join(letter for letter in text.lower() if letter not in " ,./-_*^'\"")
