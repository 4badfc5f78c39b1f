"""What was done once need not be done again: renderings and token counts by the digest of all that they depend on.

A conversation is sent again and again, each time a little longer. Everything but its end is known by then. The digest of a
rendering covers the text, its call, its question, the settings, the store and what stands before it, so that the answer is
the one the flow would give; the memo saves the work and nothing else.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from threading import Lock
from typing import Generic, TypeVar

from headroom_mcp.text import tokens

_V = TypeVar("_V")
_DIGEST_BYTES = 20
_MAX_ENTRIES = 20_000
_MAX_CHARS = 64 << 20  # of the texts that are held
_MAX_AGE_S = 6 * 3600.0  # then the flow is asked once more: it stores the original anew, should retention have taken it


class Memo(Generic[_V]):
    """A bounded map for threads, the least used entry out first. Sizes are characters."""

    def __init__(self, entries: int = _MAX_ENTRIES, chars: int = _MAX_CHARS, age_s: float = _MAX_AGE_S) -> None:
        self._held: OrderedDict[bytes, tuple[_V, int, float]] = OrderedDict()
        self._lock = Lock()
        self._entries, self._chars, self._age_s = entries, chars, age_s
        self._size = 0

    def get(self, key: bytes) -> _V | None:
        """Return what is held for `key`, None where there is nothing, or nothing young enough."""
        with self._lock:
            held = self._held.get(key)
            if held is None or time.monotonic() - held[2] > self._age_s:
                return None
            self._held.move_to_end(key)
            return held[0]

    def put(self, key: bytes, value: _V, chars: int = 0) -> None:
        """Hold `value`, which keeps `chars` characters in memory."""
        with self._lock:
            old = self._held.pop(key, None)
            self._size += chars - (old[1] if old else 0)
            self._held[key] = (value, chars, time.monotonic())
            while self._held and (len(self._held) > self._entries or self._size > self._chars):
                _, (_, gone, _) = self._held.popitem(last=False)
                self._size -= gone

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self._size = 0


_counts: Memo[int] = Memo(entries=100_000, age_s=float("inf"))
_SHORT = 400  # characters: held by themselves, not by their digest


def count(
    text: str, by: Callable[[str], int] = tokens.estimate, name: bytes = b"estimate ", digest: bytes | None = None
) -> int:
    """Return the tokens of `text`, counted once by the counter of this name. `digest`: of the text, where it is known."""
    if len(text) < _SHORT:
        return _short_count(text, by)
    key = name + (digest or digest_of(text))
    known = _counts.get(key)
    if known is None:
        known = by(text)
        _counts.put(key, known)
    return known


@lru_cache(maxsize=20_000)
def _short_count(text: str, by: Callable[[str], int]) -> int:
    return by(text)


def digest_of(*texts: str | bytes) -> bytes:
    """Return a digest of these texts in this order, which no other list of texts has."""
    data = [text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text for text in texts]
    if len(data) > 1:
        data.insert(0, b"%r" % list(map(len, data)))
    return blake2b(b"".join(data), digest_size=_DIGEST_BYTES).digest()
