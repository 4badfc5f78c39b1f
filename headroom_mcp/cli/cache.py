"""`headroom cache`: why prompt caches miss, what in a prefix changes by itself, and what a conversation costs."""

from __future__ import annotations

from typing import Any

import click

from headroom_mcp.cli import _help, _io
from headroom_mcp.context import prices
from headroom_mcp.context.cache.explain import Sent
from headroom_mcp.types import SettingsError


@click.group(cls=_help.Group)
def cache() -> None:
    """Find what breaks the prompt cache of recorded requests.

    And what they cost. Nothing is changed.

    A file holds the body of a request, several of them (a JSON list, or one a line), or a transcript of Claude Code.
    """


_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False))
_MODEL = click.option("--model", default="", help="The model whose prices and limits count (default: the request's).")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")


@cache.command()
@_FILES
@_MODEL
@_JSON
def lint(files: tuple[str, ...], model: str, as_json: bool) -> None:
    """Find what changes by itself in tools and system text.

    Dates, ids, paths, orders. Two requests give proof.

    Exit code 1 where there is something.

    Example: headroom cache lint first.json second.json
    """
    from headroom_mcp.context.cache import lint as linter

    with _io.said_plainly():
        sent = [one for conversation in _read(files) for one in conversation]
        price = _price(model, sent)
        found = linter.lint([one.body for one in sent], price)
    if as_json:
        _io.echo_json([finding._asdict() for finding in found])
    else:
        for finding in found:
            proof = ", and two requests differ in it" if finding.proof else ""
            _io.echo(f"{finding.path}: {finding.what}: {finding.example}{proof}")
            _io.echo(f"    {finding.behind:,} tokens from there on; each change costs {_cost(finding.units, price)}")
        _io.echo(f"{len(found)} found in tools and system text ({price.name}, prices of {price.date})")
    if found:
        raise SystemExit(1)


@cache.command()
@_FILES
@_MODEL
@_JSON
def explain(files: tuple[str, ...], model: str, as_json: bool) -> None:
    """Say why caches missed, and what that cost.

    And where each request differs from the one before it.

    Example: headroom cache explain ~/.claude/projects/-home-me-app/*.jsonl
    """
    from headroom_mcp.context.cache import explain as explainer

    rows: list[dict[str, Any]] = []
    requests = 0
    with _io.said_plainly():
        for number, conversation in enumerate(_read(files)):
            requests += len(conversation)
            price = _price(model, conversation)
            for index in range(1, len(conversation)):
                miss = explainer.explain(conversation[index - 1], conversation[index], price)
                if miss is not None:
                    units = miss.tokens * (price.write() - price.read)
                    rows.append(
                        {"conversation": number, "request": index, **miss._asdict(), "units": round(units),
                         "dollars": price.dollars(units), "model": price.name, "prices_of": price.date}
                    )  # fmt: skip
    if as_json:
        _io.echo_json(rows)
        return
    for row in rows:
        cost = f"${row['dollars']:.4f}" if row["dollars"] is not None else f"{row['units']:,} input tokens"
        _io.echo(
            f"conversation {row['conversation']}, request {row['request']}: {row['cause']} at {row['path'] or '-'}, after"
            f" {row['offset']:,} tokens\n    {explainer.CAUSES[row['cause']]}; {row['tokens']:,} tokens again, {cost}"
            f" ({row['model']}, {row['prices_of']})"
        )
    _io.echo(f"{len(rows)} misses in {requests:,} requests")


@cache.command()
@_FILES
@_MODEL
@click.option("--gap", default=30.0, show_default=True, help="Seconds between requests without a time of their own.")
@_JSON
def simulate(files: tuple[str, ...], model: str, gap: float, as_json: bool) -> None:
    """Say what a conversation costs with and without us.

    Its input as it was sent, with `compress`, and with a window that masks old results.

    Breakpoints are placed as `headroom_mcp.context.cache.place` does where the client set none.

    Example: headroom cache simulate requests.jsonl --model claude-opus-5-5
    """
    from headroom_mcp.context.cache import compare

    rows: list[dict[str, Any]] = []
    with _io.said_plainly():
        for number, conversation in enumerate(_read(files)):
            price = _price(model, conversation)
            timed = [(one.at_s if one.at_s is not None else i * gap, one.body) for i, one in enumerate(conversation)]
            for bill in compare.bills(timed, price, model):
                rows.append(
                    {"conversation": number, "way": bill.way, "requests": len(timed), **bill.usage._asdict(),
                     "reused": bill.reused, "dollars": price.dollars(bill.usage.units), "model": price.name, "prices_of": price.date}
                )  # fmt: skip
    if as_json:
        _io.echo_json(rows)
        return
    _io.echo(
        f"{'way':<16}{'requests':>9}{'uncached':>12}{'written':>12}{'read':>14}{'reused':>8}{'cost':>14}{'dollars':>10}"
    )
    for row in rows:
        dollars = "-" if row["dollars"] is None else f"{row['dollars']:.3f}"
        _io.echo(
            f"{row['way']:<16}{row['requests']:>9,}{row['uncached']:>12,}{row['written']:>12,}{row['read']:>14,}"
            f"{row['reused']:>8.1%}{row['units']:>14,.0f}{dollars:>10}"
        )
    if rows:
        _io.echo(
            f"\nreused: of what was in the cache, the share that was read again. cost: in input tokens of {rows[0]['model']}"
            f" (prices of {rows[0]['prices_of']})."
        )


def _read(files: tuple[str, ...]) -> list[list[Sent]]:
    """Return the conversations in these files: files with one request each are one conversation, in their order."""
    from headroom_mcp.context.cache import logs

    found = [conversation for file in files for conversation in logs.read(file)]
    if len(found) > 1 and all(len(conversation) == 1 for conversation in found):
        return [[conversation[0] for conversation in found]]
    return found


def _price(model: str, sent: list[Sent]) -> prices.Price:
    """Return the prices of the model. Raises: SettingsError where they are not known."""
    name = model or next((str(one.body["model"]) for one in sent if one.body.get("model")), "")
    row = prices.of(name) if name else None
    if row is None:
        what = f"for {name}" if name else "without a model"
        msg = f"No price is known {what}. Give --model, one of `headroom prices`."
        raise SettingsError(msg)
    return row


def _cost(units: float, price: prices.Price) -> str:
    dollars = price.dollars(units)
    return f"{units:,.0f} input tokens" if dollars is None else f"${dollars:.4f}"
