"""How many tokens an image costs a model, by the providers' published formulas, read in November 2026.

Claude (platform.claude.com, vision): patches of 28 by 28 pixels after a resize that keeps the padded long edge and the number
of patches within the model's limits. A block costs three or four tokens more, which are not counted here.
OpenAI (developers.openai.com, images and vision): patches of 32 by 32 times a factor of the model, or tiles of 512 after a
resize to 2,048 and a short side of 768. Gemini (ai.google.dev, media resolution): a flat price by level from 3 on; before,
tiles of 768. Where a page does not say what "auto" means for a model, it is counted as "high".
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from headroom_mcp.text import models
from headroom_mcp.types import UnknownModel


class Cost(NamedTuple):
    """What a model is charged for one image, and the size in pixels it sees after its own resize."""

    tokens: int
    width: int
    height: int


def tokens(width: int, height: int, model: str, detail: str | None = None) -> int:
    """Return what an image of `width` by `height` pixels costs `model`; `detail` as in the request, None for its default.

    `detail` is "low", "high", "original" or "auto" for OpenAI, "low", "medium", "high" or "ultra_high" for Gemini, and has
    no meaning for Claude. Raises ValueError for a size below one pixel or an unknown detail, and UnknownModel (an error of
    this package, and a ValueError) for a model whose formula is not known.
    """
    return cost(width, height, model, detail).tokens


def cost(width: int, height: int, model: str, detail: str | None = None) -> Cost:
    """Return what the image costs and the size the model sees; errors as for `tokens`."""
    if width < 1 or height < 1:
        msg = f"An image has at least one pixel each way: {width}x{height} has not."
        raise ValueError(msg)
    return _formula(model)(width, height, detail or "")


def details(model: str) -> tuple[str, ...]:
    """Return the levels of detail a request may name for `model`; none where the size alone decides. UnknownModel as above."""
    return tuple(_formula(model).levels)


class _Formula(Protocol):
    @property
    def levels(self) -> tuple[str, ...]: ...

    def __call__(self, width: int, height: int, detail: str) -> Cost: ...


def _formula(model: str) -> _Formula:
    name = model.lower().rpartition("/")[2].replace("_", "-")
    if models.family(model).startswith("claude"):
        return _CLAUDE[models.family(model)]
    for known, formula in _MODELS.items():
        if re.search(known, name):
            return formula
    msg = f"Not known what an image costs {model!r}. Known are Claude, GPT from 4o, o1, o3 and o4-mini, and Gemini from 2."
    raise UnknownModel(msg)


class _Claude:
    """The largest resize that keeps aspect, long edge and number of patches within the limits."""

    levels: tuple[str, ...] = ()

    def __init__(self, longest: int, most: int) -> None:
        self._longest, self._most = longest, most

    def __call__(self, width: int, height: int, detail: str) -> Cost:
        long, short = max(width, height), min(width, height)
        fits, above = 1, long + 1
        while fits + 1 < above:  # the largest long edge that fits
            middle = (fits + above) // 2
            fits, above = (middle, above) if self._fits(middle, _scaled(short, middle, long)) else (fits, middle)
        sides = (fits, _scaled(short, fits, long))
        across, down = sides if width >= height else sides[::-1]
        return Cost(_patches(across, 28) * _patches(down, 28), across, down)

    def _fits(self, long: int, short: int) -> bool:
        return _patches(long, 28) * 28 <= self._longest and _patches(long, 28) * _patches(short, 28) <= self._most


class _Level(NamedTuple):
    """Limits of one level of detail: the long edge in pixels and the number of patches; 0 for no limit."""

    edge: int = 0
    patches: int = 0


class _Patches:
    """OpenAI's patches of 32 pixels, times the model's factor."""

    def __init__(self, factor: float, levels: Mapping[str, _Level]) -> None:
        self._factor, self._levels = factor, levels
        self.levels = tuple(levels)

    def __call__(self, width: int, height: int, detail: str) -> Cost:
        level = self._levels[_one_of(self.levels, detail or "auto")]
        if level.edge and max(width, height) > level.edge:
            by = level.edge / max(width, height)
            width, height = max(1, int(width * by)), max(1, int(height * by))
        if level.patches and _patches(width, 32) * _patches(height, 32) > level.patches:
            width, height = _shrunk(width, height, level.patches)
        counted = _patches(width, 32) * _patches(height, 32)
        return Cost(math.ceil(round(counted * self._factor, 6)), width, height)


class _Tiles:
    """OpenAI's tiles of 512 pixels: a base price, and one for each tile."""

    levels = ("low", "high", "auto")

    def __init__(self, base: int, each: int) -> None:
        self._base, self._each = base, each

    def __call__(self, width: int, height: int, detail: str) -> Cost:
        if _one_of(self.levels, detail or "auto") == "low":
            by = min(1.0, 512 / max(width, height))
            return Cost(self._base, max(1, int(width * by)), max(1, int(height * by)))
        by = min(1.0, 2048 / max(width, height))
        by = min(by, 768 / min(width, height))
        width, height = max(1, int(width * by)), max(1, int(height * by))
        return Cost(self._base + self._each * _patches(width, 512) * _patches(height, 512), width, height)


class _Flat:
    """Gemini from 3 on: a price by level, whatever the size."""

    levels = ("low", "medium", "high", "ultra_high")
    _prices = (280, 560, 1_120, 2_240)

    def __call__(self, width: int, height: int, detail: str) -> Cost:
        level = (detail or "high").lower().removeprefix("media_resolution_")  # as the requests of its API write it
        return Cost(self._prices[self.levels.index(_one_of(self.levels, level))], width, height)


class _Tiles768:
    """Gemini before 3: one price for a small image, or for each tile of 768 pixels."""

    levels: tuple[str, ...] = ()

    def __call__(self, width: int, height: int, detail: str) -> Cost:
        small = width <= 384 and height <= 384
        return Cost(258 * (1 if small else _patches(width, 768) * _patches(height, 768)), width, height)


def _patches(pixels: int, side: int) -> int:
    return -(-pixels // side)


def _scaled(short: int, to: int, of: int) -> int:
    return max(1, round(short * to / of))  # half to even, as the provider rounds


def _shrunk(width: int, height: int, most: int) -> tuple[int, int]:
    """Return the size after OpenAI's two steps: to the area of the patches, then to whole patches on the side that decides."""
    by = math.sqrt(32 * 32 * most / (width * height))
    across, down = width * by / 32, height * by / 32
    by *= min(max(1, math.floor(across)) / across, max(1, math.floor(down)) / down)
    return max(1, math.floor(width * by + 1e-6)), max(1, math.floor(height * by + 1e-6))


def _one_of(levels: tuple[str, ...], detail: str) -> str:
    if detail in levels:
        return detail
    msg = f"Not a level of detail of this model: {detail!r}. It has {', '.join(levels)}."
    raise ValueError(msg)


_HIGH = _Level(2_048, 2_500)
_OLDER = {"low": _Level(512), "high": _Level(2_048, 1_536), "auto": _Level(2_048, 1_536)}
_FREE = _Level(0, 30_000)
_CLAUDE = {"claude": _Claude(2_576, 4_784), "claude-until-4.6": _Claude(1_568, 1_568)}
# What is found in a model's name, the first that is. The levels a model has beside those its page names are not listed.
_MODELS: Mapping[str, _Formula] = {
    r"^gpt-6": _Patches(1.2, {"low": _Level(512), "high": _Level(0, 2_500), "original": _FREE, "auto": _FREE}),
    r"^gpt-5[.-]6": _Patches(1.2, {"low": _Level(512), "high": _HIGH, "auto": _HIGH}),
    r"^gpt-5[.-]5": _Patches(
        1.2, {"low": _Level(512), "high": _HIGH, "original": _Level(6_000, 10_000), "auto": _HIGH}
    ),
    r"^gpt-5[.-]4": _Patches(
        1.2, {"low": _Level(2_048, 6_144), "high": _HIGH, "original": _Level(6_000, 10_000), "auto": _HIGH}
    ),
    r"^gpt-5-mini": _Patches(1.2, _OLDER),
    r"^gpt-5-nano": _Patches(1.5, _OLDER),
    r"^gpt-5[.-]2": _Patches(1.2, _OLDER),
    r"^gpt-4\.1-mini": _Patches(1.62, _OLDER),
    r"^gpt-4\.1-nano": _Patches(2.46, _OLDER),
    r"^o4-mini": _Patches(1.72, _OLDER),
    r"^gpt-4o-mini": _Tiles(2_833, 5_667),
    r"^gpt-5([.-]1)?($|-)": _Tiles(70, 140),
    r"^gpt-4(o|\.1|\.5)|^chatgpt-4o": _Tiles(85, 170),
    r"^o[13]($|-)": _Tiles(75, 150),
    r"gemini-[12]\b": _Tiles768(),
    r"gemini": _Flat(),
}
