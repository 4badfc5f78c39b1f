"""Images drawn from seeds with Pillow alone: terminals, code, charts, icons, and what has the grain of a photograph."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_WORDS = (
    "error request listen token server deploy branch commit index vector merge cache queue worker retry session build"
    " release channel package module thread socket header payload schema column record window layer"
).split()
_DARK = ((18, 18, 24), (220, 220, 210))
_GROUNDS = (_DARK, ((0, 43, 54), (147, 161, 161)), ((255, 255, 255), (40, 40, 40)), ((40, 42, 54), (248, 248, 242)))


def words(dice: random.Random, count: int) -> str:
    """Return `count` words that `dice` choose."""
    return " ".join(dice.choice(_WORDS) for _ in range(count))


def terminal(seed: int) -> Image.Image:
    """Return a terminal's window: lines of a log, in one of some colour schemes, fonts and sizes."""
    dice = random.Random(f"terminal {seed}")
    width, height = dice.choice(((1280, 720), (1600, 900), (1100, 1400), (1920, 1080)))
    ground, ink = dice.choice(_GROUNDS)
    size = dice.choice((14, 16, 18, 20))
    image = Image.new("RGB", (width, height), ground)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for line in range((height - 20) // (size + 7)):
        said = words(dice, dice.randint(2, width // (size * 6)))
        draw.text((12, 8 + line * (size + 7)), f"{line:03} {said} {dice.randint(1, 9999)}", ink, font)
    return image


def code(seed: int) -> Image.Image:
    """Return an editor's window: a bar of files, indented lines in several colours."""
    dice = random.Random(f"code {seed}")
    ground, ink = dice.choice(_GROUNDS)
    image = Image.new("RGB", (1500, 1000), ground)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    for row in range(14):
        draw.text((16, 60 + row * 26), f"{dice.choice(_WORDS)}.py", ink, font)
    draw.line((220, 0, 220, 1000), fill=(128, 128, 128))
    for line in range(38):
        x = 300 + 36 * dice.randint(0, 4)
        draw.text((236, 12 + line * 25), str(line + 1), (128, 128, 128), font)
        for _ in range(dice.randint(1, 6)):
            word = dice.choice(_WORDS)
            colour = dice.choice((ink, (95, 135, 215), (215, 120, 60), (60, 150, 90)))
            draw.text((x, 12 + line * 25), word, colour, font)
            x += int(draw.textlength(word + " ", font)) + 4
    return image


def chart(seed: int) -> Image.Image:
    """Return a chart with axes, labels and lines or bars."""
    dice = random.Random(f"chart {seed}")
    image = Image.new("RGB", (1400, 900), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    draw.text((500, 20), f"{dice.choice(_WORDS)} by {dice.choice(_WORDS)}", "black", ImageFont.load_default(26))
    draw.line((100, 80, 100, 820, 1340, 820), fill="black", width=2)
    for tick in range(9):
        draw.text((50, 810 - tick * 90), str(tick * 25), "black", font)
        draw.text((140 + tick * 135, 830), dice.choice(_WORDS), "black", font)
    colour = tuple(dice.randint(20, 200) for _ in range(3))
    heights = [dice.randint(60, 700) for _ in range(9)]
    for at, height in enumerate(heights):
        left = 140 + at * 135
        if seed % 2:
            draw.rectangle((left, 820 - height, left + 80, 819), fill=colour)
        elif at:
            draw.line((left - 135, 820 - heights[at - 1], left, 820 - height), fill=colour, width=4)
    return image


def icon(seed: int) -> Image.Image:
    """Return a small picture of a few shapes."""
    dice = random.Random(f"icon {seed}")
    side = dice.choice((24, 32, 48, 64, 96))
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    for _ in range(3):
        x, y = dice.randint(0, side // 2), dice.randint(0, side // 2)
        draw.ellipse((x, y, x + side // 2, y + side // 2), fill=(*(dice.randint(0, 255) for _ in range(3)), 255))
    return image


def photo(seed: int) -> Image.Image:
    """Return what has the statistics of a photograph: soft shapes of many colours, light that falls off, and grain."""
    dice = random.Random(f"photo {seed}")
    size = dice.choice(((1600, 1200), (1920, 1280), (1200, 1600)))
    small = Image.new("RGB", (size[0] // 8, size[1] // 8))
    draw = ImageDraw.Draw(small)
    for y in range(small.size[1]):
        shade = int(110 + 90 * math.sin(seed + 3 * y / small.size[1]))
        draw.line((0, y, small.size[0], y), fill=(shade // 2, shade * 3 // 4, 255 - shade // 2))
    for _ in range(60):
        x, y, radius = dice.randint(0, small.size[0]), dice.randint(0, small.size[1]), dice.randint(4, 40)
        colour = tuple(dice.randint(20, 235) for _ in range(3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    soft = small.filter(ImageFilter.GaussianBlur(3)).resize(size, Image.Resampling.BICUBIC)
    return Image.blend(soft, Image.effect_noise(size, 24).convert("RGB"), 0.12)


def page(title: str, seed: str, state: str) -> Image.Image:
    """Return a web page in one of its states, where no browser is there to draw it."""
    dice = random.Random(seed)
    image = Image.new("RGB", (1280, 800), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    draw.rectangle((0, 0, 1280, 56), fill=(30, 60, 120))
    draw.text((20, 16), title, "white", ImageFont.load_default(22))
    for line in range(22):
        draw.text((260, 90 + line * 30), words(dice, dice.randint(6, 11)), (40, 40, 40), font)
    draw.rectangle((20, 90, 230, 126), outline=(120, 120, 120))
    draw.text((28, 98), state, (20, 20, 20), font)
    return image
