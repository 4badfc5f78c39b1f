"""Text ↔ the bytes of an original, without loss: whatever a host can send comes back as the same string."""

from __future__ import annotations


def encode(original: str | bytes) -> bytes:
    """Return the bytes of an original: what `decode` turns back into the same string.

    Bytes of a file that are not UTF-8 travel as escapes (U+DC80 …) and become the same bytes again.
    """
    if isinstance(original, bytes):
        return original
    try:
        return original.encode("utf-8")
    except UnicodeEncodeError:
        pass
    try:
        body = original.encode("utf-8", "surrogateescape")
        if decode(body) == original:
            return body
    except UnicodeEncodeError:
        pass  # other lone surrogates, as JSON can spell them
    return original.encode("utf-8", "surrogatepass")


def decode(body: bytes) -> str:
    """Return the text of stored bytes; never raises."""
    try:
        return body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return body.decode("utf-8", "surrogateescape")
