"""A folder that many paths of an output lie in: said once, and "…/" where it stood.

    [paths: …/ for /srv/shop/api/]
    File "…/orders/views.py", line 12, in post
    File "…/orders/prices.py", line 88, in total

Nothing is left out: "…/" stands nowhere else. What is left of a path is still more than a name, as people write it.
"""

from __future__ import annotations

from collections.abc import Sequence

from headroom_mcp import late
from headroom_mcp.late import re
from headroom_mcp.text import tokens
from headroom_mcp.types import Part

MARK = "…/"
_HEAD = "[paths: …/ for {}]"
_HEAD_TOKENS = 8
_MARK_TOKENS = 2
_MIN_PATHS = 3
_MIN_GAIN = 12  # tokens …
_MIN_SHARE = 0.03  # … and of the whole output: another word for a folder is a price, for which something must be had
_NAMES = 0.2  # of the paths may be left with nothing but a name
_MAX_DEPTH = 12
# /srv/shop/api/orders/ of "/srv/shop/api/orders/views.py"; not of a URL, nor of src/shop/orders
_BEGINS = r"(?<![\w./~…\\-])"
_FOLDER = late.pattern(rf"{_BEGINS}/(?:[\w.@+-]+/)+")


def cut(lines: Sequence[str], parts: Sequence[Part], total_tokens: int) -> list[Part]:
    """Return `parts` with the folder that is worth most said once, above the first path in it; as they are where none is worth it
    in an output of `total_tokens`."""
    texts = [_shown(lines, part) for part in parts]
    if any(MARK in text for text in texts):
        return list(parts)
    folder = _worth_most(texts, max(_MIN_GAIN, int(_MIN_SHARE * total_tokens)))
    if not folder:
        return list(parts)
    place = re.compile(_BEGINS + re.escape(folder))
    made: list[Part] = []
    said = False
    for part, text in zip(parts, texts, strict=True):
        if not place.search(text):
            made.append(part)
            continue
        if not said:
            made.append(Part(part.start, part.start, "render", head(folder), lossless=True))
            said = True
        made.extend(
            _of_kept(lines, part, place) if part.action == "keep" else [part._replace(text=place.sub(MARK, text))]
        )
    return made


def head(folder: str) -> str:
    """Return the line that says what the mark stands for."""
    return _HEAD.format(folder)


def _shown(lines: Sequence[str], part: Part) -> str:
    """Return what of a part is shown of the original's text."""
    if part.action == "keep":
        return "\n".join(lines[part.start : part.stop]) if not part.text else ""
    return part.text if part.action == "render" else ""


def _of_kept(lines: Sequence[str], part: Part, place: re.Pattern[str]) -> list[Part]:
    """Return a kept part with those of its lines as renders that have a path in the folder."""
    made: list[Part] = []
    start = part.start
    for at in range(part.start, part.stop):
        if not place.search(lines[at]):
            continue
        if at > start:
            made.append(Part(start, at, "keep"))
        shorter = place.sub(MARK, lines[at])
        if made and made[-1].action == "render" and made[-1].stop == at:
            made[-1] = made[-1]._replace(stop=at + 1, text=f"{made[-1].text}\n{shorter}")
        else:
            made.append(Part(at, at + 1, "render", shorter, lossless=True))
        start = at + 1
    if start < part.stop:
        made.append(Part(start, part.stop, "keep"))
    return made


def _worth_most(texts: Sequence[str], least: int) -> str:
    """Return the folder that costs most to say again and again, "" where none costs `least` tokens."""
    counts: dict[str, int] = {}
    for text in texts:
        for folder in _FOLDER.findall(text) if "/" in text else ():
            counts[folder] = counts.get(folder, 0) + 1
    below: dict[str, int] = {}  # paths in a folder, however deep
    leaves: dict[str, int] = {}  # … of which nothing but a name is left
    for folder, count in counts.items():
        names = folder.split("/")[1:-1]
        for depth in range(1, min(len(names), _MAX_DEPTH) + 1):
            above = f"/{'/'.join(names[:depth])}/"
            below[above] = below.get(above, 0) + count
        leaves[folder] = count
    gains = {folder: _gain(folder, count) for folder, count in below.items() if count >= _MIN_PATHS}
    best = max(gains, key=lambda folder: (gains[folder], folder), default="")
    if not best:
        return ""
    above = best[: best.rindex("/", 0, -1) + 1]
    if leaves.get(best, 0) > _NAMES * below[best]:
        best = above  # a name alone does not say what it is part of
    return best if gains.get(best, 0) >= least else ""


def _gain(folder: str, count: int) -> int:
    price = tokens.estimate(folder)
    return count * (price - _MARK_TOKENS) - price - _HEAD_TOKENS
