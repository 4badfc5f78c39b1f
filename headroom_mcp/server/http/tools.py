"""The tools as a team's server offers them: for one tenant and project, without a file or folder of any machine.

They run in worker processes (see `server.workers`), each with one connection of its own; what is done in a moment, in the server's
own process. Who calls is handed in beside the arguments, by the server; no argument names a tenant or a project.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from headroom_mcp.memory import tools as answers
from headroom_mcp.server import stats_text
from headroom_mcp.server import tools as own
from headroom_mcp.server.http.callers import Caller
from headroom_mcp.server.tools import Answer, ToolRow
from headroom_mcp.settings import redaction
from headroom_mcp.settings.load import load_settings
from headroom_mcp.settings.table import Settings
from headroom_mcp.store.postgres import store as shared
from headroom_mcp.store.postgres.store import PostgresStore
from headroom_mcp.text import marker
from headroom_mcp.types import NoteError, Origin, RefError

_calling: ContextVar[Caller] = ContextVar("calling")
_given: list[PostgresStore] = []  # the one that the server's own process has open


def run(name: str, caller: list[str], named: dict[str, Any]) -> Answer:
    """Return what the tool `name` answers `caller`. Raises: HeadroomError."""
    _calling.set(Caller(*caller))  # the context of this call alone: a worker does one at a time, a thread has its own
    return _FUNCTIONS[name](**named)


def is_quick(name: str, given: Mapping[str, Any]) -> bool:
    """Tell whether a call only looks an original up and cuts lines out of it: time that grows with nothing but its size."""
    return name == headroom_retrieve.__name__ and not any(given.get(part) for part in ("query", "json_path", "region"))


def use(store: PostgresStore) -> None:
    """Let the calls of this process go by `store`, which stays open."""
    _given[:] = [store]


def warm() -> str:
    """Be ready for a call: with everything imported that one needs, and a connection. Raises: StoreError."""
    from headroom_mcp.compressors import general
    from headroom_mcp.flow import compress as flow
    from headroom_mcp.retrieval import slices

    _base()
    return f"{general.__name__} {flow.__name__} {slices.__name__}"


def expire() -> int:
    """Let retention take what is due of every tenant; return how many originals went. Raises: StoreError."""
    from headroom_mcp.store.postgres import tokens

    base = _base()
    names = tokens.tenants(base.database)  # type: ignore[arg-type] # it is PostgreSQL's
    return sum(shared.of_tenant(base, name).expire(within_s=5.0) for name in names)


def compress(text: str, query: str = "") -> str:
    """Return `text` made small; facts and lines about `query` stay."""
    store = _store()
    return own.made_small(
        store, store.settings._replace(repeats=False), text, query, project=_calling.get().project, session=""
    )


def headroom_retrieve(
    ref: str, lines: str = "", query: str = "", json_path: str = "", region: str = "", max_tokens: int = 2000
) -> Answer:
    """Return a slice of the original `ref`, if the caller's tenant (and project) has it."""
    store, ref = _store(), marker.ref_in(ref)
    try:
        return own.slice_of(store, _calling.get().project or None, "", ref, lines, query, json_path, region, max_tokens)
    except RefError:
        store.refused(ref, origin=Origin(project=_calling.get().project))
        raise


def memory_save(text: str, tags: str = "", replaces: str = "", scope: str = "project") -> str:
    """Save a note for the caller's project or (`scope="global"`) for all of its tenant's."""
    if scope not in {"project", "global"}:
        msg = f'scope={scope!r} is neither "project" nor "global".'
        raise NoteError(msg)
    if scope == "global" and _calling.get().project:
        msg = "This access token is for one project; a note for every project needs one for the whole team."
        raise NoteError(msg)
    return answers.remember(
        _store(),
        text,
        project=_calling.get().project,
        everywhere=scope == "global",
        tags=tags.replace(",", " ").split(),
        replaces=replaces,
    )


def memory_search(query: str = "", limit: int = 5) -> str:
    """Return the notes about `query`, the newest without one, the whole of one by its id."""
    return answers.found(_store(), query, project=_calling.get().project, limit=limit)


def memory_forget(id: str) -> str:  # noqa: A002 - the word that answers use for it
    """Remove a note and the versions it superseded."""
    return answers.forgotten(_store(), id, project=_calling.get().project)


def headroom_stats() -> str:
    """Return what compression was worth to the caller's project, or to its whole tenant."""
    return stats_text.of_team(_store(), _calling.get().project)


def _store() -> PostgresStore:
    store = shared.of_tenant(_base(), _calling.get().tenant)
    store.caller = _calling.get().name
    return store


@functools.cache
def _base() -> PostgresStore:
    """Return the store of this worker, kept open: a connection costs more than a call. Raises: StoreError."""
    return _given[0] if _given else shared.open_store(settings(), tenant="-", connections_most=1)


def settings() -> Settings:
    """Return the settings of a server for many. Raises: SettingsError."""
    return redaction.shared(load_settings())


def _row(function: Callable[..., Answer], **changed: Any) -> ToolRow:
    """Return the row of a tool as the local server words it, with our function."""
    row = next(row for row in own.TOOLS if row.function.__name__ == function.__name__)
    known = function.__code__.co_varnames[: function.__code__.co_argcount]
    notes: Mapping[str, str] = {name: said for name, said in row.notes.items() if name in known}
    return row._replace(function=function, notes=notes, instead=None, **changed)


TOOLS = [
    _row(
        compress,
        about="Make a large text small: errors, totals and structure stay, the rest is counted and retrievable.",
    ),
    _row(headroom_retrieve),
    _row(memory_save),
    _row(memory_search),
    _row(memory_forget),
    _row(headroom_stats),
]
_FUNCTIONS = {row.function.__name__: row.function for row in TOOLS}
