"""Tables of calls of the store, one after the other, with what each answers and what the store holds then. See `tests.tables`.

A line is a call and its arguments as JSON: `notes.add {"note": {"id": "n1", "text": "the build needs node"}}`. In a string
REF1 is what the first `put` has answered; a thousand seconds lie between two calls, and `wait` adds more.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Original, open_in_memory
from headroom_mcp.store.figures import Bill, Figures
from headroom_mcp.store.rows import Note, Observation
from headroom_mcp.store.sqlite.store import SqliteStore
from headroom_mcp.types import HeadroomError, Origin
from tests import tables

_TABLES = Path(__file__).parent / "tables"
_CALL = re.compile(
    r"((?:ledger|sessions|contexts|notes|observations)\.[a-z]\w*|put|get|was_shown|ref_of_call|retrieved|expire|purge)$"
)
_FROM_S = 1_700_000_000.0
_HELD = {
    "original": "ref, codec, size_bytes, created_s, used_s", "output": "*", "retrieval": "*", "expired": "*", "session": "*",
    "shown": "session, agent, label, created_s, chars", "seen_file": "*", "note": "*", "observation": "*",
    "charge": "*", "project": "path", "bill": "*", "note_words": "body, near, far, tags, scope", "note_vector": "row, model",
}  # fmt: skip


def _calls(text: str, days: float = 30, bytes: int = 1 << 30, hours: float = 24) -> str:  # noqa: A002
    settings = Settings(retention_days=days, max_store_bytes=bytes, live_session_hours=hours)
    now, refs = [_FROM_S], list[str]()
    with _clock(now), open_in_memory(settings) as store:
        told: list[str] = []
        for line in text.split("\n"):
            told.append(_told(_answer(store, line, refs, now)))
            now[0] += 1_000
        return "\n".join([*told, *_holds(store)])


@contextmanager
def _clock(now: list[float]) -> Iterator[None]:
    """Let it be `now`, in Greenwich: the ledger has local days."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: now[0])
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def _answer(store: SqliteStore, line: str, refs: list[str], now: list[float]) -> Any:
    name, _, given = line.partition(" ")
    try:
        arguments = _filled(json.loads(given or "{}"), refs)
        if name == "wait":
            now[0] += float(arguments["s"])
            return None
        if not isinstance(arguments, dict) or not _CALL.match(name):
            return "no such call"
        owner = store if "." not in name else getattr(store, name.partition(".")[0])
        answer = getattr(owner, name.rpartition(".")[2])(**arguments)
        answer = list(answer) if isinstance(answer, Iterator) else answer
    except HeadroomError as error:
        return f"{type(error).__name__}: {error}"
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"{type(error).__name__}"
    if name == "put":
        refs.append(answer)
    return answer


_MADE: dict[str, Any] = {"note": Note, "origin": Origin}


def _filled(value: Any, refs: list[str]) -> Any:
    """Return arguments as calls take them: refs for REF1, objects of ours for those that are written as JSON."""
    if isinstance(value, str):
        return re.sub(
            r"REF(\d)", lambda found: refs[int(found[1]) - 1] if int(found[1]) <= len(refs) else "0" * 12, value
        )
    if isinstance(value, list):
        return [_filled(one, refs) for one in value]
    if not isinstance(value, dict):
        return value
    filled = {key: _filled(one, refs) for key, one in value.items()}
    for key, make in _MADE.items():
        if key in filled:
            filled[key] = _one(make, filled[key])
    if "notes" in filled:
        filled["notes"] = [_one(Note, one) for one in filled["notes"]]
    if "bills" in filled:
        filled["bills"] = [Bill(**one) for one in filled["bills"]]
    if "rows" in filled and all(isinstance(one, dict) for one in filled["rows"]):
        filled["rows"] = [
            Observation(**{"id": 0, "scope": "/p", "session": "s", "detail": "", "ref": "", **one})
            for one in filled["rows"]
        ]
    if isinstance(filled.get("shown"), str):
        shown = filled["shown"]
        filled["shown"] = lambda ref: f"{shown} {ref}"
    if isinstance(filled.get("matches"), str):
        filled["matches"] = re.compile(filled["matches"]).search
    if isinstance(filled.get("vectors"), dict):
        filled["vectors"] = {int(row): str(vector).encode() for row, vector in filled["vectors"].items()}
    return filled


def _one(make: Any, given: dict[str, Any]) -> Any:
    return make(**{key: tuple(one) if isinstance(one, list) else one for key, one in given.items()})


def _told(answer: Any) -> str:
    if isinstance(answer, Original):
        return f"{answer.ref} {answer.text!r} {answer.tool_name} {answer.kind} {answer.created_s}"
    if isinstance(answer, Figures):
        answer = answer._replace(stored_bytes=min(1, answer.stored_bytes))  # how small zlib makes it is its own matter
    if isinstance(answer, list):
        return "[" + ", ".join(map(_told, answer)) + "]"
    if isinstance(answer, Mapping):
        return "{" + ", ".join(f"{key}: {_told(one)}" for key, one in answer.items()) + "}"
    return f"{answer:.4f}" if isinstance(answer, float) else str(answer)


def _holds(store: SqliteStore) -> Iterator[str]:
    """Yield the rows of the store's tables, without what is compressed and without digests."""
    for table, columns in _HELD.items():
        order = "row, model" if table == "note_vector" else "rowid"
        for row in itertools.islice(store.connection.execute(f"SELECT {columns} FROM {table} ORDER BY {order}"), 12):
            said = ("…" if isinstance(one, str) and re.fullmatch(r"[0-9a-f]{64}", one) else str(one) for one in row)
            yield f"{table}: {' | '.join(said)}"


def _note(**fields: Any) -> str:
    return f"notes.add {json.dumps({'note': {'created_s': 1_700_000_000, **fields}})}"


_ORIGIN = '"origin": {"session": "s", "project": "/p", "agent": "a", "tool_use_id": "t1", "host": "codex"}'
_PUT = f'put {{"original": "line one\\nline two\\n", {_ORIGIN}, "shown": "short", "tool_name": "Bash", "kind": "log", "label": "make", "tokens_before": 900, "tokens_host": 700, "tokens_after": 90}}'
_OTHER = (
    _PUT.replace("line one", "another")
    .replace('"s"', '"other"')
    .replace('"/p"', '"/q"')
    .replace("t1", "t2")
    .replace("Bash", "Read")
    .replace("log", "code")
)
_NOTES = [
    _note(id="n1", text="the build needs node 20", scope="/p", tags=["build"], session="s", speaker="user"),
    _note(id="n2", text="getUserId returns the id of a user", scope="/p", session="s", tags=["code", "build"]),
    _note(id="n3", text="tests of the build run in docker", scope="", author="user"),
    _note(
        id="n4",
        text="after a failure of make, node was updated",
        scope="/p",
        topic="failure:make",
        ref="REF1",
        rests_on={"a.py": "12"},
    ),
]
_SEEN = 'observations.add {"rows": [{"what": "failure", "subject": "make", "detail": "exit 2", "created_s": 5}, {"what": "edit", "subject": "a.py", "session": "t", "created_s": 9}, {"what": "failure", "subject": "ls", "scope": "/q", "created_s": 12}]}'

SEEDS = [
    "\n".join([_PUT, 'get {"ref": "REF1"}', 'get {"ref": "REF1", "project": "/p"}', 'get {"ref": "REF1", "project": "/q"}',
               'get {"ref": "REF1", "project": "/q", "session": "s"}', 'was_shown {"ref": "REF1", "text": "short REF1"}',
               'ref_of_call {"tool_use_id": "t1"}', 'retrieved {"ref": "REF1", "tokens": 50, "origin": {"session": "s", "project": "/p"}}']),
    "\n".join([_PUT, _PUT.replace("t1", "t3"), _OTHER, 'ledger.read {"by": "tool"}', 'ledger.read {"by": "project", "session": "s"}',
               'ledger.read {"by": "day", "project": "/q"}', 'ledger.read {"by": "host"}', 'ledger.read {"by": "tool and kind"}',
               'ledger.worst {"most": 2}', 'ledger.most_left_out {"most": 1, "project": "/p"}']),
    "\n".join([_PUT, _OTHER, 'retrieved {"ref": "REF2", "tokens": 800}', 'retrieved {"ref": "REF1", "tokens": 20, "origin": {"session": "s"}}',
               'ledger.charge {"what": "tool schemas", "tokens": 300, "origin": {"session": "s", "project": "/p"}, "once": true}',
               'ledger.charge {"what": "tool schemas", "tokens": 300, "origin": {"session": "s", "project": "/p"}, "once": true}',
               'ledger.charge {"what": "context added", "tokens": 30, "origin": {"session": "s", "project": "/p"}}',
               "ledger.read {}", 'ledger.read {"by": "project"}', 'ledger.worst {"most": 3, "session": "other"}']),
    "\n".join(['ledger.bill {"bills": [{"model": "m", "session": "s", "project": "/p", "tokens_input": 10, "tokens_cache_read": 20, "tokens_cache_write": 3, "tokens_output": 4, "tokens_left_out": 5}, {"model": "m", "created_s": 7}, {"model": "k"}]}',
               "ledger.billed {}", 'ledger.billed {"project": "/p"}', 'ledger.billed {"session": "s"}', 'purge {"project": "/p"}', "ledger.billed {}"]),
    "\n".join(['sessions.set_query {"session": "s", "project": "/p", "text": "why does it fail?"}', 'sessions.query {"session": "s"}', _PUT,
               'sessions.note_file {"context": "s", "path": "/p/a.py", "state": "shortened", "ref": "REF1"}',
               'sessions.note_file {"context": "s/a", "path": "/p/a.py", "state": "whole"}', 'sessions.file_state {"context": "s", "path": "/p/a.py"}',
               'sessions.path_of {"ref": "REF1"}', 'sessions.refs {"session": "s", "most": 2}', 'sessions.forget_files {"session": "s"}',
               'sessions.file_state {"context": "s/a", "path": "/p/a.py"}', 'sessions.end {"session": "s"}']),
    "\n".join([_PUT, _PUT.replace("one", "1"), _PUT.replace("one", "2"), 'retrieved {"ref": "REF2", "tokens": 5}', 'sessions.refs {"session": "s", "most": 2}',
               'sessions.refs {"session": "s", "most": 9}']),
    "\n".join(['contexts.note_shown {"session": "s", "agent": "", "label": "make", "text": "a text", "tool_use_id": "t1"}',
               'contexts.note_shown {"session": "s", "agent": "a", "label": "ls", "text": "another text"}',
               'contexts.note_shown {"session": "s", "agent": "", "label": "make", "text": "a longer text of a call"}',
               'contexts.shown_in {"session": "s", "agent": ""}', 'contexts.shown_in {"session": "s", "agent": "", "since_s": 1700001500}',
               'contexts.forget_shown {"session": "s", "agent": "a"}', 'contexts.shown_in {"session": "s", "agent": "a"}',
               'contexts.forget_shown {"session": "s"}', 'contexts.shown_in {"session": "s", "agent": ""}']),
    "\n".join([_PUT, 'contexts.note_shown {"session": "s", "agent": "", "label": "make", "text": "short REF1\\n[headroom REF1]"}',
               'contexts.shown_of {"ref": "REF1"}', 'contexts.shown_in {"session": "s", "agent": ""}', 'wait {"s": 2000000}', "expire {}", 'get {"ref": "REF1"}']),
    "\n".join([*_NOTES, 'notes.newest {"scopes": ["/p", ""], "limit": 3}', 'notes.newest {"scopes": ["/p"], "limit": 9, "auto": true}',
               'notes.newest {"scopes": ["/p"], "limit": 9, "tags": ["build"]}', 'notes.on_topic {"scope": "/p", "topic": "failure:make"}']),
    "\n".join([*_NOTES[:3], _note(id="n5", text="the build needs node 22", scope="/p").replace("}}", '}, "replaces": "n1"}'),
               'notes.newest {"scopes": ["/p"], "limit": 9, "superseded": true}', "notes.all {}", 'notes.all {"scopes": [""]}', 'notes.get {"note_id": "n1"}',
               'notes.get {"note_id": "n3", "scopes": ["/p"]}', 'notes.remove {"note_id": "n5"}', "notes.all {}"]),
    "\n".join([*_NOTES, 'notes.candidates {"terms": ["build", "node"], "scopes": ["/p", ""], "limit": 5}',
               'notes.candidates {"terms": ["build"], "scopes": ["/p"], "tags": ["code"], "limit": 1}', 'notes.holding {"text": "of", "scopes": ["/p", ""], "limit": 2}',
               'notes.sharing {"terms": ["build", "node", "user"], "at_most": 2}', 'notes.by_row {"rows": [1, 2, 9], "scopes": ["/p"]}']),
    "\n".join([*_NOTES[:3], 'notes.add_vectors {"model": "v", "vectors": {"1": "abcd", "2": "efgh", "7": "x"}}', 'notes.vectors {"model": "v", "scopes": ["/p"]}',
               'notes.without_vector {"model": "v", "scopes": ["/p", ""], "limit": 2, "chars": 9}', 'notes.without_vector {"model": "w", "scopes": ["/p"], "limit": 1, "chars": 90}',
               'notes.stamp {"scopes": ["/p"]}', 'notes.count_use {"ids": ["n1", "n3"], "now_s": 44}', 'notes.stamp {"scopes": ["/p", ""]}']),
    "\n".join([*_NOTES, _note(id="n6", text="another of make", scope="/p", topic="failure:ls"), 'notes.keep_newest {"scope": "/p", "topics": "failure", "count": 1}', "notes.all {}",
               'notes.remove_where {"scope": "/p", "matches": "node"}', "notes.all {}", 'notes.remove_where {"auto": true}', 'notes.remove_where {"before_s": 1700000001}']),
    "\n".join(['notes.add_all {"notes": [{"id": "x1", "text": "one of node"}, {"id": "x2", "text": "two", "superseded_by": "x1"}]}', "notes.all {}",
               _note(id="x3", text="three", scope="").replace("}}", '}, "replaces": "x2"}'), _note(id="x4", text="four", scope="").replace("}}", '}, "replaces": "x9"}')]),
    "\n".join([_SEEN, 'observations.find {"scope": "/p", "what": "failure"}', 'observations.find {"scope": "/p", "what": "edit", "subject": "a.py", "session": "t"}',
               'observations.find {"scope": "/q", "what": "failure", "since_s": 10, "after_id": 1}', 'observations.forget {"scope": "/p", "what": "failure"}',
               'observations.find {"scope": "/q", "what": "failure"}', 'observations.forget {"subject": "a.py", "session": "t"}', 'observations.forget {"before_s": 12}', "observations.forget {}"]),
    "\n".join([_PUT, _OTHER, 'purge {"session": "s"}', 'get {"ref": "REF1"}', 'get {"ref": "REF2"}', _PUT, 'purge {"older_than_s": 1700003000}', "purge {}", "ledger.read {}"]),
    "\n".join([_PUT, _OTHER, _PUT.replace("one", "3"), 'sessions.end {"session": "s"}', 'wait {"s": 3000000}', 'retrieved {"ref": "REF1", "tokens": 1}', "expire {}",
               'get {"ref": "REF1"}', 'get {"ref": "REF2"}', 'get {"ref": "REF3"}', 'expire {"now_s": 1900000000, "within_s": 0}']),
    "\n".join([_PUT.replace("one", f"{n} " + "xyz" * 40) for n in range(4)] + ['sessions.end {"session": "s"}', 'expire {"now_s": 1700100000}', "ledger.read {}"]),
]  # fmt: skip
CASES = False
PROBES: dict[str, tables.Probe] = {"calls": _calls}
_NAMES = ("notes", "note_search", "originals", "ledger", "ledger_figures", "sessions", "contexts", "observations", "purge", "retention", "plain_index", "database")  # fmt: skip
MODULES = {name: f"headroom_mcp.store.sqlite.{name}" for name in _NAMES}
ASKED = {name: ["calls"] for name in _NAMES}
CHOICES = {"days": [30, 0, 1], "bytes": [1 << 30, 100, 0], "hours": [24, 0]}


@pytest.mark.parametrize("name", sorted(path.stem for path in _TABLES.glob("*.txt")))
def test_these_calls_are_answered_just_so(name: str, request: pytest.FixtureRequest) -> None:
    tables.check(tables.settle(_TABLES / f"{name}.txt", PROBES, request), PROBES)
