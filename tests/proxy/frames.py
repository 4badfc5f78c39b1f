"""Frames of AWS's event streams, written from their description."""

from __future__ import annotations

import struct
import zlib


def frame(payload: bytes, kind: str = "chunk", message: str = "event") -> bytes:
    """Return one frame: lengths, their checksum, headers (name, type 7, value), payload, checksum of all."""
    headers = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in (
            (f":{message}-type", kind),
            (":content-type", "application/json"),
            (":message-type", message),
        )
    )
    prelude = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    body = prelude + struct.pack(">I", zlib.crc32(prelude)) + headers + payload
    return body + struct.pack(">I", zlib.crc32(body))
