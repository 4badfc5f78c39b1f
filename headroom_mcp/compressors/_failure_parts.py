"""Showing failures: each by its essential lines first, whole as far as the budget goes, equal ones by their first lines."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from headroom_mcp import late
from headroom_mcp.facts import find
from headroom_mcp.facts.blocks import Block
from headroom_mcp.text import lines as text
from headroom_mcp.text import marker, templates, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.types import Fact, Note, Part

_CHEAP_CHARS = 40
_MOST_BUDGETS = 3  # halves of it, for the names of failures
_SHORT_BLOCK_LINES = 20  # told whole; of a longer block the essential lines are facts
_MAX_ALIKE_CHARS = 300
# src/lib.rs:31:32 · silo.c(40) · File "a.py", line 3
_PLACE = late.pattern(r"\w[:(]\d+|\bline \d+")
_IN_FILE = late.pattern(r"\.\w{1,6}[\"']?(?:[:(]|, line )\d")
_DIGIT = late.pattern(r"[0-9]")
_MAX_LINE_CHARS = 1_200  # names of parametrised tests and messages with values are long; dumps are longer

_WORD = late.pattern(r"\w")  # rules and blank lines between failures have none: a marker for them would say nothing


def facts(lines: Sequence[str], found: Sequence[Block]) -> list[Fact]:
    """Return what the failures `found` say, every other line that tells of one, and the counts; a query has none here."""
    facts = [Fact(block.start, 0, "failures", block.start, block.stop) for block in found if _is_short(block)]
    essential = (i for block in found if not _is_short(block) for i in block.essential)
    facts.extend(Fact(i, 0, "failures", i, i + 1) for i in dict.fromkeys([*essential, *find.failures(lines)]))
    facts.extend(Fact(i, 2, "summary lines", i, i + 1) for i in find.summaries(lines))
    return facts


def _is_short(block: Block) -> bool:
    return block.stop - block.start <= _SHORT_BLOCK_LINES


def parts_of(
    lines: Sequence[str], found: Sequence[Block], budget: int, first: Sequence[int] = (), offset: int = 0
) -> list[Part]:
    """Return a part for each block, in line order, of about `budget` tokens together. Every block is at least named as far as
    one and a half budgets go; for the others, which are counted below the last name, there is none.

    `first`: numbers of the blocks that are shown whole before others. `offset`: the lines of the whole output before these.
    """
    order, alike = _telling_first(lines, found)
    order = list(dict.fromkeys([*first, *order]))
    # A name costs a token at least: whatever the others cost, those that come after so many are counted in the end.
    order = order[: budget * _MOST_BUDGETS // 2 + 1]
    considered = sorted(order)
    repeated = frozenset(alike)
    alike.difference_update(first)
    texts, costs, full_costs = [""] * len(found), [0] * len(found), [0] * len(found)
    for number in considered:
        block = found[number]
        said, whole = _essential(lines, block, offset), "\n".join(lines[block.start : block.stop])
        cost, full_cost = tokens.estimate(said), tokens.estimate(whole)
        # A marker that costs what it stands for says less than the lines themselves.
        if len(whole) <= len(said) + _CHEAP_CHARS and full_cost <= cost:
            said, cost = whole, full_cost
        texts[number], costs[number], full_costs[number] = said, cost, full_cost
    if sum(costs) > budget:
        for number, said in _equal_ones_by_name(lines, found, considered, offset):
            texts[number], costs[number] = said, tokens.estimate(said)
    if sum(costs) > budget:
        texts, costs = _within(lines, found, texts, costs, budget, order, alike, repeated)
    left = budget - sum(costs)
    wholly: set[int] = set()
    for number in order:
        cost = full_costs[number] - costs[number]
        if 0 <= cost <= left:
            left -= cost
            wholly.add(number)
    return [
        Part(block.start, block.stop, "keep")
        if number in wholly
        else Part(block.start, block.stop, "render", texts[number], note="a failure in short")
        for number, block in enumerate(found)
        if number in wholly or texts[number]
    ]


def covered(found: Sequence[Block]) -> set[int]:
    """Return all lines of the failures `found`."""
    return set(chain.from_iterable(range(block.start, block.stop) for block in found))


def essential_tokens(lines: Sequence[str], found: Sequence[Block], most: int) -> int:
    """Return what the essential lines of all failures cost, as far as that is not `most` or more."""
    total = 0
    for block in found:
        total += tokens.estimate("\n".join([lines[i] for i in block.essential]))
        if total >= most:
            break
    return total


def counting(lines: Sequence[str], found: Sequence[Block], shown: Sequence[Part], note: Note | None = None) -> Note:
    """Return what says of left-out lines how their tests went, as `note` does (default: by their verdicts), and how many of
    the failures `found` begin in them for which there is no part among `shown`."""
    starts = {part.start for part in shown}
    left_out = [block.start for block in found if block.start not in starts]
    said_of = note or _by_verdicts(lines)
    if not left_out:
        return said_of

    def told(start: int, stop: int) -> str:
        more = bisect_left(left_out, stop) - bisect_left(left_out, start)
        return ", ".join(filter(None, (said_of(start, stop), marker.among(more, "failures") if more else "")))

    return told


def _essential(lines: Sequence[str], block: Block, offset: int) -> str:
    said = [text.clip_middle(lines[i], _MAX_LINE_CHARS) for i in block.essential]
    shown = set(block.essential)
    if any(lines[i].strip() for i in range(block.start, block.stop) if i not in shown):
        said.append(_rest(block, len(shown), offset))
    return "\n".join(said)


def _rest(block: Block, shown: int, offset: int, like: str = "") -> str:
    """Return the marker for the lines of `block` other than the `shown` ones."""
    return marker.gap_among(block.stop - block.start - shown, offset + block.start, offset + block.stop, like)


def _equal_ones_by_name(
    lines: Sequence[str], found: Sequence[Block], numbers: Sequence[int], offset: int
) -> Iterator[tuple[int, str]]:
    """Yield the numbers of those of the blocks `numbers` that say what an earlier one says, but for names and numbers, and
    their first lines, cut to which they are told."""
    first: dict[str, int] = {}
    told_of: dict[int, set[str]] = {}
    bodies = [[lines[i] for i in found[n].essential[1:4]] or [lines[found[n].start]] for n in numbers]
    masked = iter(templates.masked([line for body in bodies for line in body]))
    for number, body in zip(numbers, bodies, strict=True):
        block = found[number]
        key = "\n".join(islice(masked, len(body)))
        if key in first and block.stop - block.start > 1:
            earlier = found[first[key]]
            if first[key] not in told_of:
                told_of[first[key]] = set(lines[earlier.start : earlier.stop])
            name = [lines[block.start], *_telling_apart(lines, block, told_of[first[key]])]
            shown = [text.clip_middle(line, _MAX_LINE_CHARS if block.test else _MAX_ALIKE_CHARS) for line in name]
            if block.stop - block.start > len(name):
                shown.append(_rest(block, len(name), offset, f", like {offset + earlier.start + 1}"))
            yield number, "\n".join(shown)
        else:
            first.setdefault(key, number)


def _telling_apart(lines: Sequence[str], block: Block, told: set[str]) -> list[str]:
    """Return the line in which a failure differs from the lines `told` of one that is told alike, be it only in its place."""
    others = [lines[i] for i in block.essential if i != block.start and lines[i] not in told]
    numbered = list(filter(_has_digit, others))
    if block.test:
        return numbered[-1:]
    placed = [line for line in numbered if _PLACE.search(line[:_MAX_ALIKE_CHARS])]
    return [] if _IN_FILE.search(lines[block.start]) else placed[:1] or numbered[:1]


def _has_digit(line: str) -> bool:
    return _DIGIT.search(line) is not None or (not line.isascii() and any(map(str.isdigit, line)))


def _within(
    lines: Sequence[str],
    found: Sequence[Block],
    texts: Sequence[str],
    costs: Sequence[int],
    budget: int,
    order: Sequence[int],
    alike: set[int],
    repeated: frozenset[int],
) -> tuple[list[str], list[int]]:
    """Return the texts cut to first lines, then to nothing but a count, from the least telling on, to fit about `budget`; and
    what each costs, as `costs` says of those that come.

    Those `alike` to an earlier one give way before any is cut that is the first of its sort; names of tests stay longest. All
    that are `repeated`, whatever speaks for some of them, are told by name before the first of them is left out.
    """
    fitted, left = list(texts), list(costs)
    total = sum(costs)
    generous, most = budget * 5 // 4, budget * _MOST_BUDGETS // 2

    def shorten(numbers: Sequence[int], limit: int, *, to_name: bool) -> None:
        nonlocal total
        for number in reversed(numbers):
            if total <= limit:
                return
            said = _name(lines, found, number) if to_name else ""
            cost = left[number] if said == fitted[number] else tokens.estimate(said)
            total -= left[number] - cost
            fitted[number], left[number] = said, cost

    again = [number for number in order if number in alike]
    shorten(again, budget, to_name=True)
    shorten([number for number in order if number in repeated], generous, to_name=True)
    shorten([number for number in again if not found[number].test], generous, to_name=False)
    shorten([number for number in order if fitted[number]], generous, to_name=True)
    shorten(order, most, to_name=False)
    unsaid = sum(1 for said in fitted if not said)
    last = max((n for n, said in enumerate(fitted) if said), default=-1)
    if unsaid and last >= 0:
        fitted[last] += f"\n[… {marker.counted(unsaid, 'more failure')}]"
        left[last] = tokens.estimate(fitted[last])
    return fitted, left


def _name(lines: Sequence[str], found: Sequence[Block], number: int) -> str:
    """Return the line by which a failure is named: its first; where the one before begins with the same line, the next one, of
    its place: "mismatched types" fifteen times says nothing of where."""
    block = found[number]
    head = lines[block.start].strip()
    if number and lines[found[number - 1].start].strip() == head and not _PLACE.search(head[:_MAX_ALIKE_CHARS]):
        places = (lines[i].strip()[:_MAX_ALIKE_CHARS] for i in block.essential[1:])
        head = next(filter(_PLACE.search, places), head)
    return head[:_MAX_ALIKE_CHARS]


def _telling_first(lines: Sequence[str], found: Sequence[Block]) -> tuple[list[int], set[int]]:
    """Return the numbers of the blocks: the first of each template, then the others, each in line order; and those others."""
    seen: set[str] = set()
    first: list[int] = []
    again: list[int] = []
    keys = templates.masked([lines[block.essential[min(1, len(block.essential) - 1)]] for block in found])
    for number, key in enumerate(keys):
        (again if key in seen else first).append(number)
        seen.add(key)
    return [*first, *again], set(again)


def _by_verdicts(lines: Sequence[str]) -> Note:
    from headroom_mcp.facts import verdicts  # no log has use for its expressions

    return lambda start, stop: verdicts.counts(lines[start:stop])


def around(lines: Sequence[str], shown: Sequence[Part], kept: set[int], note: Note) -> list[Part]:
    """Return parts for all lines: `shown` as they are, the lines `kept` between them, and gaps of which `note` says what they
    hold."""
    parts: list[Part] = []
    position = 0
    ordered = sorted(kept)
    for part in [*shown, Part(len(lines), len(lines), "keep")]:
        if part.start > position:
            within = ordered[bisect_left(ordered, position) : bisect_left(ordered, part.start)]
            for piece in render.from_kept((i - position for i in within), part.start - position):
                start, stop = piece.start + position, piece.stop + position
                if piece.action == "keep":
                    parts.append(Part(start, stop, "keep"))
                elif not _WORD.search("".join(lines[start:stop])):
                    parts.append(Part(start, stop, "render", note="rules and blank lines"))
                else:
                    parts.append(Part(start, stop, "omit", note=note(start, stop)))
        if part.stop > part.start:
            parts.append(part)
        position = part.stop
    return parts
