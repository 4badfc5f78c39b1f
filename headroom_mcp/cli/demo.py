"""`headroom demo`: the main job on real outputs, made on the spot, with what was kept counted."""

from __future__ import annotations

import tempfile
from typing import NamedTuple

import click

from headroom_mcp.cli import _io
from headroom_mcp.evals import samples
from headroom_mcp.flow.compress import compress_output
from headroom_mcp.hook.claude_code import limits
from headroom_mcp.retrieval.retrieve import retrieve
from headroom_mcp.settings.table import Settings
from headroom_mcp.store import Store, open_store
from headroom_mcp.text import tokens
from headroom_mcp.types import View

_PICTURE_LINES = 24
_WIDTH = 72  # with the indent of a wrapped line, 78 columns
_PIECES = 6


class Row(NamedTuple):
    """One sample after the flow."""

    sample: samples.Sample
    shown: str
    kind: str
    ref: str | None
    tokens_before: int
    tokens_after: int
    kept: tuple[str, ...]
    same_bytes: bool
    """The store gives the original back, byte for byte."""

    @property
    def saved(self) -> float:
        """The share of tokens saved."""
        return 1 - self.tokens_after / self.tokens_before


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures and the texts shown.")
def demo(as_json: bool) -> None:
    """See it work on outputs made on the spot.

    They are made small, what was kept is counted, and a slice is fetched back.

    Needs no network, no API key and no Claude Code; its store is thrown away afterwards.

    Example: headroom demo
    """
    with tempfile.TemporaryDirectory(prefix="headroom-demo-") as folder:
        settings = Settings(home=f"{folder}/home")
        with tempfile.TemporaryDirectory(dir=folder) as work, open_store(settings) as store:
            rows = [_row(sample, store, settings) for sample in samples.make(work)]
            slice_ = _slice(rows[0], store)
    if as_json:
        _io.echo_json(_object(rows, slice_))
    else:
        _print(rows, slice_)
    if not all(row.same_bytes for row in rows) or rows[0].kept != samples.FATAL_FACTS:
        raise click.ClickException("an original or a fact was lost: please report this with the output of --json.")


def _row(sample: samples.Sample, store: Store, settings: Settings) -> Row:
    result = compress_output(
        sample.text,
        tool_name=sample.tool_name,
        tool_input=sample.tool_input,
        query=sample.query,
        store=store,
        settings=settings,
        view=View(limits.limit_chars(sample.tool_name)),
    )
    kept = tuple(fact for fact in sample.facts if fact in result.text)
    same = result.text == sample.text if result.ref is None else store.get(result.ref).text == sample.text
    before, after = tokens.count(sample.text), tokens.count(result.text)
    return Row(sample, result.text, result.kind, result.ref, before, after, kept, same)


def _slice(row: Row, store: Store) -> str:
    if row.ref is None:
        return ""
    return retrieve(row.ref, query="PG-5523", max_tokens=400, store=store)


def _print(rows: list[Row], slice_: str) -> None:
    _io.echo("Before and after, on outputs made just now", bold=True)
    _io.echo(f"\n{'':<38}{'tokens':>17}{'saved':>9}{'facts kept':>15}")
    for row in rows:
        _io.echo(_figures(row.sample.title, row.tokens_before, row.tokens_after, len(row.kept), len(row.sample.facts)))
    before, after = (
        sum(column) for column in zip(*((row.tokens_before, row.tokens_after) for row in rows), strict=True)
    )
    kept, facts = sum(len(row.kept) for row in rows), sum(len(row.sample.facts) for row in rows)
    _io.echo(_figures("together", before, after, kept, facts), bold=True)

    first = rows[0]
    lines = len(first.sample.text.splitlines())
    _io.echo(f"\nThe first one, {lines:,} lines, as the model reads it after the question", bold=True)
    _io.echo(f'"{first.sample.query}"\n', bold=True)
    _picture(first.shown)

    if first.ref is not None:
        _io.echo(f'\nheadroom_retrieve(ref="{first.ref}", query="PG-5523")\n', bold=True)
        _picture(slice_)
    same = sum(row.same_bytes for row in rows)
    _io.echo(f"\n{same} of {len(rows)} originals came back from the store byte for byte.")
    _io.echo(_counted())
    _io.echo("Next: headroom install (Claude Code), or claude mcp add headroom -- headroom-mcp")


def _figures(title: str, before: int, after: int, kept: int, facts: int) -> str:
    return f"{title:<38}{before:>7,} → {after:>7,}{1 - after / before:>9.1%}{f'{kept} of {facts}':>15}"


def _picture(text: str) -> None:
    lines = text.splitlines()
    head = lines if len(lines) <= _PICTURE_LINES else [*lines[: _PICTURE_LINES - 1], "…", lines[-1]]
    for line in head:
        pieces = [line[start : start + _WIDTH] for start in range(0, len(line), _WIDTH)] or [""]
        for number, piece in enumerate(pieces[:_PIECES]):
            _io.echo(("  " if number == 0 else "      ") + piece)
        if len(pieces) > _PIECES:
            _io.echo(f"      … {sum(map(len, pieces[_PIECES:])):,} more characters of this line")


def _counted() -> str:
    if tokens.method() == "o200k":
        return "Tokens: o200k (tiktoken); Claude's own tokenizer is not public."
    return "Tokens: an estimate (mean error 9 % against o200k, which is not to be had here)."


def _object(rows: list[Row], slice_: str) -> dict[str, object]:
    return {
        "counted_by": tokens.method(),
        "outputs": [
            {
                "title": row.sample.title,
                "kind": row.kind,
                "ref": row.ref,
                "tokens_before": row.tokens_before,
                "tokens_after": row.tokens_after,
                "saved": round(row.saved, 4),
                "facts_kept": list(row.kept),
                "facts_lost": [fact for fact in row.sample.facts if fact not in row.kept],
                "same_bytes": row.same_bytes,
                "shown": row.shown,
            }
            for row in rows
        ],
        "slice": slice_,
    }
