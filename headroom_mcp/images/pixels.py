"""The one module that knows Pillow: sizes, decoded pixels, pieces of an image and their PNG.

Raises MissingExtra, which names the pip command, where Pillow is not installed, and NotAnImage for bytes it cannot read.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

from headroom_mcp.images import heads
from headroom_mcp.types import MissingExtra, NotAnImage

if TYPE_CHECKING:
    from types import ModuleType

    from PIL.Image import Image

MOST_PIXELS = 100_000_000  # a larger picture is left alone: decoded it takes 400 MB


def pillow() -> ModuleType:
    """Return `PIL.Image`, imported when it is first needed."""
    try:
        from PIL import Image
    except ImportError:
        from headroom_mcp.settings import extras

        msg = f"Reading images needs Pillow: {extras.remedy('image')}."
        raise MissingExtra(msg) from None
    return Image


def size_of_file(path: str) -> tuple[int, int]:
    """Return width and height of the image file `path` as it is shown, turned as its EXIF says."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror or error}. Give a file, or a size such as 1920x1080."
        raise NotAnImage(msg) from None
    if data[:3] != b"\xff\xd8\xff" and (found := heads.size_of(data)):  # a JPEG may be turned
        return found
    try:
        return opened(data).size
    except MissingExtra:
        if found := heads.size_of(data):
            return found
        if not heads.is_image(data):
            msg = f"{path} does not begin as an image does. Give an image, or a size such as 1920x1080."
            raise NotAnImage(msg) from None
        raise
    except NotAnImage as error:
        msg = f"{path}: {error}"
        raise NotAnImage(msg) from None


def opened(data: bytes) -> Image:
    """Return the first frame of the image in `data`, turned as its EXIF says; NotAnImage for what cannot be decoded."""
    library = pillow()
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = library.open(io.BytesIO(data))
            if image.size[0] * image.size[1] > MOST_PIXELS:
                msg = f"an image of {image.size[0]}x{image.size[1]} pixels is too large to be looked at."
                raise NotAnImage(msg)
            image.load()
            turned: Image = ImageOps.exif_transpose(image)
    except NotAnImage:
        raise
    except Exception as error:  # decoders raise what they like: OSError, SyntaxError, struct.error, MemoryError …
        msg = f"not an image that Pillow can read: {error}."
        raise NotAnImage(msg) from None
    return turned


def png(image: Image) -> bytes:
    """Return `image` as a PNG, without loss; with a palette where it has at most 256 colours."""
    if image.mode == "RGB" and image.getcolors(256) is not None:
        few = image.quantize(256, dither=pillow().Dither.NONE)
        if few.convert("RGB").tobytes() == image.tobytes():
            image = few
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def png_fast(image: Image) -> bytes:
    """Return `image` as a PNG that nobody keeps: large, and quickly written."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
