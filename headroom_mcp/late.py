"""What modules of the standard library give, made when it is first used: a hook is a process for every tool call, and pays
for each import.

re, json       the modules, imported when more is asked of them than a flag: both together take as long as starting Python
loads, dumps   `json.loads` and `json.dumps` without the module, where Python has them in C
pattern        an expression, compiled when it is first used: a hook uses a third of the hundred in what it imports
compiled       an expression as `re.compile` makes it; a hook knows most of them from the one before (see `compile_with`)
NamedTuple     as in `typing`, its `__new__` made when the first one is: 36 classes cost as much as starting Python
Any, Literal   names that only a type checker reads; `typing` itself takes a third of starting Python
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import json as json
    import re as re
    from collections.abc import Callable
    from typing import Any as Any
    from typing import AnyStr
    from typing import Literal as Literal
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn

    def pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """Return what can do all that a compiled `pattern` can, and compiles it when it first must."""
        ...

    Compile = Callable[[str | bytes, int], re.Pattern[Any]]

    def compiled(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """Return the compiled `pattern`. Raises: re.error."""
        ...


class _Late:
    """A module that is imported when something is asked of it that is not `known` without."""

    def __init__(self, module: str, **known: object) -> None:
        self.__dict__.update(known, _module=module)

    def __getattr__(self, name: str) -> Any:
        value = getattr(__import__(self._module), name)
        setattr(self, name, value)
        return value


if not TYPE_CHECKING:
    json = _Late("json")
    re = _Late("re", IGNORECASE=2, MULTILINE=8, DOTALL=16, UNICODE=32, VERBOSE=64, ASCII=256)

_compile: Compile | None = None


def compile_with(compile_: Compile | None) -> None:
    """Let `compile_` make expressions from now on, in place of `re.compile` (None: that again)."""
    global _compile
    _compile = compile_


def _compiled(pattern: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    if _compile is not None:
        return _compile(pattern, flags)
    import re

    return re.compile(pattern, flags)


class _Strict:
    """How `json.loads` reads, for its scanner in C."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float  # "NaN", "Infinity" and "-Infinity" are floats to both


def loads(text: str | bytes) -> Any:
    """Return what `json.loads` does, and raise what it does: ValueError, RecursionError."""
    try:
        from _json import make_scanner

        told = text if isinstance(text, str) else text.decode("utf-8", "surrogatepass")
        scan = make_scanner(_Strict())  # type: ignore[arg-type]
        value, stop = scan(told, len(told) - len(told.lstrip(_BLANKS)))
        if not told[stop:].strip(_BLANKS):
            return value
    except Exception:  # not JSON, or no such scanner in this Python: `json.loads` reads it, or says what is wrong
        pass
    return json.loads(text)


def dumps(value: object) -> str:
    """Return what `json.dumps` does, and raise what it does: TypeError, ValueError, RecursionError."""
    try:
        from _json import encode_basestring_ascii, make_encoder

        encode = make_encoder({}, _unknown, encode_basestring_ascii, None, ": ", ", ", False, False, True)
        return "".join(encode(value, 0))
    except (
        Exception
    ):  # no value of JSON, or no such encoder in this Python: `json.dumps` writes it, or says what is wrong
        return json.dumps(value)


def _unknown(value: object) -> object:
    raise TypeError


_BLANKS = " \t\n\r"
_METHODS = ("match", "search", "fullmatch", "finditer", "findall", "sub", "subn", "split", "flags", "groups")


class LatePattern:
    """An expression that takes its methods from the compiled one as soon as one of them is asked for."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        made = _compiled(self.pattern, self._given)
        for method in _METHODS:
            setattr(self, method, getattr(made, method))
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
    "_make": classmethod(tuple.__new__),  # as many values as there are fields: nobody counts them
    "_replace": _replace,
    "_asdict": _asdict,
    "__repr__": _repr,
    "__getnewargs__": _arguments,
}

if not TYPE_CHECKING:
    pattern = LatePattern
    compiled = _compiled
    Any = NoReturn = object
    Literal = dict  # Literal["a", "b"] is something, and nobody asks what

    class NamedTuple(metaclass=_Records):
        """See `typing.NamedTuple`."""
