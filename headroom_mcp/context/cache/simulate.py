"""A provider's prompt cache, as its documentation describes it: prefix hashes, breakpoints, look-back, time to live, minimum.

It is the bench on which everything that touches a conversation is tried: what is written, what is read, what it costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from headroom_mcp.context import memo
from headroom_mcp.context.cache import request
from headroom_mcp.context.cache.request import Piece
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.prices import Price

LOOK_BACK = 20  # blocks before a breakpoint that Anthropic looks at for an earlier entry
TTL_S = {"5m": 300.0, "1h": 3600.0}
AUTOMATIC_TTL_S = 600.0  # OpenAI and Gemini keep a prefix for some minutes


class Usage(NamedTuple):
    """The input tokens of one request, by what they cost. `units`: the cost in input tokens."""

    uncached: int
    written: int
    read: int
    units: float

    @property
    def total(self) -> int:
        """All input tokens."""
        return self.uncached + self.written + self.read

    @property
    def hit_rate(self) -> float:
        """The share that was read from the cache."""
        return self.read / self.total if self.total else 0.0


class Cache:
    """The cache of one account for one model; `send` requests to it in the order of time."""

    def __init__(self, price: Price, model: str = "", counter: Counter | None = None) -> None:
        self.price = price
        self.counter = counter or Counter(model or price.name)
        self._until: dict[bytes, tuple[float, float]] = {}  # prefix → when it ends, and how long it lives

    def send(self, body: Mapping[str, Any], at_s: float) -> Usage:
        """Return what the input of `body`, sent at `at_s` seconds, costs; the cache remembers it."""
        found = request.pieces(body, self.counter)
        chain = _chain(body, found)
        sums = _sums(found)
        marks = self._marks(body, found, sums)
        hit = self._longest(body, chain, marks, at_s)
        for position, ttl in marks:
            lives = TTL_S.get(ttl, AUTOMATIC_TTL_S)
            self._until[chain[position]] = (at_s + lives, lives)
        end = marks[-1][0] if marks else -1
        read = sums[hit] if hit >= 0 else 0
        written = sums[end] - read if end > hit else 0
        ttl = marks[-1][1] if marks else "5m"
        total = sums[-1] if sums else 0
        uncached = total - read - written
        return Usage(uncached, written, read, self.price.units(uncached, written, read, ttl))

    def _marks(self, body: Mapping[str, Any], found: Sequence[Piece], sums: Sequence[int]) -> list[tuple[int, str]]:
        """Return where prefixes are cached, and for how long; a prefix below the minimum is not, without a word."""
        explicit = request.provider(body) == "anthropic"
        places = [(i, piece.mark) for i, piece in enumerate(found) if piece.mark or not explicit]
        return [(i, ttl) for i, ttl in places if sums[i] >= self.price.minimum]

    def _longest(
        self, body: Mapping[str, Any], chain: Sequence[bytes], marks: Sequence[tuple[int, str]], at_s: float
    ) -> int:
        """Return the last piece of the longest prefix that is cached, -1 where there is none; reading it refreshes it."""
        back = LOOK_BACK if request.provider(body) == "anthropic" else 0
        for position, _ in reversed(marks):
            for place in range(position, max(-1, position - back - 1), -1):
                until, lives = self._until.get(chain[place], (-1.0, 0.0))
                if until >= at_s:
                    self._until[chain[place]] = (at_s + lives, lives)
                    return place
        return -1


def run(
    bodies: Iterable[tuple[float, Mapping[str, Any]]], price: Price, model: str = "", counter: Counter | None = None
) -> list[Usage]:
    """Return what each of these requests costs, sent at these seconds to an empty cache."""
    cache = Cache(price, model, counter)
    return [cache.send(body, at_s) for at_s, body in bodies]


def together(usages: Iterable[Usage]) -> Usage:
    """Return the sum."""
    rows = list(usages)
    return Usage(
        sum(row.uncached for row in rows),
        sum(row.written for row in rows),
        sum(row.read for row in rows),
        sum(row.units for row in rows),
    )


def _chain(body: Mapping[str, Any], found: Sequence[Piece]) -> list[bytes]:
    """Return the hash of the prefix that ends with each piece."""
    chain: list[bytes] = []
    last, area = b"", ""
    for piece in found:
        if piece.area != area:
            area = piece.area
            last = memo.digest_of(last, area, request.switches(body, piece.area), str(body.get("model", "")))
        last = memo.digest_of(last, piece.text)
        chain.append(last)
    return chain


def _sums(found: Sequence[Piece]) -> list[int]:
    sums: list[int] = []
    total = 0
    for piece in found:
        total += piece.tokens
        sums.append(total)
    return sums
