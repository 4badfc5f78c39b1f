"""How lines are written, whatever they say: their indent and marks, with "w" for each value or list of values.

(“depot”: …)    {"name": "Al", "codes": [1, 2, 3]},    →    {w: w, w: [w]},
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.text.lines import by_shape

# a text in quotes, a name, a number: what differs from one to the next
_VALUE = late.pattern(
    r""""(?:[^"\\\n]|\\.){0,300}"|'(?:[^'\\\n]|\\.){0,300}'(?!\w)|`[^`\n]{0,300}`|[^\W_][\w.-]*|_[\w.-]*"""
)
_VALUES = late.pattern(r"w(?:[, \t|;]+w)+")
_FORM_CHARS = 60


def forms(lines: Sequence[str]) -> list[str]:
    """Return how each line is written."""
    alike = by_shape(lines)
    bare = _VALUES.sub("w", _VALUE.sub("w", "\n".join(alike.shapes))).split("\n")
    found = [form.rstrip()[:_FORM_CHARS] for form in bare]
    return [found[shape] for shape in alike.of]
