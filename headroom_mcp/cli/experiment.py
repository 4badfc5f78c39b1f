"""`headroom experiment`: a share of the sessions runs without us, and the bill says what the rest is worth."""

from __future__ import annotations

import math
import os
import sys
import time

import click

from headroom_mcp.cli import _io
from headroom_mcp.evals import experiment as measured
from headroom_mcp.evals.recorded import transcripts
from headroom_mcp.settings import environment, holdout


class _Share(click.ParamType):  # type: ignore[type-arg]  # generic in newer releases only
    """A share: 10%, or 0.1."""

    name = "share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        said = str(value).strip()
        try:
            found = float(said.removesuffix("%")) / (100 if said.endswith("%") else 1)
        except ValueError:
            found = 0.0
        if not 0 < found < 1:
            self.fail(f"{said} is not a share of the sessions; give one such as 10% or 0.1", param, ctx)
        return found


@click.group()
def experiment() -> None:
    """Prove what it is worth: some sessions run without us.

    Which ones is decided by their ids. Secrets are masked in all of them.

    Example: headroom experiment start --share 10%
    """


@experiment.command()
@click.option(
    "--share", type=_Share(), default="10%", show_default=True, help="How many of the sessions run without us."
)
def start(share: float) -> None:
    """Begin: from now on a share of sessions is left alone.

    Example: headroom experiment start --share 20%
    """
    folder = environment.data_home()
    if holdout.running(folder) is not None:
        raise click.ClickException("An experiment runs already: `headroom experiment report`, or `stop` it first.")
    try:
        holdout.start(folder, share, time.time())
    except OSError as error:
        msg = f"{folder} cannot be written: {error.strerror}. Set HEADROOM_HOME to a folder that you can write."
        raise click.ClickException(msg) from error
    _io.echo(
        f"{share:.0%} of the sessions that begin now run uncompressed. `headroom experiment report` says what that shows,"
        " `headroom experiment stop` ends it."
    )


@experiment.command()
def stop() -> None:
    """End: every session is compressed again. The report stays.

    Example: headroom experiment stop
    """
    folder = environment.data_home()
    try:
        ended = holdout.stop(folder, time.time())
    except OSError as error:
        msg = f"{folder} cannot be written: {error.strerror}. Remove {os.path.join(folder, 'experiment')} by hand."
        raise click.ClickException(msg) from error
    _io.echo(
        "No experiment runs." if ended is None else "Ended. `headroom experiment report` still says what it has shown."
    )


@experiment.command()
@click.argument("path", required=False, type=click.Path(exists=True))
@click.option("--json", "as_json", is_flag=True, help="Print an object with the figures.")
def report(path: str | None, as_json: bool) -> None:
    """Compare the sessions held out with the others.

    From their transcripts (default: ~/.claude/projects).

    Example: headroom experiment report --json
    """
    running = holdout.last(environment.data_home())
    if running is None:
        raise click.ClickException("There was no experiment. `headroom experiment start --share 10%` begins one.")
    with _io.said_plainly():
        config_dir = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.path.expanduser("~"), ".claude")
        with click.progressbar(
            transcripts.find(path or os.path.join(config_dir, "projects")), label="transcripts", file=sys.stderr
        ) as bar:
            found = measured.sessions(list(bar), running)
    result = measured.report(found, running)
    if as_json:
        _io.echo_json(_object(result, running))
    else:
        _print(result, running)


def _print(result: measured.Report, running: holdout.Experiment) -> None:
    state = f"until {_day(running.ended_s)}" if running.ended_s else "and goes on"
    _io.echo(
        f"Since {_day(running.started_s)} {state}: {running.share:.0%} of the sessions held out; {result.held_out:,} held out,"
        f" {result.compressed:,} compressed.\n"
    )
    _io.echo(f"{'mean of a session':<28}{'held out':>14}{'compressed':>14}{'difference':>14}{'95 %':>28}")
    for row in result.rows:
        interval = "" if math.isinf(row.low) else f"{_number(row.low)} to {_number(row.high)}"
        _io.echo(
            f"{row.measure:<28}{_number(row.held_out):>14}{_number(row.compressed):>14}{_number(row.difference):>14}{interval:>28}  {row.said}"
        )
    _io.echo(
        f"\n{result.verdict}\nTokens of tool results are estimates; all others are what the provider billed. Dollars: at today's"
        " prices of each\nrequest's model (`headroom prices`). Sessions that began before are not counted."
    )


def _object(result: measured.Report, running: holdout.Experiment) -> dict[str, object]:
    rows = [
        {
            **row._asdict(),
            "low": None if math.isinf(row.low) else row.low,
            "high": None if math.isinf(row.high) else row.high,
        }
        for row in result.rows
    ]
    return {
        **result._asdict(),
        "rows": rows,
        "share": running.share,
        "started_s": running.started_s,
        "ended_s": running.ended_s,
    }


def _number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def _day(seconds: int) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(seconds))
