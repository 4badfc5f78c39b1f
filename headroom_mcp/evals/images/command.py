"""The command `headroom bench images`, which can be listed and described where Pillow is not installed."""

from __future__ import annotations

import json

import click

from headroom_mcp.images import pixels
from headroom_mcp.types import MissingExtra


@click.command(name="images")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def bench(as_json: bool) -> None:
    """Decide about sixty and more images.

    What is saved, what stays readable, and what the router takes each for.

    Better with chromium, tesseract, matplotlib, scikit-image, scikit-learn and pygame; each is used where it is installed.

    Example: headroom bench images --json
    """
    from headroom_mcp.evals.images.bench import measure

    try:
        pixels.pillow()
    except MissingExtra as error:
        raise click.ClickException(str(error)) from error
    figures = measure()
    if as_json:
        click.echo(json.dumps(figures))
        return
    for name, row in figures.items():
        click.echo(f"{name}")
        for key, value in row.items():
            click.echo(f"  {key:<34} {value}")
