"""What is shown instead of an image: the image itself unless something smaller holds all of it, or all that was asked for.

In order of safety: the same pixels again are a pointer; of a screen that was shown before, what changed; a uniform border is cut
off; a photograph that nobody asks details of is made smaller. Text is never made smaller unless the caller says that a
glance is enough. Every choice has a reason from `REASONS`, and nothing is chosen that saves less than a fifth.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from typing import TYPE_CHECKING, Literal, NamedTuple

from headroom_mcp.images import cost, features, pixels
from headroom_mcp.types import NotAnImage, UnknownModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

Action = Literal["keep", "pointer", "changes", "trim", "smaller"]
Purpose = Literal["", "read", "glance"]

REASONS = {
    "same": "the same pixels were shown before",
    "changed": "most of it was shown before: what changed is shown, with its place",
    "border": "a border of one colour is cut off",
    "photo": "a photograph, and no detail of it was asked for",
    "glance": "the caller says that a glance is enough",
    "few_tokens": "it costs so little that nothing can be won",
    "text": "it may hold text, which a smaller image loses first",
    "no_gain": "nothing smaller holds all of it",
    "coordinates": "a program acts on its coordinates",
    "unreadable": "not an image that can be read here",
    "unknown_model": "not known what an image costs this model",
}
_FEW_TOKENS = 400
_WORTH = 0.8  # of the tokens before: a choice that costs more is not made
_NOTE_TOKENS = 40  # what our words beside an image cost
_PADDING = 16  # pixels around what changed: a word's end is no use without its beginning
_BANDS = 3
_TEXT_TOKENS = 1_000  # an image that may hold text is never made to cost less, however little is asked
_PHOTO_TOKENS = 600
_BORDER_KEPT = 8  # pixels of a border that stay


class Earlier(NamedTuple):
    """An image that the reader has before it, whole: what its ref is, what of its call it was, its bytes."""

    ref: str
    data: bytes


class Box(NamedTuple):
    """A rectangle in pixels of the original: its upper left corner, its width and height."""

    x: int
    y: int
    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.x},{self.y},{self.width},{self.height}"


class Piece(NamedTuple):
    """An image to be shown, as PNG, and the part of the original it is."""

    data: bytes
    box: Box


class Choice(NamedTuple):
    """What becomes of one image. `pieces` are shown in its place (none for "keep" and "pointer"), after `note`.

    `scale`: how many pixels of the original one pixel of a piece is. `of`: the ref of the earlier image it leans on.
    """

    action: Action
    reason: str
    tokens_before: int
    tokens_after: int
    pieces: tuple[Piece, ...] = ()
    scale: float = 1.0
    of: str = ""
    size: tuple[int, int] = (0, 0)

    def note(self, ref: str) -> str:
        """Return the line that stands where the image stood; `ref` is the image's own."""
        size = f"{self.size[0]}x{self.size[1]}"
        if self.action == "pointer":
            what = f"the same image as {self.of} above, {size}"
        elif self.action == "changes":
            where = " and ".join(str(piece.box) for piece in self.pieces)
            what = f"{size}, as {self.of} above but for x,y,width,height {where}"
        elif self.action == "trim":
            what = f"x,y,width,height {self.pieces[0].box} of {size}, the border around it has one colour"
        else:
            what = f"{size} shown smaller, multiply coordinates by {self.scale:.3g}"
        return f"[headroom {ref}: {what}; headroom_retrieve]"


def choose(
    data: bytes,
    model: str,
    *,
    detail: str | None = None,
    earlier: Sequence[Earlier] = (),
    question: str = "",
    purpose: Purpose = "",
    coordinates: bool = False,
) -> Choice:
    """Return what is shown for the image `data`. Never raises for what is in it; MissingExtra where Pillow is not there.

    `earlier`: images the reader has before it whole, oldest first. `question`: what was asked before the image came.
    `purpose`: "read" never makes it smaller, "glance" says that less will do. `coordinates`: a program acts on them.
    """
    try:
        image = pixels.opened(data)
        before = cost.cost(*image.size, model, detail).tokens
    except NotAnImage:
        return Choice("keep", "unreadable", 0, 0)
    except (UnknownModel, ValueError):
        return Choice("keep", "unknown_model", 0, 0)
    look = _Look(image, before, model, detail)
    if coordinates:
        return look.kept("coordinates")
    if before <= _FEW_TOKENS:
        return look.kept("few_tokens")
    return (
        _same(look, earlier)
        or _changes(look, earlier)
        or _trimmed(look)
        or _smaller(look, question, purpose)
        or look.kept("no_gain")
    )


class _Look(NamedTuple):
    image: Image
    before: int
    model: str
    detail: str | None

    def kept(self, reason: str) -> Choice:
        return Choice("keep", reason, self.before, self.before, size=self.image.size)

    def price(self, width: int, height: int) -> int:
        return cost.cost(width, height, self.model, self.detail).tokens

    def is_worth(self, tokens: int) -> bool:
        return tokens + _NOTE_TOKENS <= _WORTH * self.before


def _same(look: _Look, earlier: Sequence[Earlier]) -> Choice | None:
    mine = ""
    for one in reversed(earlier):
        other = _opened(one)
        if other is None or other.size != look.image.size:
            continue
        mine = mine or _digest(look.image)
        if _digest(other) == mine:
            return Choice("pointer", "same", look.before, _NOTE_TOKENS, of=one.ref, size=look.image.size)
    return None


def _changes(look: _Look, earlier: Sequence[Earlier]) -> Choice | None:
    """Return what differs from the earlier image that differs least, where that is worth it."""
    best: Choice | None = None
    for one in earlier:
        other = _opened(one)
        if other is None or other.size != look.image.size:
            continue
        boxes = _changed(look.image, other)
        tokens = sum(look.price(box.width, box.height) for box in boxes)
        if boxes and look.is_worth(tokens) and (best is None or tokens + _NOTE_TOKENS < best.tokens_after):
            pieces = tuple(_piece(look.image, box) for box in boxes)
            best = Choice(
                "changes", "changed", look.before, tokens + _NOTE_TOKENS, pieces, of=one.ref, size=look.image.size
            )
    return best


def _changed(image: Image, other: Image) -> list[Box]:
    """Return up to three bands of `image`, from top to bottom, that hold every pixel in which it differs from `other`."""
    from PIL import ImageChops

    mine, its = _plain(image), _plain(other)
    if mine.mode != its.mode:
        mine, its = mine.convert("RGBA"), its.convert("RGBA")
    mask = functools.reduce(ImageChops.lighter, ImageChops.difference(mine, its).split())
    rows = [at for at, differs in enumerate(mask.getprojection()[1]) if differs]
    boxes = []
    for first, last in _bands(rows) if rows else ():
        found = mask.crop((0, first, mask.size[0], last + 1)).getbbox()
        if found is not None:
            boxes.append(_padded(found[0], first, found[2], last + 1, image.size))
    return boxes


def _bands(rows: list[int]) -> list[tuple[int, int]]:
    """Return first and last row of up to three runs of `rows`, parted at the widest gaps that are worth it."""
    gaps = sorted(
        ((after - before, at) for at, (before, after) in enumerate(itertools.pairwise(rows)) if after - before > 64),
        reverse=True,
    )[: _BANDS - 1]
    cuts = sorted(at for _, at in gaps)
    starts = [0, *[cut + 1 for cut in cuts]]
    stops = [*cuts, len(rows) - 1]
    return [(rows[start], rows[stop]) for start, stop in zip(starts, stops, strict=True)]


def _padded(left: int, upper: int, right: int, lower: int, size: tuple[int, int]) -> Box:
    left, upper = max(0, left - _PADDING), max(0, upper - _PADDING)
    right, lower = min(size[0], right + _PADDING), min(size[1], lower + _PADDING)
    return Box(left, upper, right - left, lower - upper)


def _trimmed(look: _Look) -> Choice | None:
    """Return the image without a border that has the colour of its corner all around."""
    from PIL import ImageChops

    plain = _plain(look.image)
    corner = plain.getpixel((0, 0))
    assert isinstance(corner, tuple)
    ground = pixels.pillow().new(plain.mode, plain.size, corner)
    found = ImageChops.difference(plain, ground).getbbox(alpha_only=False)
    if found is None:
        return None  # one colour is all there is to see; the image says so best
    width, height = look.image.size
    left, upper = max(0, found[0] - _BORDER_KEPT), max(0, found[1] - _BORDER_KEPT)
    right, lower = min(width, found[2] + _BORDER_KEPT), min(height, found[3] + _BORDER_KEPT)
    box = Box(left, upper, right - left, lower - upper)
    tokens = look.price(box.width, box.height)
    if not look.is_worth(tokens):
        return None
    return Choice(
        "trim", "border", look.before, tokens + _NOTE_TOKENS, (_piece(look.image, box),), size=look.image.size
    )


def _smaller(look: _Look, question: str, purpose: Purpose) -> Choice | None:
    """Return the image at fewer pixels, where what it is of and what was asked allow it."""
    content = features.content(features.of(look.image))
    if purpose == "read":
        return look.kept("text")
    if content == "photo" and not features.asks_for_detail(question):
        reason, least = "photo", _PHOTO_TOKENS
    elif purpose == "glance":
        reason, least = "glance", _PHOTO_TOKENS if content == "photo" else _TEXT_TOKENS
    else:
        return look.kept("text") if content == "text" else None
    width, height = look.image.size
    by, tokens = 1.0, look.before
    for step in range(1, 40):
        scale = 0.95**step
        price = look.price(max(1, round(width * scale)), max(1, round(height * scale)))
        if price < least:
            break
        by, tokens = scale, price
    if not look.is_worth(tokens):
        return None
    from PIL.Image import Resampling

    to = (max(1, round(width * by)), max(1, round(height * by)))
    small = look.image.convert("RGB").resize(to, Resampling.LANCZOS)
    piece = Piece(pixels.png(small), Box(0, 0, width, height))
    return Choice("smaller", reason, look.before, tokens + _NOTE_TOKENS, (piece,), width / to[0], size=look.image.size)


def _opened(one: Earlier) -> Image | None:
    try:
        return pixels.opened(one.data)
    except NotAnImage:
        return None


def _plain(image: Image) -> Image:
    return (
        image
        if image.mode in ("RGB", "RGBA")
        else image.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")
    )


def _digest(image: Image) -> str:
    plain = image.convert("RGBA")
    return hashlib.sha256(f"{plain.size}".encode() + plain.tobytes()).hexdigest()


def _piece(image: Image, box: Box) -> Piece:
    cut = _plain(image).crop((box.x, box.y, box.x + box.width, box.y + box.height))
    return Piece(pixels.png(cut), box)
