"""What a context has been shown, and since when."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, glance, open_store
from headroom_mcp.store.sqlite import contexts
from headroom_mcp.types import Shown


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(home=str(tmp_path))) as store:
        yield store


def test_what_was_shown_has_its_time_and_can_be_limited_to_what_is_recent(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for at_s in (1_000.0, 2_000.0, 3_000.0):
        monkeypatch.setattr(time, "time", lambda at_s=at_s: at_s)
        store.contexts.note_shown("s", "", "cat", f"text of {at_s:.0f}")

    assert [shown.shown_s for shown in store.contexts.shown_in("s", "")] == [1_000.0, 2_000.0, 3_000.0]
    assert [shown.text for shown in store.contexts.shown_in("s", "", since_s=2_000.0)] == [
        "text of 2000",
        "text of 3000",
    ]


def _lines(name: str) -> str:
    return "\n".join(f"{name} line {n} of what was shown" for n in range(4))


def test_each_agent_of_a_session_has_its_own_texts_and_its_own_glance(store: Store, tmp_path: Path) -> None:
    main, helper = (glance.Place(str(tmp_path), "s", agent) for agent in ("", "helper"))
    store.contexts.note_shown("s", "", "cat a", _lines("a"))
    store.contexts.note_shown("s", "helper", "cat b", _lines("b"))

    assert [shown.label for shown in store.contexts.shown_in("s", "")] == ["cat a"]
    assert [shown.label for shown in store.contexts.shown_in("s", "helper")] == ["cat b"]
    assert not glance.note_if_new(main, [Shown("cat a", _lines("a"))])  # may stand above: the store is asked
    assert glance.note_if_new(main, [Shown("cat b", _lines("b"))])
    assert not glance.note_if_new(helper, [Shown("cat b", _lines("b"))])
    assert glance.note_if_new(helper, [Shown("cat a", _lines("a"))])


def test_texts_that_waited_beside_the_store_come_with_those_in_it_oldest_first(store: Store, tmp_path: Path) -> None:
    store.contexts.note_shown("s", "", "cat a", _lines("a"))
    assert glance.note_if_new(
        glance.Place(str(tmp_path), "s", ""), [Shown("cat b", _lines("b"), time.time(), "call_2")]
    )

    waiting = store.contexts.shown_in("s", "")
    store.contexts.note_shown("s", "", "cat c", _lines("c"), "call_3")
    taken_in = store.contexts.shown_in("s", "")

    assert [(shown.label, shown.text, shown.tool_use_id) for shown in waiting] == [
        ("cat a", _lines("a"), ""),
        ("cat b", _lines("b"), "call_2"),
    ]
    assert [(shown.label, shown.tool_use_id) for shown in taken_in] == [
        ("cat a", ""), ("cat b", "call_2"), ("cat c", "call_3"),
    ]  # fmt: skip
    assert glance.waiting(glance.Place(str(tmp_path), "s", "")) == []
    assert store.contexts.shown_in("s", "", since_s=time.time() + 9) == []


@pytest.mark.parametrize(("agent", "context"), [("", "s"), ("helper", "s/helper")])
def test_a_glance_that_was_lost_is_made_again_from_texts_and_files(
    store: Store, tmp_path: Path, agent: str, context: str
) -> None:
    place = glance.Place(str(tmp_path), "s", agent)
    store.sessions.note_file(context, "/srv/a.py", "read")
    store.contexts.note_shown("s", agent, "cat a", _lines("a"))
    os.unlink(f"{place.path}.lines")
    store.contexts.note_shown("s", agent, "cat b", _lines("b"))

    assert not glance.note_if_new(place, [Shown("cat a", _lines("a"))])
    assert not glance.note_if_new(place, [Shown("cat b", _lines("b"))])
    assert not glance.note_if_new(place, [Shown("Read a.py", _lines("c"))], "/srv/a.py")
    assert glance.note_if_new(place, [Shown("Read b.py", _lines("c"))], "/srv/b.py")


def test_as_many_texts_and_characters_are_remembered_as_a_context_holds(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abcde":
        store.contexts.note_shown("s", "", name, name * 10)

    def labels() -> str:
        return "".join(shown.label for shown in store.contexts.shown_in("s", ""))

    assert labels() == "abcde"
    monkeypatch.setattr(contexts, "MAX_TEXTS", 3)
    assert labels() == "cde"
    monkeypatch.setattr(contexts, "MAX_CHARS", 20)
    assert labels() == "de"
    monkeypatch.setattr(contexts, "MAX_CHARS", 19)
    assert labels() == "e"
    monkeypatch.setattr(contexts, "MAX_TEXT_CHARS", 10)
    store.contexts.note_shown("s", "", "f", "f" * 11)
    store.contexts.note_shown("s", "", "g", "g" * 10)
    assert labels() == "g"


@pytest.mark.parametrize(("agent", "left"), [(None, []), ("", ["helper"]), ("helper", [""])])
def test_a_session_or_one_agent_of_it_is_forgotten(store: Store, agent: str | None, left: list[str]) -> None:
    for one in ("", "helper"):
        store.contexts.note_shown("s", one, "cat a", _lines("a"))
        store.contexts.note_shown("other", one, "cat a", _lines("a"))

    store.contexts.forget_shown("s", agent)

    assert [one for one in ("", "helper") if store.contexts.shown_in("s", one)] == left
    assert [one for one in ("", "helper") if store.contexts.shown_in("other", one)] == ["", "helper"]


def test_texts_that_wait_beside_the_store_take_their_room_from_those_in_it(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        store.contexts.note_shown("s", "", name, _lines(name))
    size = len(_lines("a"))
    place = glance.Place(str(tmp_path), "s", "")
    for name in "cde":
        assert glance.note_if_new(place, [Shown(name, _lines(name), time.time())])

    def labels(chars: int, texts: int = 9) -> str:
        monkeypatch.setattr(contexts, "MAX_CHARS", chars)
        monkeypatch.setattr(contexts, "MAX_TEXTS", texts)
        return "".join(shown.label for shown in store.contexts.shown_in("s", ""))

    assert labels(5 * size) == "abcde"
    assert labels(5 * size - 1) == "bcde"
    assert labels(4 * size - 1) == "cde"
    assert labels(9 * size, texts=2) == "abde"  # as many of either
    assert labels(9 * size, texts=1) == "be"
