"""A text as the layers above see it: its records, and which of them are unlike the others."""

from __future__ import annotations

import math
from collections.abc import Sequence

from headroom_mcp.late import NamedTuple
from headroom_mcp.records import find, slots, surprise
from headroom_mcp.records.find import Record
from headroom_mcp.records.slots import Group, Slot
from headroom_mcp.records.surprise import Surprise

_TELLING = 3.0  # nats: one in twenty; below, chance explains it
_LEAST, _LESS_OF_FEW = 2.3, 0.5  # of twenty records one says no more than that: less is needed of few
_AGAIN = 0.75  # what a second record of one reason is worth of the first
# Of a slot that has many values which hardly occur, such as addresses, each more says less: it is how the slot is.
_MANY, _ONE_MORE = 12, 0.9
_CHARS_A_WORD, _OF_ONE_LENGTH = 10, 0.9


class Survey(NamedTuple):
    """`records` of the lines with their `texts`, the `groups` of one form, the `surprises` among them, most unlike
    first, and how much of them is `understood` (0: running text, 1: rows of one table)."""

    records: list[Record]
    texts: list[str]
    groups: list[Group]
    surprises: list[Surprise]
    understood: float


def of(lines: Sequence[str]) -> Survey:
    """Return the survey of `lines`."""
    return of_records(lines, find.find(lines))


def of_records(lines: Sequence[str], records: list[Record], columns: Sequence[Slot] = ()) -> Survey:
    """Return the survey of `records` of `lines`, whose cells are known to be `columns`."""
    if not records:
        return Survey([], [], [], [], 0.0)
    texts = find.texts(lines, records)
    found = slots.of(texts)
    every, groups = [*columns, *found.found], found.groups
    if _may_touch(texts):
        from headroom_mcp.records import fixed

        touching = fixed.of(texts)
        if touching is not None:  # what touches is no value
            apart = slots.of(touching.apart)
            every, groups = [*columns, *touching.found, *apart.found], apart.groups
    return Survey(records, texts, found.groups, surprise.rank(every, groups), found.understood)


def _may_touch(texts: Sequence[str]) -> bool:
    """Tell whether records may have columns that touch: nearly all are as long as the last, which has few words."""
    last = texts[-1]
    return len(last) > _CHARS_A_WORD * len(last.split()) and list(map(len, texts)).count(
        len(last)
    ) >= _OF_ONE_LENGTH * len(texts)


def telling(survey: Survey) -> list[Surprise]:
    """Return the surprises worth showing, in the order to show them: one of each reason before a second of any."""
    least = max(_LEAST, min(_TELLING, math.log(max(1, len(survey.records))) - _LESS_OF_FEW))
    times: dict[tuple[int, str], int] = {}
    values: dict[int, int] = {}
    weighed: list[tuple[float, int, Surprise]] = []
    for one in survey.surprises:
        reason = one.evidence[0]
        if reason.score < least:
            continue
        key = (id(reason.slot), "" if reason.reason == "outlier" else reason.value)
        before = times.get(key, 0)
        times[key] = before + 1
        weight = one.score * _AGAIN**before
        if reason.slot.context not in ("word", "form"):
            values[id(reason.slot)] = values.get(id(reason.slot), 0) + (before == 0)
            weight *= _ONE_MORE ** max(0, values[id(reason.slot)] - _MANY)
        if weight >= least:
            weighed.append((-weight, one.record, one))
    weighed.sort(key=lambda item: item[:2])
    return [one for _, _, one in weighed]
