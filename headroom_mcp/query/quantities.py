"""What a question wants measured: "how large is the result?" is answered by a line with a size, "how long did it take?" by
one with a time, and of several such lines by the last, where totals stand."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.types import Measure

# how large is it · how much memory · what size
_SIZE = late.pattern(
    r"\bhow (?:large|big|heavy|much (?:space|memory|data|disk|room|ram))\b|\bwhat size\b|\bhow many (?:\w{0,9}bytes|[kmg]i?b)\b"
)
# how long did it take · how much time · how many seconds
_TIME = late.pattern(r"\bhow (?:long|fast|slow|quick(?:ly)?|much time)\b|\bhow many (?:seconds|minutes|ms|hours)\b")
# 12kB · 3.4 MiB · 512 bytes
_OF_SIZE = late.pattern(r"(?<![\w.,])\d[\d.,]{0,15} ?(?:[kKMGT]i?[bB]|bytes|[kKMGT])(?![\w/])")
# 12 ms · 3.4s · 2 min · 00:00:02.95
_OF_TIME = late.pattern(
    r"(?<![\w.,])\d[\d.,]{0,15} ?(?:[nuµm]?s|secs?|seconds?|min(?:ute)?s?|h(?:ours?)?)\b|\b\d\d:\d\d:\d\d\.\d"
)
_MAX_LINE_CHARS = 400
_MAX_LINES = 3


def asked(question: str) -> Measure | None:
    """Return what `question` wants measured, a "size" or a "time"; None for neither."""
    low = question.lower()
    if "how" not in low and "size" not in low:
        return None
    return "size" if _SIZE.search(low) else "time" if _TIME.search(low) else None


def lines_with(measure: Measure, lines: Sequence[str]) -> list[int]:
    """Return the last lines that hold a `measure`, those with the most of them first; none where every fourth line does."""
    pattern = _OF_SIZE if measure == "size" else _OF_TIME
    found = [(len(pattern.findall(line[:_MAX_LINE_CHARS])), at) for at, line in enumerate(lines)]
    held = [(count, at) for count, at in found if count]
    if not held or len(held) * 4 > len(lines):
        return []
    last = held[-2 * _MAX_LINES :]
    return [at for _, at in sorted(last, key=lambda one: (-one[0], -one[1]))[:_MAX_LINES]]
