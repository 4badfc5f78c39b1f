"""What a note rests on: files of its project, by their digest when it was made. A note whose files changed is flagged."""

from __future__ import annotations

import os
from collections.abc import Iterable

from headroom_mcp.store.rows import Note
from headroom_mcp.text import sha256

_MAX_BYTES = 2_000_000  # larger files are known by their size alone: a hook has milliseconds
GONE = "gone"


def digests(files: Iterable[str], project: str) -> dict[str, str]:
    """Return what `files` (absolute, or relative to `project`) hold now, by their path inside the project.

    Files outside the project stay out: a note of one project says nothing about another's.
    """
    found: dict[str, str] = {}
    for file in files:
        path = os.path.normpath(os.path.join(project, file))
        inside = os.path.relpath(path, project)
        if not inside.startswith(os.pardir) and not os.path.isabs(inside):
            found[inside.replace(os.sep, "/")] = _digest(path)
    return found


def changed(note: Note, project: str) -> list[str]:
    """Return the files of `note` that are not what they were when it was made."""
    if not note.rests_on or note.scope != project:
        return []
    return [file for file, then in note.rests_on.items() if _digest(os.path.join(project, file)) != then]


def _digest(path: str) -> str:
    try:
        size = os.path.getsize(path)
        if size > _MAX_BYTES:
            return f"size:{size}"
        with open(path, "rb") as file:
            return sha256.of(file.read())[:16]
    except (OSError, ValueError):
        return GONE
