"""`headroom stats`: what compression was worth, with everything subtracted that it cost, and losses shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import click

from headroom_mcp.cli import _io
from headroom_mcp.context import counting, prices
from headroom_mcp.settings import environment
from headroom_mcp.store import figures as ledger
from headroom_mcp.store import open_store
from headroom_mcp.text import marker, models, visible

_MODEL = "claude-opus-5-5"

HOW = (
    "Tokens are estimated (mean error 9 % against o200k; Claude's own tokenizer is not public), against what the\n"
    "host would have shown by itself; what no host saw (`headroom compress`, the library), against all of it. Subtracted:\n"
    "slices fetched back, outputs asked for again after a short answer, the schemas of the MCP tools once per session that loaded them, context that hooks add. Outputs left as they were are\n"
    "not counted."
)

BILLED = (
    "Requests through the proxy, in the tokens that their providers say they bill; input is what no cache had. Left out:\n"
    "what these requests would have held beside it, estimated, and counted each time it was not sent again. Dollars:\n"
    "at today's prices of the model (`headroom prices`), without those for long prompts."
)


@click.command()
@click.option("--by", type=click.Choice(ledger.GROUPINGS), default="kind", show_default=True, help="What a row is.")
@click.option("--project", "this_project", is_flag=True, help="Only outputs of this folder's project.")
@click.option("--session", help="Only outputs of this session id.")
@click.option(
    "--model", default=_MODEL, show_default=True, help="The model whose prices count (see `headroom prices`)."
)
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def stats(by: ledger.Grouping, this_project: bool, session: str | None, model: str, as_json: bool) -> None:
    """Show what was saved, net of what it cost.

    Tokens before and after, everything that was fetched back or added subtracted, losses shown.

    Example: headroom stats --by tool --project
    """
    with _io.said_plainly(), open_store() as store:
        price = prices.of(model)
        rows = prices.table()
        project = environment.project_dir() if this_project else None
        figures = store.ledger.read(by, project=project, session=session)
        billed = store.ledger.billed(project=project, session=session)
        elsewhere = figures if figures.totals.outputs else store.ledger.read()
    if as_json:
        _io.echo_json(
            {
                **_object(figures, by),
                "money": _money(figures, price),
                "billed": {
                    name: {**sums._asdict(), "dollars": _bill(name, sums, rows)} for name, sums in billed.items()
                },
            }
        )
        return
    if not figures.totals.outputs:
        _say_billed(billed, rows)
        _io.echo(_nothing(project, session, elsewhere))
        return
    names = {name: visible.spelled_out(name) or "(none)" for name in figures.rows}
    width = min(46, max(12, *map(len, names.values())) + 2)
    head = f"{by:<{width}}{'outputs':>8}{'before':>12}{'after':>11}{'fetched':>9}{'added':>8}{'net':>12}{'share':>8}"
    _io.echo(head, bold=True)
    for name, total in figures.rows.items():
        _io.echo(_row(names[name], total, width), fg="red" if total.net < 0 else None)
    _io.echo(_row("together", figures.totals, width), bold=True)
    for name, total in figures.rows.items():
        if total.net < 0 and name not in get_args(ledger.Charge):
            _io.echo(f"\n{names[name]} is below zero: {why_negative(total)}")
    _io.echo(
        f"\n{marker.counted(figures.totals.retrievals, 'retrieval')}; {figures.losses:,} of {figures.originals:,} originals cost more"
        f" than {'it' if figures.losses == 1 else 'they'} saved.\nStored: {figures.original_bytes:,} bytes of originals in {figures.stored_bytes:,}.\n{HOW}"
    )
    _io.echo(_in_dollars(figures, price, model))
    if figures.cut_outputs:
        _io.echo(_cut(figures, price))
    _say_billed(billed, rows)


def _nothing(project: str | None, session: str | None, elsewhere: ledger.Figures) -> str:
    """Return which scope is empty, and what there is beyond it."""
    where = [f"in session {session}" if session else "", f"in the project {project}" if project else ""]
    scope = " ".join(filter(None, where))
    if not elsewhere.totals.outputs:
        return "Nothing compressed yet. `headroom demo` shows what it does; `headroom install` sets up Claude Code."
    return (
        f"Nothing compressed {scope}. Elsewhere: {marker.counted(elsewhere.totals.outputs, 'output')}, net "
        f"{elsewhere.totals.net:,} tokens (`headroom stats` without {'--session' if session else '--project'})."
    )


def why_negative(total: ledger.Totals) -> str:
    """Return why a row is below zero, beside what the host would have shown by itself."""
    if total.tokens_after > total.tokens_host:
        return (
            f"the host's own preview of {'this output' if total.outputs == 1 else f'these {total.outputs:,} outputs'} has "
            f"{total.tokens_host:,} tokens, ours {total.tokens_after:,}, with facts that the preview cuts off."
        )
    given_back = total.tokens_retrieved + total.tokens_charged
    return (
        f"{total.tokens_host - total.tokens_after:,} tokens were left out, and {given_back:,} were fetched back or shown "
        "again: what was left out was wanted."
    )


def _money(figures: ledger.Figures, price: prices.Price | None) -> dict[str, object] | None:
    """Return what the net tokens are worth at `price`, None where it is not known."""
    if price is None or price.input is None:
        return None
    units = figures.totals.net * price.worth(figures.later)
    return {
        "dollars": price.dollars(units),
        "input_tokens": round(units),
        "model": price.name,
        "prices_of": price.date,
        "cache_write": price.write(),
        "cache_read": price.read,
        "later": round(figures.later, 2),
    }


def _in_dollars(figures: ledger.Figures, price: prices.Price | None, model: str) -> str:
    money = _money(figures, price)
    if price is None or money is None:
        return f"No price is known for {visible.spelled_out(model)}: `headroom prices` shows which are."
    factors = counting.FACTORS[models.family(price.name)]
    more = f" {price.name} counts {min(factors):g} to {max(factors):g} times as many." if max(factors) > 1 else ""
    again = (
        f"read again ({price.read:g})\nby the {figures.later:,.1f} outputs that followed it in its session on average."
        if figures.later >= 0.05
        else "not read again\nas far as is known: no output followed it in a session."
    )
    return (
        f"\nWorth ${money['dollars']:,.2f} at the prices of {price.name} ({price.date}, ${price.input:g} per million input tokens):"
        f" {figures.totals.net:,} tokens,\neach written to the prompt cache once ({price.write():g}) and {again}{more}"
    )


def _cut(figures: ledger.Figures, price: prices.Price | None) -> str:
    """Say what the host would have cut by itself, and what that would have cost as a whole."""
    outputs = marker.counted(figures.cut_outputs, "output")
    said = f"\nBy itself the host would have cut {outputs}: {figures.tokens_cut:,} tokens of them shown to nobody"
    if price is None or price.input is None:
        return said + "."
    dollars = price.dollars(figures.tokens_cut * price.worth(figures.later))
    return f"{said}; shown whole\nthey would have cost ${dollars:,.2f} more. With us they are one call away."


def _bill(model: str, sums: ledger.Billed, rows: Sequence[prices.Price]) -> float | None:
    """Return the dollars that the requests of `model` cost at its prices, None where they are not known."""
    price = prices.of(model, rows)
    if price is None or price.input is None or price.output is None:
        return None
    units = sums.tokens_input + sums.tokens_cache_write * price.write() + sums.tokens_cache_read * price.read
    return (units * price.input + sums.tokens_output * price.output) / 1e6


def _row(name: str, total: ledger.Totals, width: int) -> str:
    # The end of a path tells more than its beginning.
    short = name if len(name) < width else f"…{name[-(width - 2) :]}"
    share = f"{total.net_share:.1%}" if total.tokens_host else "-"
    return (
        f"{short:<{width}}{total.outputs:>8,}{total.tokens_host:>12,}{total.tokens_after:>11,}"
        f"{total.tokens_retrieved:>9,}{total.tokens_charged:>8,}{total.net:>12,}{share:>8}"
    )


def _say_billed(billed: Mapping[str, ledger.Billed], rows: Sequence[prices.Price]) -> None:
    """Print what the providers say of the requests that passed the proxy."""
    if not billed:
        return
    names = {model: visible.spelled_out(model) or "(not named)" for model in billed}
    width = min(46, max(12, *map(len, names.values())) + 2)
    _io.echo(
        f"\n{'model':<{width}}{'requests':>9}{'input':>12}{'cache read':>12}{'written':>11}{'output':>11}{'left out':>11}"
        f"{'dollars':>10}"
    )
    for model, sums in billed.items():
        requests, given, read, written, output, left_out = sums
        short = names[model] if len(names[model]) < width else f"…{names[model][-(width - 2) :]}"
        _io.echo(
            f"{short:<{width}}{requests:>9,}{given:>12,}{read:>12,}{written:>11,}{output:>11,}{left_out:>11,}{_dollars(_bill(model, sums, rows)):>10}"
        )
    _io.echo(BILLED)


def _dollars(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _object(figures: ledger.Figures, by: ledger.Grouping) -> dict[str, object]:
    return {
        "totals": _totals(figures.totals),
        f"by_{by.replace(' ', '_')}": {name: _totals(total) for name, total in figures.rows.items()},
        "losses": figures.losses,
        "originals": figures.originals,
        "original_bytes": figures.original_bytes,
        "stored_bytes": figures.stored_bytes,
        "cut_by_host": {"outputs": figures.cut_outputs, "tokens": figures.tokens_cut},
        "counted_by": "estimate",
    }


def _totals(total: ledger.Totals) -> dict[str, object]:
    return {**total._asdict(), "net": total.net, "net_share": round(total.net_share, 4)}
