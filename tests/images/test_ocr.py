"""The text in an image: read on request only, each line with its region, by a program that may not be there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont

from headroom_mcp.cli.images import images
from headroom_mcp.images import ocr
from headroom_mcp.server import tools
from headroom_mcp.settings import environment
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import open_store
from headroom_mcp.types import MissingExtra, NotAnImage, Origin
from tests.images import painted

_needs_tesseract = pytest.mark.skipif(not ocr.is_there(), reason="tesseract is not installed")
_LINES = ["listening on port 8080", "request failed with status 503", "retry in 30 seconds"]


def _screen(ground: str = "black", ink: str = "white") -> bytes:
    image = Image.new("RGB", (640, 200), ground)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(_LINES):
        draw.text((30, 20 + 50 * number), line, ink, ImageFont.load_default(18))
    return painted.data_of(image)


@_needs_tesseract
@pytest.mark.parametrize("colours", [("black", "white"), ("white", "black"), ("#203050", "#e0e0c0")])
def test_the_text_is_read_line_by_line_with_its_region(colours: tuple[str, str]) -> None:
    found = ocr.lines_of(_screen(*colours))

    assert [line.text for line in found] == _LINES
    for number, line in enumerate(found):
        assert abs(line.x - 30) <= 4
        assert 20 + 50 * number <= line.y <= 40 + 50 * number
        assert 0 < line.width < 400
        assert 0 < line.height <= 26


@_needs_tesseract
def test_a_query_on_an_image_gives_the_lines_about_it_and_without_one_the_image_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with open_store(Settings(home=str(tmp_path))) as store:
        ref = store.put(_screen(), kind="image", origin=Origin(project=environment.project_dir()))

    about, line, shown = (tools.headroom_retrieve(ref, **asked) for asked in ({"query": "failed"}, {"lines": "3"}, {}))

    assert isinstance(about, str)
    assert "request failed with status 503  @" in about
    assert "status 503" in str(line)
    assert "retry" not in str(line)
    assert [block["type"] for block in shown] == ["text", "image"]  # type: ignore[index]


@_needs_tesseract
def test_the_command_prints_lines_or_regions(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(_screen())

    plain = CliRunner().invoke(images, ["text", str(tmp_path / "a.png")])
    rows = json.loads(CliRunner().invoke(images, ["text", str(tmp_path / "a.png"), "--json"]).output)

    assert plain.output.splitlines() == _LINES
    assert [row["text"] for row in rows] == _LINES
    assert all(len(row["region"].split(",")) == 4 for row in rows)


def test_without_tesseract_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(MissingExtra, match="apt install tesseract-ocr"):
        ocr.text_of(_screen())


@_needs_tesseract
def test_what_is_no_image_is_an_error() -> None:
    with pytest.raises(NotAnImage):
        ocr.text_of(b"not an image")


def test_an_image_without_text_is_said_to_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "lines_of", lambda *_: [])
    (tmp_path / "x.png").touch()
    done = CliRunner().invoke(images, ["text", str(tmp_path / "x.png")])

    assert done.exit_code == 0 and "no text was found in" in done.output
