"""The memory tools: one connection per call, the project and session of the host, and `memory.answers` for the rest."""

from __future__ import annotations

from headroom_mcp.memory import tools as answers
from headroom_mcp.settings import environment
from headroom_mcp.store import open_store
from headroom_mcp.types import NoteError


def memory_save(text: str, tags: str = "", replaces: str = "", scope: str = "project") -> str:
    """Save a note of the agent's, for this project or (`scope="global"`) for all."""
    if scope not in {"project", "global"}:
        msg = f'scope={scope!r} is neither "project" nor "global".'
        raise NoteError(msg)
    with open_store() as store:
        return answers.remember(
            store,
            text,
            project=environment.project_dir(),
            everywhere=scope == "global",
            tags=tags.replace(",", " ").split(),
            replaces=replaces,
            session=environment.session_id(),
        )


def memory_search(query: str = "", limit: int = 5) -> str:
    """Return the notes about `query`, the newest without one, the whole of one by its id."""
    with open_store() as store:
        return answers.found(store, query, project=environment.project_dir(), limit=limit)


def memory_forget(id: str) -> str:  # noqa: A002 - the word that answers use for it
    """Remove a note and the versions it superseded."""
    with open_store() as store:
        return answers.forgotten(store, id, project=environment.project_dir())
