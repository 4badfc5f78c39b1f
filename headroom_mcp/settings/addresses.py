"""Where a shared store is, as it may be printed: never with a password in it."""

from __future__ import annotations

from headroom_mcp import late

HIDDEN = "***"

_WORDS = late.pattern(r"\S+")
_AS_WORD = late.pattern(r"(?i)\b((?:ssl)?password)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'\"]+)")


def shown(address: str) -> str:
    """Return `address` as it may be printed or logged."""
    return without_passwords(address)


def without_passwords(text: str) -> str:
    """Return `text` with `HIDDEN` in place of every password of an address in it."""
    text = _WORDS.sub(lambda found: _without_password(found[0]), text)
    return _AS_WORD.sub(lambda found: found[1] + found[2] + HIDDEN, text)


def _without_password(word: str) -> str:
    """Return an address without its password: what stands between the user's name and the last "@"."""
    last = word.rfind("@")
    at = word.find("://")
    while 0 <= at < last:
        colon = word.find(":", at + 3)
        if 0 <= colon < last and not any(char in "/@" for char in word[at + 3 : colon]):
            return f"{word[: colon + 1]}{HIDDEN}{word[last:]}"
        at = word.find("://", at + 3)
    return word
