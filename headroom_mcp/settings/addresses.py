"""Where a shared store is, as it may be printed: never with a password in it."""

from __future__ import annotations

from headroom_mcp import late

HIDDEN = "***"

_IN_URL = late.pattern(r"(?<=://)([^/@\s:]*):(\S*)@")
_AS_WORD = late.pattern(r"(?i)\b((?:ssl)?password)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'\"]+)")


def shown(address: str) -> str:
    """Return `address` as it may be printed or logged."""
    return without_passwords(address)


def without_passwords(text: str) -> str:
    """Return `text` with `HIDDEN` in place of every password of an address in it."""
    text = _IN_URL.sub(lambda found: f"{found[1]}:{HIDDEN}@", text)
    return _AS_WORD.sub(lambda found: found[1] + found[2] + HIDDEN, text)
