"""JSON-RPC over two file descriptors, one message a line: whatever comes in, a request gets an answer.

The protocol's library drops what it cannot parse, so that a request with half of a surrogate pair in it would wait for its
answer for ever. Here it is repaired, or refused by its id. What goes out is kept short where it only repeats what came in:
an error must not send a large argument back.

Nobody else can reach the two descriptors: they are moved away from standard input and output, so that a stray `print` in a
library cannot break the protocol.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

MAX_LINE_BYTES = 48 << 20  # far more than any client sends; parsing it takes about a second
GRACE_S = 2.0  # calls under way may go on for so long once the client has closed its end; then clients start to kill
PARSE_ERROR, INVALID_REQUEST = -32700, -32600
_MAX_ERROR_CHARS = 2_000
_CHUNK_BYTES = 1 << 16

_SURROGATE = re.compile("[\ud800-\udfff]")
# "id": 17 · "id":"a-1", before the parameters or as the last member
_ID = re.compile(rb'"id"\s*:\s*(-?[0-9]{1,18}|"[^"\\]{1,100}")\s*[,}]')
_LAST_ID = re.compile(_ID.pattern + rb"\s*$")


class Lines:
    """Messages in and out, and which requests still wait for their answer."""

    def __init__(self, incoming: int, outgoing: int) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = asyncio.Lock()
        self._unanswered: set[object] = set()
        self._answered = asyncio.Event()

    async def read(self, deliver: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Give `deliver` every message that comes in, until the client closes its end and has its answers, or `GRACE_S` later.

        `deliver` raises ValueError for what is not a message of the protocol; that is answered here.
        """
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def follow() -> None:
            try:
                for line in split(self._incoming):
                    asyncio.run_coroutine_threadsafe(self._take(line, deliver), loop).result()
            except OSError:  # nobody reads our answers any more
                pass
            loop.call_soon_threadsafe(ended.set)

        # A thread of our own: nothing can interrupt it while it reads, so nobody may wait for it.
        threading.Thread(target=follow, daemon=True).start()
        await ended.wait()
        while self._unanswered:
            self._answered.clear()
            try:
                await asyncio.wait_for(self._answered.wait(), GRACE_S)
            except asyncio.TimeoutError:
                return

    async def write(self, message: dict[str, Any]) -> None:
        """Send one message. Raises: OSError when nobody reads any more."""
        if "error" in message:
            message = {**message, "error": _short(message["error"])}
        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        data = whole_text(text).encode() + b"\n"
        async with self._writing:
            # In a thread: a client that does not read must not keep us from reading.
            await asyncio.get_running_loop().run_in_executor(None, _write_all, self._outgoing, data)
        if "method" not in message:
            self._settle(message.get("id"))

    async def _take(self, line: bytes | None, deliver: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        if line is None:
            await self._refuse(None, PARSE_ERROR, f"A message may have at most {MAX_LINE_BYTES:,} bytes.")
            return
        try:
            message = _whole(json.loads(line.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            await self._refuse(_id_in(line), PARSE_ERROR, "This is not valid JSON.")
            return
        if not isinstance(message, dict):
            await self._refuse(None, INVALID_REQUEST, "A message is one JSON object.")
            return
        key = message.get("id") if "method" in message else None
        if isinstance(key, (str, int)):
            self._unanswered.add(key)
        try:
            await deliver(message)
        except (ValueError, RecursionError):
            if key is not None:
                await self._refuse(key, INVALID_REQUEST, "This is not a request of the protocol.")
        if message.get("method") == "notifications/cancelled" and isinstance(message.get("params"), dict):
            self._settle(message["params"].get("requestId"))

    async def _refuse(self, key: object, code: int, why: str) -> None:
        await self.write({"jsonrpc": "2.0", "id": key, "error": {"code": code, "message": why}})

    def _settle(self, key: object) -> None:
        if isinstance(key, (str, int)):
            self._unanswered.discard(key)
        if not self._unanswered:
            self._answered.set()


def standard() -> Lines:
    """Return the messages of standard input and output, which nobody else can reach from now on."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return Lines(incoming, outgoing)


def split(descriptor: int) -> Iterator[bytes | None]:
    """Yield the lines that are read from `descriptor`, without blank ones; None for one of more than `MAX_LINE_BYTES`."""
    pieces: list[bytes] = []
    size = 0
    while True:
        try:
            chunk = os.read(descriptor, _CHUNK_BYTES)
        except OSError:  # a terminal that has gone
            chunk = b""
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            yield from _line(pieces, size, end)
            pieces, size = [], 0
        size += len(rest)
        if size <= MAX_LINE_BYTES:
            pieces.append(rest)
        if not chunk:
            yield from _line(pieces, size, b"")
            return


def whole_text(text: str) -> str:
    """Return `text` as UTF-8 can hold it: bytes that are not text and halves of surrogate pairs are replaced."""
    return text if text.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def _line(pieces: list[bytes], size: int, end: bytes) -> Iterator[bytes | None]:
    if size + len(end) > MAX_LINE_BYTES:
        yield None
        return
    line = b"".join((*pieces, end))
    if line.strip():
        yield line


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _id_in(line: bytes) -> object:
    """Return the id of a request that is not valid JSON, None where it cannot be told from one in its parameters."""
    found = _ID.search(line.partition(b'"params"')[0]) or _LAST_ID.search(line[-200:])
    return json.loads(found[1]) if found else None


def _whole(value: Any) -> Any:
    """Return `value` with `whole_text` in place of every text."""
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value


def _short(error: dict[str, Any]) -> dict[str, Any]:
    """Return an error that repeats no large argument: its message cut, its data dropped where that is large."""
    message = str(error.get("message", ""))
    kept = {key: value for key, value in error.items() if key != "data" or len(json.dumps(value)) <= _MAX_ERROR_CHARS}
    if len(message) > _MAX_ERROR_CHARS:
        message = f"{message[: _MAX_ERROR_CHARS // 2]} … {message[-_MAX_ERROR_CHARS // 4 :]}"
    return {**kept, "message": message}
