"""From the ref of an image to the image, or to a region of it in pixels of the original."""

from __future__ import annotations

from typing import NamedTuple

from headroom_mcp.images import cost, pixels
from headroom_mcp.store import Store, open_store
from headroom_mcp.store.rows import Original
from headroom_mcp.types import MissingExtra, NotAnImage, Origin, SliceError

KIND = "image"  # what an image is stored as
_MOST_DIGITS = 7
_CHARGED_MODEL = "claude"  # which model asks is not known here; the current Claude is what most ask with
_FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


class Picture(NamedTuple):
    """An image to be shown: its bytes, their media type, and a line that says what part of the original it is."""

    data: bytes
    media_type: str
    note: str


def picture(
    ref: str, region: str = "", *, store: Store | None = None, project: str | None = None, session: str = ""
) -> Picture:
    """Return the image stored under `ref`, byte for byte (as PNG where models are not shown its form), or its `region` "x,y,width,height" as PNG, exact to the pixel.

    `region` is in pixels of the original and is cut where it reaches over an edge. Raises: RefError, SliceError (not an
    image, a region that is none), MissingExtra where Pillow is needed and not installed, StoreError.
    """
    opened = store if store is not None else open_store()
    try:
        body = opened.get(ref, project=project, session=session).body
        found = _whole(ref, body) if not region else _part(ref, body, region)
        _charge(opened, ref, found, Origin(session=session, project=project or ""))
        return found
    finally:
        if store is None:
            opened.close()


def text_lines(original: Original) -> list[str]:
    """Return the lines of text that are read in an image, each with its region behind it; what they are is said first.

    Raises: MissingExtra without tesseract, NotAnImage, HeadroomError where it fails.
    """
    from headroom_mcp.images import ocr

    found = ocr.lines_of(original.body)
    said = "[read by tesseract, so it may be wrong in places; behind each line is its region]"
    return [said, *(f"{line.text}  @{line.x},{line.y},{line.width},{line.height}" for line in found)]


def is_picture(original: Original) -> bool:
    """Tell whether an original is an image: by what it was stored as, or by its first bytes."""
    return original.kind == KIND or _media_type(original.body) != ""


def _media_type(body: bytes) -> str:
    for magic, kind in ((b"\x89PNG\r\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF")):
        if body.startswith(magic):
            return _FORMATS[kind]
    return _FORMATS["WEBP"] if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else ""


def _whole(ref: str, body: bytes) -> Picture:
    media = _media_type(body)
    if not media:  # a form that models are not shown, such as BMP, or no image at all
        try:
            body, media = pixels.png(pixels.opened(body)), _FORMATS["PNG"]
        except NotAnImage:
            msg = f"{ref} is not an image: ask for lines or a query."
            raise SliceError(msg) from None
    try:
        across, down = pixels.opened(body).size
    except (MissingExtra, NotAnImage):  # it can be shown without being looked at
        return Picture(body, media, f"[{ref}: the whole image]")
    return Picture(body, media, f"[{ref}: the whole image, {across}x{down}]")


def _part(ref: str, body: bytes, region: str) -> Picture:
    box = _numbers(region)
    if len(box) != 4 or not box[2] or not box[3]:
        msg = f'Not a region: {region!r}. Give "x,y,width,height" in pixels of the original, such as "0,0,400,300".'
        raise SliceError(msg)
    try:
        image = pixels.opened(body)
    except NotAnImage as error:
        msg = f"{ref} has no regions: {error}"
        raise SliceError(msg) from None
    x, y, width, height = box
    across, down = image.size
    if x >= across or y >= down:
        msg = f"{region} lies outside of {ref}, which is {across}x{down}."
        raise SliceError(msg)
    right, lower = min(across, x + width), min(down, y + height)
    cut = pixels.png(image.crop((x, y, right, lower)))
    return Picture(cut, _FORMATS["PNG"], f"[{ref}: {x},{y},{right - x},{lower - y} of {across}x{down}]")


def _numbers(region: str) -> list[int]:
    """Return the whole numbers of a region, empty where anything else stands there."""
    words = region.replace(",", " ").split()
    fine = all(word.isascii() and word.isdigit() and len(word) <= _MOST_DIGITS for word in words)
    return [int(word) for word in words] if fine else []


def _charge(store: Store, ref: str, found: Picture, origin: Origin) -> None:
    """Count the retrieval; a store that can only be read still answers."""
    from headroom_mcp.settings import fault_log
    from headroom_mcp.types import StoreError

    try:
        counted = cost.tokens(*pixels.opened(found.data).size, _CHARGED_MODEL)
    except (MissingExtra, NotAnImage):
        counted = 0
    try:
        store.retrieved(ref, counted, origin=origin)
    except StoreError as error:
        fault_log.record("retrieve", error, store.settings)
