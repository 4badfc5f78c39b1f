"""The shapes of lines: what is left of each without what changes from one of its kind to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from headroom_mcp import late

_NUMBERS = late.pattern(r"(?<![a-f])[a-f]*\d[\da-fA-Fx.,:]*")
_BARS = late.pattern(r"[#=>.\-━─█▉▊▋▌▍▎▏░▒▓╸╺⠀-⣿|/\\ \t]{2,}")
# 53:9b:bf:3d:e6:27:9c:61:50 · MIIDazCCAlOgAwIBAgIUbG9uZyBiYXNlNjQgdGV4dA==
_OPAQUE = late.pattern(r"\s*(?:(?:[0-9a-fA-F]{2}[: ]){8,}[0-9a-fA-F]{0,2}:?|[A-Za-z0-9+/]{48,}={0,2})\s*$")
_SHAPE_CHARS = 200
_ALIKE = 4  # lines of one shape make records


def of(lines: Sequence[str]) -> list[str]:
    """Return each line without what changes from one of its kind to the next: numbers, hex, the length of bars."""
    text = "\n".join(line[:_SHAPE_CHARS] for line in lines)
    forms = _BARS.sub(" ", _NUMBERS.sub("0", text)).split("\n")
    return ["opaque" if _OPAQUE.match(line) else form for line, form in zip(lines, forms, strict=True)]


def are_of_records(lines: Sequence[str]) -> bool:
    """Tell whether most lines have the shape of others, as in what a program writes and in nobody's text."""
    counts = Counter(of([line for line in lines if line.strip()])).values()
    return sum(count for count in counts if count >= _ALIKE) * 2 > sum(counts)
