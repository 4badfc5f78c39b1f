"""`headroom bench memory DIR`: what recall is worth, measured on the data in DIR.

A folder with `locomo.json` gives the conversation benchmark.
"""

from __future__ import annotations

import json
from typing import Any

import click

from headroom_mcp.errors import HeadroomError
from headroom_mcp.evals import locomo


@click.command(name="memory")
@click.argument("folder", type=click.Path(exists=True, file_okay=False))
@click.option("--semantic", is_flag=True, help="Fuse with the local embedding model (extra: embeddings).")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def bench(folder: str, semantic: bool, as_json: bool) -> None:
    """Measure the recall of memory on the data in FOLDER.

    Example: headroom bench memory locomo --json
    """
    try:
        figures = measure(folder, semantic=semantic)
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        click.echo(f"{name}: {value}")


def measure(folder: str, *, semantic: bool = False) -> dict[str, Any]:
    """Return the figures of the benchmark that `folder` holds the data of."""
    return locomo.measure(folder, semantic=semantic)


if __name__ == "__main__":
    bench()
