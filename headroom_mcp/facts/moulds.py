"""What lines of one shape have in common, names and numbers aside: tests passed again and again, steps, rules.

    ok  Farm.Rounds_1 (12ms)   →   0 ok *

`text.templates` masks numbers, ids and paths in lines of any program; a run of tests has names for everything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late

# An atom with a digit or with one of these inside is a name: another in every line.
_ATOM = late.pattern(r"(?<![^\s()\[\]{}])[^\s()\[\]{}]*(?:\d|\w[./\\:_#]\w)[^\s()\[\]{}]*")
_LETTERS = late.pattern(r"[^\W\d_]+")
_BLANKS = late.pattern(r"\*(?:\s*\*)+|\s+")


def of(lines: Sequence[str]) -> list[str]:
    """Return each line with "*" for what differs among lines of its shape: names and numbers always, other words where
    fewer than a third of them have the word. The indent counts."""
    named = [f"{len(line) - len(line.lstrip())} {_ATOM.sub('*', line)}" for line in lines]
    shapes: dict[str, str] = {}  # many lines are the same but for names
    words: dict[str, dict[str, int]] = {}
    sizes: dict[str, int] = {}
    for text, often in Counter(named).items():
        indent, _, rest = text.partition(" ")
        shape = shapes[text] = f"{indent} {_squeezed(_LETTERS.sub('*', rest))}"
        sizes[shape] = sizes.get(shape, 0) + often
        counts = words.setdefault(shape, {})
        for word in set(_LETTERS.findall(rest)):
            counts[word] = counts.get(word, 0) + often
    forms: dict[str, str] = {}
    for text, shape in shapes.items():
        counts, least = words[shape], sizes[shape] / 3

        def masked(word: re.Match[str], counts: dict[str, int] = counts, least: float = least) -> str:
            return word.group() if counts[word.group()] >= least else "*"

        indent, _, rest = text.partition(" ")
        forms[text] = f"{indent} {_squeezed(_LETTERS.sub(masked, rest))}"
    return [forms[text] for text in named]


def _squeezed(text: str) -> str:
    return _BLANKS.sub(lambda run: "*" if run.group()[0] == "*" else " ", text)
