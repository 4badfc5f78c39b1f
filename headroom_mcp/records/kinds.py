"""The kinds of records: those of one form and one wording, with what varies among them.

    2026-03-04 08:00:00 db-1 wrote 12 buffers        one kind: ␂ ␂ ␂ wrote ␂ buffers
    2026-03-04 08:00:02 web-1 wrote 9 buffers        what varies: db-1 ×1, web-1 ×1 · 9 … 12
    2026-03-04 08:00:04 web-1 started by pid 7       another: the words at a place go with the words at another

Two columns of words are a wording, not two categories, if the word in one tells the word in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, combinations, islice

from headroom_mcp.late import NamedTuple
from headroom_mcp.records import values
from headroom_mcp.records.slots import Group
from headroom_mcp.text import marker
from headroom_mcp.text.lines import once

_MAX_WORDINGS = 12  # a column with more different words does not hold wordings
_MAX_COLUMNS = 12  # columns that are compared with each other
_MAX_ATOMS = 40
_MAX_TOLD = 5  # different values of a category that are told
_MAX_NAME_CHARS = 120
_JOINT_CHARS = 3  # between two words of a name, as it stands
_SAMPLE = 30
_SOME = 3  # of more words than that, so many stand for all
_MAX_VALUE_CHARS = 24


class Kind(NamedTuple):
    """The records (indexes, rising) of a kind, what varies among them, in words, and the words by which each differs from
    the others; none where only numbers, times and ids vary. `named`: most of these words stand once, as names do.

    What differs and is not told by value is said, too ("ids differ"), all but times; `unlisted` says it as `varying` does
    where the names are not listed ("names differ")."""

    rows: Sequence[int]
    varying: str
    names: Sequence[str]
    named: bool
    unlisted: str


@once
def of(groups: Sequence[Group]) -> list[Kind]:
    """Return the kinds of the records in `groups`, the most frequent first."""
    found: list[Kind] = []
    for group in groups:
        for rows, columns, counts in _by_wording(group):
            if len(rows) > 1:
                varying, unlisted = _varying(group, columns, counts)
                found.append(Kind(rows, varying, *_names(columns, counts, group.between), unlisted))
            else:
                found.append(Kind(rows, "", (), False, ""))
    found.sort(key=lambda kind: (-len(kind.rows), kind.rows[0]))
    return found


Columns = Sequence[Sequence[str]]
Counts = dict[str, int]


def _by_wording(group: Group) -> list[tuple[Sequence[int], Columns, list[Counts]]]:
    """Return the rows and columns of each wording in `group`, and the counts of each column's values."""
    rows, columns = group.rows, group.columns[:_MAX_ATOMS]
    whole: list[tuple[Sequence[int], Columns, list[Counts]]] = [(rows, columns, group.counts[:_MAX_ATOMS])]
    if len(rows) < 2:
        return whole
    wordings = [
        at
        for at, counts in enumerate(group.counts[:_MAX_ATOMS])
        if 1 < len(counts) <= _MAX_WORDINGS and all(map(str.isalpha, counts))
    ][:_MAX_COLUMNS]
    linked: set[int] = set()
    for one, other in combinations(wordings, 2):
        pairs = len(set(zip(columns[one], columns[other], strict=True)))
        if pairs == max(len(group.counts[one]), len(group.counts[other])):
            linked.update((one, other))
    if not linked:
        return whole
    members: dict[tuple[str, ...], list[int]] = {}
    for place, wording in enumerate(zip(*(columns[at] for at in sorted(linked)), strict=True)):
        members.setdefault(wording, []).append(place)
    found: list[tuple[Sequence[int], Columns, list[Counts]]] = []
    for places in members.values():
        own = [[column[place] for place in places] for column in columns]
        found.append(([rows[place] for place in places], own, [Counter(column) for column in own]))
    return found


def _names(columns: Columns, counts: Sequence[Counts], between: Sequence[str]) -> tuple[list[str], bool]:
    """Return for each record the words and paths by which it differs, neighbours joined as they are in it ("anvil==2.1"), and
    whether they mostly differ from each other."""
    varying: list[Sequence[str]] = []
    joints: list[str] = []
    last = 0
    named = False
    for at, (column, different) in enumerate(zip(columns, counts, strict=True)):
        if len(different) == 1 or all(map(_is_id, islice(reversed(different), _SAMPLE))):
            continue
        joint = between[at] if varying and last == at - 1 else " "
        joints.append(joint if 0 < len(joint) <= _JOINT_CHARS and "\n" not in joint else " ")
        varying.append(column)
        last = at
        named = named or len(different) * 2 >= len(column)
    if not varying:
        return [], named
    names = ["".join(chain.from_iterable(zip(joints, told, strict=True)))[1:] for told in zip(*varying, strict=True)]
    return [name[:_MAX_NAME_CHARS] for name in names], named


def _is_id(value: str) -> bool:
    """Tell whether `value` is a number, a time or a hex id: it sets a record apart, but names nothing."""
    return values.number(value) is not None or values.is_time(value) or not value.strip("0123456789abcdefABCDEF-")


def _varying(group: Group, columns: Columns, counts: Sequence[Counts]) -> tuple[str, str]:
    """Return what varies in `columns` of a group: counts of categories, ranges of numbers, and what else differs; with the
    names of the records beside it and without."""
    told: list[str] = []
    differing: dict[str, None] = {}
    named: dict[str, None] = {}
    for at, column in enumerate(columns):
        if len(counts[at]) == 1:
            continue
        name = ""
        if at and group.between[at].strip() in ("=", ":") and len(counts[at - 1]) == 1:
            name = columns[at - 1][0].strip("\"'") + " "
        said = _said(counts[at], len(column))
        if not said:
            sample = list(islice(reversed(counts[at]), _SAMPLE))
            if not all(map(values.is_time, sample)):
                # sha256:5feceb66 is an id, too, though it may be listed
                kind = "ids" if all(_is_id(value.rpartition(":")[2]) for value in sample) else "names"
                (differing if all(map(_is_id, sample)) else named)[kind] = None
        elif name + said not in told:
            told.append(name + said)
    if len(told) > _MAX_TOLD or any(len(of_column) > 1 for of_column in group.counts[_MAX_ATOMS:]):
        differing["more"] = None
    with_names = [*told[:_MAX_TOLD], *_differ(differing)]
    return " · ".join(with_names), " · ".join([*told[:_MAX_TOLD], *_differ({**differing, **named})])


def _differ(kinds_of_values: Iterable[str]) -> list[str]:
    """Return "ids, names differ" in a list, an empty one for none."""
    said = ", ".join(kinds_of_values)
    return [f"{said} differ" + ("s" if said == "more" else "")] if said else []


def _said(counts: Counts, total: int) -> str:
    if max(map(len, counts)) > _MAX_VALUE_CHARS:
        return ""
    if len(counts) <= _MAX_TOLD and total >= 3 * len(counts):
        return marker.times(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    found = (
        values.numbers(list(counts))
        if all(values.number(value) is not None for value in islice(counts, _SAMPLE))
        else ()
    )
    figures = {value: figure for value, figure in zip(counts, found, strict=False) if figure is not None}
    if len(figures) < len(counts):
        if not all(map(str.isalpha, counts)):
            return ""
        shown = list(counts)[:_SOME]
        return "/".join(shown) + (f"/+{len(counts) - _SOME:,}" if len(counts) > _SOME else "")
    low, high = min(figures, key=lambda value: figures[value]), max(figures, key=lambda value: figures[value])
    return f"{low} … {high}"
