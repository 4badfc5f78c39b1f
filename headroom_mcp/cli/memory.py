"""`headroom memory`: notes that outlive a conversation, by hand."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from headroom_mcp.cli import _ages, _help, _io, auto_memory
from headroom_mcp.memory import notes, provenance, recall
from headroom_mcp.memory.notes import Note
from headroom_mcp.settings import environment
from headroom_mcp.settings.load import load_settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.types import HeadroomError

_Command = TypeVar("_Command", bound=Callable[..., Any])

# 90d, 12h, 2w


def project_option(command: _Command) -> _Command:
    """Add `--project`: notes belong to the working directory's project unless another is named."""
    return click.option("--project", default="", help="Folder of the project; the working directory by default.")(
        command
    )


def json_option(command: _Command) -> _Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line.")(command)


class _Notes(_help.Group):
    meant: Mapping[str, str] = {
        "save": "add", "store": "add", "remember": "add", "note": "add", "find": "search", "recall": "search", "ls": "list",
        "remove": "forget", "delete": "forget", "rm": "forget",
    }  # fmt: skip


@click.group(cls=_Notes)
def memory() -> None:
    """Keep, find and remove notes.

    They stay in the data folder and belong to one project unless --global is given."""


@memory.command()
@click.argument("text")
@click.option("--tag", "tags", multiple=True, help="A word to group by; may be repeated.")
@click.option("--global", "everywhere", is_flag=True, help="For every project.")
@click.option("--replaces", default="", help="Id of the note that this one supersedes.")
@project_option
@json_option
def add(text: str, tags: tuple[str, ...], everywhere: bool, replaces: str, project: str, as_json: bool) -> None:
    """Save TEXT, or standard input for "-".

    Example: headroom memory add "always use uv" --tag tooling
    """
    body = sys.stdin.read().rstrip("\n") if text == "-" else text
    with _opened() as store:
        here = _project(project)
        scope = notes.GLOBAL if everywhere else here
        similar = notes.alike(store, body, (here, notes.GLOBAL))
        note = notes.save(
            store, body, scope=scope, author="user", tags=tags, replaces=replaces, tool="headroom memory add"
        )
    if as_json:
        _io.echo(notes.as_json(note))
        return
    _io.echo(f"Saved as {note.id}.")
    for other in similar:
        if other.id != replaces:
            _io.echo(f"Alike (supersede it with --replaces {other.id}): {_one_line(other.text)}")


@memory.command()
@click.argument("query")
@click.option("--limit", default=5, show_default=True, help="How many notes at most.")
@click.option("--tag", "tags", multiple=True, help="Only notes with this tag; may be repeated.")
@project_option
@json_option
def search(query: str, limit: int, tags: tuple[str, ...], project: str, as_json: bool) -> None:
    """Show the notes that QUERY is about, best first.

    Example: headroom memory search "how are the tests run"
    """
    here = _project(project)
    with _opened() as store:
        hits = recall.search(store, query, (here, notes.GLOBAL), limit=limit, tags=tags)
    _show_all((hit.note for hit in hits), here, as_json)


@memory.command(name="list")
@click.option("--limit", default=20, show_default=True, help="How many notes at most.")
@click.option("--tag", "tags", multiple=True, help="Only notes with this tag; may be repeated.")
@click.option("--auto", is_flag=True, help="Only what was noted without being asked, with its provenance.")
@click.option("--all-versions", is_flag=True, help="Superseded notes too.")
@project_option
@json_option
def list_notes(limit: int, tags: tuple[str, ...], auto: bool, all_versions: bool, project: str, as_json: bool) -> None:
    """Show the newest notes, of here and global ones.

    Example: headroom memory list --auto --limit 100
    """
    here = _project(project)
    with _opened() as store:
        found = notes.newest(store, (here, notes.GLOBAL), limit=limit, auto=auto, tags=tags, superseded=all_versions)
    _show_all(found, here, as_json, provenance_too=auto)


@memory.command()
@click.argument("note_id")
@project_option
@json_option
def show(note_id: str, project: str, as_json: bool) -> None:
    """Show one note whole, with its source.

    Example: headroom memory show 3f9a1c20d4
    """
    here = _project(project)
    with _opened() as store:
        note = notes.get(store, note_id, (here, notes.GLOBAL))
    if as_json:
        _io.echo(notes.as_json(note))
        return
    for line in _provenance(note, here):
        _io.echo(line)
    _io.echo()
    _io.echo(note.text)


@memory.command()
@click.argument("note_id", required=False, default="")
@click.option(
    "--scope", type=click.Choice(["project", "global", "all"]), help="Of this project (default), global, or all."
)
@click.option("--older-than", default="", help="Notes made before this age: 90d, 12h, 4w.")
@click.option("--matching", default="", help="Notes whose text or tags match this regular expression.")
@click.option("--auto", is_flag=True, help="Notes that nobody asked for.")
@click.option("--yes", is_flag=True, help="Do not ask before removing several.")
@project_option
def forget(
    note_id: str, scope: str | None, older_than: str, matching: str, auto: bool, yes: bool, project: str
) -> None:
    """Remove a note, or all that meet the conditions.

    NOTE_ID goes with the notes it superseded; without one, all notes that meet every condition given.

    Example: headroom memory forget --scope project --older-than 90d
    """
    here = _project(project)
    conditions = bool(scope or older_than or matching or auto)
    if bool(note_id) == conditions:
        raise click.UsageError("Give either a note's id, or conditions (--scope, --older-than, --matching, --auto).")
    with _opened() as store:
        if note_id:
            with store.erasing(rebuild=False):
                note = notes.forget(store, note_id, (here, notes.GLOBAL))
            _io.echo(f"Forgot {note.id}: {_one_line(note.text)}")
            return
        if not yes:
            click.confirm("Remove all notes that meet these conditions?", abort=True)
        before_s = time.time() - _ages.seconds(older_than) if older_than else None
        where = {"global": notes.GLOBAL, "all": None}.get(scope or "", here)
        with store.erasing():
            removed = notes.purge(store, scope=where, before_s=before_s, pattern=matching, auto=auto)
        _io.echo(f"Removed {removed:,} notes.")


@memory.command()
@click.option("--all", "everything", is_flag=True, help="The notes of every project.")
@project_option
def export(everything: bool, project: str) -> None:
    """Print notes as JSON lines, oldest first.

    Those of this project and the global ones.

    Example: headroom memory export --all > notes.jsonl
    """
    with _opened() as store:
        scopes = None if everything else (_project(project), notes.GLOBAL)
        for line in notes.export(store, scopes):
            sys.stdout.buffer.write(f"{line}\n".encode())
    sys.stdout.buffer.flush()


@memory.command(name="import")
@click.argument("file", type=click.Path(allow_dash=True, dir_okay=False), default="-")
@click.option("--here", is_flag=True, help="Put all of them into this project instead of the ones they name.")
@project_option
def import_notes(file: str, here: bool, project: str) -> None:
    """Save the notes that `export` printed.

    Those that are here already stay as they are.

    Example: headroom memory import notes.jsonl
    """
    with click.open_file(file, "rb") as stream, _opened() as store:
        lines = stream.read().decode("utf-8", "replace").split("\n")
        saved, known = notes.load(store, lines, scope=_project(project) if here else None)
    _io.echo(f"Imported {saved:,} notes; {known:,} were here already.")


memory.add_command(auto_memory.auto)


@contextmanager
def _opened() -> Iterator[Store]:
    try:
        with open_store(load_settings()) as store:
            yield store
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error


def _project(folder: str) -> str:
    return environment.project_dir({}, folder) if folder else environment.project_dir()


def _show_all(found: Iterable[Note], project: str, as_json: bool, *, provenance_too: bool = False) -> None:
    empty = True
    for note in found:
        empty = False
        if as_json:
            _io.echo(notes.as_json(note))
            continue
        stale = provenance.changed(note, project)
        flag = f"  [changed since: {', '.join(stale)}]" if stale else ""
        day = time.strftime("%Y-%m-%d", time.gmtime(note.created_s))
        _io.echo(f"{note.id}  {day}  {note.author:5}  {_one_line(note.text)}{flag}")
        if provenance_too:
            for line in _provenance(note, project)[1:]:
                _io.echo(f"    {line}")
    if empty and not as_json:
        _io.echo("No notes.")


def _provenance(note: Note, project: str) -> list[str]:
    stamp = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(note.created_s))
    facts = {
        "note": note.id,
        "by": {"user": "the user", "agent": "an agent", "tool": "tool output"}[note.author],
        "made": stamp,
        "scope": note.scope or "every project",
        "tags": ", ".join(note.tags),
        "tool": note.tool,
        "session": note.session,
        "original": note.ref,
        "rests on": ", ".join(note.rests_on),
        "changed since": ", ".join(provenance.changed(note, project)),
        "superseded by": note.superseded_by,
    }
    return [f"{name}: {value}" for name, value in facts.items() if value]


def _one_line(text: str, max_chars: int = 160) -> str:
    line = " ".join(text[: max_chars * 4].split())
    return line if len(line) <= max_chars else f"{line[: max_chars - 1]}…"
