"""The ledger counts what everything cost, under every grouping, and shows losses."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from mcp import Client

from headroom_mcp import open_store
from headroom_mcp.cli import main
from headroom_mcp.hook.claude_code import session as claude_session
from headroom_mcp.server.app import server
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store
from headroom_mcp.store import figures as ledger
from headroom_mcp.types import Origin


@pytest.fixture(name="store")
def _store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEADROOM_HOME", str(tmp_path))
    with open_store(Settings(home=str(tmp_path))) as store:
        yield store


def _fill(store: Store) -> None:
    good = store.put(
        "a" * 100, kind="log", tool_name="Bash", origin=Origin(project="/p"), tokens_before=1000, tokens_after=100
    )
    bad = store.put(
        "b" * 100, kind="json", tool_name="WebFetch", origin=Origin(project="/q"), tokens_before=500, tokens_after=400
    )
    store.retrieved(good, 50, origin=Origin(project="/p"))
    store.retrieved(bad, 450, origin=Origin(project="/q"))
    store.ledger.charge("tool schemas", 30, Origin(session="s1", project="/p"), once=True)


@pytest.mark.parametrize("by", ledger.GROUPINGS)
def test_every_grouping_adds_up_to_the_same_totals(store: Store, by: ledger.Grouping) -> None:
    _fill(store)

    figures = store.ledger.read(by)

    assert figures.totals == ledger.Totals(2, 1500, 500, 2, 500, 30)
    assert figures.totals.net == 470
    assert sum(row.net for row in figures.rows.values()) == 470


def test_charges_have_a_row_of_their_own_where_they_belong_to_no_kind(store: Store) -> None:
    _fill(store)

    assert store.ledger.read("tool").rows["tool schemas"].net == -30
    assert store.ledger.read("project").rows["/p"].net == 820
    assert list(store.ledger.read("day").rows) == [time.strftime("%Y-%m-%d")]


def test_a_session_is_charged_for_schemas_once(store: Store) -> None:
    for session in ("s1", "s1", "s2", "", ""):
        store.ledger.charge("tool schemas", 30, Origin(session=session), once=True)

    assert store.ledger.read().totals.tokens_charged == 4 * 30


def test_the_worst_cases_come_losses_first_and_the_largest_gaps_by_size(store: Store) -> None:
    _fill(store)
    store.put("c" * 100, kind="log", tokens_before=9000, tokens_after=4000)

    assert [case.totals.net for case in store.ledger.worst(2)] == [-350, 5000]
    assert [case.totals.tokens_host for case in store.ledger.most_left_out(2)] == [9000, 1000]


def test_a_client_that_lists_the_tools_is_charged_for_their_schemas(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", "s1")

    async def list_twice() -> None:
        for _ in range(2):
            async with Client(server()) as client:
                await client.list_tools()
                await client.list_tools()

    asyncio.run(list_twice())
    deadline = time.monotonic() + 10
    while not store.ledger.read().totals.tokens_charged and time.monotonic() < deadline:
        time.sleep(0.01)

    assert 200 < store.ledger.read(session="s1").totals.tokens_charged < 900
    assert list(store.ledger.read(session="s1").rows) == ["tool schemas"]


def test_what_a_hook_adds_to_a_conversation_is_charged(store: Store) -> None:
    store.put("a" * 100, origin=Origin(session="s1"), label="pytest -q", tokens_before=1000, tokens_after=100)
    reply = claude_session.answer(
        {"hook_event_name": "SessionStart", "source": "compact", "session_id": "s1", "cwd": "/"}
    )

    assert reply is not None
    assert store.ledger.read(session="s1").rows["context added"].tokens_charged > 10


def test_stats_by_tool_as_a_table_and_as_json(store: Store) -> None:
    _fill(store)

    said = CliRunner().invoke(main, ["stats", "--by", "tool"]).output
    rows = json.loads(CliRunner().invoke(main, ["stats", "--by", "tool", "--json"]).output)["by_tool"]

    assert [line.split()[0] for line in said.splitlines()[:5]] == ["tool", "Bash", "tool", "WebFetch", "together"]
    assert "-350" in said
    assert rows["WebFetch"]["net"] == -350


def test_stats_say_what_it_was_worth_by_model_date_and_what_followed(store: Store) -> None:
    """Left out: 900 of the first output, which two followed, 600 of the second, 0 of the third; the model pays 1.25 and 0.05."""
    for number, (before, after) in enumerate([(1000, 100), (700, 100), (300, 300)]):
        store.put(f"text {number}", kind="log", origin=Origin("s"), tokens_before=before, tokens_after=after)

    money = json.loads(CliRunner().invoke(main, ["stats", "--model", "claude-opus-5-5", "--json"]).output)["money"]
    said = CliRunner().invoke(main, ["stats", "--model", "claude-fable-5-2"]).output

    followed = (900 * 2 + 600 * 1) / 1500
    assert money["later"] == followed == 1.6
    assert money["dollars"] == pytest.approx(1500 * (1.25 + 0.05 * followed) * 4 / 1e6)
    assert (money["model"], money["prices_of"]) == ("claude-opus-5-5", "2026-11")
    assert "at the prices of claude-fable-5-2 (2026-11, $8 per million input tokens)" in said
    assert "No price is known for a-model" in CliRunner().invoke(main, ["stats", "--model", "a-model"]).output


def test_what_was_billed_is_said_in_dollars_where_a_price_is_known(store: Store) -> None:
    store.put("text", kind="log", origin=Origin("s"), tokens_before=1000, tokens_after=100)
    for model in ("claude-opus-5-5-20261001", "somebody-else"):
        store.ledger.bill([ledger.Bill(model, tokens_input=1000, tokens_cache_read=20_000, tokens_output=300)])

    billed = json.loads(CliRunner().invoke(main, ["stats", "--json"]).output)["billed"]

    assert billed["claude-opus-5-5-20261001"]["dollars"] == pytest.approx((1000 * 4 + 20_000 * 0.2 + 300 * 20) / 1e6)
    assert billed["somebody-else"]["dollars"] is None
