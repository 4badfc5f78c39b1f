"""Images made on the spot: a terminal, a page, a chart, a photograph, each from a seed."""

from __future__ import annotations

import functools
import io
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_WORDS = "error request listen token server deploy branch commit index vector merge cache queue worker retry".split()


def terminal(seed: int, size: tuple[int, int] = (1280, 720), lines: int = 30) -> Image.Image:
    """Return a dark screen with lines of text."""
    rng = random.Random(seed)
    image = Image.new("RGB", size, (18, 18, 24))
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(16)
    for line in range(lines):
        words = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(3, 12)))
        draw.text((12, 8 + line * 22), f"{line:03} {words} {rng.randint(1, 9999)}", (220, 220, 210), font)
    return image


def page(seed: int, size: tuple[int, int] = (1280, 900)) -> Image.Image:
    """Return a white page: a bar, a heading, paragraphs and buttons."""
    rng = random.Random(seed)
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0], 56), fill=(30, 60, 120))
    draw.text((20, 16), f"Dashboard {seed}", "white", ImageFont.load_default(22))
    for line in range(24):
        words = " ".join(rng.choice(_WORDS) for _ in range(rng.randint(6, 14)))
        draw.text((220, 90 + line * 30), words, (40, 40, 40), ImageFont.load_default(18))
    for button in range(5):
        draw.rounded_rectangle((20, 90 + button * 60, 180, 130 + button * 60), 8, fill=(230, 235, 245))
        draw.text((40, 100 + button * 60), rng.choice(_WORDS), (20, 20, 20), ImageFont.load_default(18))
    return image


@functools.lru_cache(maxsize=4)  # a second each
def photo(seed: int, size: tuple[int, int] = (1600, 1200)) -> Image.Image:
    """Return what has the statistics of a photograph: soft shapes of many colours, and grain."""
    rng = random.Random(seed)
    small = Image.new("RGB", (size[0] // 8, size[1] // 8))
    draw = ImageDraw.Draw(small)
    for y in range(small.size[1]):
        shade = 90 + 120 * y // small.size[1]
        draw.line((0, y, small.size[0], y), fill=(shade // 2, shade * 3 // 4, 255 - shade // 2))
    for _ in range(60):
        x, y, radius = rng.randint(0, small.size[0]), rng.randint(0, small.size[1]), rng.randint(4, 40)
        colour = tuple(rng.randint(20, 235) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    soft = small.filter(ImageFilter.GaussianBlur(3)).resize(size, Image.Resampling.BICUBIC)
    grain = Image.effect_noise(size, 24).convert("RGB")
    return Image.blend(soft, grain, 0.12)


def data_of(image: Image.Image, form: str = "PNG") -> bytes:
    """Return the bytes of `image` as a file of that form."""
    out = io.BytesIO()
    image.save(out, form)
    return out.getvalue()
