"""The size in the head of an image is the one that decoding gives; bytes that are no image give none."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from headroom_mcp.images import heads, pixels
from headroom_mcp.types import MissingExtra, NotAnImage


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("PNG", {}),
        ("GIF", {}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + b"\0" * 300, "comment": b"x" * 40}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
        ("WEBP", {"exif": b"Exif\0\0" + b"\0" * 30}),
    ],
)
@pytest.mark.parametrize("size", [(1, 1), (640, 3), (255, 256), (1921, 1081)])
def test_the_head_says_the_size_that_decoding_gives(
    form: str, options: dict[str, object], size: tuple[int, int]
) -> None:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **options)  # type: ignore[arg-type]

    assert heads.size_of(out.getvalue()) == size


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF0000WEBPVP8X"]),
)
def test_no_bytes_raise(tail: bytes, head: bytes) -> None:
    found = heads.size_of(head + tail)

    assert found is None or all(side > 0 for side in found)


@pytest.mark.parametrize("data", [b"# A page\n\nof text", b"", b"%PDF-1.7", b"{}"])
def test_what_is_not_an_image_is_not_asked_for_pillow(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    (tmp_path / "file").write_bytes(data)

    with pytest.raises(NotAnImage, match="does not begin as an image does"):
        pixels.size_of_file(str(tmp_path / "file"))


def test_an_image_that_only_pillow_reads_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    (tmp_path / "file.bmp").write_bytes(b"BM" + bytes(60))

    with pytest.raises(MissingExtra, match=r"pip install .*\[image\]"):
        pixels.size_of_file(str(tmp_path / "file.bmp"))
