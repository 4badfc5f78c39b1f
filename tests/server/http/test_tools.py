"""The tools over HTTP: for one tenant and project, found by any client of the protocol."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.server.http.client import Client, Served
from tests.server.http.conftest import TENANTS, Site, text_of
from tests.shared import Team

pytestmark = pytest.mark.slow

ACME, BOLD = TENANTS


def test_the_protocols_own_client_lists_and_calls_the_tools(site: Site) -> None:
    import httpx2
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def talk() -> tuple[list[str], str]:
        headers = {"authorization": f"Bearer {site.tokens[ACME]}"}
        async with (
            httpx2.AsyncClient(headers=headers) as http_client,
            streamable_http_client(f"http://127.0.0.1:{site.served.port}/mcp", http_client=http_client) as streams,
            ClientSession(streams[0], streams[1]) as session,
        ):
            await session.initialize()
            listed = await session.list_tools()
            called = await session.call_tool("headroom_retrieve", {"ref": site.refs[ACME], "lines": "7"})
            return [tool.name for tool in listed.tools], called.content[0].text

    names, text = asyncio.run(talk())

    assert names == ["compress", "headroom_retrieve", "memory_save", "memory_search", "memory_forget", "headroom_stats"]
    assert f"{ACME} line 7 secret word" in text


def test_no_tool_takes_a_path_a_tenant_or_a_project(site: Site) -> None:
    _, answer = site.client(ACME).post({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}})
    parameters = {name for tool in answer["result"]["tools"] for name in tool["inputSchema"]["properties"]}

    assert {"text", "ref", "lines"} <= parameters
    assert not parameters & {"path", "tenant", "project", "session", "caller"}
    assert "/etc" not in site.client(ACME).call("compress", path="/etc/passwd", text="a\nb")[1]


def test_what_is_compressed_over_http_is_kept_masked_and_comes_back(site: Site) -> None:
    secret = "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    text = (
        "".join(f"2024-05-01 12:00:{number % 60:02d} INFO worker {number} is idle\n" for number in range(900)) + secret
    )
    answered, short = site.client(ACME).call("compress", text=text, query="worker 450")
    ref = short.rpartition("[headroom ")[2][:12]

    assert answered
    assert len(short) < len(text) / 4
    with site.team.open(ACME) as store:
        kept = store.get(ref).text
    assert "worker 899 is idle" in kept
    assert "wJalrXUtnFEMI" not in kept
    assert site.client(BOLD).call("headroom_retrieve", ref=ref)[0] is False


def test_a_token_of_a_project_opens_that_project_alone(site: Site) -> None:
    shop, _ = site.token(ACME, "shop")
    other, _ = site.token(ACME, "other")

    assert Client(site.served.port, shop).call("headroom_retrieve", ref=site.refs[ACME], lines="3")[0]
    assert not Client(site.served.port, other).call("headroom_retrieve", ref=site.refs[ACME], lines="3")[0]
    assert not Client(site.served.port, other).call("memory_save", text="for all", scope="global")[0]
    assert "nothing compressed yet" in Client(site.served.port, other).call("headroom_stats")[1]


def test_memory_is_shared_within_a_tenant_and_with_nobody_else(site: Site) -> None:
    saved = site.client(ACME).call("memory_save", text="the release train leaves on tuesdays", tags="release")
    note = saved[1].split()[2].rstrip(".")

    assert "tuesdays" in site.client(ACME).call("memory_search", query="release train")[1]
    assert "tuesdays" not in site.client(BOLD).call("memory_search", query="release train")[1]
    assert "tuesdays" not in site.client(BOLD).call("memory_search", query=note)[1]
    assert not site.client(BOLD).call("memory_forget", id=note)[0]
    assert site.client(ACME).call("memory_forget", id=note)[0]


def test_who_retrieved_what_is_written_down_and_who_asked_in_vain(site: Site) -> None:
    token, token_id = site.token(ACME)
    Client(site.served.port, token).call("headroom_retrieve", ref=site.refs[ACME], lines="5")
    Client(site.served.port, token).call("headroom_retrieve", ref=site.refs[BOLD], lines="5")

    with site.team.open(ACME) as store:
        read = store.database.all("SELECT ref FROM retrieval WHERE caller = ?", (f"token {token_id}",))
        refused = store.database.all("SELECT ref FROM refusal WHERE caller = ?", (f"token {token_id}",))
    assert (read, refused) == ([(site.refs[ACME],)], [(site.refs[BOLD],)])


def test_health_readiness_and_metrics_are_there_without_a_token_and_tell_nothing_else(site: Site) -> None:
    site.client(ACME).call("headroom_stats")

    assert site.served.get("/healthz") == (200, "ok\n")
    assert site.served.get("/readyz") == (200, "ready\n")
    status, text = site.served.get("/metrics")
    assert status == 200
    assert 'headroom_calls_total{tool="headroom_stats",outcome="answered"}' in text
    assert 'headroom_responses_total{status="200"}' in text
    assert ACME not in text
    assert site.served.get("/")[0] == 404
    assert site.served.get("/mcp")[0] == 405


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(team: Team, site: Site, tmp_path: Path) -> None:
    served = Served(tmp_path / "home", team.server, "--max-body", "1", "--rate", "3")
    try:
        client = Client(served.port, site.tokens[ACME])
        assert client.post(b"{" + b" " * (2 << 20) + b"}")[0] == 413
        pieces = [b"{", *([b" " * 100_000] * 20), b"}"]
        status, _, _ = served.request("POST", "/mcp", iter(pieces), client.headers)  # type: ignore[arg-type] # in chunks
        assert status == 413
    finally:
        served.end()


def test_a_tenant_that_asks_too_often_waits_and_the_other_does_not(team: Team, site: Site, tmp_path: Path) -> None:
    served = Served(tmp_path / "home", team.server, "--rate", "3")
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    try:
        client = Client(served.port, site.tokens[ACME])
        statuses = [client.post(ping)[0] for _ in range(40)]
        assert statuses[0] == 200
        assert 429 in statuses
        assert Client(served.port, site.tokens[BOLD]).post(ping)[0] == 200
    finally:
        served.end()


@pytest.mark.parametrize(
    "message", [b"", b"{", b"[]", b"null", b'{"jsonrpc": "2.0"}', b"\xff\xfe", b'"' + b"x" * 100_000]
)
def test_whatever_is_sent_is_answered_and_the_next_call_works(site: Site, message: bytes) -> None:
    status, _ = site.client(ACME).post(message)

    assert 400 <= status < 500
    assert site.client(ACME).call("headroom_retrieve", ref=site.refs[ACME], lines="1")[0]


def test_at_its_end_what_is_under_way_is_answered(team: Team, site: Site, tmp_path: Path) -> None:
    served = Served(tmp_path / "home", team.server, "--rate", "0")
    client = Client(served.port, site.tokens[ACME])
    client.call("headroom_stats")
    text = "\n".join(f"{number} {json.dumps({'id': number, 'text': 'word ' * 12})}" for number in range(20_000))
    answers: list[bool] = []
    calling = threading.Thread(target=lambda: answers.append(client.call("compress", text=text)[0]))
    calling.start()
    time.sleep(0.3)
    served.process.send_signal(signal.SIGTERM)
    calling.join(60)
    served.end()

    assert answers == [True]
    assert served.process.returncode == 0


def test_a_worker_that_is_killed_is_replaced_and_the_others_go_on(team: Team, site: Site, tmp_path: Path) -> None:
    served = Served(tmp_path / "home", team.server, "--rate", "0", "--workers", "2", "--tool-workers", "1")
    try:
        workers = _serving(served.process.pid)
        assert len(workers) >= 2
        os.kill(workers[0], signal.SIGKILL)
        done = 0
        for _ in range(400):
            try:
                done += Client(served.port, site.tokens[ACME]).call(
                    "headroom_retrieve", ref=site.refs[ACME], lines="2"
                )[0]
            except (OSError, AssertionError):
                time.sleep(0.05)
            if done >= 20 and len(_serving(served.process.pid)) >= 2:
                break
        assert done >= 20
        assert workers[0] not in _serving(served.process.pid)
        assert text_of(ACME).startswith(ACME)
    finally:
        served.end()


def _serving(parent: int) -> list[int]:
    """Return the worker processes of a server."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = path.read_text().rpartition(")")[2].split()
            line = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(words[1]) == parent and b"spawn_main" in line:
            found.append(int(path.parent.name))
    return found
