"""An image comes back byte for byte, and any region of it exact to the pixel."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from headroom_mcp.images import cost
from headroom_mcp.retrieval import picture as picture_module
from headroom_mcp.retrieval.picture import picture
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import Origin, SliceError, UnknownRef
from tests.images import painted

_SIZE = (320, 200)


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Store:
    return open_store(Settings(home=str(tmp_path)))


def _png(seed: int = 1) -> bytes:
    return painted.data_of(painted.terminal(seed, _SIZE, 8))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP"])
def test_the_whole_image_comes_back_byte_for_byte(store: Store, form: str) -> None:
    data = painted.data_of(painted.terminal(1, _SIZE, 8), form)
    ref = store.put(data, kind="image")

    shown = picture(ref, store=store)

    assert shown.data == data
    assert shown.media_type == f"image/{form.lower()}"
    assert "320x200" in shown.note


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 319), st.integers(0, 199), st.integers(1, 400), st.integers(1, 300))
def test_a_region_is_exact_to_the_pixel_and_its_note_says_which(
    store: Store, x: int, y: int, width: int, height: int
) -> None:
    ref = store.put(_png(), kind="image")

    shown = picture(ref, f"{x},{y},{width},{height}", store=store)

    part = Image.open(io.BytesIO(shown.data)).convert("RGB")
    expected = painted.terminal(1, _SIZE, 8).crop((x, y, min(320, x + width), min(200, y + height)))
    assert part.size == expected.size
    assert ImageChops.difference(part, expected).getbbox() is None
    assert f"{x},{y},{expected.size[0]},{expected.size[1]} of 320x200" in shown.note


@pytest.mark.parametrize("region", ["1,2,3", "a,b,c,d", "-1,0,5,5", "0,0,0,5", "1.5,2,3,4", "0,0,5,5,5"])
def test_a_region_that_is_none_says_what_one_looks_like(store: Store, region: str) -> None:
    ref = store.put(_png(), kind="image")

    with pytest.raises(SliceError, match="x,y,width,height"):
        picture(ref, region, store=store)


def test_a_region_outside_of_the_image_says_how_large_it_is(store: Store) -> None:
    with pytest.raises(SliceError, match="320x200"):
        picture(store.put(_png(), kind="image"), "320,0,5,5", store=store)


def test_a_text_has_no_regions_and_an_unknown_ref_is_one(store: Store) -> None:
    ref = store.put("line\n" * 500)

    with pytest.raises(SliceError, match=r"not an image|no regions"):
        picture(ref, "0,0,5,5", store=store)
    with pytest.raises(SliceError, match="not an image"):
        picture(ref, store=store)
    with pytest.raises(UnknownRef):
        picture("0123456789ab", store=store)


@pytest.mark.parametrize("form", ["BMP", "TIFF"])
def test_an_image_of_a_form_that_models_are_not_shown_comes_as_png_exact_to_the_pixel(store: Store, form: str) -> None:
    ref = store.put(painted.data_of(painted.terminal(1, _SIZE, 8), form), kind="image")

    shown = picture(ref, store=store)

    assert shown.media_type == "image/png"
    assert shown.note == f"[{ref}: the whole image, 320x200]"
    found = Image.open(io.BytesIO(shown.data)).convert("RGB")
    assert ImageChops.difference(found, painted.terminal(1, _SIZE, 8).convert("RGB")).getbbox() is None


@pytest.mark.parametrize(("region", "size"), [("", _SIZE), ("0,0,100,60", (100, 60)), ("300,190,50,50", (20, 10))])
def test_what_is_shown_of_an_image_is_charged_by_its_size(store: Store, region: str, size: tuple[int, int]) -> None:
    ref = store.put(_png(), kind="image", origin=Origin(session="s", project="/p"))

    picture(ref, region, store=store, project="/p", session="s")

    totals = store.ledger.read(session="s", project="/p").totals
    assert totals.tokens_retrieved == cost.tokens(*size, picture_module._CHARGED_MODEL) > 0
