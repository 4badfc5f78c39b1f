"""`headroom integrations`: the libraries that outputs can be made short in, and the line that does it."""

from __future__ import annotations

import json

import click

from headroom_mcp.cli import _io
from headroom_mcp.integrations.catalogue import CATALOGUE, installed
from headroom_mcp.settings import extras


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable: one object per library.")
def integrations(as_json: bool) -> None:
    """List agent frameworks, with a line each to copy."""
    found = [(row, installed(row)) for row in CATALOGUE]
    if as_json:
        _io.echo(
            json.dumps(
                [{**row._asdict(), "imports": row.imports, "installed": version} for row, version in found], indent=2
            )
        )
        return
    for row, version in found:
        how = extras.remedy(row.extra) if row.extra else "needs nothing more"
        here = f"{version} is installed" if version else f"not installed; {how}"
        _io.echo(f"{row.name}  ({here}; tested with {row.tried})", bold=True)
        _io.echo(f"    {row.imports}\n    {row.line}\n")
