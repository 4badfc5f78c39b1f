"""Which records are unlike the others, most unlike first, and why.

`rank` scores every value of every slot (see `slots`, `usual`) and adds up what a record holds: its most unlikely value
counts in full, the next ones a little. What comes out is one list with its evidence: record, score, reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import compress, islice
from operator import ge, le

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records import courses, leaps, pairs, usual, values
from headroom_mcp.records.slots import Group, Slot

Reason = Literal["rare", "outlier", "shape", "leap", "again", "turn", "unequal"]

_SAMPLE = 30
_YEAR = late.pattern(r"[\"'\[(]?(\d{4})[-/.]\d")  # 2026-11-26
_WORDING = ("word", "form")
_NAME = dict.fromkeys(("word", "words", "mixed", "path"), "name")
_FEW = 12  # so many different numbers may be codes
_OTHERS = 0.15  # what a record's further reasons add
_MAX_REASONS = 6


class Evidence(NamedTuple):
    """A value that is unlikely in its slot: rare, a number far out, of another shape than the others, at either end of a leap
    in what rises step by step, there again where all others differ, where the slot turns from one value to another, or unlike the
    number beside it."""

    score: float
    value: str
    reason: Reason
    slot: Slot


class _Looks:
    """What the different values of a slot look like (see `values.looks`), looked at when first asked for, and once for all slots
    that hold the same."""

    def __init__(self, slot: Slot, known: dict[int, list[_Looks]]) -> None:
        self._slot = slot
        self._known = known
        self._key: int | None = None
        self._seen: tuple[Sequence[float | None], Sequence[str]] | None = None

    def key(self) -> int:
        """Return a number that is the same for slots of the same values."""
        if self._key is None:
            self._key = hash(tuple(self._slot.counts))
        return self._key

    def figures(self) -> Sequence[float | None]:
        """Return the number that each value is, if it is one."""
        return self._look()[0]

    def shapes(self) -> Sequence[str]:
        """Return the shape of each value."""
        return self._look()[1]

    def _look(self) -> tuple[Sequence[float | None], Sequence[str]]:
        if self._seen is None:
            told = list(self._slot.counts)
            same = self._known.setdefault(self.key(), [])
            self._seen = next((one._seen for one in same if list(one._slot.counts) == told), None) or values.looks(told)
            same.append(self)
        return self._seen


class Surprise(NamedTuple):
    """A record (index), how unlikely it is in nats, and why: the strongest evidence first."""

    record: int
    score: float
    evidence: tuple[Evidence, ...]


def rank(found_slots: Sequence[Slot], groups: Sequence[Group] = ()) -> list[Surprise]:
    """Return the records in `found_slots`, and in the `groups` of one form, that are unlike the others, most unlike first."""
    found: dict[int, list[Evidence]] = {}
    seen: dict[int, list[_Looks]] = {}
    known: dict[tuple[int, int], list[tuple[Slot, dict[str, Evidence]]]] = {}
    ordered = False
    for slot in found_slots:
        looks = _Looks(slot, seen)
        course = leaps.find(slot, looks.figures)
        ordered = ordered or course.rises
        for row, value, score in course.leaps:
            found.setdefault(row, []).append(Evidence(score, value, "leap", slot))
        for row, value, score in courses.again(slot):
            found.setdefault(row, []).append(Evidence(score, value, "again", slot))
        scored = _as_before(slot, looks, known)
        if not scored:
            continue
        for rows, column in slot.columns:
            for row, value in compress(zip(rows, column, strict=True), map(scored.__contains__, column)):
                found.setdefault(row, []).append(scored[value])
    for slot in found_slots if ordered else ():  # sorted rows turn, too
        for row, value, score in courses.turns(slot):
            found.setdefault(row, []).append(Evidence(score, value, "turn", slot))
    for row, value, score, rows, column in pairs.unequal(groups):
        beside = Slot("left")
        beside.add(rows, column, Counter(column))
        found.setdefault(row, []).append(Evidence(score, value, "unequal", beside))
    ranked = [_added_up(row, evidence) for row, evidence in found.items()]
    ranked.sort(key=lambda surprise: (-surprise.score, surprise.record))
    return ranked


def _as_before(
    slot: Slot, looks: _Looks, known: dict[tuple[int, int], list[tuple[Slot, dict[str, Evidence]]]]
) -> dict[str, Evidence]:
    """Return the unlikely values of `slot`, found once for all slots that hold the same: a table's column is a slot of its rows,
    too. What was found goes into `known`."""
    if slot.context in _WORDING:
        return _scored(slot, looks)
    same = known.setdefault((slot.total, looks.key()), [])
    for before, scored in same:
        if _same_values(slot, before):
            return {value: one._replace(slot=slot) for value, one in scored.items()}
    scored = _scored(slot, looks)
    same.append((slot, scored))
    return scored


def _same_values(one: Slot, other: Slot) -> bool:
    """Tell whether two slots hold the same values as often, met in the same order."""
    own, others = one.counts, other.counts
    return own is others or (list(own) == list(others) and list(own.values()) == list(others.values()))


def _added_up(row: int, evidence: list[Evidence]) -> Surprise:
    evidence.sort(key=lambda one: -one.score)
    score = evidence[0].score + _OTHERS * sum(one.score for one in evidence[1:_MAX_REASONS])
    told: dict[str, Evidence] = {}
    for one in evidence:
        told.setdefault(one.value, one)
    return Surprise(row, score, tuple(told.values())[:_MAX_REASONS])


def _scored(slot: Slot, looks: _Looks) -> dict[str, Evidence]:
    """Return the unlikely values of `slot`, which look so."""
    if slot.context in _WORDING:
        rare = usual.rarities(slot.counts, slot.total)
        return {value: Evidence(score, value, "rare", slot) for value, score in rare.items()}
    sample = list(islice(slot.counts, _SAMPLE))
    if sum(map(values.is_time, sample)) * 2 > len(sample):
        return _odd_years(slot) if any(map(_YEAR.match, sample)) else {}
    figures = looks.figures()
    found: dict[str, Evidence] = {}
    numeric = (len(figures) - figures.count(None)) * 10 >= len(figures) * 7
    if numeric:
        for value, score in _outliers(slot, figures).items():
            found[value] = Evidence(score, value, "outlier", slot)
    if not numeric or len(figures) <= _FEW:
        for value, score in usual.rarities(slot.counts, slot.total).items():
            found[value] = Evidence(max(score, found[value].score if value in found else 0.0), value, "rare", slot)
    for value, score in _rare_shapes(slot, looks.shapes()).items():
        if value not in found or score > found[value].score:
            found[value] = Evidence(score, value, "shape", slot)
    return found


def _outliers(slot: Slot, figures: Sequence[float | None]) -> dict[str, float]:
    """Return the score of each value of `slot` whose number is far from the others; `figures` are the numbers of its values."""
    counts: Collection[int] = slot.counts.values()
    numbers = [figure for figure in figures if figure is not None]
    if len(numbers) < len(figures):
        counts = [count for count, figure in zip(counts, figures, strict=True) if figure is not None]
    far = usual.outliers(numbers, counts)
    if not far:
        return {}
    return {value: far[figure] for value, figure in zip(slot.counts, figures, strict=True) if figure in far}


def _odd_years(slot: Slot) -> dict[str, Evidence]:
    """Return the dates of `slot` in a year that hardly another has; none where the dates are in order: a log may begin in
    December."""
    if all(_is_in_order(column) for _, column in slot.columns):
        return {}
    year_of = {value: match[1] for value in slot.counts if (match := _YEAR.match(value))}
    years: dict[str, int] = {}
    for value, year in year_of.items():
        years[year] = years.get(year, 0) + slot.counts[value]
    rare = usual.rarities(years, slot.total)
    return {value: Evidence(rare[year], value, "rare", slot) for value, year in year_of.items() if year in rare}


def _is_in_order(told: Sequence[str]) -> bool:
    rises, falls = (all(map(before, told, islice(told, 1, None))) for before in (le, ge))
    return rises or falls


def _rare_shapes(slot: Slot, shapes: Sequence[str]) -> dict[str, float]:
    """Return the score of each value of `slot` that is of another shape than most; `shapes` are those of its values."""
    if shapes.count(shapes[0]) == len(shapes):
        return {}
    shapes = _told_apart(slot, shapes)
    if shapes.count(shapes[0]) == len(shapes):
        return {}
    counts = Counter(shapes)
    if len(slot.counts) < slot.total:
        for shape, count in zip(shapes, slot.counts.values(), strict=True):
            if count > 1:
                counts[shape] += count - 1
    rare = usual.rarities(counts, slot.total)
    return (
        {value: rare[shape] for value, shape in zip(slot.counts, shapes, strict=True) if shape in rare} if rare else {}
    )


def _told_apart(slot: Slot, shapes: Sequence[str]) -> Sequence[str]:
    """Return the shape of each value as far as it tells values apart. Names that all differ are of one shape, however they are
    written."""
    counts = slot.counts
    if "zero" in shapes:
        zeros = (value for value, shape in zip(counts, shapes, strict=True) if shape == "zero")
        # A counter begins with it.
        first = {value for value in zeros if value.isdigit() and counts[value] <= counts.get(f"{value[:-1]}1", 0)}
        if first:
            shapes = ["number" if value in first else shape for value, shape in zip(counts, shapes, strict=True)]
    if len(counts) * 2 > slot.total and len(_NAME.keys() & set(shapes)) > 1:
        shapes = [_NAME.get(shape, shape) for shape in shapes]
    return shapes
