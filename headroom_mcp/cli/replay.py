"""`headroom replay`: past sessions through the hook's own code, before anything is installed."""

from __future__ import annotations

import functools
import os
import sys

import click

from headroom_mcp.cli import _io
from headroom_mcp.context import prices
from headroom_mcp.evals.recorded import sessions as sessions_module
from headroom_mcp.evals.recorded import transcripts
from headroom_mcp.text import tokens


@click.command()
@click.argument("path", required=False, type=click.Path(exists=True))
@click.option("--sessions", "folder", type=click.Path(exists=True, file_okay=False), help="Recorded agent sessions.")
@click.option(
    "--as", "form", type=click.Choice(["anthropic", "openai"]), help="With --sessions: as messages, through `compress`."
)
@click.option("--price", type=float, help="Dollars per million input tokens (default: the model's, or 3).")
@click.option("--model", default="", help="The model whose prices count (see `headroom prices`).")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def replay(
    path: str | None, folder: str | None, form: str | None, price: float | None, model: str, as_json: bool
) -> None:
    """Say what past sessions would have saved.

    Of Claude Code (default: ~/.claude/projects). Nothing is changed.

    With --sessions DIR, measure on recorded agent sessions whether the strings that the agent used next would still have
    been shown to it.

    Example: headroom replay ~/.claude/projects --model claude-opus-5-5
    """
    with _io.said_plainly():
        rates = _rates(model, price)
        if folder is not None:
            _replay_sessions(folder, form, as_json)
            return
        config_dir = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
        found = transcripts.find(path or os.path.join(config_dir, "projects"))
        with click.progressbar(found, label="transcripts", file=sys.stderr) as bar:
            result = transcripts.replay(iter(bar), rates)
    if as_json:
        _io.echo_json(_object(result, rates, model))
    else:
        _print(result, rates, model)


def _print(result: transcripts.Replay, rates: transcripts.Rates, model: str) -> None:
    _io.echo(f"{'tool':<28}{'results':>9}{'replaced':>10}{'before':>13}{'after':>13}{'saved':>8}{'dollars':>10}")
    rows = sorted(result.by_tool.items(), key=lambda item: item[1].tokens_after - item[1].tokens_host)
    for tool, row in [*rows, ("together", result.totals)]:
        _io.echo(
            f"{tool[:27]:<28}{row.results:>9,}{row.replaced:>10,}{row.tokens_host:>13,}{row.tokens_after:>13,}"
            f"{_share(row):>8.1%}{row.saved_dollars:>10.2f}"
        )
    if result.cut.results:
        cut = result.cut
        _io.echo(
            f"\nThe host itself cut {cut.results:,} results and hid {cut.tokens_hidden:,} tokens of them, which would have cost"
            f" ${cut.dollars_hidden:,.2f}. Of {cut.failures:,}\nlines in them that tell of a failure it showed {cut.failures_host:,};"
            f" we would have shown {cut.failures_ours:,}, with the rest one call away."
        )
    _io.echo(
        f"\n{result.transcripts:,} transcripts, {result.unreadable:,} unreadable; {result.already:,} results were ours"
        f" already and are not counted.\n{result.failed:,} failing calls count as unchanged: transcripts hold them only"
        f" as the host cut them.\nTokens are estimates. Dollars: ${rates.dollars:g} per million input tokens{_whose(model)}, written to"
        f" the prompt cache at\n{rates.write:g} times that, re-read with every later request at {rates.read:g} times."
    )


def _object(result: transcripts.Replay, rates: transcripts.Rates, model: str) -> dict[str, object]:
    totals = result.totals
    return {
        "by_tool": {tool: row._asdict() for tool, row in result.by_tool.items()},
        "totals": totals._asdict(),
        "saved_pct": round(100 * _share(totals), 2),
        "transcripts": result.transcripts,
        "unreadable": result.unreadable,
        "failed": result.failed,
        "already": result.already,
        "cut_by_host": result.cut._asdict(),
        "price": rates.dollars,
        "cache_write": rates.write,
        "cache_read": rates.read,
        "model": model,
        "counted_by": "estimate",
    }


def _rates(model: str, price: float | None) -> transcripts.Rates:
    """Return the prices of `model`, with `price` where one is given. Raises: ClickException where they are not known."""
    rates = transcripts.Rates()
    if model:
        row = prices.of(model)
        if row is None or (row.input is None and price is None):
            raise click.ClickException(
                f"No price is known for {model}. Give one with --price, or see `headroom prices`."
            )
        rates = transcripts.Rates(row.input or 0.0, row.write_5m, row.read)
    return rates if price is None else rates._replace(dollars=price)


def _whose(model: str) -> str:
    row = prices.of(model) if model else None
    return f" ({row.name}, {row.date})" if row else ""


def _share(row: transcripts.ToolRow) -> float:
    return 1 - row.tokens_after / row.tokens_host if row.tokens_host else 0.0


def _replay_sessions(folder: str, form: str | None, as_json: bool) -> None:
    from headroom_mcp.evals.recorded import conversations

    whole = functools.partial(conversations.shown, form) if form else None
    sessions = sessions_module.read_sessions(folder)
    with click.progressbar(sessions, label="sessions", file=sys.stderr) as bar:
        scores = [sessions_module.score(session, whole=whole) for session in bar]
    together = sessions_module.summary(scores)
    if as_json:
        _io.echo_json({**together, "sessions": [score._asdict() for score in scores]})
        return
    _io.echo(f"{'session':<40}{'used':>7}{'preserved':>11}{'before':>10}{'after':>10}{'saved':>8}")
    for score in scores:
        saved = 1 - score.tokens_after / max(1, score.tokens_before)
        _io.echo(
            f"{score.session[:39]:<40}{score.used:>7,}{score.preserved:>11,}{score.tokens_before:>10,}"
            f"{score.tokens_after:>10,}{saved:>8.1%}"
        )
    _io.echo(
        f"\nnext-action preservation {together['next_action_preserved_pct']} % of {together['used']:,} strings,"
        f" {together['saved_pct']} % fewer tool-output tokens ({tokens.method()})"
    )
