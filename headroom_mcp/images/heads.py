"""Width and height from the first bytes of a PNG, JPEG, GIF or WebP, without decoding anything and without Pillow."""

from __future__ import annotations

_JPEG_FRAMES = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
_JPEG_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers without a length


_BEGINNINGS = (
    b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\xff\xd8\xff", b"RIFF", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"\0\0\0\x0cjP  ",
    b"8BPS", b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"qoif",
)  # fmt: skip


def is_image(data: bytes) -> bool:
    """Tell whether `data` begins as images do, of the formats that Pillow reads most."""
    return data.startswith(_BEGINNINGS) or data[4:8] == b"ftyp"


def size_of(data: bytes) -> tuple[int, int] | None:
    """Return width and height as they are stored (before any turn that EXIF asks for); None where the head does not say."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        found = _big(data[16:20]), _big(data[20:24])
    elif data.startswith((b"GIF87a", b"GIF89a")):
        found = _little(data[6:8]), _little(data[8:10])
    elif data.startswith(b"\xff\xd8\xff"):
        found = _of_jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = _of_webp(data)
    else:
        return None
    return found if found[0] and found[1] else None


def _of_jpeg(data: bytes) -> tuple[int, int]:
    """Return the size that the frame's segment holds, (0, 0) where none is found."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            return _big(data[at + 7 : at + 9]), _big(data[at + 5 : at + 7])
        alone = marker in _JPEG_ALONE or marker == 0xFF  # 0xFF: padding before the marker itself
        at += 1 if marker == 0xFF else 2 if alone else 2 + max(2, _big(data[at + 2 : at + 4]))
    return 0, 0


def _of_webp(data: bytes) -> tuple[int, int]:
    form = data[12:16]
    if form == b"VP8X":
        return _little(data[24:27]) + 1, _little(data[27:30]) + 1
    if form == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    if form == b"VP8L" and data[20:21] == b"\x2f":
        bits = _little(data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
