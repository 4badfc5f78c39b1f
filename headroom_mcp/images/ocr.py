"""The text in an image, read by tesseract's command line, which is a program of its own: `apt install tesseract-ocr`.

Only on request, and the image stays: what is read is a guess. Letters of a screen are small for it, so that an image is made
twice as large and dark ground bright before it is given to it (with Pillow; without, as it is).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from headroom_mcp.images import heads, pixels
from headroom_mcp.types import HeadroomError, MissingExtra, NotAnImage

if TYPE_CHECKING:
    from PIL.Image import Image

PROGRAM = "tesseract"
_TIMEOUT_S = 60.0
_LARGE = 6_000_000  # pixels: what has more is not made larger
_DARK = 110  # of 255, on average: bright letters on a dark ground
_LEVEL, _BLOCK, _LINE, _LEFT, _TOP, _WIDTH, _HEIGHT, _SURE, _TEXT = 0, 2, 4, 6, 7, 8, 9, 10, 11  # columns of its TSV
_WORD = "5"  # the level of a row that holds a word


class Line(NamedTuple):
    """A line of text and its place in pixels of the image."""

    text: str
    x: int
    y: int
    width: int
    height: int


def is_there() -> bool:
    """Tell whether tesseract is installed."""
    return shutil.which(PROGRAM) is not None


def text_of(data: bytes, language: str = "eng") -> str:
    """Return the text in the image `data`, a line for each of its lines; errors as for `lines_of`."""
    return "\n".join(line.text for line in lines_of(data, language))


def lines_of(data: bytes, language: str = "eng") -> list[Line]:
    """Return the lines of text in the image `data`, from top to bottom of each block. `language` as tesseract names it.

    Raises: MissingExtra without tesseract, NotAnImage for what cannot be read, HeadroomError where tesseract fails.
    """
    words, times = _read(data, language)
    return _lines(words, times)


def words_of(data: bytes, *, sure: float = 0.0, language: str = "eng") -> list[str]:
    """Return the words in the image `data` that tesseract is at least so `sure` of (0 … 100); errors as for `lines_of`."""
    words, _ = _read(data, language)
    return [cells[_TEXT] for cells in words if float(cells[_SURE]) >= sure]


def _read(data: bytes, language: str) -> tuple[list[list[str]], int]:
    """Return the rows of tesseract's table that hold a word, and how many times larger than `data` what it read was."""
    program = shutil.which(PROGRAM)
    if program is None:
        msg = "Reading text in images needs tesseract: apt install tesseract-ocr, or brew install tesseract."
        raise MissingExtra(msg)
    given, times = _prepared(data)
    table = _run([program, "stdin", "stdout", "-l", language, "--psm", "3", "tsv"], given)
    rows = [row.split("\t") for row in table.splitlines()]
    return [cells for cells in rows if len(cells) > _TEXT and cells[_LEVEL] == _WORD and cells[_TEXT].strip()], times


def _run(command: list[str], given: bytes) -> str:
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},  # its threads only get in each other's way
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        msg = f"tesseract did not read the image: {error}."
        raise HeadroomError(msg) from error
    if done.returncode != 0:
        msg = f"tesseract did not read the image: {done.stderr.decode('utf-8', 'replace').strip()[-300:]}"
        raise HeadroomError(msg)
    return done.stdout.decode("utf-8", "replace")


def _prepared(data: bytes) -> tuple[bytes, int]:
    """Return the image as tesseract reads it best, and how many times larger it is than `data`."""
    try:
        image = pixels.opened(data)
    except MissingExtra:
        if heads.size_of(data) is None:
            msg = "not an image that can be read here."
            raise NotAnImage(msg) from None
        return data, 1
    from PIL import ImageOps
    from PIL.Image import Resampling

    grey = _on_white(image)
    if _mean(grey) < _DARK:
        grey = ImageOps.invert(grey)
    times = 2 if grey.size[0] * grey.size[1] <= _LARGE else 1
    if times > 1:
        grey = grey.resize((grey.size[0] * times, grey.size[1] * times), Resampling.LANCZOS)
    return pixels.png_fast(grey), times


def _on_white(image: Image) -> Image:
    """Return `image` in grey; where it is transparent, white shows through."""
    if "A" not in image.mode and "transparency" not in image.info:
        return image.convert("L")
    whole = image.convert("RGBA")
    ground: Image = pixels.pillow().new("RGBA", whole.size, "white")
    ground.alpha_composite(whole)
    return ground.convert("L")


def _mean(grey: Image) -> float:
    counts = grey.histogram()
    return sum(value * count for value, count in enumerate(counts)) / max(1, sum(counts))


def _lines(words: list[list[str]], times: int) -> list[Line]:
    """Return the lines that words make up."""
    lines: dict[tuple[str, ...], list[list[str]]] = {}
    for cells in words:
        lines.setdefault(tuple(cells[_BLOCK : _LINE + 1]), []).append(cells)
    return [_line(found, times) for found in lines.values()]


def _line(words: list[list[str]], times: int) -> Line:
    boxes = [[int(cells[at]) for at in (_LEFT, _TOP, _WIDTH, _HEIGHT)] for cells in words]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, lower = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    text = " ".join(cells[_TEXT] for cells in words)
    return Line(text, left // times, top // times, -(-(right - left) // times), -(-(lower - top) // times))
