"""How much a team's store and its server carry on this machine: what they store a second, how long a retrieval takes under load,
and what very many refs cost.

    python -m headroom_mcp.evals.team_load --clients 100 --minutes 5 --refs 10000000

It starts a PostgreSQL of its own, durable as a real one, and `headroom serve --http` before it, both on this machine; the clients
run beside them, so all three share its cores. Every figure is of this run.
"""

from __future__ import annotations

import argparse
import asyncio
import functools
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from headroom_mcp.evals import own_postgres
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.postgres import measure
from headroom_mcp.store.postgres import receive as receiving
from headroom_mcp.store.postgres import store as shared
from headroom_mcp.store.postgres.store import PostgresStore
from headroom_mcp.store.postgres.upkeep import Admin
from headroom_mcp.store.sqlite import originals
from headroom_mcp.text import sha256
from headroom_mcp.types import Origin

TENANT = "load"
TEXT_BYTES = 30_000
KEPT = 500  # originals that clients retrieve from
_WORDS = (
    "request worker queue started finished user order cache timeout retry batch index shard lease token node".split()
)


class Timed(NamedTuple):
    """Calls by the seconds they took, and what went wrong with the others."""

    seconds: list[float]
    errors: list[str]

    def percentile(self, share: float) -> float:
        """Return the seconds that `share` of the calls stayed below."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = _options(given)
    cluster = own_postgres.begin(durable=True, shared_buffers="512MB", max_wal_size="4GB")
    if cluster is None:
        raise SystemExit("PostgreSQL is not installed (Debian: apt-get install postgresql).")
    try:
        address = _prepared(cluster)
        for line in _lines(cluster, address, options):
            print(line, flush=True)
    finally:
        own_postgres.end(cluster)


def _options(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m headroom_mcp.evals.team_load", description=__doc__)
    parser.add_argument("--clients", type=int, default=100, help="HTTP clients at once (default 100)")
    parser.add_argument("--minutes", type=float, default=5.0, help="for how long they ask (default 5)")
    parser.add_argument("--think", type=float, default=5.0, help="seconds between two calls of a client (default 5)")
    parser.add_argument(
        "--store-seconds", type=float, default=15.0, help="for how long originals are stored (default 15)"
    )
    parser.add_argument("--writers", type=int, default=4, help="connections that store (default 4)")
    parser.add_argument("--refs", type=int, default=0, help="small originals to fill the store with (default: none)")
    parser.add_argument("--workers", type=int, default=1, help="worker processes of the server (default 1)")
    parser.add_argument("--tool-workers", type=int, default=2, help="tool processes of each (default 2)")
    return parser.parse_args(given)


def _prepared(cluster: own_postgres.Cluster) -> str:
    own_postgres.run_sql(cluster, ["CREATE DATABASE team", "CREATE ROLE server LOGIN PASSWORD 'secret'"])
    with Admin(cluster.owner("team")) as admin:
        admin.migrate()
        admin.add_tenant(TENANT, max_store_bytes=1 << 40)
        admin.admit("server", None)
    return cluster.url("server", "team")


def _lines(cluster: own_postgres.Cluster, address: str, options: argparse.Namespace) -> list[str]:
    settings = Settings(store=address, max_store_bytes=1 << 40)
    print(f"{os.cpu_count()} cores; PostgreSQL, server and clients on them; fsync on", flush=True)
    with shared.open_store(settings, tenant=TENANT, connections_most=options.writers) as store:
        bare = measure.Bare(cluster.owner("team"), TENANT)
        if options.store_seconds:
            for name, how in (("put one by one", _put_each), ("delivered in batches of 50", _put_batches)):
                count, seconds = _stored(store, how, options.writers, options.store_seconds)
                print(f"stored, {name}: {count / seconds:,.0f} originals of {TEXT_BYTES:,} bytes a second", flush=True)
        if options.minutes:
            refs = [store.put(text(number), origin=Origin("s", project="p"), kind="log") for number in range(KEPT)]
            for line in _under_load(cluster, address, store, refs, bare, options):
                print(line, flush=True)
        if options.refs:
            for line in _many_refs(store, bare, options.refs):
                print(line, flush=True)
        for name, size in list(bare.sizes().items())[:4]:
            print(f"size of {name}: {size / 1e6:,.0f} MB", flush=True)
        bare.close()
    return []


def text(number: int) -> str:
    """Return a log of `TEXT_BYTES`, another one for each number: made from one of some, so that making it takes no time."""
    head = f"run {number}\n"
    return (head + _some(number % 20))[:TEXT_BYTES]


@functools.cache
def _some(number: int) -> str:
    draw = random.Random(number)
    lines = []
    size = 0
    while size < TEXT_BYTES:
        said = " ".join(draw.choices(_WORDS, k=6))
        line = f"2026-03-01 12:{draw.randrange(60):02d}:{draw.randrange(60):02d} INFO {draw.randrange(10**8)} {said}\n"
        lines.append(line)
        size += len(line)
    return "".join(lines)


def _put_each(store: PostgresStore, numbers: range) -> None:
    for number in numbers:
        store.put(text(number), origin=Origin(f"s{number % 50}", project="p"), kind="log", tokens_before=7_500)


def _put_batches(store: PostgresStore, numbers: range) -> None:
    now = time.time()
    rows, outputs = [], []
    for number in numbers:
        body = text(number).encode()
        digest = sha256.of(body)
        rows.append(originals.original_row(digest[:12], digest, body, now))
        outputs.append({
            "ref": digest[:12], "session": f"s{number % 50}", "project": "p", "tool_name": "Bash", "tool_use_id": "", "kind": "log",
            "created_s": now, "tokens_before": 7_500, "tokens_host": 7_500, "tokens_after": 900, "shown_sha256": "", "label": "",
            "host": "", "delivery": f"d{number}",
        })  # fmt: skip
    receiving.receive(store.database, receiving.Batch(rows, {"output": outputs}))  # type: ignore[arg-type] # PostgreSQL's


def _stored(
    store: PostgresStore, how: Callable[[PostgresStore, range], None], writers: int, seconds: float
) -> tuple[int, float]:
    """Return how many originals `writers` threads have stored in about so many seconds, and in how many exactly."""
    counts = [0] * writers
    begun = time.perf_counter()
    seed = random.randrange(1 << 40)

    def write(writer: int) -> None:
        number = seed + writer * 10_000_000
        while time.perf_counter() - begun < seconds:
            how(store, range(number, number + 50))
            number += 50
            counts[writer] += 50

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), time.perf_counter() - begun


def _under_load(
    cluster: own_postgres.Cluster,
    address: str,
    store: PostgresStore,
    refs: list[str],
    bare: measure.Bare,
    options: argparse.Namespace,
) -> list[str]:
    with Admin(cluster.owner("team")) as admin:
        token, _ = admin.make_token(TENANT)
    with tempfile.TemporaryDirectory(prefix="headroom-load-") as home:
        port = _free_port()
        env = {**os.environ, "HEADROOM_HOME": home, "HEADROOM_STORE": address}
        words = ["serve", "--http", "--port", str(port), "--workers", str(options.workers), "--rate", "0"]
        words += ["--tool-workers", str(options.tool_workers)]
        with (Path(home) / "stderr").open("wb") as stderr:
            server = subprocess.Popen([sys.executable, "-m", "headroom_mcp", *words], env=env, stderr=stderr)
        try:
            asyncio.run(_until_ready(port))
            draw = random.Random(1)
            looked = _beside(lambda: bare.select(draw.choice(refs)))
            asked = _beside(lambda: _of_store(store, draw.choice(refs)))
            calls = asyncio.run(_clients(port, token, refs, options))
            selects, slices = looked(), asked()
        finally:
            server.terminate()
            server.wait(40)
    least = max(selects.percentile(0.99), 1e-9)
    return [
        f"{options.clients} HTTP clients for {options.minutes * 60:.0f} s: {len(calls.seconds):,} retrievals,"
        f" {len(calls.seconds) / (options.minutes * 60):,.0f} a second, {len(calls.errors)} errors",
        *(f"  error: {error}" for error in calls.errors[:3]),
        _described("a bare SELECT beside them", selects, least),
        _described("retrieve of the store (look-up, slice, audit)", slices, least),
        _described("retrieve over HTTP (the whole call)", calls, least),
    ]


def _described(what: str, timed: Timed, least_s: float) -> str:
    p50, p99 = timed.percentile(0.5), timed.percentile(0.99)
    return f"  {what}: p50 {p50 * 1e3:.2f} ms, p99 {p99 * 1e3:.2f} ms over {len(timed.seconds):,}; p99 is {p99 / least_s:.1f} × the SELECT's"


def _of_store(store: PostgresStore, ref: str) -> float:
    begun = time.perf_counter()
    retrieve(ref, lines="100-130", store=store, project="p")
    return time.perf_counter() - begun


def _beside(once: Callable[[], float]) -> Callable[[], Timed]:
    """Do something again and again while others work; return a function that ends it and returns the seconds it took."""
    ended = threading.Event()
    seconds: list[float] = []

    def look() -> None:
        while not ended.wait(0.02):
            seconds.append(once())

    thread = threading.Thread(target=look)
    thread.start()

    def end() -> Timed:
        ended.set()
        thread.join()
        return Timed(seconds, [])

    return end


async def _until_ready(port: int) -> None:
    for _ in range(600):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
            if b" 200 " in answer[:20]:
                return
        except OSError:
            pass
        await asyncio.sleep(0.1)
    raise SystemExit("The server did not start.")


async def _clients(port: int, token: str, refs: list[str], options: argparse.Namespace) -> Timed:
    timed = Timed([], [])
    ends = time.perf_counter() + options.minutes * 60
    await asyncio.gather(
        *(_client(port, token, refs, ends, options.think, number, timed) for number in range(options.clients))
    )
    return timed


async def _client(port: int, token: str, refs: list[str], ends: float, think: float, number: int, timed: Timed) -> None:
    draw = random.Random(number)
    await asyncio.sleep(draw.random() * think)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < ends:
        first = draw.randrange(1, 250)
        arguments = {"ref": draw.choice(refs), "lines": f"{first}-{first + 30}"}
        body = json.dumps(
            {
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": "headroom_retrieve", "arguments": arguments},
            }
        ).encode()
        head = (
            f"POST /mcp HTTP/1.1\r\nhost: here\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"
            f"accept: application/json, text/event-stream\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        try:
            writer.write(head.encode() + body)
            status, answer = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            timed.errors.append(type(error).__name__)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            continue
        took = time.perf_counter() - begun
        if status == 200 and b'"isError":false' in answer.replace(b" ", b""):
            timed.seconds.append(took)
        else:
            timed.errors.append(f"{status}: {answer[:200].decode('utf-8', 'replace')}")
        await asyncio.sleep(think * (0.5 + draw.random()))
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")
    )
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


def _many_refs(store: PostgresStore, bare: measure.Bare, most: int) -> list[str]:
    lines = []
    before: tuple[float, float] | None = None
    first = 1
    for count in (10_000, most):
        begun = time.perf_counter()
        measure.fill(store.database, first, count)  # type: ignore[arg-type] # PostgreSQL's
        first = count + 1
        bare.settle()
        filled_s = time.perf_counter() - begun
        put_s, get_s = _of_one(store, count)
        against = "" if before is None else f" ({put_s / before[0]:.2f} and {get_s / before[1]:.2f} of the former)"
        lines.append(
            f"{count:,} refs (filled in {filled_s:,.0f} s): put {put_s * 1e3:.2f} ms, get {get_s * 1e3:.2f} ms, medians{against}"
        )
        before = (put_s, get_s)
    return lines


def _of_one(store: PostgresStore, count: int, rounds: int = 400) -> tuple[float, float]:
    """Return the median seconds of a put and of a get among `count` originals."""
    draw = random.Random(count)
    puts, gets = [], []
    for round_ in range(rounds):
        begun = time.perf_counter()
        store.put(f"new {count} {round_} {draw.random()}", origin=Origin(f"n{count}", project="p"), kind="log")
        puts.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        store.get(measure.row_ref(draw.randrange(1, count)), project="p")
        gets.append(time.perf_counter() - begun)
    return statistics.median(puts), statistics.median(gets)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
