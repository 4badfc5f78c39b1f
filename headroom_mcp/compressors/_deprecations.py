"""Deprecation warnings beside a failure: what will break some day says nothing of what is broken now.

    tests/test_plot.py: 44 warnings
      /srv/shop/data.py:101: FutureWarning: The copy keyword is deprecated and will be removed     [… lines 7-9 · deprecation warnings]
        frame = concat(parts, copy=False)

Where nothing fails they are the news, and where the question speaks of them they are the answer: then they stay.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from headroom_mcp import late
from headroom_mcp.facts import find
from headroom_mcp.text import failure_words, marker, tokens
from headroom_mcp.text import parts as render
from headroom_mcp.tool_output import ToolOutput
from headroom_mcp.types import Part

NOTE = "deprecation warnings"
_MIN_GAIN = 24  # tokens
_MAX_LINE_CHARS = 600
_MAX_CODE_LINES = 3
# a.py:3: FutureWarning: … deprecated …   (node:12) [DEP0040] DeprecationWarning: …   DEPRECATION: …   npm warn deprecated …
_WARNING = late.pattern(
    r"^\s*(?:\S+:\d+: \w*Warning: .*(?:\b[Dd]eprecat|\bwill be removed\b)|\(node:\d+\) (?:\[\w+\] )?DeprecationWarning: |DEPRECATION: |npm (?:warn|WARN) deprecated )"
)
# (Use `node --trace-deprecation ...` to show where the warning was created)
_HINT = late.pattern(r"^\(Use `\w+ --trace-(?:deprecation|warnings)")
# tests/test_plot.py: 44 warnings   tests/test_plot.py::test_a   a.py:12: where pytest says that a warning was given
_PLACE = late.pattern(r"^[^\s:]+\.py(?:: [\d,]+ warnings?$|::\S|:\d+$)")
_ASKED = late.pattern(r"(?i:deprecat|warning)")


def cut(output: ToolOutput, parts: Sequence[Part]) -> list[Part]:
    """Return `parts` of an output that tells of a failure with deprecation warnings cut from what is kept."""
    lines = output.lines
    found = [] if _ASKED.search(output.query) else stretches(lines)
    if not found or not _fails(lines, {i for start, stop in found for i in range(start, stop)}):
        return list(parts)
    least = marker.GAP_TOKENS + _MIN_GAIN
    pieces = [
        (max(start, part.start), min(stop, part.stop))
        for part in parts
        if part.action == "keep"
        for start, stop in found
    ]
    worth = [(start, stop) for start, stop in pieces if stop > start and _cost(lines, start, stop) >= least]
    return render.cut(parts, worth, NOTE)


def stretches(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the lines (start, stop) of deprecation warnings with their places and the code quoted below them, neighbours as one."""
    gone: set[int] = set()
    for index, line in enumerate(lines):
        if index in gone or not _WARNING.match(line[:_MAX_LINE_CHARS]):
            continue
        at = index - 1
        while at >= 0 and _PLACE.match(lines[at][:_MAX_LINE_CHARS]):
            gone.add(at)
            at -= 1
        gone.add(index)
        at = index + 1
        while at < len(lines) and at - index <= _MAX_CODE_LINES and _goes_on(line, lines[at]):
            gone.add(at)
            at += 1
    between = {i for i, line in enumerate(lines) if not line.strip() and i - 1 in gone and i + 1 in gone}
    return render.runs(gone | between)


def _goes_on(warning: str, line: str) -> bool:
    indent = len(line) - len(line.lstrip())
    return bool(line.strip()) and (indent > len(warning) - len(warning.lstrip()) or _HINT.match(line) is not None)


def _fails(lines: Sequence[str], apart_from: Collection[int]) -> bool:
    return any(failure_words.is_strong(lines[i]) for i in find.failures(lines, apart_from))


def _cost(lines: Sequence[str], start: int, stop: int) -> int:
    return tokens.estimate("\n".join(lines[start:stop]))
