"""What a provider says a request cost, read from its answer as it passes by. Never a word of what the model said is kept.

    Anthropic   {"usage": {"input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "output_tokens"}}
    OpenAI      {"usage": {"prompt_tokens" | "input_tokens", …"_details": {"cached_tokens"}, "completion_tokens" | "output_tokens"}}
    Converse    {"usage": {"inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens", "outputTokens"}}
    Gemini      {"usageMetadata": {"promptTokenCount", "cachedContentTokenCount", "candidatesTokenCount", "thoughtsTokenCount"}}

In a stream they come in events, the later ones being sums. OpenAI's and Gemini's inputs contain what a cache had; Anthropic's
and Converse's do not. Whatever cannot be read is passed over.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from headroom_mcp.proxy.outgoing import Headers

_MOST = 8 << 20  # bytes of an answer, or of an event in one, that are held to be read
_MOST_TOKENS = 1 << 40
_MARK = b'"usage'  # in all that counts


class Usage(NamedTuple):
    """Tokens by the provider's count; `given` is what no cache had."""

    model: str = ""
    given: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0


class Meter:
    """Reads one answer, chunk by chunk. `feed` raises nothing and costs next to nothing where no usage is in sight."""

    def __init__(self, headers: Headers) -> None:
        named = {name.lower(): value.lower().strip() for name, value in headers}
        self._read = _reader(named.get(b"content-type", b"").partition(b";")[0].strip())
        self._plain = _decompressor(named.get(b"content-encoding", b""))
        self._held = bytearray()
        self._counts: dict[str, int] = {}
        self._model = ""

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the answer."""
        if self._read is None or self._plain is None:
            return
        try:
            plain = self._plain(chunk)
            self._held += plain
            for event in self._read(self._held, len(plain)):
                self._take(event)
            if len(self._held) > _MOST:
                self._stop()
        except Exception:  # an answer in a shape that is not known: it passes all the same
            self._stop()

    def usage(self) -> Usage | None:
        """Return what was said, at the end of the answer; None for nothing."""
        if self._read is _whole and _MARK in self._held:
            for event in _parsed(self._held):
                self._take(event)
        self._stop()
        if not self._counts:
            return None
        counts = {name: self._counts.get(name, 0) for name in Usage._fields[1:]}
        if self._counts.get("inclusive"):
            counts["given"] = max(0, counts["given"] - counts["cache_read"] - counts["cache_write"])
        return Usage(self._model, **counts)

    def _stop(self) -> None:
        self._read, self._held = None, bytearray()

    def _take(self, event: Any) -> None:
        for part in event if isinstance(event, list) else [event]:
            if not isinstance(part, Mapping):
                continue
            for holder in (part, part.get("message"), part.get("response")):
                if isinstance(holder, Mapping):
                    self._model = _word(holder.get("model") or holder.get("modelVersion")) or self._model
                    self._counts.update(_counts(holder.get("usage") or holder.get("usageMetadata")))


def _word(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def _counts(usage: Any) -> dict[str, int]:
    """Return the counts in a `usage`, by the names of `Usage`; "inclusive": the input contains what a cache had."""
    if not isinstance(usage, Mapping):
        return {}
    found: dict[str, int] = {}
    for name, keys in _KEYS.items():
        values = [value for key in keys if (value := _count(usage.get(key))) is not None]
        if values:
            found[name] = sum(values)
    for key in ("prompt_tokens_details", "input_tokens_details"):
        details = usage.get(key)
        if isinstance(details, Mapping):
            found["cache_read"] = _count(details.get("cached_tokens")) or 0
    if any(key in usage for key in ("prompt_tokens", "input_tokens_details", "total_tokens", "promptTokenCount")):
        found["inclusive"] = 1
    return found


_KEYS = {
    "given": ("input_tokens", "prompt_tokens", "inputTokens", "promptTokenCount"),
    "cache_read": ("cache_read_input_tokens", "cacheReadInputTokens", "cachedContentTokenCount"),
    "cache_write": ("cache_creation_input_tokens", "cacheWriteInputTokens"),
    "output": ("output_tokens", "completion_tokens", "outputTokens", "candidatesTokenCount", "thoughtsTokenCount"),
}


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < _MOST_TOKENS else None


_Read = Callable[[bytearray, int], "Iterator[Any]"]
"""All that is held, and how many bytes of it are new → the events that are complete now, and no longer held."""


def _reader(content_type: bytes) -> _Read | None:
    if content_type == b"text/event-stream":
        return _lines
    if content_type == b"application/vnd.amazon.eventstream":
        return _frames
    return _whole if content_type in (b"application/json", b"") else None


def _whole(held: bytearray, new: int) -> Iterator[Any]:
    return iter(())


def _lines(held: bytearray, new: int) -> Iterator[Any]:
    stop = held.rfind(b"\n", len(held) - new)
    if stop < 0:
        return
    complete = bytes(held[:stop])
    del held[: stop + 1]
    if _MARK in complete:
        for line in complete.split(b"\n"):
            if line.startswith(b"data:") and _MARK in line:
                yield from _parsed(line[5:])


def _frames(held: bytearray, new: int) -> Iterator[Any]:
    """Read frames of AWS's event streams: lengths of all and of the headers, checksum, headers, payload, checksum."""
    while len(held) >= 16:
        size = int.from_bytes(held[:4], "big")
        if not 16 <= size <= _MOST:
            raise ValueError("not a frame")
        if len(held) < size:
            return
        payload = bytes(held[12 + int.from_bytes(held[4:8], "big") : size - 4])
        del held[:size]
        yield from _of_payload(payload)


def _of_payload(payload: bytes) -> Iterator[Any]:
    """Yield the event in a frame, where it may tell of usage; that of InvokeModel is wrapped as base64."""
    if _MARK in payload:
        yield from _parsed(payload)
    elif b'"bytes"' in payload:
        for frame in _parsed(payload):
            event = base64.b64decode(frame["bytes"])
            if _MARK in event:
                yield from _parsed(event)


def _parsed(data: bytes | bytearray) -> Iterator[Any]:
    try:
        yield json.loads(data)
    except (ValueError, RecursionError):
        return


def _decompressor(encoding: bytes) -> Callable[[bytes], bytes] | None:
    """Return what undoes a content encoding; None where the standard library cannot."""
    if encoding in (b"", b"identity"):
        return bytes
    if encoding in (b"gzip", b"x-gzip", b"deflate"):
        undo = zlib.decompressobj(zlib.MAX_WBITS | 32)  # either header
        return lambda chunk: undo.decompress(chunk, 2 * _MOST)
    return None
