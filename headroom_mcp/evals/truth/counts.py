"""How many lines of an original a short form leaves out, and how many it shows in a shorter form, told by their words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from headroom_mcp.types import Part

_WORD = re.compile(r"\w+")
_HEAD_LINES = 2  # of a record shown in another place, these tell which it is
_FEW = 3  # lines that hold a word which tells them from the others
_RAREST = 3  # a file and a line, without the column and the message


class Counts(NamedTuple):
    """`changed`: lines that are not shown as they are. What may be said of them: so many `left_out`, so many `in_short`."""

    changed: int
    left_out: range
    in_short: range


def of(lines: Sequence[str], parts: Sequence[Part], body: str) -> Counts:
    """Return what is true of `lines`, whose short form is `body`.

    A part that has no text of its own may be told in another place. It is not where none of the words stands in `body` by
    which the lines at its head could be known: those that the fewest lines hold, or, where it is said to be told there, any but
    those of all lines: it may be named by what others are named by, too.
    """
    words = [frozenset(_WORD.findall(line)) for line in lines]
    held_by = Counter(word for of_line in words for word in of_line)
    said = frozenset(_WORD.findall(body))
    few = max(_FEW, len(lines) // 10)
    gone = unclear = short = 0
    for part in parts:
        size = part.stop - part.start
        if part.action == "omit":
            gone += size
        elif part.action == "render" and not part.lossless and not part.unit:
            if part.text:
                short += size
            elif any(
                not said.isdisjoint(word for word in words[i] if held_by[word] < len(lines))
                if part.elsewhere
                else _is_told(words[i], held_by, few, said)
                for i in range(part.start, min(part.stop, part.start + _HEAD_LINES))
            ):
                unclear += size
            else:
                gone += size
    return Counts(gone + unclear + short, range(gone, gone + unclear + 1), range(short, short + unclear + 1))


def _is_told(words: frozenset[str], held_by: Counter[str], few: int, said: frozenset[str]) -> bool:
    """Tell whether `said` holds one of the few rarest of `words`; a line without rare words tells nothing either way."""
    rarest = [word for word in sorted(words, key=lambda word: held_by[word])[:_RAREST] if held_by[word] <= few]
    return not rarest or not said.isdisjoint(rarest)
