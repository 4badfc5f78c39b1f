"""The ledger: every token that was saved, fetched back or added, by any grouping, and what a purge leaves of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from headroom_mcp.store import Store
from headroom_mcp.store.figures import GROUPINGS, Bill, Billed, Grouping, Totals
from headroom_mcp.types import Origin

DAY_S = 86_400.0


@pytest.fixture(name="filled")
def _filled(store: Store, clock: Callable[[float], None]) -> tuple[str, str]:
    """Put a good case (project /p, session s) and a bad one (/q, t) into the store; return their refs."""
    clock(10 * DAY_S)
    good = store.put(
        "a",
        kind="log",
        tool_name="Bash",
        origin=Origin(project="/p", session="s"),
        tokens_before=1000,
        tokens_after=100,
    )
    clock(20 * DAY_S)
    bad = store.put(
        "b",
        kind="json",
        tool_name="WebFetch",
        origin=Origin(project="/q", session="t"),
        tokens_before=500,
        tokens_after=400,
    )
    store.retrieved(good, 50, origin=Origin(project="/p", session="s"))
    store.retrieved(bad, 450, origin=Origin(project="/q", session="t"))
    store.ledger.charge("tool schemas", 30, Origin(session="s", project="/p"))
    return good, bad


@pytest.mark.parametrize("by", GROUPINGS)
def test_every_grouping_adds_up_to_the_same_totals(store: Store, filled: tuple[str, str], by: Grouping) -> None:
    figures = store.ledger.read(by)

    assert figures.totals == Totals(2, 1500, 500, 2, 500, 30)
    assert sum(row.net for row in figures.rows.values()) == figures.totals.net == 470
    assert (figures.losses, figures.originals, figures.original_bytes) == (1, 2, 2)


def test_figures_of_a_project_or_session_are_its_own(store: Store, filled: tuple[str, str]) -> None:
    assert store.ledger.read(project="/q").totals == Totals(1, 500, 400, 1, 450, 0)
    assert store.ledger.read(session="s").totals == Totals(1, 1000, 100, 1, 50, 30)
    assert store.ledger.read(project="/nowhere").rows == {}


def test_an_empty_store_has_figures_too(store: Store) -> None:
    assert store.ledger.read().totals == Totals()
    assert store.ledger.worst(3) == store.ledger.most_left_out(3) == []


def test_a_charge_once_is_made_once_in_a_session(store: Store) -> None:
    for session in ("s", "s", "t", "", ""):
        store.ledger.charge("tool schemas", 30, Origin(session=session), once=True)
    store.ledger.charge("context added", 5, Origin(session="s"))

    assert store.ledger.read(session="s").totals.tokens_charged == 35
    assert store.ledger.read().totals.tokens_charged == 4 * 30 + 5


def test_cases_come_by_loss_and_by_what_was_left_out(store: Store, filled: tuple[str, str]) -> None:
    good, bad = filled

    assert [(case.ref, case.totals.net) for case in store.ledger.worst(5)] == [(bad, -350), (good, 850)]
    assert [case.ref for case in store.ledger.most_left_out(5)] == [good, bad]
    assert [case.ref for case in store.ledger.worst(1)] == [bad]
    assert store.ledger.worst(5, session="s")[0].tool_name == "Bash"


def test_a_purge_takes_the_charges_of_what_it_purges_and_no_others(store: Store, filled: tuple[str, str]) -> None:
    store.ledger.charge("context added", 7, Origin(session="t", project="/q"))

    store.purge(session="s")

    assert store.ledger.read().totals == Totals(1, 500, 400, 1, 450, 7)
    store.purge()
    assert store.ledger.read().totals == Totals()


def test_bills_add_up_by_model_and_scope_and_go_with_a_purge(store: Store, clock: Callable[[float], None]) -> None:
    clock(10 * DAY_S)
    store.ledger.bill([Bill("m", "s", "/p", 1, 2, 3, 4, 5), Bill("m", "t", "/q", 10, 20, 30, 40, 50)])
    store.ledger.bill([Bill("n", "t", "/q", 7)])
    store.ledger.bill([])

    assert store.ledger.billed() == {"m": Billed(2, 11, 22, 33, 44, 55), "n": Billed(1, 7)}
    assert list(store.ledger.billed()) == ["m", "n"]
    assert store.ledger.billed(session="s") == {"m": Billed(1, 1, 2, 3, 4, 5)}
    assert store.ledger.billed(project="/q") == {"m": Billed(1, 10, 20, 30, 40, 50), "n": Billed(1, 7)}
    assert store.ledger.read().totals == Totals(), "what a provider says is not what we counted"
    clock(11 * DAY_S)
    store.purge(older_than_s=2 * DAY_S)
    assert len(store.ledger.billed()) == 2
    store.purge(session="t")
    assert store.ledger.billed() == {"m": Billed(1, 1, 2, 3, 4, 5)}


def test_cases_of_a_project_or_session_are_its_own(store: Store, filled: tuple[str, str]) -> None:
    good, bad = filled
    for cases in (store.ledger.worst, store.ledger.most_left_out):
        assert [case.ref for case in cases(5, session="s")] == [good]
        assert [case.ref for case in cases(5, project="/q")] == [bad]
        assert cases(5, session="s", project="/q") == []


def test_rows_come_by_what_they_saved_and_days_in_their_order(store: Store, filled: tuple[str, str]) -> None:
    assert list(store.ledger.read("kind").rows) == ["log", "tool schemas", "json"]
    assert list(store.ledger.read("day").rows) == sorted(store.ledger.read("day").rows)
    assert len(store.ledger.read("day").rows) == 2
