"""Which units of a snapshot are shown within a room, and as what."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.compressors.snapshot.units import Unit
from headroom_mcp.late import re
from headroom_mcp.query import bm25
from headroom_mcp.query import pieces as asked
from headroom_mcp.text import failure_words, tokens

_CLIPS = (0, 240, 100, 40)  # the longest texts of units that nobody asked for
_STRETCH = 1.2  # of the room may go to show every element that an agent can act on
_TABLE_HEAD_TOKENS = 30
_GAP_TOKENS = 14
_MESSAGES = frozenset(("alert", "status", "dialog", "alertdialog"))
_STRUCTURE = frozenset(
    ("heading", "region", "group", "navigation", "form", "iframe", "toolbar", "search", "columnheader")
)
_FIELDS = frozenset(
    "button textbox searchbox combobox listbox checkbox radio switch slider spinbutton tab menuitem".split()
)
_ASKED_SHARE = 0.5
_STRUCTURE_SHARE = 0.2
_MOST_ASKED = 60
_NEAR = 0.45  # of the best match
_LINKS = late.pattern(r"\b(?:ur[il]s?|hrefs?|address(?:es)?|https?|points? to|leads? to)\b", re.IGNORECASE)


def chosen(found: Sequence[Unit], query: str, room: int) -> dict[int, str]:
    """Return the units shown, by index, as they are shown: all of them where there is room, with texts as long as it allows;
    otherwise by what they are worth."""
    matches = _matches(found, query)
    urls = bool(_LINKS.search(query))
    for longest in _CLIPS:
        texts = [
            unit.shown(urls=urls and index in matches, longest=0 if index in matches else longest)
            for index, unit in enumerate(found)
        ]
        costs = [tokens.estimate(text) + 1 for text in texts]
        tables = len({unit.table for unit in found if unit.table})
        if sum(costs) + tables * _TABLE_HEAD_TOKENS <= room * (_STRETCH if longest == _CLIPS[-1] else 1):
            return dict(enumerate(texts))
    taken: set[int] = set()
    left = room - _take([i for i, unit in enumerate(found) if _is_message(unit)], costs, room // 4, taken)
    asked_for = sorted(matches, key=lambda index: (-matches[index], index))
    left -= _take(
        [near for index in asked_for for near in _with_heads(found, index)], costs, int(left * _ASKED_SHARE), taken
    )
    structure = [i for i, unit in enumerate(found) if unit.pieces[0].role in _STRUCTURE]
    left -= _take(structure, costs, int(left * _STRUCTURE_SHARE), taken)
    single = [
        i for i, unit in enumerate(found) if not unit.table and any(piece.role in _FIELDS for piece in unit.pieces)
    ]
    left -= _take(single, costs, left, taken)
    acting = [i for i, unit in enumerate(found) if any(piece.ref for piece in unit.pieces)]
    left -= _take(acting, costs, left, taken)
    _take(range(len(found)), costs, left, taken)
    return {index: texts[index] for index in sorted(taken)}


def _take(order: Sequence[int], costs: Sequence[int], room: int, taken: set[int]) -> int:
    """Take units in `order` until one no longer fits into `room`; return what they cost."""
    spent = 0
    for index in order:
        if index in taken:
            continue
        cost = costs[index]
        if index - 1 not in taken and index + 1 not in taken:
            cost += _GAP_TOKENS
        if spent + cost > room:
            if cost > room // 4:
                continue
            break
        spent += cost
        taken.add(index)
    return spent


def _is_message(unit: Unit) -> bool:
    if any(piece.role in _MESSAGES for piece in unit.pieces):
        return True
    return not unit.table and len(unit.pieces) < 4 and any(failure_words.is_strong(piece.name) for piece in unit.pieces)


def _with_heads(found: Sequence[Unit], index: int) -> list[int]:
    """Return a unit, its neighbours where it is not a row, and the labels above it."""
    heads: list[int] = []
    depth = found[index].depth
    at = index - 1
    while at >= 0 and depth > 0 and index - at < 400:
        unit = found[at]
        if unit.heads and unit.depth < depth:
            heads.append(at)
            depth = unit.depth
        at -= 1
    near = [] if found[index].table else [i for i in (index - 1, index + 1) if 0 <= i < len(found)]
    return [index, *heads, *near]


def _matches(found: Sequence[Unit], query: str) -> dict[int, float]:
    """Return what the units that the question is about are worth, by index."""
    if not query:
        return {}
    texts = [" ".join([f"{piece.name} {piece.state}" for piece in unit.pieces]) for unit in found]
    pointed = asked.scores(query, texts)
    ranked = bm25.rank(query, texts)
    best, best_rank = max(pointed.values(), default=0.0) or 1.0, max(ranked, default=0.0) or 1.0
    worth = {index: pointed.get(index, 0.0) / best + ranked[index] / best_rank for index in range(len(found))}
    top = max(worth.values(), default=0.0)
    near = sorted((i for i, score in worth.items() if score and score >= _NEAR * top), key=lambda i: (-worth[i], i))
    return {index: worth[index] for index in near[:_MOST_ASKED]}
