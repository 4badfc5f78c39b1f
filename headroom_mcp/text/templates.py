"""Lines without what changes from one of their kind to the next: the templates of log lines.

In the manner of Drain's preprocessing (He et al., "Drain: An Online Log Parsing Approach with Fixed Depth Tree", 2017):
numbers, hex, ids, addresses, paths and times are masked, so that lines of one statement fall together. Masking alone, over
the whole text at once, is linear and needs no tree.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.text.lines import by_shape

_MAX_CHARS = 240  # what tells lines apart stands at their beginning

# quoted words | urls and paths | numbers with their units, hex, ids, addresses, times
_QUOTED = late.pattern(r"'[^'\n]{0,200}'|\"[^\"\n]{0,200}\"|`[^`\n]{0,200}`")
_PATH = late.pattern(r"(?:[a-z][a-z+.\-]{1,9}://|(?<![\w<])[~.]{0,2}/)[^\s,;:()\[\]{}<>'\"|]*")
# A word is tried at its beginning only, and what leads up to its first digit holds none: linear.
_NUMBER = late.pattern(r"(?<![\w\-])[A-Za-z_\-]*\d[\w.\-]*(?::\d[\w.]*)*")


def masked(lines: Sequence[str]) -> list[str]:
    """Return the template of each line. Lines of one template differ only in numbers, ids, paths and quoted words."""
    heads = _heads(lines)
    found = by_shape(heads)
    if not found.few:
        return _masked(heads)
    told = _masked(found.shapes)
    numbered = [at for at, shape in enumerate(found.of) if "1" in told[shape]]  # a digit that is none's of a number
    exact = dict(zip(numbered, _masked([heads[at] for at in numbered]), strict=True))
    return [exact.get(at, told[shape]) for at, shape in enumerate(found.of)] if exact else [told[n] for n in found.of]


def _heads(lines: Sequence[str]) -> list[str]:
    return [line[:_MAX_CHARS] if len(line) > _MAX_CHARS else line for line in lines]


def _masked(lines: Sequence[str]) -> list[str]:
    if not lines:
        return []
    text = "\n".join(lines)
    text = _QUOTED.sub("<q>", text)
    text = _PATH.sub("<p>", text)
    text = _NUMBER.sub("<n>", text)
    return text.split("\n")
