"""Neighbouring lines that begin or end alike: what they begin and end with is said once.

    FAILED tests/core/test_plot.py::TestLegend::test_anonymous      [the next 3 lines begin with "FAILED tests/core/test_plot.py::"]
    FAILED tests/core/test_plot.py::TestLegend::test_three_layers   TestLegend::test_anonymous
    FAILED tests/core/test_plot.py::TestScales::test_inference      TestLegend::test_three_layers
                                                                    TestScales::test_inference

Nothing is left out: every line is what is said to be before and after it and what stands of it. A name is never cut in two, and
columns stay under their header.
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
# "FAILED tests/a.py::", "  Applying ", "src/a.ts:" before a line's number: up to where a name ends; a path is one name
_TO_A_SEAM = late.pattern(r".*(?:::|[\s=|]|\.\w{1,5}[:(])")
# "/srv/shop/" of "/srv/shop/src/a.ts": a path from there on is one that people use, too
_TO_A_FOLDER = late.pattern(r"(?:~?/|[A-Za-z]:[\\/])(?:[^/\\\s:]+[/\\])+")
# "... OK", ", which is not installed.": from where a name ends
_FROM_A_SEAM = late.pattern(r"(?:\.\.|[^\w\s./\\:@#-]|:?\s).*")
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
        end, prefix, suffix = _run(lines, at, stop)
        said = _said(lines, at, end, prefix, suffix, least) if prefix or suffix else ""
        if not said:
            at = max(at + 1, end)  # nor can it be said of fewer of them
            continue
        if at > position:
            parts.append(Part(position, at, "keep"))
        parts.append(Part(at, end, "render", said, lossless=True))
        position = at = end
    if position < stop:
        parts.append(Part(position, stop, "keep"))
    return parts


def _run(lines: Sequence[str], start: int, stop: int) -> tuple[int, str, str]:
    """Return where the run of lines ends that is worth most without what it begins and ends with, and that; "" for none."""
    best_end, best, most = start, ("", ""), _WORTH_CHARS
    shared = ("", "")
    begins = lines[start][:_MAX_PREFIX_CHARS]
    ends = lines[start][: -_MAX_PREFIX_CHARS - 1 : -1]  # backwards
    for at in range(start + 1, stop):
        both = (_common(begins, lines[at]), _common(ends, lines[at][: -_MAX_PREFIX_CHARS - 1 : -1]))
        if at == start + 1 or both != (begins, ends):
            begins, ends = both
            shared = (_to_a_seam(begins) or _to_a_folder(begins), _from_a_seam(ends[::-1]))
        if shared == ("", ""):
            break
        count = at + 1 - start
        gain = (count - 1) * (len(shared[0]) + len(shared[1])) - _SAID_CHARS
        if count >= _MIN_LINES and gain > most:
            best_end, best, most = at + 1, shared, gain
    return best_end, *best


def _to_a_seam(common: str) -> str:
    """Return what lines that all begin with `common` may be said to begin with."""
    match = _TO_A_SEAM.match(common)
    return match.group() if match and _can_be_said(match.group()) else ""


def _to_a_folder(common: str) -> str:
    """Return the folder that paths which all begin with `common` are in; "" where they do not begin at the root."""
    match = _TO_A_FOLDER.match(common)
    return match.group() if match and _can_be_said(match.group()) else ""


def _from_a_seam(common: str) -> str:
    """Return what lines that all end with `common` may be said to end with."""
    match = _FROM_A_SEAM.search(common)
    return match.group() if match and _can_be_said(match.group()) else ""


def _can_be_said(common: str) -> bool:
    return len(common.strip()) >= _MIN_PREFIX_CHARS and not _COLUMNS.search(common) and any(map(str.isalpha, common))


def _common(one: str, other: str) -> str:
    if other.startswith(one):
        return one
    for at, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return one[:at]
    return one[: len(other)]


def _said(lines: Sequence[str], start: int, stop: int, prefix: str, suffix: str, least: int) -> str:
    """Return lines `start` … `stop - 1` below what they begin and end with; "" where that saves less than `least` tokens, or
    where it cannot be told."""
    if marker.plain(prefix + suffix) != prefix + suffix or '"' in prefix + suffix:
        return ""
    if _TO_A_FOLDER.fullmatch(prefix) and not all("/" in line[len(prefix) :] for line in lines[start:stop]):
        prefix = prefix[: prefix.rindex("/", 0, -1) + 1]  # a name alone does not say what it is part of
    rest = [line[len(prefix) : len(line) - len(suffix)] for line in lines[start:stop]]
    if prefix.endswith((":", "(")) and not prefix.endswith("::") and not all(row[:1].isdigit() for row in rest):
        return ""  # part of a name
    if not all(rest) or any(len(line) < len(prefix) + len(suffix) for line in lines[start:stop]):
        return ""
    said = "\n".join([marker.below(len(rest), prefix, suffix), *rest])
    return said if tokens.estimate("\n".join(lines[start:stop])) - tokens.estimate(said) >= least else ""
