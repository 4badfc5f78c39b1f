"""`headroom bench`: measurements anyone can repeat. `headroom bench DIR` is short for `headroom bench cases DIR`."""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

import click

from headroom_mcp.cli import _help, _io
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens

# subcommand -> module:name; anything else is a folder of cases
SUBCOMMANDS = {
    "cases": "headroom_mcp.cli.bench:cases_command",
    "images": "headroom_mcp.evals.images.command:bench",
    "latency": "headroom_mcp.cli.bench_latency:latency_command",
    "memory": "headroom_mcp.evals.memory.bench:bench",
}
_HEAD = ("", "cases", "saving", "effective", "needles", "all kept", "ms", "MB/s")


class BenchGroup(_help.Group):
    """A group whose subcommands are imported when called, and whose default is `cases`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in SUBCOMMANDS:
            return None
        module, _, name = SUBCOMMANDS[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)
        command.context_class = _help.Context
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in SUBCOMMANDS and args[0] not in ("-h", "--help"):
            if not os.path.exists(args[0]) and _help.nearest(args[0], SUBCOMMANDS):
                self.resolve_command(ctx, args)  # which names the nearest
            args = ["cases", *args]
        return super().parse_args(ctx, args)


@click.group(cls=BenchGroup)
def bench() -> None:
    """Measure savings, facts kept and speed.

    `headroom bench DIR` runs a folder of cases.

    Example: headroom bench ./cases --laws --json run.json
    """


@click.command("cases")
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--kind", "kinds", multiple=True, help="Only cases of this kind; may be given again.")
@click.option("--label", default="", help="Only cases with this label.")
@click.option("--no-query", is_flag=True, help="Do not say what the reader wants to know.")
@click.option("--laws", is_flag=True, help="Check laws 1-5 and 7 on every case; a broken one ends with exit code 1.")
@click.option("--json", "json_file", default="", help="Write every case's figures to this file; - is standard output.")
@click.option(
    "--compare", nargs=2, type=click.Path(exists=True, dir_okay=False), help="Compare two files that --json wrote."
)
def cases_command(
    folder: str | None,
    kinds: tuple[str, ...],
    label: str,
    no_query: bool,
    laws: bool,
    json_file: str,
    compare: tuple[str, str] | None,
) -> None:
    """Measure the cases of FOLDER, by kind and by label.

    A case is KIND/ID.json beside its output.
    """
    from headroom_mcp.evals import bench as measure

    if compare:
        _print_comparison(*compare)
        return
    if folder is None:
        msg = "Give a folder of cases, or --compare A.json B.json."
        raise click.UsageError(msg)
    from headroom_mcp.store import open_store

    scores: list[measure.Score] = []
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as home, open_store(Settings(home=home)) as store:
        try:
            total = measure.count(folder)
            with click.progressbar(measure.cases(folder), length=total, label="cases", file=sys.stderr) as listed:
                for case in listed:
                    if (not kinds or case.kind in kinds) and (not label or case.label == label):
                        scores.append(measure.score(case, store, with_query=not no_query, laws=laws))
        except (OSError, ValueError, KeyError) as error:
            msg = f"{folder} is not a folder of cases: {error}. See the layout in headroom_mcp/evals/bench.py."
            raise click.ClickException(msg) from error
    if not scores:
        msg = f"No case of {folder} matches."
        raise click.ClickException(msg)
    if json_file:
        _write_json(json_file, folder, no_query, scores)
    if json_file != "-":
        _io.echo(f"tokens by {tokens.method()}{', without the query' if no_query else ''}")
        _print_rows(measure.summary(scores, "kind"))
        if any(one.label for one in scores):
            _io.echo("")
            _print_rows(measure.summary(scores, "label"))
    broken = [(one, law) for one in scores for law in one.broken]
    for one, law in broken:
        _io.echo(f"{one.kind}/{one.id}: {law}", err=True)
    if laws and json_file != "-":
        _io.echo(f"laws 1-5 and 7: {len(scores):,} cases, {len(broken):,} broken")
    if broken:
        raise SystemExit(1)


def _write_json(path: str, folder: str, no_query: bool, scores: list[Any]) -> None:
    report = {
        "folder": folder,
        "with_query": not no_query,
        "tokens_by": tokens.method(),
        "cases": [one._asdict() for one in scores],
    }
    with click.open_file(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")


def _print_rows(rows: list[Any]) -> None:
    printed = [_HEAD]
    for row in rows:
        printed.append(
            (
                row.name,
                f"{row.cases:,}",
                f"{row.saving:.1f}",
                f"{row.effective:.1f}",
                f"{row.needles_kept:.1f}",
                f"{row.cases_kept:.1f}",
                f"{row.ms:.1f}",
                f"{row.mb_per_s:.1f}",
            )
        )
    _print_table(printed)


def _print_comparison(first: str, second: str) -> None:
    from headroom_mcp.evals import bench as measure

    runs = []
    for path in (first, second):
        try:
            with open(path, encoding="utf-8") as file:
                runs.append(json.load(file)["cases"])
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{path} is not a report of `headroom bench --json`: {error!r}."
            raise click.ClickException(msg) from error
    printed = [("", "cases", "effective", "→", "saving", "→", "all kept", "→")]
    for name, old, new in measure.compared(*runs):
        printed.append(
            (
                name,
                f"{old.cases:,}",
                f"{old.effective:.1f}",
                f"{new.effective:.1f}",
                f"{old.saving:.1f}",
                f"{new.saving:.1f}",
                f"{old.cases_kept:.1f}",
                f"{new.cases_kept:.1f}",
            )
        )
    _print_table(printed)


def _print_table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        _io.echo("  ".join(cells).rstrip())
