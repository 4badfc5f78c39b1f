"""Neighbouring lines that begin alike: what they begin with is said once.

    FAILED tests/core/test_plot.py::TestLegend::test_anonymous      [the next 3 lines begin with "FAILED tests/core/test_plot.py::"]
    FAILED tests/core/test_plot.py::TestLegend::test_three_layers   TestLegend::test_anonymous
    FAILED tests/core/test_plot.py::TestScales::test_inference      TestLegend::test_three_layers
                                                                    TestScales::test_inference

Nothing is left out: every line is what is said before it and what stands of it. A name is never cut in two, and columns
stay under their header.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import Part

_MIN_LINES = 3
_MIN_PREFIX_CHARS = 6
_MAX_PREFIX_CHARS = 300
_MIN_GAIN = 12  # tokens …
_MIN_SHARE = 0.03  # … and of the whole output: a name in two pieces is a price, for which something must be had
_SAID_CHARS = 50  # what the line that says it costs, beside the prefix
_WORTH_CHARS = 30
# "FAILED tests/a.py::", "  Applying ": up to where a name ends; a path is one name
_TO_A_SEAM = late.pattern(r".*(?:::|[\s=|])")
_COLUMNS = late.pattern(r"\S(?:\s{2,}|\t)")


def cut(lines: Sequence[str], parts: Sequence[Part], total_tokens: int) -> list[Part]:
    """Return `parts` with runs of kept lines that begin alike without that beginning, which stands once above them, where
    that is worth it in an output of `total_tokens`."""
    least = max(_MIN_GAIN, int(_MIN_SHARE * total_tokens))
    made: list[Part] = []
    for part in parts:
        if part.action == "keep" and part.stop - part.start >= _MIN_LINES and not part.text:
            made.extend(_of_kept(lines, part.start, part.stop, least))
        else:
            made.append(part)
    return made


def _of_kept(lines: Sequence[str], start: int, stop: int, least: int) -> list[Part]:
    parts: list[Part] = []
    position = at = start
    while at < stop:
        end, prefix = _run(lines, at, stop)
        said = _said(lines, at, end, prefix, least) if prefix else ""
        if not said:
            at += 1
            continue
        if at > position:
            parts.append(Part(position, at, "keep"))
        parts.append(Part(at, end, "render", said, lossless=True))
        position = at = end
    if position < stop:
        parts.append(Part(position, stop, "keep"))
    return parts


def _run(lines: Sequence[str], start: int, stop: int) -> tuple[int, str]:
    """Return where the run of lines ends that is worth most without what it begins with, and that; "" for none."""
    best_end, best, most = start, "", _WORTH_CHARS
    common = lines[start][:_MAX_PREFIX_CHARS]
    prefix: str | None = None
    for at in range(start + 1, stop):
        shared = _common(common, lines[at])
        if prefix is None or shared != common:
            common = shared
            prefix = _worth_saying(common)
        if not prefix:
            break
        count = at + 1 - start
        gain = (count - 1) * len(prefix) - _SAID_CHARS
        if count >= _MIN_LINES and gain > most:
            best_end, best, most = at + 1, prefix, gain
    return best_end, best


def _worth_saying(common: str) -> str:
    """Return what lines that begin with `common` begin with up to where a name ends; "" where that says nothing."""
    match = _TO_A_SEAM.match(common)
    prefix = match.group() if match else ""
    if len(prefix.strip()) < _MIN_PREFIX_CHARS or _COLUMNS.search(prefix) or not any(map(str.isalpha, prefix)):
        return ""
    return prefix


def _common(one: str, other: str) -> str:
    if other.startswith(one):
        return one
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:at]
    return one[: len(other)]


def _said(lines: Sequence[str], start: int, stop: int, prefix: str, least: int) -> str:
    """Return lines `start` … `stop - 1` below what they begin with; "" where that saves less than `least` tokens, or where
    it cannot be told."""
    if marker.plain(prefix) != prefix or '"' in prefix:
        return ""
    rest = [line[len(prefix) :] for line in lines[start:stop]]
    if not all(rest):
        return ""
    said = "\n".join([marker.below(len(rest), prefix), *rest])
    return said if tokens.estimate("\n".join(lines[start:stop])) - tokens.estimate(said) >= least else ""
