"""A real Claude Code accepts what stands in the place of an image that is read: a note, or a note and the regions that changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from PIL import ImageDraw

from headroom_mcp.install.live.fake_api import Call
from tests.images import painted

if TYPE_CHECKING:
    from tests.claude.conftest import Sandbox

pytestmark = pytest.mark.claude


def test_an_image_read_again_is_a_note_and_one_that_changed_is_its_change(sandbox: Sandbox) -> None:
    sandbox.headroom("install")
    first, second = painted.page(1), painted.page(1)
    ImageDraw.Draw(second).rectangle((220, 90, 500, 120), fill=(200, 30, 30))
    for name, image in (("a", first), ("b", first), ("c", second)):
        (sandbox.project / f"{name}.png").write_bytes(painted.data_of(image))

    run = sandbox.run([*(Call("Read", {"file_path": str(sandbox.project / f"{name}.png")}) for name in "abc"), "done"])

    whole, again, changed = _results(run.api.requests[-1]["messages"])
    assert _kinds(whole) == ["image"]
    assert _kinds(again) == ["text"]
    assert "the same image as" in json.dumps(again)
    assert _kinds(changed) == ["text", "image"]
    assert "above but for x,y,width,height" in json.dumps(changed)


def _results(messages: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    found = []
    for message in messages:
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block["type"] == "tool_result":
                content = block["content"]
                found.append(content if isinstance(content, list) else [{"type": "text", "text": content}])
    return found


def _kinds(blocks: list[dict[str, Any]]) -> list[str]:
    """Return the types of blocks, without what the host adds of itself."""
    return [block["type"] for block in blocks if "<system-reminder>" not in block.get("text", "")]
