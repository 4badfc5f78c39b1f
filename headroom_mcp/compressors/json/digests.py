"""Checksums of a document in short: as many characters as their tools show of them, the others cut and counted.

"sha512-8xOcRHvCjnocdS5cpwXQXVzmmh5e5+saE2QGoeQmbKRmS6J3VQppPOIt0MnmE+4xlZoumy0GPG0D0MVIQbNA1A=="   →   "sha512-8xOcRHvC…"
"""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Value

_SHOWN_CHARS = 8
_MIN_COUNT = 6  # fewer cost no more than the line that says that they are cut
_MIN_CHARS = 34
# sha512-8xOcRHvC…==    sha256:39549bf49d69…    name@sha256:39549bf49d69…
_DIGEST = late.pattern(
    rf"\b(sha(?:1|224|256|384|512)[-:][A-Za-z0-9+/]{{{_SHOWN_CHARS}}})[A-Za-z0-9+/]{{{_MIN_CHARS - _SHOWN_CHARS},200}}={{0,2}}"
)


def cut(value: Value) -> tuple[Value, int]:
    """Return `value` with its checksums cut after their first characters, and how many are; `value` itself where few are.

    Raises: RecursionError.
    """
    shorter = _Shorter()
    made = shorter.of(value)
    return (made, shorter.count) if shorter.count >= _MIN_COUNT else (value, 0)


class _Shorter:
    def __init__(self) -> None:
        self.count = 0

    def of(self, value: Value) -> Value:
        kind = type(value)
        if kind is str:
            return self._text(value) if "sha" in value else value
        if kind is tuple:
            return tuple([(key, self.of(item)) for key, item in value])
        if kind is list:
            return [self.of(item) for item in value]
        return value

    def _text(self, value: str) -> str:
        made, count = _DIGEST.subn(r"\1…", value)
        self.count += count > 0
        return made


def said(count: int) -> str:
    """Return the line that says that so many checksums are cut."""
    return f"[{count:,} checksums cut after {_SHOWN_CHARS} characters]\n"
