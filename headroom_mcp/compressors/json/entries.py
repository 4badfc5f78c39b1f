"""The entries of an object or an array within a room: small ones whole, the others by what they weigh."""

from __future__ import annotations

from headroom_mcp.compressors.json import select
from headroom_mcp.compressors.json.parse import Value, dumps
from headroom_mcp.compressors.json.table import keyed_rows
from headroom_mcp.late import TYPE_CHECKING
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, tokens

if TYPE_CHECKING:
    from headroom_mcp.compressors.json.thin import Thinner

_SIZE_POWER = 0.4
_MAX_NAMED_GAPS = 4  # the names of what is left out are worth their tokens where there are few gaps
_WHOLE_SCALAR_TOKENS = 50
_OTHERS_TOKENS = 150  # of each other entry come before links
_MINIFIED_TOKENS = 900  # of what is asked for by its name; more of it is shown in the compact form
_ENTERED_TOKENS = 20  # with less an object is shown by its name


def entries(
    thinner: Thinner,
    labels: list[str],
    items: list[Value],
    room: int,
    path: str,
    level: int,
    weights: list[float] | None = None,
    whole: int = -1,
) -> str:
    """Return entries within `room`: small ones whole, the rest by what the query and failures make of them, which
    `weights` may say. The entry `whole` gets all it needs."""
    weights = weights or _weights(thinner, labels, items)
    costs = [thinner.cost(item) for item in items]
    # More entries than room for their names: the important ones, the first and the last.
    name_costs = [3 + len(label) // 4 for label in labels]
    least = _least(items, costs, room)
    away = _addresses_away(thinner, labels, items, costs, room - sum(name_costs))
    here = [i for i in range(len(items)) if i not in away]
    kept = [here[at] for at in _kept([least[i] + name_costs[i] for i in here], [weights[i] for i in here], room)]
    asked = whole if whole >= 0 else _asked(thinner, labels, items, costs, kept)
    rooms = _share(
        [costs[i] for i in kept],
        [least[i] for i in kept],
        [weights[i] for i in kept],
        room - sum(name_costs[i] for i in kept),
    )
    given = {i: thinner.generous if i == asked else got for i, got in zip(kept, rooms, strict=True)}
    out: list[str] = []
    gap: list[int] = []
    gaps = sum(1 for i in range(len(items)) if i not in given and (i == 0 or i - 1 in given))

    def close_gap() -> None:
        if gap:
            out.append(_gap_of_entries(thinner, labels, items, gap, gaps <= _MAX_NAMED_GAPS))
            gap.clear()

    for index, item in enumerate(items):
        if index not in given:
            gap.append(index)
            continue
        close_gap()
        got = given[index]
        if index == asked and (plain := _as_it_is(item, got)):
            out.append(labels[index] + plain)
            continue
        if type(item) in (tuple, list) and item and got < _ENTERED_TOKENS and costs[index] > got:
            out.append(labels[index] + thinner.left_out(item))
        else:
            out.append(labels[index] + thinner.thin(item, got, f"{path}.{labels[index][:-1]}", level + 1))
    close_gap()
    joint = ",\n" if level <= 1 and sum(map(len, out)) > 100 else ","
    return joint.join(out)


def _least(items: list[Value], costs: list[int], room: int) -> list[int]:
    """Return what each entry takes at least: a clipped link or id is of no use, so a short scalar is shown whole or not
    at all."""
    container = max(14, min(60, room // (2 * len(items))))
    return [
        cost if type(item) not in (tuple, list) and cost <= _WHOLE_SCALAR_TOKENS else min(cost, container)
        for item, cost in zip(items, costs, strict=True)
    ]


def _addresses_away(thinner: Thinner, labels: list[str], items: list[Value], costs: list[int], room: int) -> set[int]:
    """Return the links that are left out of an object because something else in it would have to be: what the next call
    needs is an id or a name, and most links repeat one."""
    if sum(costs) <= room or not labels[0] or thinner.query.links:
        return set()
    links = [i for i, item in enumerate(items) if _is_address(item) and not thinner.query.names(labels[i])]
    spare = room - sum(min(cost, _OTHERS_TOKENS) for cost in costs) + sum(costs[i] for i in links)
    away = set(links)
    for index in links:
        spare -= costs[index]
        if spare < 0:
            break
        away.discard(index)
    return away


def _kept(floor: list[int], weights: list[float], room: int) -> list[int]:
    """Return the entries that are shown: all if each can have its `floor`, else the weightiest."""
    if sum(floor) <= room:
        return list(range(len(floor)))
    kept: list[int] = []
    left = room - 15
    for index in sorted(range(len(floor)), key=lambda i: (-weights[i], i)):
        if left < floor[index]:
            break
        left -= floor[index]
        kept.append(index)
    return sorted(kept)


def _asked(thinner: Thinner, labels: list[str], items: list[Value], costs: list[int], kept: list[int]) -> int:
    """Return the one entry that the query calls by its name and that may be shown whole, else -1."""
    candidates = [i for i in kept if type(items[i]) is tuple and costs[i] > 40]
    named = [i for i in candidates if thinner.query.calls(labels[i].rstrip(":"))]
    # "the implicit flow of a security scheme" is `oauth2ImplicitSecurity`, where no other key has two of its words
    named = named or [i for i in candidates if thinner.query.speaks_of(labels[i].rstrip(":"))]
    if len(named) == 1 and costs[named[0]] <= thinner.generous and keyed_rows(items[named[0]]) is None:
        return named[0]
    return -1


def _as_it_is(item: Value, room: int) -> str:
    """Return what was asked for as the JSON it is, to be copied, "" where `room` tokens do not hold it."""
    plain = dumps(item)
    return plain if tokens.estimate(plain) <= min(room, _MINIFIED_TOKENS) else ""


def _gap_of_entries(thinner: Thinner, labels: list[str], items: list[Value], gap: list[int], with_names: bool) -> str:
    values = sum(thinner.count(items[i]) for i in gap)
    thinner.left_values += values
    if labels[0]:
        names = ",".join([labels[i][:-1] for i in gap[:8]])
        where = text.clip_middle(names, 80) + (",…" if len(gap) > 8 else "")
        return marker.gap_of(len(gap), "key", where if with_names else "")
    return f"[… {len(gap):,} {'item' if len(gap) == 1 else 'items'}: {marker.ranges(gap)}]"


def _weights(thinner: Thinner, labels: list[str], items: list[Value]) -> list[float]:
    if len(items) == 1:
        return [1.0]
    # A larger part says more, though not in proportion: a tenth of the document is not a tenth of what it tells.
    weights = [thinner.cost(item) ** _SIZE_POWER for item in items]
    query = thinner.query
    if query.stems:
        texts = [f"{label} {select.words_of(item)}" for label, item in zip(labels, items, strict=True)]
        weights = [1.0 + 4.0 * match.score for match in query.match(texts)]
        weights = [weight * thinner.cost(item) ** 0.1 for weight, item in zip(weights, items, strict=True)]
        weights = [
            weight + (60.0 if label[:-1].strip('"').lower() in query.exact else 20.0 if query.names(label) else 0.0)
            for weight, label in zip(weights, labels, strict=True)
        ]
    levels = [select.error_level(item) for item in items]
    if any(levels) and sum(1 for found in levels if found) <= len(items) / 2:
        bonus = 4.0 if query.failures else 1.0
        weights = [weight + bonus * found / 2 for weight, found in zip(weights, levels, strict=True)]
    return weights


def _is_address(item: Value) -> bool:
    """Tell whether `item` is a link: what the next call needs is an id or a name, and each link repeats one."""
    return type(item) is str and "://" in item[:12] and " " not in item


def _share(costs: list[int], least: list[int], weights: list[float], room: int) -> list[int]:
    """Return how much of `room` each entry gets: all it needs if it needs little, otherwise by weight, never less than
    `least`."""
    rooms = list(least)
    left = float(max(0, room - sum(least)))
    order = sorted(range(len(costs)), key=lambda i: (costs[i] - least[i]) / weights[i])
    weight_left = sum(weights[i] for i in order if costs[i] > least[i])
    for index in order:
        need = (costs[index] - least[index]) * 1.3
        if need <= 0:
            rooms[index] = costs[index] + costs[index] // 3 + 2
            continue
        share = left * weights[index] / weight_left if weight_left > 0 else 0.0
        got = min(need, share)
        rooms[index] = least[index] + int(got) + (2 if got == need else 0)
        left -= got
        weight_left -= weights[index]
    return rooms
