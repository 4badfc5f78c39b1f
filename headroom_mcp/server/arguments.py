"""What a tool takes, as a schema, and what a model sent, made to fit it.

Models write `null` for "not given", 120 for "120" and "2000" for 2000: all are understood. A message about an argument names
its parameter and never repeats its value, which may be as large as a file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from headroom_mcp.types import HeadroomError

_TYPES = {"str": "string", "int": "integer"}


def schema(function: Callable[..., object], notes: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON schema of the parameters of `function`, with `notes` as their descriptions and nothing else."""
    parameters = inspect.signature(function).parameters
    properties: dict[str, dict[str, str]] = {}
    for name, parameter in parameters.items():
        properties[name] = {"type": _TYPES[parameter.annotation]}
        if name in notes:
            properties[name]["description"] = notes[name]
    required = [name for name, parameter in parameters.items() if parameter.default is parameter.empty]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def fitted(function: Callable[..., object], given: Mapping[str, Any]) -> dict[str, str | int]:
    """Return the arguments for `function` in what a model has `given`; names that it does not know are passed over.

    Raises: HeadroomError, which says what is missing or of the wrong type.
    """
    fitting: dict[str, str | int] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        value = given.get(name)
        if value is not None:
            fitting[name] = _text(name, value) if parameter.annotation == "str" else _number(name, value)
        elif parameter.default is parameter.empty:
            msg = f"{function.__name__} needs {name}."
            raise HeadroomError(msg)
    return fitting


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value)) if float(value).is_integer() else str(value)
    msg = f"{name} must be a string, not {_type_name(value)}."
    raise HeadroomError(msg)


def _number(name: str, value: object) -> int:
    try:
        if isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return int(value)
    except (ValueError, OverflowError):
        pass
    msg = f"{name} must be a whole number."
    raise HeadroomError(msg)


def _type_name(value: object) -> str:
    return {bool: "true or false", list: "a list", dict: "an object"}.get(type(value), "a number")
