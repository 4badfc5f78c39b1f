"""Which records are unlike the others, most unlike first, and why.

`rank` scores every value of every slot (see `slots`, `usual`) and adds up what a record holds: its most unlikely value
counts in full, the next ones a little. What comes out is one list with its evidence: record, score, reasons.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import compress, filterfalse, islice
from operator import ge, le

from headroom_mcp import late
from headroom_mcp.late import Literal, NamedTuple
from headroom_mcp.records import leaps, usual, values
from headroom_mcp.records.slots import Slot
from headroom_mcp.text.lines import by_shape

Reason = Literal["rare", "outlier", "shape", "leap"]

_SAMPLE = 30
_YEAR = late.pattern(r"[\"'\[(]?(\d{4})[-/.]\d")  # 2026-11-26
_MANY = 1_000
_HEX_CHARS = 4
_WORDING = ("word", "form")
_HEX = "0123456789abcdefABCDEF"
_MOSTLY = 0.8
_NAME = dict.fromkeys(("word", "words", "mixed", "path"), "name")
_FEW = 12  # so many different numbers may be codes
_OTHERS = 0.15  # what a record's further reasons add
_MAX_REASONS = 6


class Evidence(NamedTuple):
    """A value that is unlikely in its slot: rare, a number far out, of another shape than the others, or at either end of a leap
    in what rises step by step."""

    score: float
    value: str
    reason: Reason
    slot: Slot


class _Looks(NamedTuple):
    """What every value met so far is: its number, if it is one, and its shape."""

    figures: dict[str, float]
    shapes: dict[str, str]

    def take_in(self, met: list[str]) -> None:
        """Look at the values `met`."""
        if len(met) < _MANY:
            self._look_at(met)
            return
        # What is no number looks like all that differ from it in digits alone.
        found = by_shape(met)
        other = ["" if _is_number(shape) else values.shape(shape, None) for shape in found.shapes]
        self.shapes.update(zip(met, map(other.__getitem__, found.of), strict=True))
        if "" in other:
            self._look_at([value for value, shape in zip(met, found.of, strict=True) if not other[shape]])

    def _look_at(self, met: list[str]) -> None:
        figures, shapes = self.figures, self.shapes
        joined = "".join(met)
        bare = [value.strip("\"'") for value in met] if '"' in joined or "'" in joined else met
        found = values.numbers(bare)
        positive = [figure for figure in found if figure is not None and figure > 0]
        if len(positive) == len(met):
            figures.update(zip(met, positive, strict=True))
            shapes.update(dict.fromkeys(met, values.NUMBER))
            return
        for value, figure in zip(met, found, strict=True):
            shapes[value] = values.shape(value, figure)
            if figure is not None:
                figures[value] = figure


def _is_number(value: str) -> bool:
    return values.number(value.strip("\"'")) is not None


class Surprise(NamedTuple):
    """A record (index), how unlikely it is in nats, and why: the strongest evidence first."""

    record: int
    score: float
    evidence: tuple[Evidence, ...]


def rank(found_slots: Sequence[Slot]) -> list[Surprise]:
    """Return the records in `found_slots` that are unlike the others, the most unlike first."""
    found: dict[int, list[Evidence]] = {}
    looks = _Looks({}, {})
    known: dict[tuple[int, int], list[tuple[Slot, dict[str, Evidence]]]] = {}
    for slot in found_slots:
        for row, value, score in leaps.find(slot):
            found.setdefault(row, []).append(Evidence(score, value, "leap", slot))
        alike = known.setdefault((len(slot.counts), slot.total), [])
        scored = next((_of_slot(before, slot) for other, before in alike if _same_values(slot, other)), None)
        if scored is None:
            scored = _scored(slot, looks)
            alike.append((slot, scored))
        if not scored:
            continue
        for rows, column in slot.columns:
            for row, value in compress(zip(rows, column, strict=True), map(scored.__contains__, column)):
                found.setdefault(row, []).append(scored[value])
    ranked = [_added_up(row, evidence) for row, evidence in found.items()]
    ranked.sort(key=lambda surprise: (-surprise.score, surprise.record))
    return ranked


def _same_values(one: Slot, other: Slot) -> bool:
    """Tell whether two slots hold the same values, met in the same order: a table's column is a slot of its rows, too."""
    if one.context in _WORDING or other.context in _WORDING:
        return False
    own, others = one.counts, other.counts
    return (
        list(own) == list(others)
        and list(own.values()) == list(others.values())
        and [rows for rows, _ in one.columns] == [rows for rows, _ in other.columns]
    )


def _of_slot(scored: dict[str, Evidence], slot: Slot) -> dict[str, Evidence]:
    return {value: one._replace(slot=slot) for value, one in scored.items()}


def _added_up(row: int, evidence: list[Evidence]) -> Surprise:
    evidence.sort(key=lambda one: -one.score)
    score = evidence[0].score + _OTHERS * sum(one.score for one in evidence[1:_MAX_REASONS])
    told: dict[str, Evidence] = {}
    for one in evidence:
        told.setdefault(one.value, one)
    return Surprise(row, score, tuple(told.values())[:_MAX_REASONS])


def _scored(slot: Slot, looks: _Looks) -> dict[str, Evidence]:
    """Return the unlikely values of `slot`; `looks` remembers what a value is."""
    if slot.context in _WORDING:
        rare = usual.rarities(slot.counts, slot.total)
        return {value: Evidence(score, value, "rare", slot) for value, score in rare.items()}
    counts = slot.counts
    sample = list(islice(counts, _SAMPLE))
    if sum(map(values.is_time, sample)) * 2 > len(sample):
        return _odd_years(slot) if any(map(_YEAR.match, sample)) else {}
    looks.take_in(list(filterfalse(looks.shapes.__contains__, counts)))
    found: dict[str, Evidence] = {}
    numbers = list(filter(looks.figures.__contains__, counts))
    figures = dict(zip(numbers, map(looks.figures.__getitem__, numbers), strict=True))
    numeric = len(figures) * 10 >= len(counts) * 7
    if numeric:
        for value, score in usual.outliers(figures, counts).items():
            found[value] = Evidence(score, value, "outlier", slot)
    if not numeric or len(counts) <= _FEW:
        for value, score in usual.rarities(counts, slot.total).items():
            found[value] = Evidence(max(score, found[value].score if value in found else 0.0), value, "rare", slot)
    for value, score in _rare_shapes(slot, looks).items():
        if value not in found or score > found[value].score:
            found[value] = Evidence(score, value, "shape", slot)
    return found


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


def _rare_shapes(slot: Slot, looks: _Looks) -> dict[str, float]:
    """Return the score of each value of `slot` that is of another shape than most."""
    length, of_length = Counter(map(len, slot.counts)).most_common(1)[0]
    may_be_hex = length >= _HEX_CHARS and of_length >= _MOSTLY * len(slot.counts)
    if not may_be_hex and len(set(map(looks.shapes.__getitem__, slot.counts))) == 1:
        return {}
    shape_of = _shapes(slot.counts, slot.total, looks, length if may_be_hex else 0)
    if len(set(shape_of.values())) == 1:
        return {}
    shapes: dict[str, int] = {}
    if len(slot.counts) == slot.total:
        shapes = Counter(shape_of.values())
    else:
        for shape, count in zip(shape_of.values(), slot.counts.values(), strict=True):
            shapes[shape] = shapes.get(shape, 0) + count
    rare = usual.rarities(shapes, slot.total)
    return {value: rare[shape] for value, shape in shape_of.items() if shape in rare} if rare else {}


def _shapes(counts: dict[str, int], total: int, looks: _Looks, hex_chars: int) -> dict[str, str]:
    """Return the shape of each value. Names that all differ are of one shape, however they are written; where most are hex
    ids of one length (`hex_chars`), those of digits or letters alone are, too."""
    shapes = dict(zip(counts, map(looks.shapes.__getitem__, counts), strict=True))
    different = set(shapes.values())
    for value in [value for value, shape in shapes.items() if shape == "zero"] if "zero" in different else ():
        if value.isdigit() and counts[value] <= counts.get(f"{value[:-1]}1", 0):
            shapes[value] = "number"  # a counter begins with it
    if len(counts) * 2 > total and len(set(shapes.values())) > 1:
        shapes = {value: _NAME.get(shape, shape) for value, shape in shapes.items()}
    if hex_chars:
        alike = list(compress(counts, map(hex_chars.__eq__, map(len, counts))))
        if "".join(alike).strip(_HEX):
            alike = [value for value in alike if not value.strip(_HEX)]
        if len(alike) >= _MOSTLY * len(counts):
            shapes.update(dict.fromkeys(alike, "hex"))
    return shapes
