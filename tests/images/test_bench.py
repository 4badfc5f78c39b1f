"""The bench of images: what it says of a reader's view is worked out from what is shown, and falls where something is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headroom_mcp.evals.images import bench, browse, gather, paint
from headroom_mcp.images import choose, pixels
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store

if TYPE_CHECKING:
    from PIL import Image


@pytest.fixture(autouse=True)
def _no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "_BROWSERS", ())
    monkeypatch.setattr("headroom_mcp.images.ocr.is_there", lambda: False)


def _sample(screen: bool = True) -> gather.Sample:
    return gather.Sample("terminal 0", "text", bench._png(paint.terminal(0)), held_out=True, screen=screen)


def test_a_screen_is_decided_about_alone_again_and_changed_and_every_pixel_is_at_hand() -> None:
    rows = bench.decisions(_sample())

    assert [row.how for row in rows] == ["alone", "again", "changed"]
    assert [row.choice.action for row in rows][1:] == ["pointer", "changes"]
    assert all(row.exact for row in rows)
    assert len(bench.decisions(_sample(screen=False))) == 1


def test_a_piece_that_lacks_a_pixel_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = choose._piece

    def blotted(image: Image.Image, box: choose.Box) -> choose.Piece:
        piece = pixels.opened(whole(image, box).data).convert("RGB")
        piece.putpixel((piece.size[0] // 2, piece.size[1] // 2), (1, 2, 3))
        return choose.Piece(pixels.png(piece), box)

    monkeypatch.setattr(choose, "_piece", blotted)

    assert not bench.decisions(_sample())[2].exact


def test_a_session_shows_every_screen_for_less_and_regions_are_exact(tmp_path: Path) -> None:
    with open_store(Settings(home=str(tmp_path))) as store:
        figures = bench.session(store, 9)
        regions = bench.regions(store, [_sample().data], 9)

    assert figures["drawn by"] == "Pillow"
    assert figures["shown to the last pixel"] == "9 of 9"
    assert float(figures["saved"].split()[0]) > 30
    assert regions == {"exact to the pixel": "9 of 9"}


def test_the_router_is_scored_on_images_that_are_held_out() -> None:
    found = [
        gather.Sample("terminal", "text", bench._png(paint.terminal(2)), held_out=True),
        gather.Sample("icon", "icon", bench._png(paint.icon(2)), held_out=True),
        gather.Sample("icon named a photo", "photo", bench._png(paint.icon(3)), held_out=False),
    ]

    figures = bench._routed(found)

    assert figures["held out: right"].startswith("2 of 2")
    assert figures["looked at: right"].startswith("0 of 1")
    assert figures["looked at: wrong"] == "icon named a photo taken for icon"
