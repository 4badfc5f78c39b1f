"""`headroom bench latency`: how long outputs wait for us, by kind and size, and for which models that pays."""

from __future__ import annotations

import sys
import time

import click

from headroom_mcp.cli import _io
from headroom_mcp.context import prices
from headroom_mcp.evals import latency
from headroom_mcp.text import tokens


@click.command("latency")
@click.option(
    "--size", "sizes", type=click.IntRange(200, 400_000), multiple=True, help="In tokens; may be given again."
)
@click.option("--kind", "kinds", type=click.Choice(list(latency.KINDS)), multiple=True, help="Only this kind; again.")
@click.option("--runs", default=20, show_default=True, type=click.IntRange(2, 1_000), help="Warm runs of each.")
@click.option("--cold-runs", default=5, show_default=True, type=click.IntRange(1, 100), help="Whole processes of each.")
@click.option(
    "--reads", "reading", type=click.FloatRange(min=1), help="Tokens a second that your model reads of a prompt."
)
@click.option("--model", default="", help="The model whose prices count (see `headroom prices`).")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def latency_command(
    sizes: tuple[int, ...],
    kinds: tuple[str, ...],
    runs: int,
    cold_runs: int,
    reading: float | None,
    model: str,
    as_json: bool,
) -> None:
    """Measure the time that an output waits for us.

    Warm and as a hook's process, and what that buys.

    Example: headroom bench latency --size 1000 --size 10000 --kind log --reads 3000
    """
    price = prices.of(model) if model else None
    if model and (price is None or price.input is None):
        raise click.ClickException(f"No price is known for {model}; `headroom prices` shows which are.")
    total = len(kinds or latency.KINDS) * len(sizes or latency.SIZES)
    with click.progressbar(length=total, label="kinds and sizes", file=sys.stderr) as bar:
        rows = latency.measure(sizes or latency.SIZES, kinds, runs, cold_runs, lambda: bar.update(1))
    speeds = {"your model": reading} if reading else latency.READING
    if as_json:
        _io.echo_json(_object(rows, speeds, price))
        return
    _print(rows, speeds, price)


def _object(rows: list[latency.Row], speeds: dict[str, float], price: prices.Price | None) -> dict[str, object]:
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": latency.idle(),
        "tokens_by": tokens.method(),
        "reading": speeds,
        "rows": [
            {
                **row._asdict(),
                "warm": row.warm._asdict(),
                "cold": row.cold._asdict(),
                "net_ms": {name: round(row.net_ms(speed), 1) for name, speed in speeds.items()},
                "saved_dollars": _dollars(row, price),
            }
            for row in rows
        ],
    }


def _print(rows: list[latency.Row], speeds: dict[str, float], price: prices.Price | None) -> None:
    _io.echo(f"processor time in ms; {latency.idle()}; tokens by {tokens.method()}\n")
    _io.echo(
        f"{'kind':<8}{'tokens':>9}{'saved':>9}{'warm p50':>10}{'p95':>8}{'p99':>8}{'cold p50':>10}{'p95':>8}{'p99':>8}{'MB':>6}"
        f"{'pays below':>14}"
    )
    for row in rows:
        _io.echo(
            f"{row.kind:<8}{row.tokens:>9,}{row.saved:>9,}{row.warm.p50:>10.1f}{row.warm.p95:>8.1f}{row.warm.p99:>8.1f}"
            f"{row.cold.p50:>10.1f}{row.cold.p95:>8.1f}{row.cold.p99:>8.1f}{row.memory_mb:>6.0f}{row.pays_below:>14,.0f}"
        )
    _io.echo(
        "\nPays below: tokens a second a model reads of a prompt; one that reads faster waits longer for us than it wins. 0: nothing"
        "\nwas saved. That is time alone: a token that is not sent is not paid for either, now or in later requests."
    )
    for name, speed in speeds.items():
        losing = [f"{row.kind} of {row.tokens:,}" for row in rows if row.net_ms(speed) <= 0]
        _io.echo(
            f"{name} ({speed:,.0f} tokens a second): {'does not pay for ' + ', '.join(losing) if losing else 'pays for all of these'}"
        )
    if price is not None:
        for row in rows:
            _io.echo(
                f"{row.kind} of {row.tokens:,}: ${_dollars(row, price):.5f} saved when it is first sent ({price.name}, {price.date})"
            )


def _dollars(row: latency.Row, price: prices.Price | None) -> float | None:
    return None if price is None or price.input is None else row.saved * price.write() * price.input / 1e6
