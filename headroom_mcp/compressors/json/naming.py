"""What an object is called by: the field that the next call would name it with."""

from __future__ import annotations

from headroom_mcp import late
from headroom_mcp.compressors.json.parse import Num, Value

_KEYS = ("name", "login", "full_name", "title", "label", "username", "email", "path", "slug", "key", "number", "id")
_MAX_CHARS = 60
_WORDY = late.pattern(r"[^\W\d_]{3,}")
_OPAQUE = late.pattern(r"[0-9a-fA-F-]{8,}\Z|[A-Za-z0-9+/_-]{8,}={1,2}\Z|[A-Za-z0-9+/_=-]{24,}\Z")


def of(value: Value) -> tuple[str, Value] | None:
    """Return the field that names the object `value`, and what it says: a key that says so, else the first short text of
    words that is neither a link nor a hash. None where there is none, or for what is not an object."""
    if type(value) is not tuple:
        return None
    fields = dict(value)
    for key in _KEYS:
        if _is_short(fields.get(key)):
            return key, fields[key]
    return next(((key, item) for key, item in value if _is_short(item) and _is_wordy(item)), None)


def _is_short(item: Value) -> bool:
    return (type(item) is str or type(item) is Num) and 0 < len(item) <= _MAX_CHARS and "\n" not in item


def _is_wordy(item: str) -> bool:
    return "://" not in item and _WORDY.search(item) is not None and _OPAQUE.match(item) is None
