"""headroom_retrieve over the protocol: an image is an image block, a region of it exact, an error a sentence."""

from __future__ import annotations

import asyncio
import base64
import io
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from PIL import Image, ImageChops

from headroom_mcp.server.app import server
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.types import Origin
from tests.images import painted

_SCREEN = painted.terminal(1, (640, 400), 15)


@pytest.fixture(name="ref")
def _ref(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    home, project = tmp_path / "home", tmp_path / "project"
    project.mkdir()
    monkeypatch.setenv("HEADROOM_HOME", str(home))
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(project))
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    with open_store(Settings(home=str(home))) as store:
        return store.put(painted.data_of(_SCREEN), kind="image", origin=Origin("", project=str(project)))


def _asked(**arguments: Any) -> tuple[list[Any], bool]:
    async def run() -> tuple[list[Any], bool]:
        async with Client(server()) as client:
            result = await client.call_tool("headroom_retrieve", arguments)
            return list(result.content), bool(result.is_error)

    return asyncio.run(run())


def test_a_region_of_an_image_is_an_image_block(ref: str) -> None:
    (note, block), failed = _asked(ref=ref, region="10,20,200,100")

    assert not failed
    assert "10,20,200,100 of 640x400" in note.text
    part = Image.open(io.BytesIO(base64.b64decode(block.data))).convert("RGB")
    assert ImageChops.difference(part, _SCREEN.crop((10, 20, 210, 120))).getbbox() is None


def test_without_a_region_the_image_comes_back_byte_for_byte(ref: str) -> None:
    (_, block), _ = _asked(ref=ref)

    assert base64.b64decode(block.data) == painted.data_of(_SCREEN)
    assert block.mime_type == "image/png"


def test_what_is_no_region_is_answered_with_what_one_looks_like(ref: str) -> None:
    (said,), failed = _asked(ref=ref, region="the top")

    assert failed
    assert '"x,y,width,height"' in said.text
