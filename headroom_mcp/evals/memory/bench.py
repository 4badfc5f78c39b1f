"""`headroom bench memory DIR`: what recall is worth, measured on the data in DIR.

A folder with `locomo.json` gives the conversation benchmark, one with recorded agent sessions the coding benchmark.
"""

from __future__ import annotations

import json
from typing import Any

import click

from headroom_mcp.evals.memory import coding_recall, locomo
from headroom_mcp.evals.memory import speed as memory_speed
from headroom_mcp.types import HeadroomError


@click.command(name="memory")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--speed", is_flag=True, help="Time saving and searching in a large memory instead.")
@click.option("--notes", "count", default=100_000, show_default=True, help="With --speed: how many notes.")
@click.option("--semantic", is_flag=True, help="Fuse with the model that HEADROOM_EMBEDDINGS names.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def bench(folder: str | None, speed: bool, count: int, semantic: bool, as_json: bool) -> None:
    """Measure the recall of memory on the data in FOLDER, or its speed.

    A hit is a question with at least one note of its evidence among the k returned. A folder with LoCoMo's locomo.json
    gives the conversation benchmark, recorded agent sessions (*.json with steps) the coding benchmark.

    Example: headroom bench memory locomo --json
    """
    if (folder is None) != speed:
        raise click.UsageError("Give a folder of data, or --speed.")
    try:
        figures = memory_speed.measure(count) if folder is None else measure(folder, semantic=semantic)
    except HeadroomError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(figures))
        return
    _print(figures)


def measure(folder: str, *, semantic: bool = False) -> dict[str, Any]:
    """Return the figures of the benchmark that `folder` holds the data of."""
    if coding_recall.is_here(folder):
        return coding_recall.measure(folder)
    return locomo.measure(folder, semantic=semantic)


def _print(figures: dict[str, Any], indent: str = "") -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            click.echo(f"{indent}{name}:")
            _print(value, indent + "  ")
        else:
            click.echo(f"{indent}{name}: {value:,}" if isinstance(value, int) else f"{indent}{name}: {value}")


if __name__ == "__main__":
    bench()
