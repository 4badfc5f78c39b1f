"""`headroom purge`: forget originals on purpose."""

from __future__ import annotations

import os

import click

from headroom_mcp.cli import _ages, _io
from headroom_mcp.store import open_store, purge_everything
from headroom_mcp.types import HeadroomError


@click.command()
@click.option("--session", help="Only this session's outputs.")
@click.option("--project", help="Only this project's outputs (a folder).")
@click.option("--older-than", help="Only outputs older than this: 12h, 30d, 4w.")
@click.option("--all", "everything", is_flag=True, help="Every original of every project.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def purge(
    session: str | None, project: str | None, older_than: str | None, everything: bool, yes: bool, as_json: bool
) -> None:
    """Remove stored originals for good.

    Rows, free pages and the write-ahead log.

    Criteria combine: an output must match them all. Its ref then answers "expired, run the tool again". Memory notes
    have their own command (`headroom memory`).

    Example: headroom purge --project . --older-than 7d
    """
    if not (session or project or older_than or everything):
        msg = "Say what to purge: --session ID, --project DIR, --older-than 30d, or --all."
        raise click.UsageError(msg)
    if everything and (session or project or older_than):
        msg = "--all takes no other criterion: drop it, or drop the others."
        raise click.UsageError(msg)
    age_s = _ages.seconds(older_than) if older_than else None
    if everything and not yes:
        click.confirm("Remove every original of every project?", abort=True)
    try:
        if everything:
            done = purge_everything()
        else:
            with open_store() as store:
                done = store.purge(
                    session=session,
                    project=os.path.realpath(project) if project else None,
                    older_than_s=age_s,
                )
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        _io.echo_json(done._asdict())
    else:
        _io.echo(
            f"{done.originals:,} originals and {done.outputs:,} records removed; the files are "
            f"{max(0, done.file_bytes):,} bytes smaller."
        )
