"""The images that decisions are made on: drawn from seeds, by matplotlib and a browser, or shipped by installed packages.

Every second one of a source is held out: the router's limits were chosen without a look at those.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from headroom_mcp.evals.images import browse, paint
from headroom_mcp.images.features import Content

_PACKAGES = ("skimage", "sklearn", "pygame", "matplotlib")
_MOST_OF_A_PACKAGE = 16
_SUFFIXES = (".jpg", ".jpeg", ".png")
# Pictures of packages that are photographs, by their names; of others nobody says what they are of.
_PHOTOS = frozenset(
    "astronaut chelsea coffee rocket hubble_deep_field retina china flower grace_hopper ihc camera gravel grass brick moon".split()
)


class Sample(NamedTuple):
    """An image and what it is of. `screen`: it is a screen, which is seen again and changes."""

    name: str
    truth: Content
    data: bytes
    held_out: bool
    screen: bool = False


def samples() -> list[Sample]:
    """Return all images that can be had here, at least sixty."""
    drawn: list[tuple[str, Content, Callable[[int], Image.Image], int, bool]] = [
        ("terminal", "text", paint.terminal, 14, True),
        ("code", "text", paint.code, 10, True),
        ("chart", "text", paint.chart, 8, True),
        ("photo", "photo", paint.photo, 10, False),
        ("icon", "icon", paint.icon, 8, False),
    ]
    found: list[Sample] = []
    for name, truth, painter, count, screen in drawn:
        for seed in range(count):
            form = "JPEG" if truth == "photo" else "PNG"
            found.append(Sample(f"{name} {seed}", truth, _data(painter(seed), form), bool(seed % 2), screen))
    pages = browse.drawn([browse.Screen(number, state) for number in range(8) for state in (0, 3)])
    for at, (page, data) in enumerate(pages.items()):
        found.append(Sample(f"page {page.page} {page.state}", "text", data, bool(at % 2), screen=True))
    found += _plots()
    found += _shipped()
    return found


def _plots() -> list[Sample]:
    """Return charts that matplotlib draws, none where it is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        return []
    import matplotlib as library  # type: ignore[import-not-found, unused-ignore]

    library.use("Agg")
    import numpy
    from matplotlib import pyplot  # type: ignore[import-not-found, unused-ignore]

    found = []
    for seed in range(8):
        dice = numpy.random.default_rng(seed)
        figure, axes = pyplot.subplots(figsize=(12, 8), dpi=120)
        if seed % 2:
            axes.bar(range(9), dice.random(9))
        else:
            axes.plot(dice.random((40, 3)).cumsum(axis=0))
        axes.set_title(f"requests per second, run {seed}")
        axes.set_xlabel("minutes")
        out = io.BytesIO()
        figure.savefig(out)
        pyplot.close(figure)
        found.append(Sample(f"plot {seed}", "text", out.getvalue(), bool(seed // 2 % 2), screen=True))
    return found


def _shipped() -> list[Sample]:
    """Return pictures that installed packages ship: photographs by their names, and what is as small as an icon."""
    found = []
    for package in _PACKAGES:
        at = 0
        for path in _pictures(package):
            try:
                with Image.open(path) as image:
                    width, height = image.size
            except OSError:
                continue
            icon = width * height <= 128 * 128
            if at >= _MOST_OF_A_PACKAGE or not (icon or path.stem in _PHOTOS):
                continue
            truth: Content = "icon" if icon else "photo"
            found.append(Sample(f"{package} {path.name}", truth, path.read_bytes(), bool(at % 2)))
            at += 1
    return found


def _pictures(package: str) -> Iterator[Path]:
    spec: Any = importlib.util.find_spec(package)
    for folder in spec.submodule_search_locations or () if spec else ():
        yield from sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in _SUFFIXES)


def _data(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form, quality=90) if form == "JPEG" else image.save(out, form)
    return out.getvalue()
