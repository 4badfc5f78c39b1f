"""The same call again: what changed since it was answered in short, and that the rest did not.

    [… lines 1-600 · unchanged, in short above by browser_snapshot]
    - button "Pay now" [ref=e612]
    [… lines 602-813 · unchanged, in short above by browser_snapshot]

Compared are the two originals; what is called unchanged is, line by line and in this order, what the short form above is of.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Sequence

from headroom_mcp.flow import repeats
from headroom_mcp.late import NamedTuple
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Part

MAX_COST = 0.5  # of the short form: a delta sends its reader to another place for what is in short there
# Tokens of it, where it shows every change, too: an answer that stands by itself is worth more than a few hundred.
MIN_SAVED = 800
_MIN_GAIN = 12  # tokens that a marker must save


class Block(NamedTuple):
    """Lines `before` … of the earlier text and `at` … of this one, `size` of them, are the same."""

    before: int
    at: int
    size: int


def parts_of(lines: Sequence[str], base: Sequence[str], label: str, keep: Collection[int]) -> list[Part]:
    """Return `lines` with those that stand unchanged in `base` left out, except `keep`. `label`: the call that showed it."""
    found = blocks(base, lines)
    parts: list[Part] = []
    position = old = 0
    for number, block in enumerate(found):
        fewer = block.before - old - (block.at - position)
        note = f"unchanged, {repeats.in_short(label)}"
        if fewer > 0:
            note += f"; {marker.counted(fewer, 'line')} fewer before it"
        old = block.before + block.size
        after = len(base) - old - (len(lines) - block.at - block.size)
        if number == len(found) - 1 and after > 0:
            note += f"; {marker.counted(after, 'line')} fewer behind it"
        stop = block.at + block.size
        kept = sorted(i for i in keep if block.at <= i < stop)
        start = block.at
        for end in [*kept, stop]:
            said = marker.gap(start, end, note)
            gain = tokens.estimate("\n".join(lines[start:end])) - tokens.estimate(said)
            if end > start and (gain >= _MIN_GAIN or (fewer > 0 and start == block.at)):
                if start > position:
                    parts.append(Part(position, start, "keep"))
                parts.append(Part(start, end, "omit", note=note))
                position = end
            start = end + 1
    if position < len(lines):
        parts.append(Part(position, len(lines), "keep"))
    return parts


def hidden(lines: Sequence[str], base: Sequence[str], parts: Sequence[Part]) -> bool:
    """Return whether `parts` would not show all that changed: lines are gone, or a new one is in a gap of theirs."""
    same = {line for block in blocks(base, lines) for line in range(block.at, block.at + block.size)}
    gaps = (range(part.start, part.stop) for part in parts if part.is_gone)
    return len(lines) < len(base) or any(line not in same and lines[line].strip() for gap in gaps for line in gap)


def above_in_outline(lines: Sequence[str], parts: Sequence[Part]) -> set[int]:
    """Return the lines that the kept ones hang on, by indentation: what changed in a tree says little without its place."""
    kept = {i for part in parts if part.action == "keep" for i in range(part.start, part.stop)}
    found: set[int] = set()
    open_: list[tuple[int, int]] = []
    for index, line in enumerate(lines):
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip():
            continue
        while open_ and open_[-1][0] >= indent:
            open_.pop()
        if index in kept:
            found.update(at for _, at in open_)
        open_.append((indent, index))
    return found - kept


def blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Return what two texts have in common, in order: around lines that stand once in each, and at both ends.

    In time that grows as the texts do, but for a logarithm.
    """
    found: list[Block] = []
    at_old = at_new = 0
    for a, b in [(0, 0), *_anchors(old, new), (len(old), len(new))]:
        if a < at_old or b < at_new:
            continue
        start = 0
        while a - start > at_old and b - start > at_new and old[a - start - 1] == new[b - start - 1]:
            start += 1
        size = 0
        while a + size < len(old) and b + size < len(new) and old[a + size] == new[b + size]:
            size += 1
        if start + size:
            found.append(Block(a - start, b - start, start + size))
            at_old, at_new = a + size, b + size
    return found


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of lines that stand once in each text: the longest row of them that rises in both."""
    in_old, in_new = Counter(old), Counter(new)
    place = {line: at for at, line in enumerate(old) if in_old[line] == 1}
    pairs = [(place[line], at) for at, line in enumerate(new) if in_new[line] == 1 and line in place]
    ends: list[int] = []  # the least old place at which a row of each length ends
    last: list[int] = []  # its pair
    before: list[int] = []
    for number, (a, _) in enumerate(pairs):
        length = bisect_left(ends, a)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [a]
        last[length : length + 1] = [number]
    row: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]
