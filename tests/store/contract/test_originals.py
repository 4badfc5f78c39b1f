"""Originals come back byte for byte, for those who may see them, until retention says otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headroom_mcp.store import Store
from headroom_mcp.types import ExpiredRef, Origin, UnknownRef

DAY_S = 86_400.0


@given(original=st.one_of(st.text(max_size=300), st.binary(max_size=300)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_in_comes_out_to_the_byte(store: Store, original: str | bytes) -> None:
    ref = store.put(original)

    found = store.get(ref)

    assert (found.text if isinstance(original, str) else found.body) == original


@pytest.mark.parametrize("text", ["\ud83d alone", "bytes \udcff", "\0", "", "é" * 5_000, "x" * 3_000_000])
def test_texts_that_databases_stumble_over_come_out_too(store: Store, text: str) -> None:
    assert store.get(store.put(text, tool_name="\ud800", label="a\0b")).text == text


def test_the_same_original_has_the_same_ref_and_another_process_finds_it(store: Store, open_again) -> None:
    ref = store.put("text", tool_name="Bash", kind="log")

    with open_again() as other:
        assert other.put("text") == ref
        assert other.get(ref).text == "text"


def test_an_original_tells_how_it_was_last_shown(store: Store, clock: Callable[[float], None]) -> None:
    clock(1_000.0)
    ref = store.put("text", tool_name="Bash", kind="log", origin=Origin(project="/p"))
    clock(2_000.0)
    store.put("text", tool_name="Read", kind="code", origin=Origin(project="/q"))

    assert store.get(ref)[2:] == ("Read", "code", 1_000.0)
    assert store.get(ref, project="/p")[2:] == ("Bash", "log", 1_000.0)


def test_a_project_and_a_session_find_their_own_originals_only(store: Store) -> None:
    ref = store.put("text", origin=Origin(project="/p", session="s"))

    assert store.get(ref, project="/p").text == "text"
    assert store.get(ref, project="/q", session="s").text == "text"
    for project, session in (("/q", "t"), ("/q", ""), ("", "")):
        with pytest.raises(UnknownRef):
            store.get(ref, project=project, session=session)


def test_a_ref_that_was_never_given_is_unknown(store: Store) -> None:
    with pytest.raises(UnknownRef, match="0123456789ab"):
        store.get("0123456789ab")


def test_what_was_shown_is_known_to_the_byte(store: Store) -> None:
    ref = store.put("text", shown=lambda ref: f"short {ref}")

    assert store.was_shown(ref, f"short {ref}")
    assert not store.was_shown(ref, f"short {ref} ")
    assert not store.was_shown("0" * 12, f"short {ref}")


def test_a_tool_call_leads_to_the_original_of_its_output(store: Store) -> None:
    ref = store.put("text", origin=Origin(tool_use_id="toolu_1"))

    assert store.ref_of_call("toolu_1") == ref
    assert store.ref_of_call("toolu_2") == ""
    assert store.ref_of_call("") == ""


def test_retention_takes_what_is_old_and_leaves_what_was_used_or_is_of_a_live_session(
    store: Store, clock: Callable[[float], None]
) -> None:
    clock(0.0)
    old, used, live = store.put("old"), store.put("used"), store.put("live", origin=Origin(session="s"))
    clock(20 * DAY_S)
    store.retrieved(used, 10)
    clock(40 * DAY_S)
    store.sessions.set_query("s", "/p", "still here")

    assert store.expire() == 1
    assert store.get(used).text == "used"
    assert store.get(live).text == "live"
    with pytest.raises(ExpiredRef, match=r"1970-02-10.*Run the tool again"):
        store.get(old)


def test_an_ended_session_keeps_nothing_and_what_comes_again_is_there_again(
    store: Store, clock: Callable[[float], None]
) -> None:
    clock(0.0)
    ref = store.put("text", origin=Origin(session="s"))
    clock(40 * DAY_S)
    store.sessions.set_query("s", "/p", "hello")
    store.sessions.end("s")

    assert store.expire() == 1
    assert store.put("text") == ref
    assert store.get(ref).text == "text"


def test_over_its_size_a_store_forgets_what_was_used_longest_ago(open_again, clock: Callable[[float], None]) -> None:
    import random

    noise = random.Random(1)
    with open_again(max_store_bytes=25_000) as store:
        refs = []
        for number in range(4):
            clock(float(number))
            refs.append(store.put(noise.randbytes(10_000)))
        clock(10.0)
        store.retrieved(refs[0], 5)

        assert store.expire() == 2
        assert [len(store.get(ref).body) for ref in (refs[0], refs[3])] == [10_000, 10_000]
        for ref in refs[1:3]:
            with pytest.raises(ExpiredRef):
                store.get(ref)
