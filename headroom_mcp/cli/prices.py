"""`headroom prices`: what tokens cost, by model, and what one that is never sent is worth."""

from __future__ import annotations

import os

import click

from headroom_mcp.cli import _io
from headroom_mcp.context import prices as table
from headroom_mcp.settings import environment


@click.command()
@click.argument("model", required=False)
@click.option(
    "--later", default=30, show_default=True, type=click.IntRange(0), help="Requests that follow in the conversation."
)
@click.option("--json", "as_json", is_flag=True, help="Print the rows as a list of objects.")
def prices(model: str | None, later: int, as_json: bool) -> None:
    """Show the prices of models.

    And their cache factors, each with its source and date; with MODEL, the row that counts for it.

    "worth" is what a token that is never sent saves, in input tokens: its write to the cache, and a read with each later
    request. A prices.toml in the data folder adds rows, in the form of the one in the package, and replaces those of a name.

    Example: headroom prices claude-opus-5-5 --later 60
    """
    with _io.said_plainly():
        rows = table.table()
        if model is not None:
            row = table.of(model, rows)
            if row is None:
                own = os.path.join(environment.data_home(), table.FILE_NAME)
                raise click.ClickException(f"No price is known for {model}. Add a row to {own}.")
            rows = [row]
    if as_json:
        _io.echo_json([{**row._asdict(), "worth": round(row.worth(later), 4), "later": later} for row in rows])
        return
    _io.echo(
        f"{'model':<20}{'in $/M':>8}{'out $/M':>9}{'w 5m':>6}{'w 1h':>6}{'read':>7}{'minimum':>9}{'worth':>8}  {'cliff':<20}date        source"
    )
    for row in rows:
        cliff = f"> {row.over:,}: {row.input_over:g}x/{row.output_over:g}x" if row.over else "-"
        _io.echo(
            f"{row.name:<20}{_dollars(row.input):>8}{_dollars(row.output):>9}{row.write_5m:>6g}{row.write_1h:>6g}{row.read:>7g}"
            f"{row.minimum:>9,}{row.worth(later):>8.2f}  {cliff:<20}{row.date}  {row.source}"
        )
    _io.echo(f"\nworth: of a token that is never sent, with {later} later requests, in input tokens. -: not known.")


def _dollars(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
