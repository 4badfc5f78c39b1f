"""What an image costs, by the check values that were recomputed from the providers' pages, and by the limits they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom_mcp import images
from headroom_mcp.images.cost import cost, details
from headroom_mcp.types import HeadroomError, UnknownModel

_NEW, _OLD = "claude-opus-5-5", "claude-sonnet-4-5"
_CHECKED = [
    (1000, 1000, _NEW, None, 1_296),
    (1920, 1080, _NEW, None, 2_691),
    (1920, 1080, _OLD, None, 1_560),
    (3840, 2160, _NEW, None, 4_784),
    (3024, 1964, _NEW, None, 4_760),
    (3024, 1964, _OLD, None, 1_568),
    (6000, 4000, _NEW, None, 4_704),
    (6000, 4000, _OLD, None, 1_536),
    (1075, 1520, _OLD, None, 1_551),
    (1024, 1024, "gpt-6", None, 1_229),
    (2048, 2048, "gpt-6", "high", 3_000),
    (2048, 2048, "gpt-5.6", "high", 3_000),
    (4096, 512, "gpt-6", None, 2_458),
    (1920, 1080, "gpt-5.6", None, 2_448),
    (4032, 3024, "gpt-6", "high", 2_942),
    (4032, 3024, "gpt-6", "auto", 14_364),
    (1024, 1024, "gpt-5", None, 70 + 140 * 4),
    (2048, 4096, "gpt-4o", "high", 85 + 170 * 6),
    (4096, 8192, "gpt-4o", "low", 85),
    (1024, 1024, "gpt-4o-mini", None, 2_833 + 5_667 * 4),
    (1024, 1024, "o1", None, 75 + 150 * 4),
    (1024, 1024, "o4-mini", None, 1_762),
    (4000, 3000, "gemini-3-pro", None, 1_120),
    (10, 10, "gemini-4-flash", "MEDIA_RESOLUTION_LOW", 280),
    (10, 10, "gemini-4-flash", "ultra_high", 2_240),
    (384, 384, "gemini-2.5-pro", None, 258),
    (385, 384, "gemini-2.5-pro", None, 258),
    (1000, 800, "gemini-2.5-pro", None, 258 * 4),
]


@pytest.mark.parametrize(("width", "height", "model", "detail", "counted"), _CHECKED)
def test_every_published_check_value_comes_out_exactly(
    width: int, height: int, model: str, detail: str | None, counted: int
) -> None:
    assert images.tokens(width, height, model, detail) == counted


@pytest.mark.parametrize(
    ("width", "height", "model", "seen"),
    [
        (1920, 1080, _OLD, (1456, 819)),
        (3840, 2160, _NEW, (2576, 1449)),
        (3024, 1964, _NEW, (2380, 1546)),
        (3024, 1964, _OLD, (1372, 891)),
        (6000, 4000, _OLD, (1344, 896)),
        (1075, 1520, _OLD, (924, 1307)),
    ],
)
def test_the_size_that_the_model_sees_is_the_published_one(
    width: int, height: int, model: str, seen: tuple[int, int]
) -> None:
    assert cost(width, height, model)[1:] == seen


_SIDES = st.integers(1, 12_000)


@given(_SIDES, _SIDES, st.sampled_from([(_NEW, 2_576, 4_784), (_OLD, 1_568, 1_568)]))
def test_claude_never_sees_more_than_its_limits_and_as_much_as_they_allow(
    width: int, height: int, of: tuple[str, int, int]
) -> None:
    model, edge, most = of

    counted, across, down = cost(width, height, model)

    assert counted <= most
    assert -(-max(across, down) // 28) * 28 <= edge
    assert across <= width
    assert down <= height
    if (across, down) != (width, height):  # the next larger long edge would be over a limit
        long, short = max(width, height), min(width, height)
        larger = max(across, down) + 1
        patches = -(-larger // 28) * -(-max(1, round(short * larger / long)) // 28)
        assert patches > most or -(-larger // 28) * 28 > edge


@given(
    _SIDES, _SIDES, st.sampled_from(["gpt-6", "gpt-5.6", "gpt-5.5", "gpt-5.4", "gpt-5-mini", "gpt-4.1-nano", "o4-mini"])
)
def test_the_cap_on_patches_holds_and_a_turned_image_costs_the_same(width: int, height: int, model: str) -> None:
    high = cost(width, height, model, "high")

    assert -(-high.width // 32) * -(-high.height // 32) <= 2_500
    assert high.tokens == cost(height, width, model, "high").tokens
    assert high.width <= width
    assert high.height <= height


def test_a_model_tells_its_levels_and_refuses_others() -> None:
    assert details("openai/gpt-6-2026-09-01") == ("low", "high", "original", "auto")
    assert details(_NEW) == ()
    with pytest.raises(ValueError, match="It has low, high, original, auto"):
        images.tokens(10, 10, "gpt-6", "huge")


def test_an_unknown_model_and_an_impossible_size_are_clear_errors() -> None:
    with pytest.raises(UnknownModel, match="llama-9"):
        images.tokens(10, 10, "llama-9")
    assert issubclass(UnknownModel, HeadroomError)
    with pytest.raises(ValueError, match="0x5"):
        images.tokens(0, 5, _NEW)


@pytest.mark.parametrize(
    "model", ["bedrock/us.anthropic.claude-opus-4-8-v1:0", "claude-opus-4-7", "anthropic/claude-fable-5-2"]
)
def test_new_models_of_claude_are_told_by_their_version_whoever_serves_them(model: str) -> None:
    assert images.tokens(3840, 2160, model) == 4_784
