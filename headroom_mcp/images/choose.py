"""What is shown instead of an image: the image itself unless something smaller holds all of it, or all that was asked for.

In order of safety: the same pixels again are a pointer; of a screen that was shown before, what changed; a uniform border is cut
off; a level of detail is named where the request leaves it open; a photograph that nobody asks details of is made smaller. Text
is never made smaller unless the caller says that a glance is enough. Every choice has a reason from `REASONS`, and nothing is
chosen that saves less than a fifth. Without Pillow only the same bytes are recognised.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from headroom_mcp.images import cost, features, heads, pixels
from headroom_mcp.types import MissingExtra, NotAnImage, UnknownModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PIL.Image import Image

Action = Literal["keep", "pointer", "changes", "trim", "level", "smaller"]
Purpose = Literal["", "read", "glance"]

REASONS = {
    "same": "the same pixels were shown before",
    "changed": "most of it was shown before: what changed is shown, with its place",
    "border": "a border of one colour is cut off",
    "level": "the request left the level of detail open: it is named, and holds as much as can be made out",
    "photo": "a photograph, and no detail of it was asked for",
    "glance": "the caller says that a glance is enough",
    "few_tokens": "it costs so little that nothing can be won",
    "text": "it may hold text, which a smaller image loses first",
    "no_gain": "nothing smaller holds all of it",
    "coordinates": "a program acts on its coordinates",
    "unreadable": "not an image that can be read here",
    "needs_pillow": "its pixels can be looked at only with Pillow, which the extra image brings",
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
_LEVEL = "high"  # of OpenAI's levels the one that caps what an image may cost
_LEAST_SEEN = 0.8  # of the pixels along an edge: how far a level may shrink text
_POINTS = ("coordinate", "coordinates", "start_coordinate")


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
    `detail`: for "level", what the request is to say of the image, which stays as it is.
    """

    action: Action
    reason: str
    tokens_before: int
    tokens_after: int
    pieces: tuple[Piece, ...] = ()
    scale: float = 1.0
    of: str = ""
    size: tuple[int, int] = (0, 0)
    detail: str = ""

    def note(self, ref: str, way_back: str = "") -> str:
        """Return the line that stands where the image stood; `ref` is the image's own, `way_back` as in `View`."""
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
        return f"[headroom {ref}: {what}; {f'{way_back} {ref} > FILE' if way_back else 'headroom_retrieve'}]"


def choose(
    data: bytes,
    model: str,
    *,
    detail: str | None = None,
    earlier: Sequence[Earlier] = (),
    question: str = "",
    purpose: Purpose = "",
    coordinates: bool = False,
    only_same: bool = False,
    levels: bool = False,
) -> Choice:
    """Return what is shown for the image `data`. Raises nothing, whatever is in it.

    `earlier`: images the reader has before it whole, oldest first. `question`: what was asked before the image came.
    `purpose`: "read" never makes it smaller, "glance" says that less will do. `coordinates`: a program acts on them, so that
    the image stays. `only_same`: nothing but pointers. `levels`: the request can say a level of detail.
    """
    try:
        size = heads.size_of(data) or pixels.opened(data).size
        before = cost.cost(*size, model, detail).tokens
    except NotAnImage:
        return Choice("keep", "unreadable", 0, 0)
    except MissingExtra:
        return Choice("keep", "needs_pillow", 0, 0)
    except (UnknownModel, ValueError):
        return Choice("keep", "unknown_model", 0, 0)
    if coordinates:
        return Choice("keep", "coordinates", before, before, size=size)
    if before <= _FEW_TOKENS:
        return Choice("keep", "few_tokens", before, before, size=size)
    for one in reversed(earlier):
        if one.data == data:
            return Choice("pointer", "same", before, _NOTE_TOKENS, of=one.ref, size=size)
    try:
        image = pixels.opened(data)
        before = cost.cost(*image.size, model, detail).tokens
    except MissingExtra:
        return Choice("keep", "needs_pillow", before, before, size=size)
    except NotAnImage:
        return Choice("keep", "unreadable", 0, 0)
    look = _Look(image, before, model, detail)
    above = _decoded(earlier, size, image.size)
    found = _same(look, above)
    if found or only_same:
        return found or look.kept("no_gain")
    return (
        _changes(look, above)
        or _trimmed(look)
        or (_level(look, purpose) if levels and detail in (None, "", "auto") else None)
        or _smaller(look, question, purpose)
        or look.kept("no_gain")
    )


def acts_on_coordinates(tool_name: str, given: Mapping[str, Any]) -> bool:
    """Tell whether a call of a tool, with what it is `given`, acts on places in an image."""
    return "computer" in tool_name.lower() or any(key in given for key in _POINTS) or {"x", "y"} <= set(given)


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


class _Decoded(NamedTuple):
    """An earlier image of the same size, with its pixels."""

    ref: str
    image: Image


def _decoded(earlier: Sequence[Earlier], stored: tuple[int, int], size: tuple[int, int]) -> list[_Decoded]:
    """Return those of `earlier` that are of this size, decoded; what the head says is another size is not."""
    found = []
    for one in earlier:
        if (heads.size_of(one.data) or size) not in (stored, size):
            continue
        try:
            image = pixels.opened(one.data)
        except NotAnImage:
            continue
        if image.size == size:
            found.append(_Decoded(one.ref, image))
    return found


def _same(look: _Look, above: Sequence[_Decoded]) -> Choice | None:
    mine = _digest(look.image) if above else ""
    for one in reversed(above):
        if _digest(one.image) == mine:
            return Choice("pointer", "same", look.before, _NOTE_TOKENS, of=one.ref, size=look.image.size)
    return None


def _changes(look: _Look, above: Sequence[_Decoded]) -> Choice | None:
    """Return what differs from the earlier image that differs least, where that is worth it."""
    best: tuple[int, str, list[Box]] | None = None
    for one in above:
        boxes = _changed(look.image, one.image)
        tokens = sum(look.price(box.width, box.height) for box in boxes)
        if boxes and look.is_worth(tokens) and (best is None or tokens < best[0]):
            best = tokens, one.ref, boxes
    if best is None:
        return None
    tokens, ref, boxes = best
    pieces = tuple(_piece(look.image, box) for box in boxes)
    return Choice("changes", "changed", look.before, tokens + _NOTE_TOKENS, pieces, of=ref, size=look.image.size)


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


def _level(look: _Look, purpose: Purpose) -> Choice | None:
    """Return the image with a level of detail, where the request left that open and what can be made out stays."""
    width, height = look.image.size
    if _LEVEL not in cost.details(look.model):
        return None
    seen = cost.cost(width, height, look.model, _LEVEL)
    if seen.tokens > _WORTH * look.before:
        return None
    auto = cost.cost(width, height, look.model, look.detail)
    if purpose != "glance" and seen.width < _LEAST_SEEN * auto.width and _content(look) == "text":
        return None
    return Choice("level", "level", look.before, seen.tokens, size=look.image.size, detail=_LEVEL)


def _content(look: _Look) -> features.Content:
    return features.content(features.of(look.image))


def _smaller(look: _Look, question: str, purpose: Purpose) -> Choice | None:
    """Return the image at fewer pixels, where what it is of and what was asked allow it."""
    content = _content(look)
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
