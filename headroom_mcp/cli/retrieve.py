"""`headroom retrieve`: a slice of an original, by its ref."""

from __future__ import annotations

import click

from headroom_mcp.cli import _io
from headroom_mcp.retrieval import picture
from headroom_mcp.retrieval import retrieve as retrieval
from headroom_mcp.retrieval.where import store_of
from headroom_mcp.settings import environment, redaction
from headroom_mcp.settings.load import in_force
from headroom_mcp.text import marker, tokens
from headroom_mcp.types import UnknownRef


@click.command()
@click.argument("ref")
@click.option("--lines", metavar="RANGE", help='Lines of the original: "120-180", "120", "120-", "-50" (the last 50).')
@click.option("--query", metavar="WORDS", help="The lines about these words, with their neighbours.")
@click.option("--json-path", metavar="PATH", help="A part of a JSON original: $.items[3].name")
@click.option("--region", metavar="X,Y,W,H", help="A region of an image, in its pixels, as PNG (for a file or a pipe).")
@click.option("--max-tokens", default=2000, show_default=True, help="About how much to show.")
@click.option(
    "--all",
    "whole",
    is_flag=True,
    help="The whole original, byte for byte (for a file or a pipe); masked, where secrets are.",
)
@click.option("--any-project", is_flag=True, help="Look in every project, not only this folder's.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the slice and its cost.")
def retrieve(
    ref: str,
    lines: str | None,
    query: str | None,
    json_path: str | None,
    region: str | None,
    max_tokens: int,
    whole: bool,
    any_project: bool,
    as_json: bool,
) -> None:
    """Print what was left out: a slice of the original REF.

    By lines, a query or a JSON path; without any, the first page. Of an image the image itself, its region, or with lines or a
    query the text that tesseract reads in it.

    Example: headroom retrieve 1a2b3c4d5e6f --lines 120-180
    """
    ref = marker.ref_in(ref)
    project = None if any_project else environment.project_dir()
    session = environment.session_id()
    settings = in_force(environment.project_dir()).here
    with _io.said_plainly(), store_of(ref, settings, project=project, session=session) as (store, project):
        try:
            if whole or not (lines or query or json_path or region):
                found = store.get(ref, project=project, session=session)
                if picture.is_picture(found):
                    _io.write_bytes(found.body)
                    return
                if whole:
                    _io.write_bytes(_bytes(redaction.for_model(store.settings, found.text)))
                    return
            if region:
                _io.write_bytes(picture.picture(ref, region, store=store, project=project, session=session).data)
                return
            text = retrieval.retrieve(
                ref,
                lines=lines,
                query=query,
                json_path=json_path,
                max_tokens=max_tokens,
                store=store,
                project=project,
                session=session,
            )
        except UnknownRef as error:
            hint = "" if any_project else " It may belong to another project: add --any-project."
            raise click.ClickException(f"{error}{hint}") from error
    if as_json:
        _io.echo_json({"ref": ref, "text": text, "tokens": tokens.count(text), "counted_by": tokens.method()})
    else:
        _io.write_text(text)


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair
        return text.encode("utf-8", "surrogatepass")
