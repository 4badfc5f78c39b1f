"""What in a prefix changes by itself: dates, ids, temporary paths, states of a folder, schemas and tools without an order.

A pattern alone gives false alarms, so what it finds is parsed; and where two requests are at hand, what differs between them
is the proof. Nothing is changed: the finding says where, and what it costs each time.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from headroom_mcp import late
from headroom_mcp.context import shapes
from headroom_mcp.context.cache import explain, request
from headroom_mcp.context.cache.request import Piece
from headroom_mcp.context.counting import Counter
from headroom_mcp.context.prices import Price

What = Literal[
    "date", "time", "epoch", "uuid", "jwt", "hash", "request_id", "temporary_path", "git_status",
    "unsorted_schema", "unsorted_tools", "changed",
]  # fmt: skip

_DATE = late.pattern(r"(?<![\d-])(20\d\d-[01]\d-[0-3]\d)(?:[T ]([0-2]\d:[0-5]\d(?::[0-5]\d)?))?(?![\d-])")
_EPOCH = late.pattern(r"(?<![\w.])(1[5-9]\d{8})(\d{3})?(?![\w.])")
_UUID = late.pattern(r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])")
_JWT = late.pattern(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}")
_HEX = late.pattern(r"(?<![\w-])(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})(?![\w-])")
_REQUEST_ID = late.pattern(r"\b(?:req|request|trace|session|msg|run)[_-](?=\w*\d)[A-Za-z0-9]{12,}\b")
_TEMPORARY = late.pattern(r"(?:/tmp|/var/folders|/private/var|\\Temp)[/\\][\w./\\-]{0,400}(?=[\w-]{0,200}\d)[\w-]{6,}")
_GIT = late.pattern(r"(?m)^[ \t]*(?:Current branch:|On branch |Status:|HEAD is now at |[ MADRCU?]{2} /?[^\s/]+/\S).*$")
_YEAR_S = 365 * 86_400.0


class Finding(NamedTuple):
    """Something in the prefix that changes by itself. `behind`: the tokens from there to the end, which are paid again each
    time it changes; `units`: what that costs, in input tokens. `proof`: two requests were seen to differ in it."""

    what: What
    path: str
    example: str
    behind: int
    units: float
    proof: bool = False


def lint(
    bodies: Sequence[Mapping[str, Any]], price: Price, counter: Counter | None = None, now_s: float | None = None
) -> list[Finding]:
    """Return what is volatile in the tools and the system text of the last of these requests, the first in the prefix first.

    With two or more, what differs between them there is found too, and proven. `now_s`: seconds since 1970, for what looks
    like a time of today.
    """
    if not bodies:
        return []
    body = bodies[-1]
    counter = counter or Counter(str(body.get("model", "")) or price.name)
    pieces = request.pieces(body, counter)
    found: list[Finding] = []
    behind = sum(piece.tokens for piece in pieces)
    for piece in pieces:
        if piece.area == "messages":
            break
        units = (price.write() - price.read) * behind
        for what, example in [*_in_text(piece, time.time() if now_s is None else now_s), *_in_schema(piece)]:
            found.append(Finding(what, piece.path, example, behind, units))
        behind -= piece.tokens
    found.extend(_unsorted_tools(body, pieces, price))
    return _proven(found, bodies, price, counter)


def _proven(found: list[Finding], bodies: Sequence[Mapping[str, Any]], price: Price, counter: Counter) -> list[Finding]:
    """Return `found` with what differs between the requests marked as proven, and what only they tell added."""
    for before, after in itertools.pairwise(bodies):
        miss = explain.explain(explain.Sent(before), explain.Sent(after), price, counter)
        if miss is None or miss.cause not in (
            "system",
            "tool_schema",
            "tools_reordered",
            "key_order",
            "tools_added",
            "tools_removed",
        ):
            continue
        matching = [i for i, finding in enumerate(found) if miss.path.startswith(finding.path)]
        if matching:
            found = [f._replace(proof=True) if i in matching else f for i, f in enumerate(found)]
        elif not any(finding.path == miss.path for finding in found):
            units = (price.write() - price.read) * miss.tokens
            found.append(Finding("changed", miss.path, explain.CAUSES[miss.cause], miss.tokens, units, proof=True))
    return found


def _in_text(piece: Piece, now_s: float) -> Iterator[tuple[What, str]]:
    text = "\n".join(shapes.texts_of(json.loads(piece.text)))
    taken: list[tuple[int, int]] = []

    def first(pattern: Any, what: What, valid: Any = None) -> Iterator[tuple[What, str]]:
        for match in pattern.finditer(text):
            start, stop = match.span()
            if any(a < stop and start < b for a, b in taken) or (valid is not None and not valid(match)):
                continue
            taken.append((start, stop))
            yield what, match.group()[:80]
            return

    yield from first(_JWT, "jwt")
    yield from first(_UUID, "uuid", lambda match: _is_uuid(match.group()))
    yield from first(_REQUEST_ID, "request_id")
    yield from first(_TEMPORARY, "temporary_path")
    yield from first(_HEX, "hash", lambda match: len(set(match.group())) > 6)
    yield from first(_DATE, "time", lambda match: bool(match[2]) and _is_date(match[1]))
    yield from first(_DATE, "date", lambda match: not match[2] and _is_date(match[1]))
    yield from first(_EPOCH, "epoch", lambda match: abs(float(match[1]) - now_s) < _YEAR_S)
    match = _GIT.search(text)
    if match:
        yield "git_status", match.group().strip()[:80]


def _is_uuid(text: str) -> bool:
    import uuid

    return uuid.UUID(text).int != 0


def _is_date(text: str) -> bool:
    import datetime

    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _in_schema(piece: Piece) -> Iterator[tuple[What, str]]:
    """Yield a list of required properties that stand in another order than the properties do: it comes from a set, and may
    come in another order from the next process."""
    if piece.area != "tools":
        return
    for item in _objects(json.loads(piece.text)):
        required, properties = item.get("required"), item.get("properties")
        if not isinstance(required, list) or not isinstance(properties, Mapping) or len(required) < 3:
            continue
        if required not in ([name for name in properties if name in required], sorted(map(str, required))):
            yield "unsorted_schema", ", ".join(map(str, required))[:80]
            return


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _unsorted_tools(body: Mapping[str, Any], pieces: Sequence[Piece], price: Price) -> Iterator[Finding]:
    """Yield the tools of one server that stand in no order among themselves: servers list theirs as they come."""
    names = [explain.name_of(tool) for tool in request.as_list(body.get("tools"))]
    by_server: dict[str, list[str]] = {}
    for name in names:
        if name.startswith("mcp__"):
            by_server.setdefault(name.rpartition("__")[0], []).append(name)
    for own in by_server.values():
        if own != sorted(own):
            place = names.index(own[0])
            behind = sum(piece.tokens for piece in pieces[place:])
            yield Finding(
                "unsorted_tools",
                f"tools[{place}]",
                ", ".join(own[:3])[:80],
                behind,
                (price.write() - price.read) * behind,
            )
