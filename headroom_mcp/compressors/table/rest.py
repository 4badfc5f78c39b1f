"""The rows of a table that nothing marks, each by its name and the cells that tell it from others.

    [the 93 rows left out, by id status total]
    8903 paid 198.86
    8904 shipped 203.43
    …

Unasked, half of the tables whose rows were only counted lacked the one that was wanted next. Rows have names where these are words,
or the numbers of a catalogue; keys that a program drew are looked for by nobody. What is the same in all rows, what says the same as
another column, times, and cells of many words are not told again: the line above a table, or retrieval, has them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.compressors.table.rows import is_rule
from headroom_mcp.late import NamedTuple
from headroom_mcp.records import values
from headroom_mcp.records.slots import Slot
from headroom_mcp.text import tokens

MIN_TOKENS, MAX_TOKENS = 1_200, 8_000  # of a table; more rows are too many to be told one by one
_SHARE = 0.34  # of the table's tokens
_MIN_ROWS, _MAX_ROWS = 4, 300
_MAX_COLUMNS = 24
_DISTINCT = 0.9  # of the rows have a name of their own
_OWN_WORDS = 0.5  # of the rows have other words in their names, not another number alone
_MOSTLY = 0.8
_MAX_CELL_CHARS = 24
_MAX_NAME_CHARS = 80
_MIN_FOLDER_CHARS = 8
_JOINTS = (",", ";", "|")
_CATEGORY = 12  # different values of a column that sorts the rows, at most
# What parts cells, how many there are at least, and which share of rows without a header has as many as most.
_WORDS, _APART = late.pattern(r"\s+"), late.pattern(r"\s{2,}|\t")
_PARTED = ((_WORDS, 2, 0.97), (_APART, 3, 0.97), (_WORDS, 2, 0.85))
_PIECE = late.pattern(r"[^\W_]+")
_DIGITS, _LETTER = late.pattern(r"\d(?:,?\d)*"), late.pattern(r"[^\W\d_]")
_LETTERS = late.pattern(r"[^\W\d_]{2}")


class _Cells(NamedTuple):
    """A column: its name ("" where it has none), and its cell of each row."""

    name: str
    cells: Sequence[str]


def told(rows: Sequence[str], columns: Sequence[Slot], shown: Collection[int], cost: int) -> str:
    """Return the `rows` of a table of `cost` tokens that are not `shown`, in short; "" where they have no names, or do not fit."""
    hidden = [row for row in range(len(rows)) if row not in shown and not is_rule(rows[row])]
    if not (MIN_TOKENS <= cost <= MAX_TOKENS and _MIN_ROWS <= len(hidden) <= _MAX_ROWS):
        return ""
    even, every = _of_slots(columns, rows, hidden) or _of_words(rows, hidden)
    at = _names(every)
    joint = _joint(every)
    if at < 0 or not joint:
        return ""
    folder = _folder(every[at].cells)
    said = {row: rows[row].strip() for row in hidden}
    made = [cell[len(folder) :] for cell in every[at].cells]
    chosen = [at]
    for other in _telling(every, at):
        longer = [f"{row}{joint}{cell}" for row, cell in zip(made, every[other].cells, strict=True)]
        if tokens.estimate("\n".join(longer)) <= _SHARE * cost:
            made = longer
            chosen.append(other)
    if len(chosen) < 2 or (len(chosen) == 2 and _is_of_the_name(every, chosen[1])):
        return ""
    said.update(zip(even, made, strict=True))
    names = joint.join(every[one].name or f"column {one + 1}" for one in chosen)
    below = f" · below {folder}" if folder else ""
    return "\n".join([f"[the {len(hidden):,} rows left out, by {names}{below}]", *said.values()])


def _of_slots(
    columns: Sequence[Slot], rows: Sequence[str], hidden: Sequence[int]
) -> tuple[Sequence[int], list[_Cells]] | None:
    """Return the `hidden` rows, and the cells of them in `columns` that hold one of each of the `rows`."""
    known = [
        ("" if slot.name == f"column {at}" else slot.name, slot.columns[0][1])
        for at, slot in enumerate(columns[:_MAX_COLUMNS], 1)
    ]
    if not known or any(len(cells) != len(rows) for _, cells in known):
        return None
    return hidden, [_Cells(name, [cells[row] for row in hidden]) for name, cells in known]


def _of_words(rows: Sequence[str], hidden: Sequence[int]) -> tuple[Sequence[int], list[_Cells]]:
    """Return those of the `hidden` rows that have as many cells as most, and their cells by place; none where many have not.

    Cells are words; where rows are uneven so and even by what more than one blank parts, that: a name may have two words."""
    for apart, least, share in _PARTED:
        cells = {row: apart.split(rows[row].strip()) for row in hidden}
        widths = list(map(len, cells.values()))
        width = max(set(widths), key=widths.count)
        even = [row for row in hidden if len(cells[row]) == width]
        if least <= width <= _MAX_COLUMNS and len(even) >= share * len(hidden):
            return even, [_Cells("", [cells[row][at] for row in even]) for at in range(width)]
    return [], []


def _names(columns: Sequence[_Cells]) -> int:
    """Return the column that names the rows: words that nearly all differ, else numbers of things; -1 where there is none.

    Numbers name things only below a heading, as in a catalogue: after letters of one form, or in one of the first two columns.
    Keys that a program drew, "rel-fb6c62", and words that rows share but for a number are what nobody looks for unasked."""
    first = next((at for at, (_, cells) in enumerate(columns) if len(set(cells)) > 1), -1)
    numbered: list[int] = []
    for at, (heading, cells) in enumerate(columns):
        if len(set(cells)) < _DISTINCT * len(cells) or _are_times(cells) or max(map(len, cells)) > _MAX_NAME_CHARS:
            continue
        stems = {_stem(cell) for cell in cells}
        if _has_letters(cells) and len(stems) >= _OWN_WORDS * len(cells):
            return at
        headed = bool(heading) and not _holds_digit(heading)  # a row with figures is no header
        if headed and _are_numbers(cells) and (at <= first + 1 or _has_letters(cells)):
            numbered.append(at)
    return max(numbered, key=lambda at: _has_letters(columns[at].cells), default=-1)


def _stem(name: str) -> str:
    """Return a name without its pieces that hold a digit: "bio-248" is "bio-"."""
    return _PIECE.sub(lambda piece: "" if _holds_digit(piece[0]) else piece[0], name)


def _are_numbers(cells: Sequence[str]) -> bool:
    """Tell whether cells are numbers after as many letters each, and the same marks: "SKU-5948", "N121", "ge-0/0/4"."""
    forms = {_DIGITS.sub("0", _LETTER.sub("a", cell)) for cell in cells}
    return len(forms) == 1 and "0" in (form := forms.pop()) and "a" not in form[form.index("0") :]  # but not "rs53c8"


def _holds_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _telling(columns: Sequence[_Cells], names: int) -> list[int]:
    """Return the columns that tell something of a row beside its name, those that sort the rows first; those that name
    ids."""
    found: list[int] = []
    for at, (_, cells) in enumerate(columns):
        if at == names or len(set(cells)) == 1 or _are_times(cells) or _count(cells):
            continue
        if sum(map(len, cells)) > _MAX_CELL_CHARS * len(cells):
            continue
        if not any(_are_same(cells, columns[other].cells) for other in [names, *found]):
            found.append(at)
    if _has_letters(columns[names].cells):
        return sorted(found, key=lambda at: not _is_category(columns[at].cells))
    return sorted(found, key=lambda at: -len(set(columns[at].cells)) if _has_letters(columns[at].cells) else 0)


def _joint(columns: Sequence[_Cells]) -> str:
    """Return what may stand between two cells, since none of `columns` holds it; "" where all such marks are in use."""
    text = "\n".join(cell for _, cells in columns for cell in cells)
    if " " not in text and all(cell for _, cells in columns for cell in cells):
        return " "
    return next((mark for mark in _JOINTS if mark not in text), "")


def _is_category(cells: Sequence[str]) -> bool:
    return len(set(cells)) <= _CATEGORY and _has_letters(cells)


def _is_of_the_name(columns: Sequence[_Cells], at: int) -> bool:
    """Tell whether a column of words that mostly differ goes on with a name, beside which others hold figures."""
    cells = columns[at].cells
    if len(set(cells)) * 2 < len(cells) or not _has_letters(cells):
        return False
    return any(all(values.number(cell) is not None for cell in other.cells) for other in columns)


def _count(cells: Sequence[str]) -> bool:
    """Tell whether `cells` are numbers of which each is greater than the one before: places in the table, not measures."""
    figures = [values.number(cell) for cell in cells]
    return all(a is not None and b is not None and a < b for a, b in pairwise(figures))


def _are_same(cells: Sequence[str], others: Sequence[str]) -> bool:
    return sum(map(str.__eq__, cells, others)) >= _DISTINCT * len(cells)


def _has_letters(cells: Sequence[str]) -> bool:
    return sum(1 for cell in cells if _LETTERS.search(cell)) >= _MOSTLY * sum(map(bool, cells))


def _are_times(cells: Sequence[str]) -> bool:
    return sum(map(values.is_time, cells)) >= _MOSTLY * len(cells)


def _folder(names: Sequence[str]) -> str:
    """Return the folder that all `names` lie in, "" where they are no paths."""
    low, high = min(names), max(names)
    same = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    folder = low[: low.rfind("/", 0, same) + 1]
    return folder if len(folder) >= _MIN_FOLDER_CHARS else ""
