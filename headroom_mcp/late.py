"""Regular expressions that are compiled when they are first used.

Compiling one takes 0.1 to 2 ms, and a hook is a process for every tool call that uses a few of the hundred expressions in
the modules it imports.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, AnyStr


class LatePattern:
    """An expression that takes its methods from the compiled one as soon as one of them is asked for."""

    def __init__(self, pattern: str | bytes, flags: int = 0) -> None:
        self.pattern = pattern
        self._given = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._given)
        for method in (
            "match",
            "search",
            "fullmatch",
            "finditer",
            "findall",
            "sub",
            "subn",
            "split",
            "flags",
            "groups",
        ):
            setattr(self, method, getattr(compiled, method))
        value = getattr(compiled, name)
        setattr(self, name, value)
        return value

    def __repr__(self) -> str:
        return f"late.pattern({self.pattern!r})"


if TYPE_CHECKING:

    def pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
        """Return what can do all that a compiled `pattern` can, and compiles it when it first must."""
        ...

else:
    pattern = LatePattern
