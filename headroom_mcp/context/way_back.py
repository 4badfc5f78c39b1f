"""How the model of a request can get an original back: by our tool, if the request offers it, else by a command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TOOL = "headroom_retrieve"
COMMAND = "headroom retrieve"
"""What a shell runs, and a person."""


def of(tools: Any) -> str:
    """Return the `View.way_back` for a request with `tools`, in any provider's shape; None is taken for not being told.

    A request that offers other tools and not ours gets the command: a footer that names a tool which is not there would
    send the model after it. Raises nothing.
    """
    if not isinstance(tools, (list, tuple)):
        return ""
    names = list(_names(tools))
    return COMMAND if names and not any(name == _TOOL or name.endswith(f"__{_TOOL}") for name in names) else ""


def of_request(request: Mapping[str, Any]) -> str:
    """Return the `View.way_back` for the body of a request; Codex lists its tools in an item of the input."""
    added: list[Any] = []
    for item in _list(request.get("input")):
        if isinstance(item, Mapping) and item.get("type") == "additional_tools":
            added += _list(item.get("tools"))
    tools = request.get("tools")
    return of([*_list(tools), *added] if added else tools)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(tools: Any) -> Iterator[str]:
    for tool in tools:
        if not isinstance(tool, Mapping):
            name = getattr(tool, "name", None)
            if isinstance(name, str):
                yield name
            continue
        if isinstance(tool.get("tools"), list):  # a namespace of the Responses API
            yield from _names(tool["tools"])
        inner = tool.get("function") or tool.get("toolSpec") or tool
        declared = tool.get("functionDeclarations") or tool.get("function_declarations") or ()
        for one in (inner, *(declared if isinstance(declared, (list, tuple)) else ())):
            name = one.get("name") if isinstance(one, Mapping) else None
            if isinstance(name, str):
                yield name
