"""What lines of one shape have in common, names and numbers aside: tests passed again and again, steps, rules.

    ok  Farm.Rounds_1 (12ms)   →   0 ok *

`text.templates` masks numbers, ids and paths in lines of any program; a run of tests has names for everything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import repeat

from headroom_mcp import late
from headroom_mcp.text.lines import by_shape

# An atom with a digit or with one of these inside is a name: another in every line.
_ATOM = late.pattern(r"([^\s()\[\]{}]+)")
_NAME = late.pattern(r"\d|\w[./\\:_#]\w")
_LETTERS = late.pattern(r"([^\W\d_]+)")
_STARS = late.pattern(r"\*(?:\s*\*)+")
_BLANKS = late.pattern(r"\s\s+|[^\S ]")


def of(lines: Sequence[str]) -> list[str]:
    """Return each line with "*" for what differs among lines of its shape: names and numbers always, other words where
    fewer than a third of them have the word. The indent counts."""
    found = by_shape(lines)
    if not found.few:
        return _of(lines, repeat(1))
    forms = _of(found.shapes, Counter(found.of).values())
    return [forms[shape] for shape in found.of]


def _of(lines: Sequence[str], times: Iterable[int]) -> list[str]:
    """Return the mould of each line, which comes so many `times`."""
    named = [
        f"{len(line) - len(line.lstrip())} {said}" for line, said in zip(lines, _without_names(lines), strict=True)
    ]
    total: dict[str, int] = {}
    for text, often in zip(named, times, strict=False):
        total[text] = total.get(text, 0) + often
    shapes: dict[str, str] = {}  # many lines are the same but for names
    parts: dict[str, list[str]] = {}  # what stands between, a word, what stands between, …
    words: dict[str, dict[str, int]] = {}
    sizes: dict[str, int] = {}
    for text, often in total.items():
        indent, _, rest = text.partition(" ")
        apart = parts[text] = _LETTERS.split(rest)
        shape = shapes[text] = f"{indent} {_squeezed('*'.join(apart[::2]))}"
        sizes[shape] = sizes.get(shape, 0) + often
        counts = words.setdefault(shape, {})
        for word in set(apart[1::2]):
            counts[word] = counts.get(word, 0) + often
    forms: dict[str, str] = {}
    for text, shape in shapes.items():
        counts, least = words[shape], sizes[shape] / 3
        apart = parts[text]
        apart[1::2] = [word if counts[word] >= least else "*" for word in apart[1::2]]
        forms[text] = f"{text.partition(' ')[0]} {_squeezed(''.join(apart))}"
    return [forms[text] for text in named]


def _without_names(lines: Sequence[str]) -> list[str]:
    """Return each line with "*" for its names: all lines are taken apart at once, and each different atom is looked at once."""
    if not lines:
        return []
    text = "\n".join(lines)
    if text.count("\n") != len(lines) - 1:  # blanks count as one, whichever they are
        text = "\n".join(line.replace("\n", " ") for line in lines)
    pieces = _ATOM.split(text)  # what stands between, an atom, what stands between, …
    atoms = pieces[1::2]
    said = {atom: "*" if _NAME.search(atom) else atom for atom in set(atoms)}
    pieces[1::2] = map(said.__getitem__, atoms)
    return "".join(pieces).split("\n")


def _squeezed(text: str) -> str:
    return _BLANKS.sub(" ", _STARS.sub("*", text))
