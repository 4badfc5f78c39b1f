"""Sessions and contexts: what is asked, which files were seen, what was shown, until a compaction or the end."""

from __future__ import annotations

from collections.abc import Callable

from headroom_mcp.store import Store
from headroom_mcp.store.rows import LiveRef, SeenFile
from headroom_mcp.text import marker
from headroom_mcp.types import Origin


def test_a_session_has_its_last_prompt(store: Store) -> None:
    store.sessions.set_query("s", "/p", "first")
    store.sessions.set_query("s", "/p", "second")

    assert store.sessions.query("s") == "second"
    assert store.sessions.query("t") == ""


def test_a_context_knows_how_it_met_a_file(store: Store) -> None:
    store.sessions.note_file("s", "a.py", "shortened", "0123456789ab")
    store.sessions.note_file("s/agent", "a.py", "edited")

    assert store.sessions.file_state("s", "a.py") == SeenFile("shortened", "0123456789ab")
    assert store.sessions.file_state("s/agent", "a.py") == SeenFile("edited", "")
    assert store.sessions.file_state("s", "b.py") is None


def test_forgetting_files_takes_a_session_and_its_agents_and_nobody_elses(store: Store) -> None:
    for context in ("s", "s/agent", "s2", "s_", "%", "other/s"):
        store.sessions.note_file(context, "a.py", "whole")

    store.sessions.forget_files("s")

    left = [name for name in ("s", "s/agent", "s2", "s_", "%", "other/s") if store.sessions.file_state(name, "a.py")]
    assert left == ["s2", "s_", "%", "other/s"]


def test_an_ended_session_has_seen_nothing(store: Store) -> None:
    store.sessions.note_file("s", "a.py", "whole")
    store.sessions.end("s")

    assert store.sessions.file_state("s", "a.py") is None


def test_the_refs_of_a_session_come_retrieved_ones_first_then_the_latest(store: Store) -> None:
    refs = [
        store.put(name, origin=Origin(session="s"), label=name, tool_name="Bash", tokens_before=9)
        for name in ("one", "two", "")
    ]
    store.put("elsewhere", origin=Origin(session="t"))
    store.retrieved(refs[0], 5)

    assert store.sessions.refs("s", 9) == [
        LiveRef(refs[0], "one", 9),
        LiveRef(refs[2], "Bash", 9),
        LiveRef(refs[1], "two", 9),
    ]
    assert len(store.sessions.refs("s", 2)) == 2


def test_a_context_is_shown_texts_in_order_and_no_other_sees_them(store: Store, clock: Callable[[float], None]) -> None:
    for at_s, text in ((10.0, "first"), (20.0, "second \ud83d")):
        clock(at_s)
        store.contexts.note_shown("s", "", "cat", text)
    store.contexts.note_shown("s", "helper", "cat", "of the helper")

    assert [(one.label, one.text, one.shown_s) for one in store.contexts.shown_in("s", "")] == [
        ("cat", "first", 10.0),
        ("cat", "second \ud83d", 20.0),
    ]
    assert [one.text for one in store.contexts.shown_in("s", "", since_s=15.0)] == ["second \ud83d"]
    assert store.contexts.shown_in("t", "") == []
    assert store.contexts.shown_in("", "") == []


def test_without_a_session_nothing_is_remembered_as_shown(store: Store) -> None:
    store.contexts.note_shown("", "", "cat", "text")

    assert store.contexts.shown_in("", "") == []


def test_only_the_latest_texts_are_compared_with(store: Store) -> None:
    for number in range(12):
        store.contexts.note_shown("s", "", "cat", f"{number}" * 60_000)

    shown = store.contexts.shown_in("s", "")

    assert shown[-1].text[:2] == "11"
    assert 5 <= len(shown) < 12


def test_forgetting_what_was_shown_takes_an_agent_or_all(store: Store) -> None:
    for agent in ("", "helper"):
        store.contexts.note_shown("s", agent, "cat", "text")
    store.contexts.forget_shown("s", "helper")

    assert (len(store.contexts.shown_in("s", "")), store.contexts.shown_in("s", "helper")) == (1, [])

    store.contexts.forget_shown("s")
    assert store.contexts.shown_in("s", "") == []


def test_the_text_shown_for_an_original_is_found_by_its_footer(store: Store) -> None:
    ref = store.put("original", origin=Origin(session="s"), label="cat")
    store.contexts.note_shown("s", "", "cat", "another")
    store.contexts.note_shown("s", "", "cat", f"short\n{marker.footer(ref, '9 of 10 lines left out')}")

    assert store.contexts.shown_of(ref).startswith("short\n")
    assert store.contexts.shown_of("0" * 12) == ""


def test_the_file_behind_a_ref_stays_known_when_it_is_edited(store: Store) -> None:
    store.sessions.note_file("s", "a.py", "shortened", "0123456789ab")
    store.sessions.note_file("s", "a.py", "edited")

    assert store.sessions.file_state("s", "a.py") == SeenFile("edited", "0123456789ab")
    assert store.sessions.path_of("0123456789ab") == "a.py"
    assert store.sessions.path_of("ba9876543210") == ""
