"""What a retrieval asks of a store, call by call, and what it charges to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.images import cost
from headroom_mcp.retrieval import picture, retrieve, where
from headroom_mcp.settings import fault_log
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Original
from headroom_mcp.text import tokens
from headroom_mcp.types import Origin, StoreError
from tests.images import painted

_REF = "0123456789ab"
_KEY = "AKIA" + "Q7" * 8


class _Store:
    """A store of one original, which notes what it is asked."""

    def __init__(
        self, body: bytes, settings: Settings, *, path: str = "", is_local: bool = True, is_full: bool = False
    ) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.settings, self.is_local = settings, is_local
        self._body, self._path, self._is_full = body, path, is_full

    @property
    def sessions(self) -> _Store:
        return self

    def get(self, ref: str, **given: object) -> Original:
        self.asked.append(("get", ref, given))
        return Original(ref, self._body, "Bash", "log", 0.0)

    def path_of(self, ref: str) -> str:
        self.asked.append(("path_of", ref))
        return self._path

    def retrieved(self, ref: str, count: int, *, origin: Origin) -> None:
        self.asked.append(("retrieved", ref, count, origin))
        if self._is_full:
            raise StoreError("no room")


_TEXT = f"one\ntwo with {_KEY}\nthree\nfour of a needle\n"


@pytest.mark.parametrize("redact", ["none", "model", "store"])
@pytest.mark.parametrize("is_picture", [False, True])
@pytest.mark.parametrize(
    ("asked", "shown"),
    [({"lines": "2-3"}, ["two with", "three"]), ({"query": "needle", "max_tokens": 300}, ["needle"])],
)
def test_a_slice_is_masked_as_its_reader_wants_and_charged_to_what_it_was_cut_from(
    redact: str, is_picture: bool, asked: dict[str, Any], shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = _Store(_TEXT.encode(), Settings(redact=redact))
    if is_picture:
        monkeypatch.setattr(retrieve, "_read_in_picture", lambda original: _TEXT.rstrip("\n").split("\n"))

    answer = retrieve.retrieve(_REF, store=store, project="/p", session="s", **asked)  # type: ignore[arg-type]

    assert all(part in answer for part in shown)
    assert (_KEY in answer) == (redact != "model")
    assert ("[secret: aws access key]" in answer) == (redact == "model")
    assert store.asked[0] == ("get", _REF, {"project": "/p", "session": "s"})
    assert store.asked[-1] == ("retrieved", _REF, tokens.estimate(answer), Origin(session="s", project="/p"))
    assert (("path_of", _REF) in store.asked) == (not is_picture)


@pytest.mark.parametrize("is_local", [True, False])
@pytest.mark.parametrize("now", ["one\r\ntwo\n\n", "\ufeffone\ntwo", "one\n", None])
def test_what_has_become_of_a_file_is_said_where_it_can_be_seen(
    now: str | None, is_local: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    if now is not None:
        path.write_bytes(now.encode())
    store = _Store(b"one\ntwo\n", Settings(), path=str(path), is_local=is_local)

    answer = retrieve.retrieve(_REF, lines="1", store=store)  # type: ignore[arg-type]

    said = {
        "one\n": f"[{path} has changed since: this is its old text]",
        None: f"[{path} is gone since: this is what it was]",
    }
    assert answer.split("\n")[2:] == ([said[now]] if now in said and is_local else [])
    assert store.asked[-1] == ("retrieved", _REF, tokens.estimate(answer), Origin())


def test_a_store_that_cannot_be_written_is_read_and_the_trouble_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[tuple[object, ...]] = []
    monkeypatch.setattr(fault_log, "record", lambda *given: noted.append(given))
    settings = Settings(min_tokens=7)
    store = _Store(b"one\ntwo\n", settings, is_full=True)
    image = _Store(painted.data_of(painted.terminal(1, (320, 200), 4)), settings, is_full=True)

    assert "two" in retrieve.retrieve(_REF, lines="2", store=store)  # type: ignore[arg-type]
    shown = picture.picture(_REF, store=image, project="/p", session="s")  # type: ignore[arg-type]

    assert shown.media_type == "image/png"
    assert image.asked == [
        ("get", _REF, {"project": "/p", "session": "s"}),
        ("retrieved", _REF, cost.tokens(320, 200, picture._CHARGED_MODEL), Origin(session="s", project="/p")),
    ]
    assert [(place, str(error), given) for place, error, given in noted] == [("retrieve", "no room", settings)] * 2


@pytest.mark.parametrize("project", [None, "/p"])
def test_without_a_store_the_one_that_has_the_ref_is_asked_under_its_own_name_of_the_project(
    project: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = _Store(b"one\ntwo\n", Settings())
    asked: list[tuple[object, ...]] = []

    @contextmanager
    def store_of(ref: str, settings: Settings, **given: object) -> Iterator[tuple[_Store, str | None]]:
        asked.append((ref, settings, given))
        yield store, "/theirs"

    monkeypatch.setattr(where, "store_of", store_of)
    monkeypatch.setattr(retrieve, "_settings", lambda project: Settings(home=f"of {project}"))

    assert "two" in retrieve.retrieve(_REF, lines="2", project=project, session="s")

    assert asked == [(_REF, Settings(home=f"of {project}"), {"project": project, "session": "s"})]
    assert store.asked[0] == ("get", _REF, {"project": "/theirs", "session": "s"})
