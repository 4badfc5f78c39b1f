"""One conversation sent three ways: as it is, with `compress`, and, for contrast, with a window that masks old results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from headroom_mcp.context import shapes
from headroom_mcp.context.cache import place, request, simulate
from headroom_mcp.context.compress import compress
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.prices import Price
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_in_memory

WAYS = ("as sent", "compress", "sliding window")
_WINDOW = 10  # results that a window leaves whole
_MASK = "[old tool result removed]"


class Bill(NamedTuple):
    """What the input of a conversation costs, request by request. `reused`: of what was in the cache already, the share that
    was read."""

    way: str
    usages: tuple[simulate.Usage, ...]
    reused: float

    @property
    def usage(self) -> simulate.Usage:
        """The sum."""
        return simulate.together(self.usages)


def bills(sent: Sequence[tuple[float, Mapping[str, Any]]], price: Price, model: str = "") -> list[Bill]:
    """Return the bills of these requests, sent in all of `WAYS`; breakpoints are placed where the client set none."""
    counter = Counter(model or price.name)
    with open_in_memory(Settings()) as store:
        ways = {
            "as sent": list,
            "compress": lambda messages: compress(messages, settings=Settings(), store=store).messages,
            "sliding window": _masked,
        }
        return [_bill(way, change, sent, price, counter) for way, change in ways.items()]


def _bill(
    way: str, change: Any, sent: Sequence[tuple[float, Mapping[str, Any]]], price: Price, counter: Counter
) -> Bill:
    cache = simulate.Cache(price, counter=counter)
    usages: list[simulate.Usage] = []
    could = 0
    for at_s, body in sent:
        usage = cache.send(place.placed(_with(body, change)), at_s)
        if usages:
            could += usages[-1].read + usages[-1].written
        usages.append(usage)
    read = sum(usage.read for usage in usages[1:])
    return Bill(way, tuple(usages), min(1.0, read / could) if could else 1.0)


def _with(body: Mapping[str, Any], change: Any) -> dict[str, Any]:
    key = next(key for key in request.ARRAYS if isinstance(body.get(key), list))
    return {**body, key: change(body[key])}


def _masked(messages: Sequence[Any]) -> list[Any]:
    """Return the messages with all but the newest results masked: what became of one depends on what follows."""
    places = [
        (index, place.path)
        for index, message in enumerate(messages)
        for event in shapes.events(message) or []
        if isinstance(event, shapes.Returned)
        for place in event.places
    ]
    old: dict[int, dict[shapes.Path, str]] = {}
    for index, path in places[:-_WINDOW]:
        old.setdefault(index, {})[path] = _MASK
    return [shapes.replaced(message, old[index]) if index in old else message for index, message in enumerate(messages)]
