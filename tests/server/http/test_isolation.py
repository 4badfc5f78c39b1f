"""No request of one tenant reaches anything of another: thousands of generated ones, over HTTP and at the database itself."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Iterator

import pytest

from headroom_mcp.store.postgres.driver import psycopg
from headroom_mcp.store.postgres.schema import TABLES
from headroom_mcp.store.rows import Note, Observation
from headroom_mcp.types import Origin, StoreError, UnknownRef
from tests import long_form
from tests.server.http.client import Client
from tests.server.http.conftest import TENANTS, Site
from tests.shared import Team

pytestmark = pytest.mark.slow

ACME, BOLD = TENANTS
MARK = "heron"  # stands in everything of the one tenant and nothing of the other
REQUESTS = long_form.count(600, 5_200)


def _requests(refs: list[str], notes: list[str], count: int) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield calls that a curious tenant might make to see what is another's."""
    draw = random.Random(7)
    words = [MARK, "secret", "heron heron", "%", "_", "' OR 1=1 --", "\u0000", "acme", "*", "a" * 500]
    for _ in range(count):
        ref, note, word = draw.choice(refs), draw.choice(notes), draw.choice(words)
        forms = [
            ref,
            ref.upper(),
            f"[headroom {ref}: 1-2]",
            ref[:11],
            ref + "0",
            f"{ref}' OR tenant = '{ACME}",
            f"{ACME}/{ref}",
        ]
        yield draw.choice(
            [
                ("headroom_retrieve", {"ref": draw.choice(forms), "lines": "1-50"}),
                ("headroom_retrieve", {"ref": draw.choice(forms), "query": word, "tenant": ACME, "project": "shop"}),
                ("headroom_retrieve", {"ref": draw.choice(forms), "region": "0,0,9,9"}),
                ("headroom_retrieve", {"ref": draw.choice(forms), "json_path": "$"}),
                ("memory_search", {"query": word, "limit": 50}),
                ("memory_search", {"query": note, "project": "shop", "scope": ACME}),
                ("memory_search", {"query": ""}),
                ("memory_forget", {"id": note}),
                ("memory_save", {"text": f"mine {draw.random()}", "replaces": note}),
                ("headroom_stats", {"tenant": ACME}),
                ("compress", {"text": f"[headroom {ref}: 100 lines left out]", "query": word, "tenant": ACME}),
            ]
        )


def test_generated_requests_of_one_tenant_show_nothing_of_another(site: Site) -> None:
    with site.team.open(ACME) as store:
        refs = [
            store.put(
                f"{MARK} number {number}\n" * 30, origin=Origin("s", project="shop"), kind="log", tokens_before=77
            )
            for number in range(40)
        ]
        notes = [f"iso{number}" for number in range(20)]
        store.notes.add_all([Note(name, f"the {MARK} {name}", scope=scope) for name in notes for scope in ("",)])
        before = store.ledger.read()
    leaks: list[tuple[str, object, str]] = []
    work = list(_requests(refs, notes, REQUESTS))

    def ask(part: list[tuple[str, dict[str, object]]]) -> None:
        client = site.client(BOLD)
        mine = site.client(ACME)
        for number, (tool, arguments) in enumerate(part):
            given = str(arguments)
            answered, text = client.call(tool, **arguments)
            echoed = tool == "compress" or MARK in given
            if (MARK in text and not echoed) or (tool == "headroom_retrieve" and answered) or "number" in text:
                leaks.append((tool, arguments, text))
            if number % 50 == 0:  # the owner asks in between, through the same workers: nothing of that sticks
                assert MARK in mine.call("headroom_retrieve", ref=refs[number % 40], lines="1")[1]

    threads = [threading.Thread(target=ask, args=(work[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert leaks == []
    with site.team.open(ACME) as store:
        assert {note.id for note in store.notes.all()} >= set(notes)
        assert store.ledger.read().totals._replace(retrievals=0, tokens_retrieved=0) == before.totals._replace(
            retrievals=0, tokens_retrieved=0
        )


def test_another_tenants_ref_and_one_never_given_are_answered_alike(site: Site) -> None:
    client = site.client(BOLD)
    foreign = client.call("headroom_retrieve", ref=site.refs[ACME])
    never = client.call("headroom_retrieve", ref="0123456789ab")

    assert foreign[0] is never[0] is False
    assert foreign[1].replace(site.refs[ACME], "REF") == never[1].replace("0123456789ab", "REF")


def test_another_tenants_ref_takes_no_longer_or_shorter_than_one_never_given(team: Team) -> None:
    """By the plan of the database, which is what time could tell: the same index, the same rows read, for both."""
    team.add("time-a", "time-b")
    with team.open("time-a") as other:
        refs = [other.put(f"text {number}" * 500) for number in range(200)]
    with team.open("time-b") as store:
        store.put("own")
        plans = {ref: _plan(store, ref) for ref in (refs[0], "0123456789ab")}
        assert plans[refs[0]] == plans["0123456789ab"]
        assert "rows=0" in plans[refs[0]]
        assert "Seq Scan on original" not in plans[refs[0]]
        times: dict[bool, list[float]] = {True: [], False: []}
        for number in range(200):
            for is_foreign in (True, False):
                ref = refs[number] if is_foreign else f"{number:012x}"
                begun = time.perf_counter()
                with pytest.raises(UnknownRef):
                    store.get(ref)
                times[is_foreign].append(time.perf_counter() - begun)
        # a body of 5 KB that was read and refused would show in the fastest tenth; noise stays in the slow ones
        fastest = {key: statistics.mean(sorted(values)[:20]) for key, values in times.items()}
        assert 0.33 < fastest[True] / fastest[False] < 3.0


def _plan(store: object, ref: str) -> str:
    from headroom_mcp.store.postgres import originals

    sql = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) " + originals._FOUND
    rows = store.database.all(sql, (None, None, "", ref))  # type: ignore[attr-defined]
    return "\n".join(row[0] for row in rows).replace(ref, "REF")


def test_every_table_of_tenants_is_under_row_level_security_that_binds_its_owner(team: Team) -> None:
    with psycopg.connect(team.owner) as connection:
        found = connection.execute(
            "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE a.attname = 'tenant' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
    outside = {"access", "token"}  # nobody but the owner may read these at all

    assert {name for name, *_ in found} == set(TABLES) | outside
    assert [name for name, on, forced in found if name not in outside and not (on and forced)] == []


def test_the_database_itself_shows_and_takes_nothing_across_tenants(team: Team) -> None:
    """As the role of a machine, which is bound to its tenant whatever it sets, and as a server's role for nobody or another."""
    bound = team.machine("bound")
    team.add("prey")
    with team.open("prey") as store:
        store.put("prey text", origin=Origin("s", project="/p"))
        store.notes.add(Note("prey1", "prey note"))
        store.observations.add([Observation(0, "", "s", "edit", "prey.py", "", "", 1.0)])
        store.contexts.note_shown("s", "", "cat", "prey text")
        store.ledger.charge("context added", 3, Origin("s"))
    for address, setting in ((bound, ""), (bound, "prey"), (team.server, ""), (team.server, "somebody")):
        with psycopg.connect(address) as connection:
            connection.execute("SELECT set_config('headroom.tenant', %s, false)", (setting,))
            for table in TABLES:
                assert connection.execute(f"SELECT COUNT(*) FROM {table} WHERE tenant = 'prey'").fetchone() == (0,)
                assert connection.execute(f"DELETE FROM {table} WHERE tenant = 'prey'").rowcount == 0
            assert connection.execute("UPDATE original SET tenant = 'prey'").rowcount == 0
            for statement in (
                "INSERT INTO expired (tenant, ref, expired_s) VALUES ('prey', 'x', 0)",
                "SELECT * FROM token", "SELECT * FROM access", "INSERT INTO access VALUES (session_user, NULL)",
                "ALTER TABLE original DISABLE ROW LEVEL SECURITY", "SET ROLE owner", "DROP TABLE note",
            ):  # fmt: skip
                with pytest.raises(psycopg.Error), connection.transaction():
                    connection.execute(statement)


def test_a_role_that_may_pass_over_the_policies_is_refused(team: Team) -> None:
    from headroom_mcp.store.postgres import store as shared

    with pytest.raises(StoreError, match="row-level security"):
        shared.open_store(team.settings(store=team.cluster.owner(team.database)), tenant=ACME)


def test_a_machine_cannot_look_a_token_up(team: Team) -> None:
    bound = team.machine("bound-token")
    with psycopg.connect(bound) as connection:
        assert connection.execute("SELECT * FROM headroom_token('x')").fetchall() == []
        assert connection.execute("SELECT * FROM headroom_tenants()").fetchall() == []


def test_two_tenants_with_the_same_original_have_one_each(team: Team) -> None:
    team.add("same-a", "same-b")
    with team.open("same-a") as first, team.open("same-b") as second:
        assert first.put("the same text") == second.put("the same text")
        first.purge()
        assert second.get(second.put("the same text")).text == "the same text"


def test_limits_are_each_tenants_own(team: Team) -> None:
    from headroom_mcp.store.postgres.upkeep import Admin

    with Admin(team.owner) as admin:
        admin.add_tenant("short", retention_days=1.0)
        admin.add_tenant("small", max_store_bytes=20_000)
    noise = random.Random(3)
    later = time.time() + 5 * 86_400
    with team.open("short") as short, team.open("small") as small, team.open("free") as free:
        refs = [store.put("text") for store in (short, small, free)]
        assert [store.expire(later) for store in (short, small, free)] == [1, 0, 0]
        for _ in range(10):
            small.put(noise.randbytes(10_000))
        assert small.expire() >= 8
        with pytest.raises(StoreError, match="quota"):
            for _ in range(200):
                small.put(noise.randbytes(10_000))
        assert free.get(refs[2]).text == "text"


def test_a_client_without_a_token_learns_nothing(site: Site) -> None:
    status, answer = Client(site.served.port).post({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})

    assert status == 401
    assert "tools" not in str(answer)
