r"""The records of a text: the lines that belong together.

    lines     logs, tables, listings: every line is one
    blocks    a line that comes again and again, and what stands between two of its kind:
              -[ RECORD 7 ]---  ·  *** 7. row ***  ·  [section]  ·  Event[7]:  ·  - name: x  ·  {  ·  <job id="7">  ·  key: value after
              a blank line  ·  a line with indented ones below it

Nothing of this is known by name. Each line has a label (see `labels`); one is the head of records if the text falls into blocks
at it in which hardly any label comes twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import compress, pairwise
from operator import sub

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.records import labels as labels_module
from headroom_mcp.records.labels import BLANK, LOOKED_AT, Label, Labels
from headroom_mcp.text.lines import by_shape

_MIN_RECORDS = 3
_MIN_LINES_EACH = 1.8  # below, most lines are records of their own
_MAX_CANDIDATES = 6
_MIN_QUALITY = 0.8
_MAX_LINES_EACH = 40  # larger blocks are chapters: their lines are the records
# What is a fault in a block: a label that comes again counts 1, and less among indented lines, where lists are natural; a
# label that the text has nowhere else; all of them less where the blocks are closed by a blank line or an end mark.
_DEEPER, _UNIQUE, _CLOSED, _NOTHING_BELOW = 0.4, 0.5, 0.3, 0.5
# A block that is so many times as long as the others, and so long, is none from there on.
_MAX_TIMES_USUAL, _MIN_LONG = 4, 12
_MIN_IN_TURN, _MOSTLY_IN_TURN = 4, 0.8  # lines of a block, and the share of blocks that have the same
_LINES_FOR_EACH_WORD = 10
_MAX_ABOVE = 3  # lines between a blank line and a head
_ALIKE_ABOVE = 0.8  # of the heads have as many
_SAMPLE = 100
# Of very many lines, so many at so many places tell whether they may be blocks. Of these fewer labels come again, and others of
# them most often: what is told of them is less sure.
_MANY, _PLACES, _IN_A_ROW = 20_000, 50, 160
_PERHAPS, _PERHAPS_MORE = 0.6, 3
_WORDS = late.pattern(r"\w+(?:[-./:]\w+)*")


class Record(NamedTuple):
    """Lines `start` … `stop - 1` (0-based)."""

    start: int
    stop: int


def find(lines: Sequence[str]) -> list[Record]:
    """Return the records of `lines`, in order, covering every line; blank lines belong to the record before them."""
    heads = _heads(lines)
    if not heads:
        heads = list(compress(range(len(lines)), map(str.strip, lines)))
    if not heads:
        return [Record(0, len(lines))] if lines else []
    heads = _from_the_paragraph(lines, heads)
    # What stands before the first head is read line by line.
    before = [index for index in range(heads[0]) if lines[index].strip()]
    starts = [*before, *_with_what_is_too_long(lines, heads)]
    starts[0] = 0
    return list(map(Record._make, zip(starts, [*starts[1:], len(lines)], strict=True)))


def _from_the_paragraph(lines: Sequence[str], heads: Sequence[int]) -> list[int]:
    """Return `heads`, or the lines as far above them as a blank line or a rule always is: the title of a table over its rule."""
    if len(heads) * 2 > len(lines):  # no room for a title and a blank line above most of them
        return list(heads)
    above = [_lines_above(lines, head) for head in heads]
    usual, times = Counter(above).most_common(1)[0]
    if not 0 < usual <= _MAX_ABOVE or times < _ALIKE_ABOVE * len(heads):
        return list(heads)
    return [head - count if count <= _MAX_ABOVE else head for head, count in zip(heads, above, strict=True)]


def _lines_above(lines: Sequence[str], head: int) -> int:
    """Return how many lines stand between line `head` and the blank line or rule above it, not counted past the limit; above
    the bullet of a list none that are deeper: what is indented below the one before is its own, not a title."""
    count = 0
    bullet = not lines[head].lstrip()[:1].isalnum() and _WORDS.search(lines[head])
    margin = _indent(lines[head])
    while count <= _MAX_ABOVE and head - count and _WORDS.search(above := lines[head - count - 1]):
        if bullet and _indent(above) > margin:
            return 0
        count += 1
    return count


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _with_what_is_too_long(lines: Sequence[str], heads: Sequence[int]) -> list[int]:
    """Return `heads` and, of a block far longer than the others, the lines behind what is usual: another text begins there."""
    sizes = sorted(map(sub, [*heads[1:], len(lines)], heads))
    usual = sizes[len(sizes) // 2]
    if sizes[-1] <= max(_MIN_LONG, _MAX_TIMES_USUAL * usual):
        return list(heads)
    found: list[int] = []
    for start, stop in pairwise([*heads, len(lines)]):
        found.append(start)
        if stop - start > max(_MIN_LONG, _MAX_TIMES_USUAL * usual):
            blank = next((at for at in range(start + usual, stop) if not lines[at].strip()), start + usual)
            begins = blank if blank - start <= _MAX_TIMES_USUAL * usual else start + usual
            found.extend(at for at in range(begins, stop) if lines[at].strip())
    return found


def in_blocks(lines: Sequence[str]) -> bool:
    """Tell whether the records of `lines` are of several lines each: then no line of them is a row, or a name in a list."""
    sampled = lines[:LOOKED_AT]
    return len(find(sampled)) * 2 <= sum(1 for line in sampled if line.strip())


def begin_alike(lines: Sequence[str]) -> bool:
    """Tell whether there are few words with which `lines` begin, and many lines for each: rows of data, not a program."""
    labels = Counter(label.word for label in map(labels_module.of_line, lines) if label.word)
    return len(labels) * _LINES_FOR_EACH_WORD <= labels.total()


def share_in_order(lines: Sequence[str], records: Sequence[Record]) -> float:
    """Return the share of `records` whose lines begin with the same words in the same order, below a head of any name."""
    labels = labels_module.of(lines).of
    orders = Counter(tuple(filter(None, labels[min(start + 1, stop - 1) : stop])) for start, stop in records)
    return orders.most_common(1)[0][1] / len(records) if records else 0.0


def texts(lines: Sequence[str], records: Sequence[Record]) -> list[str]:
    """Return the text of each record."""
    return [lines[start] if stop - start == 1 else "\n".join(lines[start:stop]).rstrip() for start, stop in records]


def keys(lines: Sequence[str]) -> list[str]:
    """Return the key with which each line begins, as far as it is one: "  Version: 1.2" begins with "2  Version:"; else ""."""
    return [label.word if label.keyed else "" for label in map(labels_module.of_line, lines)]


def _heads(lines: Sequence[str]) -> list[int]:
    """Return the lines with which blocks begin; none where every line is a record."""
    labels = labels_module.of_sorts(lines)
    if not labels and len(lines) > _MANY and not _may_be_blocks(lines):
        return []
    labels = labels or labels_module.of(lines)
    counts = Counter(labels.of)
    best: list[int] = []
    best_quality = _MIN_QUALITY
    for heads in _candidates(labels, counts, _MAX_CANDIDATES):
        quality = _quality(labels, counts, heads)
        if quality > best_quality + 0.02 and (not _alike(lines, labels, heads) or _in_turn(labels, heads)):
            best, best_quality = heads, quality
    return best


def _may_be_blocks(lines: Sequence[str]) -> bool:
    """Tell whether very many `lines` may be blocks, by some in a row at each of many places."""
    apart = len(lines) // _PLACES
    sampled = [line for at in range(0, len(lines), apart) for line in lines[at : at + _IN_A_ROW]]
    labels = labels_module.of_alike(sampled, by_shape(sampled))
    counts = Counter(labels.of)
    candidates = _candidates(labels, counts, _MAX_CANDIDATES * _PERHAPS_MORE)
    return any(_quality(labels, counts, heads) > _PERHAPS for heads in candidates)


def _candidates(labels: Labels, counts: Counter[int], most: int) -> list[list[int]]:
    """Return the lines of each label that comes as often as heads of blocks do, of `most` labels, and the lines that are less
    deep than all others, where these may be heads."""
    told = [number for number in range(1, len(labels.different)) if counts[number]]
    total = len(labels.of) - counts[0]
    if total < _MIN_RECORDS * 2 or max(map(counts.__getitem__, told)) * _MIN_LINES_EACH > total * 1.5:
        return []
    often = [
        number
        for number in told
        if counts[number] >= _MIN_RECORDS
        and total >= _MIN_LINES_EACH * counts[number]
        and total <= _MAX_LINES_EACH * counts[number]
    ]
    often.sort(key=lambda number: -counts[number])  # the numbers are in order of first appearance
    code_of = dict(zip(sorted(often[:most]), range(1, 1 + most), strict=False))
    margin = min(labels.different[number].indent for number in told)
    is_at_margin = [label.indent == margin and label is not BLANK for label in labels.different]
    codes = [code_of.get(number, 0) for number in range(len(labels.different))]
    marked = bytes(map(codes.__getitem__, labels.of))
    candidates = [list(compress(range(len(marked)), map(code.__eq__, marked))) for code in code_of.values()]
    at_margin = list(compress(range(len(labels.of)), map(is_at_margin.__getitem__, labels.of)))
    if _MIN_LINES_EACH * len(at_margin) <= total <= _MAX_LINES_EACH * len(at_margin):
        candidates.append(at_margin)
    return candidates


def _blocks(labels: Labels, heads: Sequence[int]) -> Counter[tuple[int, ...]]:
    """Return the blocks that begin at `heads`, by the labels of their lines."""
    return Counter(map(labels.of.__getitem__, map(slice, heads, [*heads[1:], len(labels.of)])))


def _quality(labels: Labels, counts: Counter[int], heads: Sequence[int]) -> float:
    """Return how well the blocks that begin at `heads` look like records, 0 to 1."""
    faults = 0.0
    inside = 0
    before = Counter(labels.of[max(0, heads[0] - 1) : heads[0]])  # the labels of lines before a head
    for block, times in _blocks(labels, heads).items():
        of_block, inside_block = _faults(labels.different, block, counts)
        faults += times * of_block
        inside += times * inside_block
        before[block[-1]] += times
    before[labels.of[-1]] -= 1
    if _follow_one_label(labels, heads, before):
        faults *= _CLOSED
    # Where most heads have nothing below them, they are lines among others: numbered lines of code in a report.
    faults += _NOTHING_BELOW * list(map(sub, heads[1:], heads)).count(1)
    total = inside + len(heads)
    return total / max(1, len(labels.of) - counts[0]) - faults / max(1, total)


def _faults(different: Sequence[Label], block: Sequence[int], counts: Counter[int]) -> tuple[float, int]:
    """Return how much in one block speaks against a record, and how many lines with a label it has below its first."""
    faults = 0.0
    inside = 0
    margin = different[block[0]].indent
    seen = {block[0]}
    for number in block[1:]:
        if not number:
            continue
        inside += 1
        indent = different[number].indent
        if indent > margin:
            faults += _DEEPER if number in seen else 0.0
        elif indent < margin or number in seen:
            faults += 1.0
        elif counts[number] == 1:
            faults += _UNIQUE
        seen.add(number)
    return faults, inside


def _alike(lines: Sequence[str], labels: Labels, heads: Sequence[int]) -> bool:
    """Tell whether the lines between heads are written like heads: then each is a record of its own."""
    of_heads = {_outline(lines[index]) for index in heads[:_SAMPLE]}
    begin = set(map(labels.of.__getitem__, heads))  # no other line has one of these
    between = [
        bool(label.word) and not label.keyed and number not in begin for number, label in enumerate(labels.different)
    ]
    first = heads[0]
    inside = list(compress(range(first, len(lines)), map(between.__getitem__, labels.of[first:])))
    sampled = inside[:: max(1, len(inside) // _SAMPLE)]
    alike = sum(1 for index in sampled if _outline(lines[index]) in of_heads)
    return alike * 2 > max(1, len(sampled))


def _in_turn(labels: Labels, heads: Sequence[int]) -> bool:
    """Tell whether the lines of nearly all blocks begin with the same words in the same order, each another one, as in
    "BEGIN:VEVENT", "UID:7", "STATUS:open": these are the fields of records, however alike they look."""
    if len(labels.of) < _MIN_IN_TURN * _MOSTLY_IN_TURN * len(heads):
        return False  # most have too few lines
    orders: Counter[tuple[int, ...]] = Counter()
    for block, times in _blocks(labels, heads).items():
        orders[tuple(filter(None, block))] += times
    order, times = orders.most_common(1)[0]
    # Branches of a tree, each deeper than the one above, begin alike.
    different = len({labels.different[number].word.partition(" ")[2] for number in order})
    return different == len(order) >= _MIN_IN_TURN and times >= _MOSTLY_IN_TURN * len(heads)


def _outline(line: str) -> str:
    return " ".join(_WORDS.sub("w", line).split())


def _follow_one_label(labels: Labels, heads: Sequence[int], before: Counter[int]) -> bool:
    """Tell whether the line before each head is of one kind, blank or an end mark, which is another than the heads'."""
    number, count = before.most_common(1)[0]
    return count >= 0.9 * (len(heads) - 1) and all(labels.of[index] != number for index in heads[:10])
