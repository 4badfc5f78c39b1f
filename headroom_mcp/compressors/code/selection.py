"""Which rows of a source file an outline shows.

Every signature, whatever it costs (up to `MAX_SIGNATURE_TOKENS`: beyond, a file of thousands of definitions shows the outer
ones and counts the others). What the budget leaves goes, in this order, to the bodies the reader asked for, notes to self,
constants, documentation, short bodies, raised errors, and the bodies that the file uses most.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from itertools import accumulate, chain, compress, count, islice, repeat
from operator import add, contains

from headroom_mcp import late
from headroom_mcp.compressors.code import importance, languages, outline
from headroom_mcp.compressors.code import wanted as asked
from headroom_mcp.compressors.code.aim import Aim
from headroom_mcp.compressors.code.outline import Definition, Outline
from headroom_mcp.late import re
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput

MAX_SIGNATURE_TOKENS = 20_000  # a file of 2 MB has no outline that one could read
_SIGNATURE_BUDGETS = 6  # a budget made smaller, because a host would hide the answer, makes the outline smaller too
_UNASKED_BUDGETS = 2  # of a very long file that was read for nobody knows what: it is looked over first
_CLAUSE_BUDGETS = 2
_BODY_SHARE = 4  # a quarter of a file: its outline, and what was asked for
_MAX_BODY_TOKENS = 4_000
_MARKER_TOKENS = 11
_MAX_MISSES = 500
_MAX_IMPORT_ROWS = 12
_MAX_NOTES = 12  # TODO and FIXME lines
_POINTED_SHARE = 0.3  # of the text, for bodies that the reader asked for by name
_SMALL_SHARE = 10  # of the tokens to show, for constants and what else is short, at least
_SHORT_ROWS = 4
_LEAST = 0.2  # of the score of the piece that the question is most about
_LENGTH_WEIGHT = 0.15  # a power
_MIN_LENGTH = 100  # characters
_MAX_RAISE_ROWS = 3
_HEAD_ROWS = 40  # of a text in which nothing was recognised
_MINIFIED_LINE_CHARS = 400
_MINIFIED_SHARE = 0.2  # of the lines: nobody wrote this
_MINIFIED_ROWS = 8

_ABOUT_ROWS = 6
_MAX_ABOUT_TOKENS = 80  # one line that says what the file is for is worth more than the budget
_LICENCE = late.pattern(r"\b(?:licen[cs]e|copyright)", re.IGNORECASE)
_TODO_WORDS = ("TODO", "FIXME", "XXX", "HACK")
_TODO = late.pattern(rf"\b(?:{'|'.join(_TODO_WORDS)})\b")


class Selection:
    """Rows chosen so far and the tokens left for more."""

    __slots__ = ("budget", "data", "ends", "kept", "left", "lines", "rate")

    def __init__(self, output: ToolOutput, lines: list[str], budget: int, data: Set[int]) -> None:
        self.lines = lines
        self.data = data  # rows that are shown another way
        self.kept: set[int] = set()
        self.budget = self.left = budget
        # By row, how many characters stand above it.
        self.ends = [0, *accumulate(map(add, map(len, lines), repeat(1)))]
        self.rate = output.tokens / max(1, len(output.text))  # tokens per character: the text's own

    def price(self, rows: list[int]) -> int:
        """Return what showing `rows` (rising) would cost, with the marker that an island of them brings."""
        kept, ends = self.kept, self.ends
        fresh = [row for row in rows if row not in kept and row not in self.data]
        if not fresh:
            return 0
        first, last = fresh[0], fresh[-1]
        if last - first < len(fresh):  # nothing between them
            chars = ends[last + 1] - ends[first]
            touching = first - 1 in kept or last + 1 in kept
        else:
            chars = sum(ends[row + 1] - ends[row] for row in fresh)
            touching = any(row - 1 in kept or row + 1 in kept for row in fresh)
        return int(chars * self.rate) + (0 if touching else _MARKER_TOKENS)

    def take(self, rows: list[int], room: int | None = None) -> int:
        """Show `rows` if they cost at most `room` (default: what is left); return what was spent."""
        price = self.price(rows)
        if price > (self.left if room is None else room):
            return 0
        self.left -= price
        self.kept.update(rows)
        return price

    def take_each(self, offered: Iterable[list[int]], room: int) -> None:
        """Show those of `offered` that there is room for, in order, until so many in a row have found none."""
        misses = 0
        for rows in offered:
            price = self.price(rows)
            if price > room:
                misses += 1
                if misses > _MAX_MISSES:
                    break
                continue
            misses = 0
            room -= price
            self.left -= price
            self.kept.update(rows)


def choose(
    output: ToolOutput, lines: list[str], language: str, budget: int, aimed: Aim, data: Set[int] = frozenset()
) -> tuple[set[int], dict[int, str]]:
    """Return the rows to show of `lines`, and notes for the gaps that begin at a row: within what the question needs, where
    that is known, else within `budget`. The rows `data` are shown another way and cost nothing here."""
    if sum(1 for line in lines if len(line) > _MINIFIED_LINE_CHARS) > _MINIFIED_SHARE * len(lines):
        return set(range(min(len(lines), _MINIFIED_ROWS))), {_MINIFIED_ROWS: "minified"}
    found, wanted = aimed.outline, aimed.asked
    most = max(budget, min(output.tokens // _BODY_SHARE, _MAX_BODY_TOKENS, 2 * budget))
    unasked = most if output.query else budget  # any body says as little of what is wanted as the next
    chosen = Selection(output, lines, aimed.room(output, budget) or unasked, data)
    by_headings = bool(language) and hasattr(languages.load(language), "HEADS")
    budgets = _SIGNATURE_BUDGETS if output.query else _UNASKED_BUDGETS
    room = budget if by_headings else min(MAX_SIGNATURE_TOKENS, budgets * budget)
    by_margins = bool(language) and hasattr(languages.load(language), "MARGINS")
    dropped = _take_signatures(chosen, found, wanted, room, by_margins=by_margins)
    by_use = chosen.left >= 2 * _MARKER_TOKENS and not aimed.is_sure
    bodies = importance.bodies(lines, found.definitions, wanted, by_use=by_use)
    room = max(chosen.left, int(output.tokens * _POINTED_SHARE))
    for body in bodies:
        if body.pointed:
            room -= chosen.take(list(range(body.head, body.stop)), room)
    notes = _take_imports(chosen, found.imports)
    about = _about(lines)
    if about >= 0:
        chosen.take(outline.doc_rows(lines, about), _MAX_ABOUT_TOKENS)
    _take_asked(chosen, aimed)
    _take_small_things(chosen, found)
    if chosen.left >= 2 * _MARKER_TOKENS and not aimed.is_sure:
        _take_bodies(chosen, found, bodies)
    if not chosen.kept:
        chosen.kept.update(range(min(len(lines), _HEAD_ROWS)))
    return chosen.kept, _with_counts(chosen.kept, dropped, notes, len(lines))


def _take_signatures(
    chosen: Selection, found: Outline, wanted: asked.Asked, room: int, *, by_margins: bool
) -> list[int]:
    """Show the signatures; return the first rows of those for which there is no room.

    `by_margins`: a function may be written clause by clause; where the signatures take twice the budget, it is shown
    by its first one.
    """
    definitions = found.definitions
    clauses_from = _CLAUSE_BUDGETS * chosen.budget
    all_rows = _signatures_within(chosen, definitions, max(room, clauses_from))
    further: set[int] = set()
    if all_rows is not None:
        cost = int(sum(len(chosen.lines[row]) + 1 for row in all_rows) * chosen.rate)
        cost += _MARKER_TOKENS * len(render.runs(all_rows))
        if by_margins and cost > clauses_from:
            further = _further_clauses(definitions)
        if cost <= room and not further:
            chosen.kept.update(all_rows)
            chosen.left -= cost
            return []
    elif by_margins:
        further = _further_clauses(definitions)
    by_worth = _by_worth(definitions, wanted.terms)
    if further:
        by_worth = [at for at in by_worth if at not in further]
    chosen.take_each((outline.head_rows(definitions[at]) for at in by_worth), room)
    return [definition.start for definition in definitions if definition.start not in chosen.kept]


def _signatures_within(chosen: Selection, definitions: list[Definition], most: int) -> set[int] | None:
    """Return the rows of all signatures; None where already those of the first ones cost more than `most`: of a very long
    file nobody need know how much more."""
    rows: set[int] = set()
    room = (most + 1) / max(chosen.rate, 1e-9)  # characters
    for definition in definitions:
        for row in outline.head_rows(definition):
            if row not in rows:
                rows.add(row)
                room -= len(chosen.lines[row]) + 1
        if room < 0:
            return None
    return rows


def _by_worth(definitions: list[Definition], terms: list[str]) -> list[int]:
    """Return the places of the definitions: those first whose names have one of `terms`, then the outer ones."""
    by_depth = sorted(range(len(definitions)), key=_depths(definitions).__getitem__)
    if not terms:
        return by_depth
    names = [definition.name.lower() for definition in definitions]
    wanted = {at for term in terms for at in compress(count(), map(contains, names, repeat(term)))}
    return [*(at for at in by_depth if at in wanted), *(at for at in by_depth if at not in wanted)]


def _further_clauses(definitions: list[Definition]) -> set[int]:
    """Return the places of the definitions that go on with the function before them."""
    return {
        at
        for at in range(1, len(definitions))
        if definitions[at].role == "function"
        and definitions[at].name == definitions[at - 1].name
        and definitions[at].start >= definitions[at - 1].stop
    }


def _depths(definitions: list[Definition]) -> list[int]:
    depths: list[int] = []
    open_: list[int] = []
    for definition in definitions:
        while open_ and open_[-1] <= definition.start:
            open_.pop()
        depths.append(len(open_))
        open_.append(definition.stop)
    return depths


def _take_imports(chosen: Selection, imports: list[tuple[int, int]]) -> dict[int, str]:
    """Show few imports whole; of many the first rows, and say what the gap holds."""
    rows = [row for start, stop in imports for row in range(start, stop)]
    chosen.take(rows[:_MAX_IMPORT_ROWS], room=1 << 30)
    return {rows[_MAX_IMPORT_ROWS]: "imports"} if len(rows) > _MAX_IMPORT_ROWS else {}


def _take_asked(chosen: Selection, aimed: Aim) -> None:
    """Show the pieces that the question is about, the most first, with the signatures above them; of pieces that are alike so
    the short ones."""
    definitions = aimed.outline.definitions
    room = max(chosen.left, chosen.budget // 4)
    least = _LEAST * aimed.best  # the greatest of all scores: to be asked once
    offered = [(score, piece) for score, piece in zip(aimed.scores, aimed.pieces, strict=True) if score > least]
    ends = chosen.ends
    worth = {
        piece: score / max(_MIN_LENGTH, ends[piece.stop] - ends[piece.start]) ** _LENGTH_WEIGHT
        for score, piece in offered
    }
    for _, piece in sorted(offered, key=lambda of: (-worth[of[1]], of[1])):
        if room < _MARKER_TOKENS:
            break
        head = outline.head_rows(definitions[piece.owner]) if piece.owner >= 0 else []
        room -= chosen.take([*head, *range(piece.start, piece.stop)], room)


def _take_small_things(chosen: Selection, found: Outline) -> None:
    """Show notes to self, constants and the first words of documentation; there is always some room for them."""
    lines = chosen.lines
    text = "\n".join(lines)
    has_todos = any(word in text for word in _TODO_WORDS)
    todos = islice((row for row, line in enumerate(lines) if _TODO.search(line)) if has_todos else (), _MAX_NOTES)
    offered = chain(
        ([row] for row in todos),
        ([start] for start, _ in found.constants),
        (outline.doc_rows(lines, definition.doc) for definition in found.definitions if definition.doc >= 0),
    )
    chosen.take_each(offered, max(chosen.left, chosen.budget // _SMALL_SHARE))


def _about(lines: list[str]) -> int:
    """Return the row where the file says what it is about, -1 where it begins otherwise or with a licence."""
    for row, line in enumerate(lines[:_ABOUT_ROWS]):
        bare = line.strip()
        if not bare or bare.startswith(("#!", "# -*-", "<?php")):
            continue
        told = bare.lstrip("rRuU").startswith(('"""', "'''")) or bare.startswith(("#", "//", "/*", "--", ";"))
        return row if told and not _LICENCE.search("\n".join(lines[row : row + _ABOUT_ROWS])) else -1
    return -1


def _take_bodies(chosen: Selection, found: Outline, bodies: list[importance.Body]) -> None:
    for body in bodies:
        if body.stop - body.start <= _SHORT_ROWS:
            chosen.take(list(range(body.head, body.stop)))
    for start, stop in found.raises:
        chosen.take(list(range(start, min(stop, start + _MAX_RAISE_ROWS))))
    for body in bodies:
        if chosen.left < 2 * _MARKER_TOKENS:
            break
        chosen.take(list(range(body.head, body.stop)))


def _with_counts(kept: set[int], dropped: list[int], notes: dict[int, str], total: int) -> dict[int, str]:
    """Return `notes` with the number of signatures that each gap holds."""
    if not dropped:
        return notes
    counted = dict(notes)
    missing = sorted(set(dropped))
    at = 0
    runs = render.runs(kept)
    starts = [0, *(stop for _, stop in runs)]
    stops = [*(start for start, _ in runs), total]
    for start, stop in zip(starts, stops, strict=True):
        begin = at
        while at < len(missing) and missing[at] < stop:
            at += 1
        if at > begin and stop > start:
            unit = "definition" if at - begin == 1 else "definitions"
            counted[start] = ", ".join(filter(None, (notes.get(start, ""), f"{at - begin:,} {unit}")))
    return counted
