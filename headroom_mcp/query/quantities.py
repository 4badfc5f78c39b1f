"""What a question wants measured: "how large is the result?" is answered by a line with a size, "how long did it take?" by
one with a time, and of several such lines by the last, where totals stand; "how fast is it?" by those with a rate."""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.types import Measure

# how large is it · how much memory · what size
_SIZE = late.pattern(
    r"\bhow (?:large|big|heavy|much (?:space|memory|data|disk|room|ram))\b|\bwhat size\b|\bhow many (?:\w{0,9}bytes|[kmg]i?b)\b"
)
# how long did it take · how much time · how many seconds
_TIME = late.pattern(r"\bhow (?:long|slow|quick(?:ly)?|much time)\b|\bhow many (?:seconds|minutes|ms|hours)\b")
# how fast is it · what throughput · how many requests per second
_RATE = late.pattern(
    r"\bhow fast\b|\bthroughput\b|\bbandwidth\b|\bhow (?:many|much)\b[^?]{0,40}\b(?:per|a|each) (?:second|minute)\b"
)
# 12kB · 3.4 MiB · 512 bytes
_OF_SIZE = late.pattern(r"(?<![\w.,])\d[\d.,]{0,15} ?(?:[kKMGT]i?[bB]|bytes|[kKMGT])(?![\w/])")
# 12 ms · 3.4s · 2 min · 00:00:02.95
_OF_TIME = late.pattern(
    r"(?<![\w.,])\d[\d.,]{0,15} ?(?:[nuµm]?s|secs?|seconds?|min(?:ute)?s?|h(?:ours?)?)\b|\b\d\d:\d\d:\d\d\.\d"
)
# 1427.69 MiB/sec · 25316.46 requests per second · Requests/s: 12 · events per second:  1312.17
_OF_RATE = late.pattern(
    r"(?<![\w.,])\d[\d.,]{0,15} ?(?:[a-zA-Z]{1,12} ?)?(?:/ ?(?:s|sec|second|min|minute|h)\b|(?<=[ a-zA-Z])per (?:second|sec|minute)\b|[kKMG]?bps\b)"
    r"|\b[a-zA-Z]{1,12} ?(?:/ ?(?:s|sec|second)|per (?:second|sec))\b[^\w\n]{1,40}\d"
)
_MAX_LINE_CHARS = 400
_MAX_LINES = 3


def asked(question: str) -> Measure | None:
    """Return what `question` wants measured, a "size", a "time" or a "rate"; None for neither."""
    low = question.lower()
    if not any(word in low for word in ("how", "size", "throughput", "bandwidth")):
        return None
    if _RATE.search(low):
        return "rate"
    return "size" if _SIZE.search(low) else "time" if _TIME.search(low) else None


def lines_with(measure: Measure, lines: Sequence[str]) -> list[int]:
    """Return the last lines that hold a `measure`, those with the most of them first; none where every fourth line does. Where
    no line holds a rate, times tell how fast it was."""
    pattern = _OF_SIZE if measure == "size" else _OF_RATE if measure == "rate" else _OF_TIME
    found = [(len(pattern.findall(line[:_MAX_LINE_CHARS])), at) for at, line in enumerate(lines)]
    held = [(count, at) for count, at in found if count]
    if not held and measure == "rate":
        return lines_with("time", lines)
    if not held or len(held) * 4 > len(lines):
        return []
    if measure == "rate":
        return [at for _, at in held[-2 * _MAX_LINES :]]  # of each thing that was measured another
    last = held[-2 * _MAX_LINES :]
    return [at for _, at in sorted(last, key=lambda one: (-one[0], -one[1]))[:_MAX_LINES]]
