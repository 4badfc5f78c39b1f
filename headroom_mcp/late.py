"""What `re` and `typing` give, made when it is first used: a hook is a process for every tool call, and pays for each import.

pattern        an expression, compiled when it is first used: a hook uses a third of the hundred in what it imports
NamedTuple     as in `typing`, its `__new__` made when the first one is: 36 classes cost as much as starting Python
Any, Literal   names that only a type checker reads; `typing` itself takes a third of starting Python
"""

from __future__ import annotations

import re
from collections import _tuplegetter  # type: ignore[attr-defined]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any as Any
    from typing import AnyStr
    from typing import Literal as Literal
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn

    def pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """Return what can do all that a compiled `pattern` can, and compiles it when it first must."""
        ...


_METHODS = ("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split", "flags", "groups")


class LatePattern:
    """An expression that takes its methods from the compiled one as soon as one of them is asked for."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._given)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(self, name)

    def __repr__(self) -> str:
        return f"late.pattern({self.pattern!r})"


class _Records(type):
    """Makes of a class body a tuple with names, as `typing.NamedTuple` does."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
        if not bases:
            return super().__new__(cls, name, bases, body)
        fields = tuple(body.get("__annotations__", ()))
        defaults = {field: body[field] for field in fields if field in body}
        body.update((field, _tuplegetter(at, field)) for at, field in enumerate(fields))
        body.update(_SHARED, __slots__=(), _fields=fields, _field_defaults=defaults, __match_args__=fields)
        made = type(name, (tuple,), body)
        made.__new__ = _first(made, fields, tuple(defaults.values()))  # type: ignore[method-assign]
        return made


def _first(made: type, fields: tuple[str, ...], defaults: tuple[object, ...]) -> Callable[..., Any]:
    """Return what makes the first tuple of the class `made`, and the function with the fields' names that makes the others."""

    def new(cls: type, /, *values: object, **named: object) -> Any:
        names = "".join(f"{field}, " for field in fields)
        function = eval(f"lambda cls, {names}: new(cls, ({names}))", {"new": tuple.__new__})
        function.__defaults__ = defaults
        function.__qualname__ = f"{made.__name__}.__new__"
        made.__new__ = function  # type: ignore[method-assign]
        return function(cls, *values, **named)

    return new


def _make(cls: type, values: Iterable[object]) -> Any:
    """Return one of `cls` with these values."""
    return cls(*values)


def _replace(self: Any, /, **changed: object) -> Any:
    """Return the same with some values changed. Raises: ValueError for a name that no field has."""
    made = tuple.__new__(type(self), map(changed.pop, self._fields, self))
    if changed:
        msg = f"unexpected field names: {list(changed)}"
        raise ValueError(msg)
    return made


def _asdict(self: Any) -> dict[str, object]:
    """Return the values by name."""
    return dict(zip(self._fields, self, strict=True))


def _repr(self: Any) -> str:
    told = ", ".join(f"{field}={value!r}" for field, value in zip(self._fields, self, strict=True))
    return f"{type(self).__name__}({told})"


def _arguments(self: Any) -> tuple[object, ...]:
    """Return what `copy` and `pickle` make the same from."""
    return tuple(self)


_SHARED = {
    "_make": classmethod(_make),
    "_replace": _replace,
    "_asdict": _asdict,
    "__repr__": _repr,
    "__getnewargs__": _arguments,
}

if not TYPE_CHECKING:
    pattern = LatePattern
    Any = NoReturn = object
    Literal = dict  # Literal["a", "b"] is something, and nobody asks what

    class NamedTuple(metaclass=_Records):
        """See `typing.NamedTuple`."""
