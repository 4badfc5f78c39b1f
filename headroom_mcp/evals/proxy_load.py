"""Many streams at once through the proxy, beside as many through a bare pass-through made of the same libraries.

    python -m headroom_mcp.evals.proxy_load --streams 50 --minutes 5

Provider and clients are in this process, on loopback; the proxy and the pass-through are processes of their own. Each client
goes on with a conversation that grows by a tool result with every request. Printed: errors, the time to the first byte by
each way, the processor time of each per request, and the proxy's memory as it went. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

_EVENTS = 16  # of a stream
_PAUSE_S = 0.25  # between them
_TURNS = 30  # then a conversation begins again
_LONG_EVERY = 8  # each of these turns has a long result
_P50_MS, _P99_MS, _MEMORY = 5.0, 20.0, 0.10  # the bars: added time to the first byte, drift of memory

Scope = MutableMapping[str, Any]


class Sample(NamedTuple):
    """One request: by which way, its milliseconds to the first byte, and whether it had a long result that was new."""

    way: str
    first_ms: float
    is_new: bool


class Load:
    """What was seen while it ran."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.errors: list[str] = []
        self.memory_bytes: list[int] = []


def body_of(worker: int, turn: int) -> bytes:
    """Return the request of a client in this turn: every former one of its conversation is a prefix of it."""
    rows: list[dict[str, Any]] = [{"role": "user", "content": "why was the parcel lost?"}]
    for number in range(turn % _TURNS + 1):
        lines = 250 if number % _LONG_EVERY == 0 else 4
        era = turn // _TURNS
        text = "\n".join(
            f"2026-01-01 12:00:{n % 60:02} INFO parcel {n} of {worker}.{era}.{number} left" for n in range(lines)
        )
        use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"cat log.{number}"}}
        rows.append({"role": "assistant", "content": [use]})
        rows.append(
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": f"t{number}", "content": text}]}
        )
    return json.dumps({"model": "m", "max_tokens": 9, "stream": True, "messages": rows}).encode()


async def provide(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer requests on one connection with streams of events."""
    start: dict[str, Any] = {
        "type": "message_start",
        "message": {"model": "m", "usage": {"input_tokens": 5, "output_tokens": 1}},
    }
    delta: dict[str, Any] = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "word " * 8},
    }
    events = [start, *[delta] * (_EVENTS - 2), {"type": "message_delta", "usage": {"output_tokens": 99}}]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    try:
        while (size := await _request_size(reader)) is not None:
            await reader.readexactly(size)
            writer.write(head)
            for number, event in enumerate(events):
                data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
                writer.write(b"%x\r\n%s\r\n" % (len(data), data))
                await writer.drain()
                if number + 1 < len(events):
                    await asyncio.sleep(_PAUSE_S)
            writer.write(b"0\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):  # the latter when all is over
        pass
    finally:
        writer.close()


async def _request_size(reader: asyncio.StreamReader) -> int | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return int(lengths[0].split(b":")[1]) if lengths else 0


async def converse(way: str, port: int, worker: int, until_s: float, load: Load) -> None:
    """Send one request after the other until it is time, each over a connection of its own as SDKs do at their start."""
    await asyncio.sleep(worker * _EVENTS * _PAUSE_S / 50)  # not all at the same moment
    turn = 0
    while time.monotonic() < until_s:
        body = body_of(worker, turn)
        is_new = turn % _TURNS % _LONG_EVERY == 0
        try:
            first_ms = await asyncio.wait_for(_stream(port, body), 60)
            load.samples.append(Sample(way, first_ms, is_new))
        except Exception as error:  # whatever it is, it is counted
            load.errors.append(f"{way}: {error!r}")
        turn += 1


async def _stream(port: int, body: bytes) -> float:
    """Return the milliseconds to the first byte of the answer to `body`. Raises: ValueError for one that is not whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        head = (
            "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nconnection: close\r\n"
        )
        began = time.perf_counter()
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        first = await reader.read(1)
        first_ms = (time.perf_counter() - began) * 1000
        answer = first + await reader.read(-1)
    finally:
        writer.close()
    if b" 200 " not in answer[:20] or answer.count(b"\ndata: ") != _EVENTS or not answer.endswith(b"0\r\n\r\n"):
        raise ValueError(f"not the whole stream: {answer[:100]!r} … {answer[-100:]!r}")
    return first_ms


def bare(upstream: str) -> Callable[[Scope, Any, Any], Awaitable[None]]:
    """Return a pass-through that does nothing else: what the libraries cost by themselves."""
    import httpx2

    client = httpx2.AsyncClient(timeout=60, limits=httpx2.Limits(max_connections=None))

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        pieces: list[bytes] = []
        while True:
            event = await receive()
            pieces.append(event.get("body", b""))
            if not event.get("more_body"):
                break
        headers = [(name, value) for name, value in scope["headers"] if name not in (b"host", b"connection")]
        request = httpx2.Request(scope["method"], upstream + scope["path"], headers=headers, content=b"".join(pieces))
        response = await client.send(request, stream=True)
        kept = [(name, value) for name, value in response.headers.raw if name.lower() != b"transfer-encoding"]
        await send({"type": "http.response.start", "status": response.status_code, "headers": kept})
        async for chunk in response.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return app


def _serve_bare(upstream: str, port: int) -> None:
    import uvicorn

    uvicorn.run(
        bare(upstream), host="127.0.0.1", port=port, log_level="error", access_log=False, lifespan="off", http="h11"
    )


def _processor_s(pid: int) -> float:
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _watch(pid: int, load: Load) -> AsyncIterator[None]:
    while True:
        load.memory_bytes.append(_memory_bytes(pid))
        yield
        await asyncio.sleep(2)


async def run(streams: int, minutes: float, home: str) -> tuple[Load, dict[str, float]]:
    """Run the load; return what was seen and the processor seconds of each way."""
    provider = await asyncio.start_server(provide, "127.0.0.1", 0, limit=1 << 20)
    upstream = f"http://127.0.0.1:{provider.sockets[0].getsockname()[1]}"
    ports = {"proxy": _free_port(), "bare": _free_port()}
    commands = {
        "proxy": ["-m", "headroom_mcp", "proxy", "--port", str(ports["proxy"]), "--backend", upstream],
        "bare": ["-m", __spec__.name, "--serve-bare", upstream, str(ports["bare"])],
    }
    environment = {**os.environ, "HEADROOM_HOME": home}
    processes = {
        way: subprocess.Popen([sys.executable, *command], env=environment, stderr=subprocess.DEVNULL)
        for way, command in commands.items()
    }
    load = Load()
    try:
        for port in ports.values():
            await _until_it_listens(port)
        for port in ports.values():  # libraries are imported with the first request
            await _stream(port, body_of(streams, 0))
        began = {way: _processor_s(process.pid) for way, process in processes.items()}
        until_s = time.monotonic() + minutes * 60
        clients = [
            asyncio.ensure_future(converse(way, port, worker, until_s, load))
            for way, port in ports.items()
            for worker in range(streams)
        ]
        watch = asyncio.ensure_future(_drained(_watch(processes["proxy"].pid, load)))
        await asyncio.gather(*clients)
        watch.cancel()
        return load, {way: _processor_s(process.pid) - began[way] for way, process in processes.items()}
    finally:
        for process in processes.values():
            process.terminate()
            process.wait(20)
        provider.close()


async def _drained(steps: AsyncIterator[None]) -> None:
    async for _ in steps:
        pass


def _free_port() -> int:
    from headroom_mcp.proxy.run import bound

    with bound("127.0.0.1", 0) as free:
        return int(free.getsockname()[1])


async def _until_it_listens(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError(f"nothing listens on port {port}")


def quantile(values: list[float], share: float) -> float:
    """Return the value that this share of `values` does not exceed; 0.0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def drift(memory_bytes: list[int]) -> float:
    """Return by what share memory at the end differs from that after a third: by then everything is loaded and held."""
    third = len(memory_bytes) // 3
    if not third:
        return 0.0
    before, after = (sum(part) / len(part) for part in (memory_bytes[third : 2 * third], memory_bytes[2 * third :]))
    return after / before - 1


def report(load: Load, processor_s: dict[str, float]) -> bool:
    """Print what was seen; tell whether every bar is met."""
    print(f"errors: {len(load.errors)} {'; '.join(load.errors[:3])}")
    added: dict[float, float] = {}
    for title, wanted in (("nothing long is new", False), ("a long result is new", True)):
        print(f"\ntime to the first byte where {title}, ms")
        for share in (0.5, 0.9, 0.99):
            by_way = {
                way: quantile([s.first_ms for s in load.samples if s.way == way and s.is_new is wanted], share)
                for way in ("bare", "proxy")
            }
            more = by_way["proxy"] - by_way["bare"]
            print(
                f"  p{share * 100:<4.0f}bare {by_way['bare']:8.1f}   proxy {by_way['proxy']:8.1f}   added {more:7.1f}"
            )
            if not wanted:
                added[share] = more
    for way, seconds in processor_s.items():
        count = sum(sample.way == way for sample in load.samples)
        print(
            f"\n{way}: {count:,} requests, {seconds:.1f} s of processor, {1000 * seconds / max(1, count):.1f} ms each",
            end="",
        )
    moved = drift(load.memory_bytes)
    first, last = (load.memory_bytes[at] >> 20 for at in (0, -1)) if load.memory_bytes else (0, 0)
    print(
        f"\n\nmemory of the proxy: {first} MB at first, {last} MB at the end; last third against the middle one {moved:+.1%}"
    )
    return not load.errors and added[0.5] <= _P50_MS and added[0.99] <= _P99_MS and abs(moved) <= _MEMORY


def main(arguments: list[str] | None = None) -> int:
    """Run it as a command; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--serve-bare", nargs=2, metavar=("URL", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve_bare:
        _serve_bare(given.serve_bare[0], int(given.serve_bare[1]))
        return 0
    with tempfile.TemporaryDirectory() as home:
        load, processor_s = asyncio.run(run(given.streams, given.minutes, home))
    return 0 if report(load, processor_s) else 1


if __name__ == "__main__":
    sys.exit(main())
