"""Images in tool results: pointers, changes and smaller photographs, each original stored first, under the prefix law."""

from __future__ import annotations

import base64
import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import ImageChops, ImageDraw

from headroom_mcp import compress
from headroom_mcp.context import pictures
from headroom_mcp.context.spans import shorten_body
from headroom_mcp.images import pixels
from headroom_mcp.retrieval.picture import picture
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.text import marker
from tests.images import painted

_MODEL = "claude-opus-5-5"


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Store:
    return open_store(Settings(home=str(tmp_path)))


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _anthropic(data: bytes) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _coded(data)}}


def _session(screens: list[bytes], name: str = "browser_take_screenshot", said: str = "look at the page") -> list[Any]:
    messages: list[Any] = [{"role": "user", "content": said}]
    for number, data in enumerate(screens):
        messages += [
            {"role": "assistant", "content": [{"type": "tool_use", "id": f"t{number}", "name": name, "input": {}}]},
            {
                "role": "user",
                "content": [
                    {
                        "type": "tool_result",
                        "tool_use_id": f"t{number}",
                        "content": [{"type": "text", "text": f"shot {number}"}, _anthropic(data)],
                    }
                ],
            },
        ]
    return messages


def _result(messages: list[Any], number: int) -> list[Any]:
    content: list[Any] = messages[2 + 2 * number]["content"][0]["content"]
    return content


def _screens() -> list[bytes]:
    first = painted.page(1)
    second = first.copy()
    ImageDraw.Draw(second).rectangle((220, 90, 500, 120), fill=(200, 30, 30))
    return [painted.data_of(first), painted.data_of(second), painted.data_of(first, "BMP")]


def test_a_screen_again_is_a_pointer_and_a_screen_that_changed_is_its_change(store: Store) -> None:
    messages = _session(_screens())

    result = compress(messages, _MODEL, store=store, images=True)

    first, changed, again = (_result(result.messages, number) for number in range(3))
    assert first == _result(messages, 0)
    assert [block["type"] for block in changed] == ["text", "text", "image"]
    assert [block["type"] for block in again] == ["text", "text"]
    assert "the same image as" in again[1]["text"]
    assert [row.reason for row in result.decisions if row.reason.startswith("image_")] == [
        "image_text",
        "image_changed",
        "image_same",
    ]
    assert result.tokens_after < 0.5 * result.tokens_before


def test_every_original_comes_back_byte_for_byte_by_its_ref(store: Store) -> None:
    screens = _screens()

    result = compress(_session(screens), _MODEL, store=store, images=True)

    changed, again = (_result(result.messages, number)[1]["text"] for number in (1, 2))
    assert picture(marker.refs(changed)[0], store=store).data == screens[1]
    assert store.get(marker.refs(again)[0]).body == screens[2]  # a BMP, which models are shown as PNG
    shown = pixels.opened(picture(marker.refs(again)[0], store=store).data)
    assert ImageChops.difference(shown, pixels.opened(screens[2])).getbbox() is None
    assert (
        picture(_result(result.messages, 2)[1]["text"].split("same image as ")[1][:12], store=store).data == screens[0]
    )


def test_what_changed_is_the_region_that_the_note_names(store: Store) -> None:
    screens = _screens()
    result = compress(_session(screens), _MODEL, store=store, images=True)

    _, note, block = _result(result.messages, 1)

    x, y, width, height = (int(value) for value in re.findall(r"\d+", note["text"].rsplit("height ", 1)[1]))
    shown = pixels.opened(base64.b64decode(block["source"]["data"])).convert("RGB")
    expected = pixels.opened(screens[1]).convert("RGB").crop((x, y, x + width, y + height))
    assert ImageChops.difference(shown, expected).getbbox() is None


def test_the_prefix_law_holds_for_images(store: Store) -> None:
    messages = _session([*_screens(), painted.data_of(painted.photo(1), "JPEG")])
    given = copy.deepcopy(messages)

    whole = compress(messages, _MODEL, store=store, images=True).messages

    assert messages == given
    for count in range(len(messages)):
        assert compress(messages[:count], _MODEL, store=store, images=True).messages == whole[:count]


def test_without_being_asked_images_are_not_looked_at(store: Store) -> None:
    messages = _session(_screens())

    assert compress(messages, _MODEL, store=store).messages == messages


def test_a_program_that_acts_on_coordinates_sees_every_pixel(store: Store) -> None:
    messages = _session(_screens(), name="computer")

    result = compress(messages, _MODEL, store=store, images=True)

    assert result.messages == messages
    assert {row.reason for row in result.decisions if row.reason.startswith("image_")} == {"image_coordinates"}


def test_images_of_the_responses_api_keep_its_shape(store: Store) -> None:
    messages: list[Any] = [{"role": "user", "content": "look"}]
    for number, data in enumerate(_screens()):
        url = f"data:image/png;base64,{_coded(data)}"
        messages += [
            {"type": "function_call", "call_id": f"c{number}", "name": "shot", "arguments": "{}"},
            {
                "type": "function_call_output",
                "call_id": f"c{number}",
                "output": [{"type": "input_image", "image_url": url, "detail": "high"}],
            },
        ]

    result = compress(messages, "gpt-6", store=store, images=True)

    changed, again = result.messages[4]["output"], result.messages[6]["output"]
    assert [block["type"] for block in changed] == ["input_text", "input_image"]
    assert changed[1]["detail"] == "high"
    assert [block["type"] for block in again] == ["input_text"]


def test_a_store_that_cannot_be_written_leaves_every_image(tmp_path: Path) -> None:
    home = tmp_path / "file"
    home.write_text("not a folder", encoding="utf-8")
    messages = _session(_screens())

    result = compress(messages, _MODEL, settings=Settings(home=str(home)), images=True)

    assert result.messages == messages


@pytest.mark.parametrize("data", ["", "!!!", "AAAA", _coded(b"\x89PNG\r\n\x1a\n" + b"\0" * 40), 7, None])
def test_what_is_no_image_stays_as_it_came(store: Store, data: object) -> None:
    messages = _session([b"x"])
    _result(messages, 0)[1]["source"]["data"] = data

    assert compress(messages, _MODEL, store=store, images=True).messages == messages


def test_of_a_body_the_images_become_what_compress_makes_of_them_and_every_other_byte_stays(store: Store) -> None:
    messages = _session(_screens())
    body = json.dumps({"model": _MODEL, "max_tokens": 5, "messages": messages}, indent=1).encode()

    short = shorten_body(body, store=store)

    assert short is not None
    assert json.loads(short)["messages"] == compress(messages, _MODEL, store=store, images=True).messages
    first = body.index(b'"tool_use_id": "t1"')
    assert short[:first] == body[:first]
    assert shorten_body(body, store=store, settings=store.settings._replace(images="none")) is None


def test_of_a_body_images_stay_where_the_provider_may_drop_those_above(store: Store) -> None:
    edits = {"edits": [{"type": "clear_tool_uses_20250919"}]}
    request = {"model": _MODEL, "messages": _session(_screens()), "context_management": edits}

    assert shorten_body(json.dumps(request).encode(), store=store) is None


def test_of_a_body_whose_tools_act_on_coordinates_images_stay(store: Store) -> None:
    computer = {"type": "computer_20250124", "name": "screen", "display_width_px": 9, "display_height_px": 9}
    click = {"name": "tap", "input_schema": {"type": "object", "properties": {"x": {}, "y": {}}}}
    for tool in (computer, click):
        request = {"model": _MODEL, "messages": _session(_screens()), "tools": [tool]}
        assert shorten_body(json.dumps(request).encode(), store=store) is None
    assert not pictures.offer_coordinates([{"name": "show", "input_schema": {"properties": {"x": {}}}}])


def test_a_mark_for_the_cache_stays_on_the_last_block_alone(store: Store) -> None:
    messages = _session(_screens())
    for number in (1, 2):
        _result(messages, number)[1]["cache_control"] = {"type": "ephemeral"}

    result = compress(messages, _MODEL, store=store, images=True)

    for number in (1, 2):
        marked = ["cache_control" in block for block in _result(result.messages, number)]
        assert marked == [False] * (len(marked) - 1) + [True]


def _responses(data: bytes, **more: str) -> list[Any]:
    image = {"type": "input_image", "image_url": f"data:image/png;base64,{_coded(data)}", **more}
    return [
        {"type": "function_call", "call_id": "c1", "name": "shot", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": [image]},
    ]


def test_a_level_of_detail_is_named_where_the_request_leaves_it_open_and_text_stays_readable(store: Store) -> None:
    photo = painted.data_of(painted.photo(3, (2800, 2100)), "JPEG")
    items = _responses(photo, detail="auto")

    result = compress(items, "gpt-6", store=store, images=True)

    assert result.messages[1]["output"] == [{**items[1]["output"][0], "detail": "high"}]
    assert [row.reason for row in result.decisions if row.reason.startswith("image_")] == ["image_level"]
    assert result.tokens_saved > 3_000
    said = _responses(photo, detail="original")
    assert compress(said, "gpt-6", store=store, images=True).messages[1]["output"][0].get("detail") != "high"


def test_no_level_is_named_that_would_make_small_print_unreadable(store: Store) -> None:
    screen = painted.data_of(painted.terminal(1, (820, 5600), 254))

    result = compress(_responses(screen), "gpt-6", store=store, images=True)

    assert result.messages == _responses(screen)
