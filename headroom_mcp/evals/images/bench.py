"""`headroom bench images`: decisions, what they save, whether text stays readable; a browser's session; regions; the router.

What a reader could put together from what is shown is compared with the original pixel by pixel. Where other pixels are shown
than the original's, tesseract reads both, and what it reads in the original must be read in what is shown.
"""

from __future__ import annotations

import base64
import io
import random
import re
import tempfile
from collections import Counter
from typing import Any, NamedTuple

from PIL import Image, ImageChops, ImageDraw, ImageFont

from headroom_mcp.context.compress import compress
from headroom_mcp.evals.images import browse, gather, paint
from headroom_mcp.evals.images.gather import Sample
from headroom_mcp.images import choose, features, ocr, pixels
from headroom_mcp.images.choose import Choice, Earlier
from headroom_mcp.retrieval.picture import picture
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store

MODEL = "claude"
SCREENSHOTS = 50
_REGIONS = 60
_SURE = 60.0  # of 100: below, what tesseract reads changes with anything around it
_BOX = re.compile(r"\d+,\d+,\d+,\d+")
_OF = re.compile(r"as (\w{12,64}) above")


class Decided(NamedTuple):
    """A decision about an image: seen alone, again, or changed. `exact`: a reader can put every pixel together.

    `words`: the share of the words read in the original that is read in what is shown; None where nobody reads any.
    """

    name: str
    how: str
    truth: str
    choice: Choice
    exact: bool
    words: float | None

    @property
    def saved(self) -> float:
        return 1 - self.choice.tokens_after / max(1, self.choice.tokens_before)


def measure() -> dict[str, dict[str, Any]]:
    """Return the figures, by part."""
    found = gather.samples()
    decided = [row for sample in found for row in decisions(sample)]
    with tempfile.TemporaryDirectory() as folder, open_store(Settings(home=folder)) as store:
        return {
            "images": _counted(found),
            "decisions": _saved(decided),
            "router": _routed(found),
            "browser session": session(store),
            "regions": regions(store, [sample.data for sample in found]),
        }


def decisions(sample: Sample) -> list[Decided]:
    """Return what is decided about an image alone and, for a screen, about the same again and one that changed."""
    purpose: choose.Purpose = "read" if sample.truth == "text" else ""
    rows = [_decided(sample, "alone", sample.data, (), purpose)]
    if sample.screen:
        earlier = (Earlier("0" * 12, sample.data),)
        whole = pixels.opened(sample.data)
        rows.append(_decided(sample, "again", _png(whole), earlier, purpose))
        rows.append(_decided(sample, "changed", _png(_changed(sample.name, whole)), earlier, purpose))
    return rows


def session(store: Store, count: int = SCREENSHOTS) -> dict[str, Any]:
    """Return what a session of `count` screenshots costs, and whether each screen is shown to the last pixel."""
    screens = browse.session(1, count)
    drawn = browse.drawn(screens)
    messages: list[Any] = [{"role": "user", "content": "Rename the vector queue and check that it was saved."}]
    for number, screen in enumerate(screens):
        call = {"type": "tool_use", "id": f"t{number}", "name": "browser_take_screenshot", "input": {}}
        image = {"type": "base64", "media_type": "image/png", "data": _coded(drawn[screen])}
        content = [{"type": "image", "source": image}]
        given = {"type": "tool_result", "tool_use_id": f"t{number}", "content": content}
        messages += [{"role": "assistant", "content": [call]}, {"role": "user", "content": [given]}]
    result = compress(messages, MODEL, store=store, images=True)
    rows = [row for row in result.decisions if row.reason.startswith("image_")]
    before, after = sum(row.before for row in rows), sum(row.after for row in rows)
    seen = _Reader(store)
    shown = [seen.screen(message["content"][0]["content"]) for message in result.messages[2::2]]
    right = sum(1 for screen, image in zip(screens, shown, strict=True) if _alike(image, pixels.opened(drawn[screen])))
    return {
        "drawn by": "chromium" if browse.has_browser() else "Pillow",
        "screenshots": count,
        "distinct screens": len(drawn),
        "shown to the last pixel": f"{right} of {count}",
        "image tokens": f"{before:,} → {after:,}",
        "saved": _share(1 - after / before),
        "decisions": _said(Counter(row.reason.removeprefix("image_") for row in rows)),
    }


def regions(store: Store, images: list[bytes], count: int = _REGIONS) -> dict[str, Any]:
    """Return how many regions of stored images come back exactly."""
    dice = random.Random("regions")
    exact = 0
    for _ in range(count):
        data = dice.choice(images)
        image = pixels.opened(data)
        width, height = image.size
        x, y = dice.randrange(width), dice.randrange(height)
        across, down = dice.randint(1, width - x), dice.randint(1, height - y)
        ref = store.put(data, kind="image")
        got = pixels.opened(picture(ref, f"{x},{y},{across},{down}", store=store).data)
        exact += _alike(got, image.crop((x, y, x + across, y + down)))
    return {"exact to the pixel": f"{exact} of {count}"}


class _Reader:
    """What a model has before it: every screen as it can be put together from what was shown so far."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Image.Image] = {}

    def screen(self, blocks: list[dict[str, Any]]) -> Image.Image:
        """Return the screen that `blocks` show, by themselves and by what was shown before."""
        pieces = [_plain(pixels.opened(base64.b64decode(one["source"]["data"]))) for one in blocks if "source" in one]
        notes = [one["text"] for one in blocks if one["type"] == "text"]
        if not notes:
            whole = pieces[0]
            self._known[self._store.put(base64.b64decode(blocks[0]["source"]["data"]))] = whole
            return whole
        if "the border around it" in notes[0]:
            return self._bordered(notes[0], pieces[0])
        leant_on = _OF.search(notes[0])
        assert leant_on is not None, notes
        whole = self._known[leant_on[1]].copy()
        for box, piece in zip(_BOX.findall(notes[0]), pieces, strict=True):
            x, y = map(int, box.split(",")[:2])
            whole.paste(piece, (x, y))
        return whole

    def _bordered(self, note: str, piece: Image.Image) -> Image.Image:
        x, y, width, height = map(int, re.findall(r"(\d+),(\d+),\d+,\d+ of (\d+)x(\d+)", note)[0])
        whole = Image.new("RGB", (width, height), piece.getpixel((0, 0)))
        whole.paste(piece, (x, y))
        self._known[note.split()[1].rstrip(":")] = whole
        return whole


def _decided(sample: Sample, how: str, data: bytes, earlier: tuple[Earlier, ...], purpose: choose.Purpose) -> Decided:
    choice = choose.choose(data, MODEL, earlier=earlier, purpose=purpose)
    exact = choice.action in ("keep", "pointer") or _is_exact(choice, data, earlier)
    words = None
    if sample.truth == "text" and how == "alone" and choice.action in ("trim", "smaller") and ocr.is_there():
        words = _words_kept(data, choice.pieces[0].data)
    return Decided(sample.name, how, sample.truth, choice, exact, words)


def _is_exact(choice: Choice, data: bytes, earlier: tuple[Earlier, ...]) -> bool:
    """Tell whether the pieces give the whole image, on the earlier one or on ground of the border's colour."""
    if choice.action not in ("changes", "trim"):
        return False
    image = _plain(pixels.opened(data))
    whole = (
        _plain(pixels.opened(earlier[0].data)) if choice.of else Image.new("RGB", image.size, image.getpixel((0, 0)))
    )
    for piece in choice.pieces:
        whole.paste(_plain(pixels.opened(piece.data)), (piece.box.x, piece.box.y))
    return _alike(whole, image)


def _words_kept(original: bytes, shown: bytes) -> float:
    """Return the share of the words that are surely read in `original` which is read in `shown`."""
    before = Counter(_words(ocr.words_of(original, sure=_SURE)))
    after = Counter(_words(ocr.words_of(shown)))
    return sum((before & after).values()) / max(1, sum(before.values()))


def _words(read: list[str]) -> list[str]:
    return [word for text in read for word in re.findall(r"\w{2,}", text)]


def _changed(name: str, image: Image.Image) -> Image.Image:
    """Return a screen on which a box with a word has come up."""
    dice = random.Random(f"changed {name}")
    other = image.convert("RGB")
    width, height = other.size
    x, y = dice.randrange(width // 2), dice.randrange(height // 2)
    draw = ImageDraw.Draw(other)
    draw.rectangle((x, y, x + width // 4, y + height // 6), fill=(250, 240, 200), outline=(90, 90, 90))
    draw.text((x + 12, y + 12), paint.words(dice, 2), "black", ImageFont.load_default(18))
    return other


def _counted(found: list[Sample]) -> dict[str, Any]:
    return {
        "images": len(found),
        **{f"of {kind}": count for kind, count in sorted(Counter(s.truth for s in found).items())},
    }


def _saved(decided: list[Decided]) -> dict[str, Any]:
    acted = [row for row in decided if row.choice.action != "keep"]
    text = [row for row in acted if row.truth == "text"]
    read = [row.words for row in text if row.words is not None]
    unreadable = [row.name for row in text if not row.exact or (row.words is not None and row.words < 0.99)]
    return {
        "decisions": len(decided),
        "acted": len(acted),
        "tokens saved where acted, mean": _share(sum(row.saved for row in acted) / max(1, len(acted))),
        "tokens saved over all": _share(_over_all(decided)),
        "by action": _said(Counter(row.choice.action for row in decided)),
        **{
            f"saved by {action}, mean": _share(_mean(acted, action))
            for action in sorted({r.choice.action for r in acted})
        },
        "text: every pixel at hand": f"{sum(row.exact for row in text)} of {len(text)}",
        "text: words read again, least": _share(min(read)) if read else "not read",
        "text: read by tesseract": len(read),
        "made unreadable": ", ".join(unreadable) or 0,
    }


def _over_all(decided: list[Decided]) -> float:
    return 1 - sum(row.choice.tokens_after for row in decided) / max(
        1, sum(row.choice.tokens_before for row in decided)
    )


def _mean(acted: list[Decided], action: str) -> float:
    own = [row.saved for row in acted if row.choice.action == action]
    return sum(own) / len(own)


def _routed(found: list[Sample]) -> dict[str, Any]:
    """Return how often the router is right; a drawing that is taken for text only stays as it is."""
    figures: dict[str, Any] = {}
    for name, part in (("held out", True), ("looked at", False)):
        own = [
            (sample, features.content(features.of(pixels.opened(sample.data))))
            for sample in found
            if sample.held_out is part
        ]
        right = sum(1 for sample, said in own if said == sample.truth)
        figures[f"{name}: right"] = f"{right} of {len(own)} ({_share(right / max(1, len(own)))})"
        wrong = [f"{sample.name} taken for {said}" for sample, said in own if said != sample.truth]
        figures[f"{name}: wrong"] = "; ".join(wrong[:8]) or 0
        figures[f"{name}: text taken for a photo"] = sum(s.truth == "text" and said == "photo" for s, said in own)
    return figures


def _alike(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(_plain(one), _plain(other)).getbbox() is None


def _plain(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else image.convert("RGB")


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
