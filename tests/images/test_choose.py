"""What is shown instead of an image holds all of it, or says what it is of; and it costs less, or the image stays."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from headroom_mcp.images import pixels
from headroom_mcp.images.choose import REASONS, Choice, Earlier, choose
from tests.images import painted

_MODEL = "claude-opus-5-5"


def _rebuilt(choice: Choice, earlier: Image.Image | None = None) -> Image.Image:
    """Return the image as a reader could put it together from what is shown."""
    base = earlier.copy() if earlier else Image.new("RGB", choice.size)
    for piece in choice.pieces:
        base.paste(pixels.opened(piece.data).convert("RGB"), (piece.box.x, piece.box.y))
    return base


def _alike(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


@pytest.mark.parametrize("form", ["PNG", "BMP", "TIFF"])
def test_the_same_pixels_in_other_bytes_are_a_pointer(form: str) -> None:
    screen = painted.terminal(1)

    choice = choose(painted.data_of(screen, form), _MODEL, earlier=[Earlier("aaa", painted.data_of(screen))])

    assert (choice.action, choice.of, choice.reason) == ("pointer", "aaa", "same")
    assert "same image as aaa" in choice.note("bbb")
    assert choice.tokens_after < choice.tokens_before // 10


def test_one_pixel_makes_another_image() -> None:
    screen = painted.terminal(1)
    other = screen.copy()
    other.putpixel((600, 300), (255, 0, 0))

    choice = choose(painted.data_of(other), _MODEL, earlier=[Earlier("aaa", painted.data_of(screen))])

    assert choice.action == "changes"
    assert _alike(_rebuilt(choice, screen), other)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, 790), st.integers(0, 440), st.integers(1, 300), st.integers(1, 120)),
        min_size=1,
        max_size=4,
    )
)
def test_what_changed_and_the_earlier_image_give_every_pixel_of_the_new_one(
    changes: list[tuple[int, int, int, int]],
) -> None:
    screen = painted.terminal(2, (800, 450), 18)
    other = screen.copy()
    draw = ImageDraw.Draw(other)
    for number, (x, y, width, height) in enumerate(changes):
        draw.rectangle((x, y, x + width, y + height), fill=(200, 40 + number, 10))

    choice = choose(painted.data_of(other), _MODEL, earlier=[Earlier("aaa", painted.data_of(screen))])

    assert choice.tokens_after <= choice.tokens_before
    if choice.action == "changes":
        assert _alike(_rebuilt(choice, screen), other)
        assert all(str(piece.box) in choice.note("bbb") for piece in choice.pieces)
    else:
        assert choice.action == "keep"


def test_of_several_earlier_images_the_nearest_is_leant_on() -> None:
    far, near = painted.terminal(3), painted.terminal(4)
    now = near.copy()
    ImageDraw.Draw(now).rectangle((10, 10, 60, 40), fill="red")

    choice = choose(
        painted.data_of(now),
        _MODEL,
        earlier=[Earlier("near", painted.data_of(near)), Earlier("far", painted.data_of(far))],
    )

    assert choice.of == "near"


def test_a_border_of_one_colour_is_cut_off_and_every_other_pixel_stays() -> None:
    image = Image.new("RGB", (2000, 1400), (250, 250, 250))
    image.paste(painted.terminal(5, (900, 500), 20), (500, 400))

    choice = choose(painted.data_of(image), _MODEL)

    assert choice.action == "trim"
    rebuilt = Image.new("RGB", image.size, (250, 250, 250))
    piece = choice.pieces[0]
    rebuilt.paste(pixels.opened(piece.data).convert("RGB"), (piece.box.x, piece.box.y))
    assert _alike(rebuilt, image)
    assert f"{piece.box} of 2000x1400" in choice.note("bbb")


@pytest.mark.parametrize("paint", [painted.terminal, painted.page])
@pytest.mark.parametrize("question", ["", "what is this?", "which line failed?"])
def test_text_is_never_made_smaller_unasked(paint: object, question: str) -> None:
    assert callable(paint)
    choice = choose(painted.data_of(paint(6)), _MODEL, question=question)

    assert choice.action in ("keep", "trim")
    assert choice.scale == 1


def test_a_glance_at_text_still_costs_a_thousand_tokens() -> None:
    choice = choose(painted.data_of(painted.page(7, (1600, 1200))), _MODEL, purpose="glance")

    assert (choice.action, choice.reason) == ("smaller", "glance")
    assert 1_000 <= choice.tokens_after < choice.tokens_before


def test_a_photograph_is_made_smaller_and_its_scale_is_said() -> None:
    choice = choose(painted.data_of(painted.photo(8), "JPEG"), _MODEL)

    assert (choice.action, choice.reason) == ("smaller", "photo")
    assert choice.tokens_after <= 0.6 * choice.tokens_before
    shown = pixels.opened(choice.pieces[0].data)
    assert abs(shown.size[0] * choice.scale - 1600) < 1
    assert f"multiply coordinates by {choice.scale:.3g}" in choice.note("bbb")


@pytest.mark.parametrize(
    "question", ["read the sign", "how many birds are there?", "zoom into the corner", "what does it say"]
)
def test_a_photograph_stays_as_it_is_when_details_are_asked_for(question: str) -> None:
    assert choose(painted.data_of(painted.photo(8)), _MODEL, question=question).action == "keep"


def test_what_a_program_acts_on_and_what_costs_little_is_left_alone() -> None:
    photo = painted.data_of(painted.photo(9))

    assert choose(photo, _MODEL, coordinates=True).reason == "coordinates"
    assert choose(painted.data_of(painted.terminal(1, (300, 200), 5)), _MODEL).reason == "few_tokens"
    assert choose(photo, "llama-9").reason == "unknown_model"


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + b"\0" * 20, b"not an image", b"\xff\xd8\xff\xe0" * 9]
)
def test_bytes_that_are_not_an_image_stay(data: bytes) -> None:
    assert choose(data, _MODEL) == Choice("keep", "unreadable", 0, 0)


@settings(max_examples=15, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_damaged_image_never_raises(noise: bytes, at: int) -> None:
    data = bytearray(painted.data_of(painted.terminal(1, (200, 100), 4)))
    data[at : at + len(noise)] = noise

    assert choose(bytes(data), _MODEL).reason in REASONS


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "1", "CMYK", "I;16"])
def test_images_of_every_mode_are_compared_by_what_they_show(mode: str) -> None:
    image = painted.terminal(1).convert("L").convert("I;16") if mode == "I;16" else painted.terminal(1).convert(mode)
    form = "TIFF" if mode in ("CMYK", "I;16") else "PNG"
    data = painted.data_of(image, form)

    assert choose(data, _MODEL, earlier=[Earlier("aaa", data)]).action == "pointer"
