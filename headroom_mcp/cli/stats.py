"""`headroom stats`: what compression was worth, retrievals subtracted and losses shown."""

from __future__ import annotations

import json

import click

from headroom_mcp import config
from headroom_mcp.cli import _io
from headroom_mcp.store import ledger, open_store

_HOW = (
    "Tokens are estimated (mean error 9 % against o200k; Claude's own tokenizer is not public), against what the\n"
    "host would have shown by itself. Retrievals are subtracted; the schemas of the MCP tools are not."
)


@click.command()
@click.option("--project", "this_project", is_flag=True, help="Only outputs of this folder's project.")
@click.option("--session", help="Only outputs of this session id.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def stats(this_project: bool, session: str | None, as_json: bool) -> None:
    """Show what compression was worth: tokens before and after, retrievals subtracted, losses shown.

    Example: headroom stats --project
    """
    with _io.said_plainly(), open_store() as store:
        figures = ledger.read(store, project=config.project_dir() if this_project else None, session=session)
    if as_json:
        click.echo(json.dumps(_object(figures)))
        return
    if not figures.totals.outputs:
        click.echo(
            "Nothing compressed yet. `headroom demo` shows what it does; `headroom install` sets up Claude Code."
        )
        return
    click.echo(f"{'kind':<22}{'outputs':>9}{'before':>13}{'after':>12}{'fetched back':>14}{'net':>9}")
    for kind, total in figures.by_kind.items():
        click.echo(_row(kind or "(untyped)", total))
    click.echo(_row("together", figures.totals))
    click.echo(
        f"\n{figures.totals.retrievals:,} retrievals; {figures.losses:,} of {figures.originals:,} originals cost more"
        f" than they saved.\nStored: {figures.original_bytes:,} bytes of originals in {figures.stored_bytes:,}.\n{_HOW}"
    )


def _row(name: str, total: ledger.Totals) -> str:
    return (
        f"{name[:21]:<22}{total.outputs:>9,}{total.tokens_host:>13,}{total.tokens_after:>12,}"
        f"{total.tokens_retrieved:>14,}{total.net_share:>9.1%}"
    )


def _object(figures: ledger.Ledger) -> dict[str, object]:
    return {
        "totals": _totals(figures.totals),
        "by_kind": {kind: _totals(total) for kind, total in figures.by_kind.items()},
        "losses": figures.losses,
        "originals": figures.originals,
        "original_bytes": figures.original_bytes,
        "stored_bytes": figures.stored_bytes,
        "counted_by": "estimate",
    }


def _totals(total: ledger.Totals) -> dict[str, object]:
    return {**total._asdict(), "net": total.net, "net_share": round(total.net_share, 4)}
