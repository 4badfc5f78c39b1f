"""From machines to the team's store: exactly once, whatever fails between, and nothing that is shown waits for it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg_pool", reason="the extra team is not installed")

from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import delivery, open_store
from headroom_mcp.store.postgres import receive
from headroom_mcp.store.postgres import store as postgres_store
from headroom_mcp.store.rows import Note
from headroom_mcp.types import ExpiredRef, Origin, StoreError, UnknownRef
from tests.hook.host import bash, log
from tests.shared import Team

NOWHERE = "postgresql://ann:hunter2@127.0.0.1:9/team?connect_timeout=1"


@pytest.fixture(name="tenant")
def _tenant(tmp_path: Path) -> str:
    return f"d{abs(hash(str(tmp_path)))}"


@pytest.fixture(name="machine")
def _machine(team: Team, tenant: str, tmp_path: Path) -> Callable[[str], Settings]:
    """Return a function that gives the settings of a machine by name; all deliver to one tenant."""
    address = team.machine(tenant)
    return lambda name: Settings(home=str(tmp_path / name), store=address)


def _put(settings: Settings, *texts: str, project: str = "/home/ann/shop") -> list[str]:
    with open_store(settings) as store:
        return [
            store.put(text, origin=Origin("s", project=project), kind="log", tokens_before=100, tokens_after=10)
            for text in texts
        ]


def test_what_one_machine_has_shown_another_can_retrieve_after_delivery(machine) -> None:
    (ref,) = _put(machine("a"), "line one\nline two\n")
    with pytest.raises(UnknownRef):
        retrieve(ref, project="/work/bob/shop", store=open_store(machine("b")))

    done = delivery.deliver(machine("a"))

    assert (done.rows, done.originals, done.waiting) == (1, 1, 0)
    with postgres_store.open_store(machine("b")) as shared:
        assert shared.get(ref, project="shop").text == "line one\nline two\n"
        with pytest.raises(UnknownRef):
            shared.get(ref, project="other")


def test_retrieve_asks_the_teams_store_for_what_is_not_here(machine, monkeypatch: pytest.MonkeyPatch) -> None:
    (ref,) = _put(machine("a"), "line one\nline two\n")
    delivery.deliver(machine("a"))
    for name, value in (("HEADROOM_HOME", machine("b").home), ("HEADROOM_STORE", machine("b").store)):
        monkeypatch.setenv(name, value)

    assert retrieve(ref, project="/work/bob/shop", lines="2").endswith("line two")
    with pytest.raises(UnknownRef):
        retrieve(ref, project="/work/bob/other")
    monkeypatch.setenv("HEADROOM_STORE", NOWHERE)
    with pytest.raises(UnknownRef, match="could not be asked") as raised:
        retrieve(ref, project="/work/bob/shop")
    assert "hunter2" not in str(raised.value)


def test_delivering_again_changes_nothing_and_only_what_is_new_is_sent(machine) -> None:
    settings = machine("a")
    first, second = _put(settings, "one", "two")
    with open_store(settings) as store:
        store.retrieved(first, 5)
        store.ledger.charge("context added", 7, Origin("s", project="/home/ann/shop"))
        figures = store.ledger.read()
    assert delivery.deliver(settings).rows == 4
    assert delivery.deliver(settings) == delivery.Delivered()
    _put(settings, "three")
    assert delivery.deliver(settings).rows == 1

    with postgres_store.open_store(settings) as shared:
        assert shared.get(second).text == "two"
        assert shared.ledger.read().totals == figures.totals._replace(
            outputs=3, tokens_host=figures.totals.tokens_host + 100, tokens_after=figures.totals.tokens_after + 10
        )


@pytest.mark.parametrize("lost", ["before it is marked here", "before it is written there"])
def test_a_delivery_that_dies_between_the_two_stores_is_made_whole_by_the_next(
    machine, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    settings = machine("a")
    refs = _put(settings, *(f"text {number}" for number in range(250)))
    module, name = (delivery.Spool, "mark") if lost == "before it is marked here" else (receive, "_take_back")
    true, calls = getattr(module, name), []

    def dies(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return true(*given)

    monkeypatch.setattr(module, name, dies)
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver(settings)
    done = delivery.deliver(settings)

    assert done.waiting == 0
    with postgres_store.open_store(settings) as shared:
        assert [shared.get(ref).text for ref in refs] == [f"text {number}" for number in range(250)]
        assert shared.ledger.read().totals.outputs == 250


def test_the_same_original_of_many_machines_is_one_and_each_output_counts(machine) -> None:
    for name in ("a", "b", "c"):
        _put(machine(name), "the same")
        delivery.deliver(machine(name))

    with postgres_store.open_store(machine("a")) as shared:
        figures = shared.ledger.read()
    assert (figures.originals, figures.totals.outputs) == (1, 3)


def test_secrets_are_masked_on_the_way_under_the_ref_that_was_shown(machine) -> None:
    text = "ok\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    (ref,) = _put(machine("a"), text)
    delivery.deliver(machine("a"))
    (open_ref,) = _put(machine("b")._replace(store_redact=False), text + "more\n")
    delivery.deliver(machine("b")._replace(store_redact=False))

    with postgres_store.open_store(machine("a")) as shared:
        kept = shared.get(ref).text
        assert "wJalrXUtnFEMI" not in kept
        assert kept.count("\n") == text.count("\n")
        assert shared.get(open_ref).text == text + "more\n"
    with open_store(machine("a")) as local:
        assert local.get(ref).text == text


def test_a_ref_that_two_machines_gave_to_different_originals_leads_nobody_to_the_wrong_one(
    machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from headroom_mcp.store.sqlite import originals

    monkeypatch.setattr(originals, "REF_DIGITS", 1)
    digits: dict[str, str] = {}
    for number in range(40):
        text = f"text {number}"
        ref = originals.sha256.of(text.encode())[:1]
        if ref in digits:
            break
        digits[ref] = text
    first, second = digits[ref], text
    for name, one, project in (("a", first, "/home/ann/shop"), ("b", second, "/home/bob/mill")):
        assert _put(machine(name), one, project=project) == [ref]
        delivery.deliver(machine(name))

    with postgres_store.open_store(machine("a")) as shared:
        assert shared.get(ref, project="shop").text == first
        with pytest.raises(UnknownRef):
            shared.get(ref, project="mill")
    with open_store(machine("b")) as local:
        assert local.get(ref).text == second


def test_an_image_goes_over_byte_for_byte(machine) -> None:
    settings, body = machine("a"), b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    with open_store(settings) as store:
        ref = store.put(body, kind="image")
    delivery.deliver(settings)

    with postgres_store.open_store(settings) as shared:
        assert shared.get(ref).body == body


def test_what_is_purged_or_forgotten_here_goes_there_too_and_others_keep_theirs(machine) -> None:
    mine, both = _put(machine("a"), "mine", "both")
    _put(machine("b"), "both")
    with open_store(machine("a")) as store:
        store.notes.add(Note("n1", "forget me", scope="/home/ann/shop"))
    for name in ("a", "b"):
        delivery.deliver(machine(name))
    with open_store(machine("a")) as store:
        store.purge(session="s")
        store.notes.remove("n1")
    delivery.deliver(machine("a"))

    with postgres_store.open_store(machine("a")) as shared:
        with pytest.raises(ExpiredRef):
            shared.get(mine)
        assert shared.get(both).text == "both"
        assert list(shared.notes.all()) == []


def test_an_id_that_is_given_again_after_a_purge_is_delivered_too(machine) -> None:
    settings = machine("a")
    _put(settings, "old")
    delivery.deliver(settings)
    with open_store(settings) as store:
        store.purge()
    (new,) = _put(settings, "new")
    delivery.deliver(settings)

    with postgres_store.open_store(settings) as shared:
        assert shared.get(new).text == "new"


def test_notes_are_shared_by_the_name_of_the_project_and_follow_what_replaces_them(machine) -> None:
    settings = machine("a")
    with open_store(settings) as store:
        store.notes.add(Note("n1", "deploys on friday", scope="/home/ann/shop"))
        delivery.deliver(settings)
        store.notes.add(Note("n2", "deploys on monday", scope="/home/ann/shop"), replaces="n1")
    delivery.deliver(settings)

    with postgres_store.open_store(machine("b")) as shared:
        assert [note.id for note in shared.notes.newest(["shop"], limit=9)] == ["n2"]
        assert shared.notes.get("n1").superseded_by == "n2"
        rows = shared.notes.candidates(["deploys"], ["shop"], limit=9)
        assert [note.text for note in shared.notes.by_row(list(rows), ["shop"]).values()] == ["deploys on monday"]


def test_two_deliveries_of_one_machine_do_not_run_at_once(machine) -> None:
    settings = machine("a")
    _put(settings, "one")
    with delivery._alone(settings) as alone:
        assert alone
        assert delivery.deliver(settings).busy
    assert delivery.deliver(settings).rows == 1


def test_a_role_of_a_server_is_no_machine(team: Team, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), store=team.server)
    _put(settings, "text")
    with pytest.raises(StoreError, match="bound to no tenant"):
        delivery.deliver(settings)


_HOOK = [sys.executable, str(Path(__file__).parents[2] / "headroom_mcp" / "hook" / "run.py")]


def _answered(home: Path, address: str, payload: dict[str, Any]) -> tuple[bytes, set[str]]:
    """Run one hook as a host does; return its answer, and the modules of ours that it imported."""
    script = (
        "import os, sys, json; sys.argv = ['run.py']; real = os._exit\n"
        "def leave(code):\n    sys.stderr = None\n    open(os.environ['LOADED'], 'w').write(json.dumps(sorted(sys.modules)))\n    real(code)\n"
        "os._exit = leave\nimport runpy; runpy.run_path(os.environ['RUN'], run_name='__main__')"
    )
    loaded = home.parent / f"{home.name}.json"
    env = {**os.environ, "HEADROOM_HOME": str(home), "LOADED": str(loaded), "RUN": _HOOK[1]}
    if address:
        env["HEADROOM_STORE"] = address
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(payload).encode(), capture_output=True, env=env, check=True,
        timeout=60,
    )  # fmt: skip
    assert done.stderr == b""
    return done.stdout, set(json.loads(loaded.read_text()))


def test_a_hook_does_the_same_with_a_teams_store_that_nobody_reaches(tmp_path: Path) -> None:
    """Not a module more is imported, not a byte is different, and everything shown is in the local store."""
    payload = bash(log(400, "parcel"))
    plain, modules = _answered(tmp_path / "plain", "", payload)
    with_team, with_modules = _answered(tmp_path / "team", NOWHERE, payload)

    assert plain == with_team != b""
    assert modules == with_modules
    assert not [name for name in with_modules if "postgres" in name or "psycopg" in name or name == "socket"]
    rows = sqlite3.connect(tmp_path / "team" / "headroom.db").execute("SELECT COUNT(*) FROM original").fetchone()
    assert rows == (1,)


def test_a_sessions_end_starts_a_delivery_and_does_not_wait_for_it(machine) -> None:
    settings = machine("a")
    home = Path(settings.home)
    _answered(home, settings.store, bash(log(400, "parcel")))
    end = {
        "session_id": bash("")["session_id"], "transcript_path": "/t", "cwd": str(home.parent), "hook_event_name": "SessionEnd",
        "reason": "other",
    }  # fmt: skip
    _answered(home, settings.store, end)

    with open_store(settings) as local, postgres_store.open_store(settings) as shared:
        (ref,) = (row[0] for row in local.database.all("SELECT ref FROM original"))
        for _ in range(300):
            try:
                assert shared.get(ref).text == local.get(ref).text
                return
            except UnknownRef:
                time.sleep(0.1)
    pytest.fail("nothing was delivered")
