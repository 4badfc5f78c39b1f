"""The label of each line of a text: its indent, its leading marks, its first word or key. See `find`, which looks for those that
begin records.

Some lines say themselves of which sort they are, with nothing else at their beginning that would tell:

    keys above their values     "  8" above "walls", " 40" above "2.5"
    numbers of a sort           ":61:" and ":86:", "F2=" and "F39="
    levels                      "0 @I7@ INDI" above "1 NAME Ann"
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from headroom_mcp import late
from headroom_mcp.late import NamedTuple
from headroom_mcp.text.lines import Alike, alike

_MIN_RECORDS = 3
LOOKED_AT = 400  # lines that tell of which sort they are
_MAX_LABEL_CHARS = 60
# indent | marks | first word, and what follows up to "=" or ":" in a key
_LABEL = late.pattern(r"([ \t]*)([^\w\s]{0,3})[ \t]*(\w*)(?:([\w .()/#%-]{0,40}?)[ \t]*(=|:(?=\s|$)|\|))?")
_KEY_ENDS = ("=", ":")
_ALIGNED = 0.9  # of the keys end in one column: they are aligned to the right
# Lines that are keys and values in turn
_MIN_KEYS, _MAX_KEYS, _MAX_KEY_CHARS, _TIMES_EACH_KEY, _MOSTLY_FOLLOWED = 3, 40, 24, 4, 0.6
# :61:3103… · :32A:… · F39=00
_TAG = late.pattern(r"[ \t]*([^\w\s]?[A-Za-z]{0,8}\d{1,3}[A-Za-z]?[:=|])(?=\S|$)")
_MAX_FRAMES, _TAGGED = 3, 0.5  # different lines around records of tagged ones, and the share of tagged lines
_LEVEL, _MAX_LEVELS = late.pattern(r"[ \t]*(\d{1,2})[ \t]+(?=\D)"), 10
_KEY_REST = late.pattern(r"[^\d ]*(?: [^\d ]+){0,2}")
_DIGITS = late.pattern(r"\d+")


class Label(NamedTuple):
    """What kind of line this is ("" for a blank one), how far it is indented, and whether it begins with a key."""

    word: str
    indent: int
    keyed: bool


BLANK = Label("", 0, False)


class Labels(NamedTuple):
    """The different labels of lines, that of blank lines first, and for each line the number `of` its label."""

    different: list[Label]
    of: tuple[int, ...]


def of_sorts(lines: Sequence[str]) -> Labels | None:
    """Return the labels of lines that say themselves of which sort they are; None for others."""
    return _of_pairs(lines) or _of_tags(lines) or _of_levels(lines)


def _of_pairs(lines: Sequence[str]) -> Labels | None:
    """Return the labels of lines that are keys and values in turn, those of the values blank: "  8" above "walls", " 40" above
    "2.5". Keys are few, and each is mostly followed by the same other one. None for lines that are no such pairs."""
    sampled = [line.strip() for line in lines[:LOOKED_AT]]
    if not any(_are_keys(sampled[first::2], sampled[1 - first :: 2]) for first in (0, 1)):
        return None
    bare = [line.strip() for line in lines]
    for first in (0, 1):
        keys = bare[first::2]
        if _are_keys(keys, bare[1 - first :: 2]):
            number_of = {key: at for at, key in enumerate(dict.fromkeys(["", *keys]))}
            labels = [Label(key, 0, True) if key else BLANK for key in number_of]
            return Labels(labels, tuple(number_of[key] if at % 2 == first else 0 for at, key in enumerate(bare)))
    return None


def _of_tags(lines: Sequence[str]) -> Labels | None:
    """Return the labels of lines that begin with a number of their sort: ":61:" and ":86:", "F2=" and "F39="; a few others may
    stand around a record, alike each time. None for others: a number says how many, or which of many."""
    sampled = [line for line in lines[:LOOKED_AT] if line.strip()]
    tags = [_tag(line) for line in sampled]
    frames = {line for line, tag in zip(sampled, tags, strict=True) if not tag}
    told = list(filter(None, tags))
    if len(frames) > _MAX_FRAMES or len(told) < _TAGGED * len(sampled):
        return None
    if not _are_keys(told, sampled, least=_MIN_KEYS if frames else 2):
        return None
    words = [tag or line.strip()[:_MAX_LABEL_CHARS] for line, tag in zip(lines, map(_tag, lines), strict=True)]
    number_of = {word: at for at, word in enumerate(dict.fromkeys(["", *words]))}
    labels = [Label(f"0  {word}", 0, False) if word else BLANK for word in number_of]
    return Labels(labels, tuple(map(number_of.__getitem__, words)))


def _tag(line: str) -> str:
    match = _TAG.match(line)
    return match[1] if match else ""


def _of_levels(lines: Sequence[str]) -> Labels | None:
    """Return the labels of lines that begin with how deep they are, read as if they were indented: "0 @I7@ INDI" above
    "1 NAME Ann". None for others."""
    sampled = [line for line in lines[:LOOKED_AT] if line.strip()]
    levels = [match[1] if (match := _LEVEL.match(line)) else "" for line in sampled]
    different = sorted(set(levels), key=lambda level: int(level or 0))
    if "" in levels or not 1 < len(different) <= _MAX_LEVELS or levels.count(different[0]) < _MIN_RECORDS:
        return None
    depths = [different.index(level) for level in levels]
    if depths[0] or any(after > before + 1 for before, after in pairwise(depths)):
        return None
    told = [
        f"{' ' * 2 * int(match[1])}{line[match.end() :]}" if (match := _LEVEL.match(line)) else line for line in lines
    ]
    return of(told)


def _are_keys(keys: Sequence[str], told: Sequence[str], *, least: int = _MIN_KEYS) -> bool:
    """Tell whether of lines that take turns these are keys, and `told` are what they say."""
    different = set(keys)
    if not least <= len(different) <= min(_MAX_KEYS, len(keys) // _TIMES_EACH_KEY):
        return False
    if len(set(told)) < 2 * len(different) or max(map(len, different)) > _MAX_KEY_CHARS:
        return False
    followed: dict[str, Counter[str]] = {}
    for key, after in pairwise(keys):
        followed.setdefault(key, Counter())[after] += 1
    most = {key: counts.most_common(1)[0] for key, counts in followed.items()}
    return sum(times for key, (after, times) in most.items() if after != key) >= _MOSTLY_FOLLOWED * len(keys)


def of(lines: Sequence[str]) -> Labels:
    """Return the label of each line; keys that end in one column are as deep as the widest of them."""
    return of_alike(lines, alike(lines))


def of_alike(lines: Sequence[str], found: Alike) -> Labels:
    """Return the same for lines of which it is known which are alike."""
    column = _right_edge(lines)
    if not column:
        of_shapes = [of_line(shape) for shape in found.shapes]
    else:
        of_shapes = [
            of_line(shape.lstrip() if shape[column : column + 1] in _KEY_ENDS else shape) for shape in found.shapes
        ]
    different = {"": BLANK, **{label.word: label for label in of_shapes}}
    number_of = dict(zip(different, range(len(different)), strict=True))
    numbers = [number_of[label.word] for label in of_shapes]
    return Labels(list(different.values()), tuple(map(numbers.__getitem__, found.of)))


def _right_edge(lines: Sequence[str]) -> int:
    """Return the column where the keys of `lines` end, if they are aligned to the right: "     id = 7" above "created = …";
    else 0."""
    ends: Counter[int] = Counter()
    indents: set[tuple[int, int]] = set()
    for line in lines[:LOOKED_AT]:
        match = _LABEL.match(line)
        if match and match[5] and match[5] in _KEY_ENDS:
            ends[match.start(5)] += 1
            indents.add((match.start(5), match.end(1)))
    if not ends:
        return 0
    column, times = ends.most_common(1)[0]
    depths = sum(1 for at, _ in indents if at == column)
    return column if times >= _ALIGNED * ends.total() and depths > 1 else 0


def of_line(line: str) -> Label:
    """Return the label of one line."""
    match = _LABEL.match(line)
    if match is None:
        return BLANK
    indent, marks, word, rest, mark = match.groups()
    # The cell of a row with several bars is not a key.
    return _label_of(indent, marks, word, rest, mark if mark != "|" or line.count("|") == 1 else "")


@lru_cache(maxsize=1024)  # most lines begin like many others
def _label_of(indent: str, marks: str, word: str, rest: str | None, mark: str | None) -> Label:
    if not (marks or word):
        return BLANK
    size = len(indent.expandtabs(4))
    # Half a sentence is not a key, nor is an id.
    keyed = bool(mark) and _KEY_REST.fullmatch(rest or "") is not None
    told = f"{word}{rest or ''}{mark}" if keyed else word
    return Label(f"{size} {marks[:2]} {_DIGITS.sub('0', told)}"[:_MAX_LABEL_CHARS], size, keyed)
