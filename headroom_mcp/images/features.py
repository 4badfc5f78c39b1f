"""What an image is of, told from its pixels alone: text on a screen, a drawing, a photograph or an icon.

No model: the share of the commonest colour, how many neighbours are alike, how many edges are hard, and whether rows with
and without edges take turns, as lines of text do. The limits are those that part the images of `evals.images` best; its
command prints how well they do on images they were not chosen on.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from headroom_mcp import late

if TYPE_CHECKING:
    from PIL.Image import Image

Content = Literal["text", "drawing", "photo", "icon"]

_SIDE = 384  # pixels: a sample of this size is looked at, taken from the middle at full resolution, and the whole made small
_ICON_PIXELS = 128 * 128
_HARD = 48  # of 255: a step between neighbours that an edge of a letter makes


class Features(NamedTuple):
    """Shares from 0 to 1, of a sample at full resolution but for `top`, which is of the whole image."""

    top: float
    """The commonest colour, in steps of 16."""
    flat: float
    """Neighbours in a row that differ by less than 2 of 255."""
    hard: float
    """Neighbours that differ by 48 or more."""
    turns: float
    """Changes between rows with many hard steps and rows with few, for each row: lines of text make many."""
    pixels: int


def of(image: Image) -> Features:
    """Return the features of `image`; about 20 ms whatever its size, once it is decoded."""
    from PIL.Image import Resampling

    width, height = image.size
    grey = image if image.mode == "L" else image.convert("RGB").convert("L")
    colours = image.convert("RGB").resize((min(256, width), min(256, height)), Resampling.NEAREST)
    counts = colours.point(lambda value: value & 0xF0).getcolors(256 * 256) or []
    top = max(count for count, _ in counts) / sum(count for count, _ in counts)
    flat = hard = turns = rows = steps = 0
    for left, upper in _windows(width, height):
        window = grey.crop((left, upper, min(width, left + _SIDE), min(height, upper + _SIDE)))
        data, across = window.tobytes(), window.size[0]
        busy_before: bool | None = None
        for start in range(0, len(data), across):
            row = data[start : start + across]
            differences = [abs(a - b) for a, b in itertools.pairwise(row)]
            edges = sum(1 for step in differences if step >= _HARD)
            flat += sum(1 for step in differences if step < 2)
            hard += edges
            steps += len(differences)
            busy = edges >= max(2, across // 60)
            turns += busy_before is not None and busy != busy_before
            busy_before = busy
            rows += 1
    return Features(top, flat / max(1, steps), hard / max(1, steps), turns / max(1, rows), width * height)


def _windows(width: int, height: int) -> list[tuple[int, int]]:
    """Return the corners of up to four windows: where text stands is not known beforehand."""
    across = [0] if width <= _SIDE else [width // 8, max(0, width - _SIDE - width // 8)]
    down = [0] if height <= _SIDE else [height // 8, max(0, height - _SIDE - height // 8)]
    return [(left, upper) for left in dict.fromkeys(across) for upper in dict.fromkeys(down)]


def content(features: Features) -> Content:
    """Return what the image is of; "text" where in doubt, for text is what a smaller image loses first."""
    if features.pixels <= _ICON_PIXELS:
        return "icon"
    grained = features.flat < 0.45 and features.top < 0.35 and features.hard * features.turns < 0.004
    soft = features.hard < 0.004 and features.turns < 0.005
    if grained or (soft and features.top < 0.3):
        return "photo"
    if soft:
        return "drawing"
    return "text"


_READS = late.pattern(
    r"\b(read|text|words?|says?|written|label|caption|title|number|value|error|message|code|log|zoom|detail|small|exact"
    r"|pixels?|count|how many|spell|font|typo|compare|differen\w+|coordinates?|click|where)\b",
    re.IGNORECASE,
)


def asks_for_detail(question: str) -> bool:
    """Tell whether `question` is about something that a smaller image may lose."""
    return bool(_READS.search(question))
