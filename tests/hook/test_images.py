"""Images in what Claude Code's tools gave: a pointer only to an image that this context still holds, every original kept."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from headroom_mcp.hook import entry
from headroom_mcp.images import pixels
from headroom_mcp.retrieval.picture import picture
from headroom_mcp.text import marker
from tests.hook.transcripts import Transcript
from tests.images import painted

_SCREENSHOT = "mcp__browser__take_screenshot"


class _Session:
    """A session of Claude Code; `screenshot` and `read` return what its model is shown for an image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = Transcript(folder / "s.jsonl")
        self.file.prompt("go")
        self.calls = 0

    def screenshot(self, data: bytes, name: str = _SCREENSHOT, given: dict[str, object] | None = None) -> list[Any]:
        blocks = [{"type": "text", "text": "took it"}, _block(data)]
        shown = self.call(name, given or {}, blocks) or blocks
        self.file.result(self.name, shown)
        return shown

    def read(self, data: bytes) -> Any:
        file = {"base64": _coded(data), "type": "image/png", "originalSize": len(data)}
        reply = self.call("Read", {"file_path": "/p/shot.png"}, {"type": "image", "file": file})
        self.file.result(self.name, [_block(data)] if reply is None else reply["file"]["cells"][0]["source"])
        return reply

    @property
    def name(self) -> str:
        return f"toolu_{self.calls}"

    def call(self, tool: str, given: dict[str, object], response: Any) -> Any:
        self.calls += 1
        self.file.call(self.name, tool, given)
        payload = {
            "session_id": "s", "transcript_path": str(self.folder / "s.jsonl"), "cwd": str(self.folder),
            "hook_event_name": "PostToolUse", "tool_name": tool, "tool_input": given, "tool_response": response,
            "tool_use_id": self.name,
        }  # fmt: skip
        reply = entry.handle(payload)
        assert not isinstance(reply, str)
        return None if reply is None else reply["hookSpecificOutput"]["updatedToolOutput"]  # type: ignore[index]


@pytest.fixture(name="session")
def _session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Session:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path / "store"))
    return _Session(tmp_path)


def _coded(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _block(data: bytes) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _coded(data)}}


def _kinds(blocks: list[Any]) -> list[str]:
    return [block["type"] for block in blocks]


_PAGE = painted.data_of(painted.page(1))


def _painted_over() -> bytes:
    image = painted.page(1)
    ImageDraw.Draw(image).rectangle((220, 90, 500, 120), fill=(200, 30, 30))
    return painted.data_of(image)


_CHANGED = _painted_over()


def test_a_screenshot_again_is_a_pointer_to_the_first_and_both_come_back(session: _Session) -> None:
    first, again = session.screenshot(_PAGE), session.screenshot(painted.data_of(painted.page(1), "BMP"))

    assert _kinds(first) == ["text", "image"]
    assert _kinds(again) == ["text", "text"]
    ref = re.search(r"the same image as (\w+) above", again[1]["text"])
    assert ref is not None
    assert picture(ref[1]).data == _PAGE
    assert marker.refs(again[1]["text"]) != [ref[1]]


def test_of_a_screenshot_that_changed_the_changed_region_is_shown_with_its_place(session: _Session) -> None:
    session.screenshot(_PAGE)

    shown = session.screenshot(_CHANGED)

    assert _kinds(shown) == ["text", "text", "image"]
    x, y, width, height = map(int, re.findall(r"\d+", shown[1]["text"].rsplit("height ", 1)[1]))
    piece = pixels.opened(base64.b64decode(shown[2]["source"]["data"])).convert("RGB")
    assert piece.size == (width, height)
    rebuilt = painted.page(1)
    rebuilt.paste(piece, (x, y))
    assert ImageChops.difference(rebuilt, pixels.opened(_CHANGED).convert("RGB")).getbbox() is None


def test_an_image_that_is_read_again_is_a_cell_with_a_note(session: _Session) -> None:
    assert session.read(_PAGE) is None

    pointer, changed = session.read(_PAGE), session.read(_CHANGED)

    assert "the same image as" in pointer["file"]["cells"][0]["source"]
    assert pointer["file"]["cells"][0]["outputs"] == []
    assert changed["type"] == "notebook"
    assert [output["image"]["media_type"] for output in changed["file"]["cells"][0]["outputs"]] == ["image/png"]


def test_after_a_compaction_or_a_rewind_an_image_is_shown_again(session: _Session) -> None:
    start = session.file.last
    session.screenshot(_PAGE)
    session.file.last = start  # /rewind: the call hangs on an earlier entry

    assert _kinds(session.screenshot(_PAGE)) == ["text", "image"]
    assert _kinds(session.screenshot(_PAGE)) == ["text", "text"]
    entry.handle({"session_id": "s", "transcript_path": "", "cwd": "/", "hook_event_name": "PreCompact"})
    assert _kinds(session.screenshot(_PAGE)) == ["text", "image"]


def test_an_image_that_the_host_took_out_is_shown_again(session: _Session) -> None:
    session.screenshot(_PAGE)
    session.file.append({"type": "content-replacement", "replacements": [{"toolUseId": "toolu_1"}]})

    assert _kinds(session.screenshot(_PAGE)) == ["text", "image"]


def test_a_border_is_cut_off_and_what_is_left_is_leant_on_later(session: _Session) -> None:
    image = Image.new("RGB", (1900, 1300), "white")
    image.paste(painted.terminal(5, (900, 500), 20), (40, 40))

    first, again = session.screenshot(painted.data_of(image)), session.screenshot(painted.data_of(image))

    assert _kinds(first) == ["text", "text", "image"]
    assert "border" in first[1]["text"]
    assert _kinds(again) == ["text", "text"]


@pytest.mark.parametrize("named", ["mcp__desktop__computer", "mcp__desktop__screenshot"])
def test_where_a_program_acts_on_coordinates_every_screen_is_whole(session: _Session, named: str) -> None:
    session.call("mcp__desktop__click", {"x": 10, "y": 20}, [{"type": "text", "text": "ok"}])

    session.screenshot(_PAGE, named)

    assert _kinds(session.screenshot(_CHANGED, named)) == ["text", "image"]
    session.screenshot(_PAGE)
    assert _kinds(session.screenshot(_PAGE)) == ["text", "text"]  # another server's


@pytest.mark.parametrize(
    ("given", "kinds"), [("none", ["text", "image"]), ("same", ["text", "image"]), ("all", ["text", "text", "image"])]
)
def test_the_setting_says_what_is_done(session: _Session, given: str, kinds: list[str]) -> None:
    home = session.folder / "store"
    home.mkdir()
    (home / "config.toml").write_text(f'images = "{given}"\n')
    session.screenshot(_PAGE)

    assert _kinds(session.screenshot(_CHANGED)) == kinds
    assert _kinds(session.screenshot(_PAGE))[1] == ("image" if given == "none" else "text")


def test_without_pillow_the_same_bytes_are_a_pointer_and_nothing_else_changes(
    session: _Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    session.screenshot(_PAGE)

    assert _kinds(session.screenshot(_CHANGED)) == ["text", "image"]
    assert _kinds(session.screenshot(_PAGE)) == ["text", "text"]


def test_icons_what_is_no_image_and_our_own_tool_stay(session: _Session) -> None:
    icon = painted.data_of(painted.terminal(1, (200, 200), 5))

    for data in (icon, b"\x89PNG no image"):
        session.screenshot(data)
        assert _kinds(session.screenshot(data)) == ["text", "image"]
    session.screenshot(_PAGE)
    assert _kinds(session.screenshot(_PAGE, "mcp__headroom__headroom_retrieve")) == ["text", "image"]
