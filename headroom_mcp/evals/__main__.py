"""Measure, with no key and no network: what is kept, what comes back, whether the laws hold.

    python -m headroom_mcp.evals quick [-n 8] [--data DIR]          under a minute on two cores
    python -m headroom_mcp.evals suite --tier 1 -o DIR [--data DIR]  under a quarter of an hour; goes on where it stopped
    python -m headroom_mcp.evals online --base-url URL --model NAME --data DIR [-n 20] [--yes]
                                                                    asks a model; says what it will cost before it does
    … --ci BASELINE    a report that --json or suite has written: ends with 1 where a figure has become worse

Ends with 0 where every bar is reached, 1 where one is not, 2 where something could not be read.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Sequence

from headroom_mcp import __version__
from headroom_mcp.evals import data as data_sets
from headroom_mcp.evals import figures, online_run, report, suite
from headroom_mcp.evals.figures import Tick
from headroom_mcp.text import tokens
from headroom_mcp.types import SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for and return the exit code."""
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("HEADROOM_HOME", tempfile.mkdtemp(prefix="headroom-evals-"))
    try:
        data = data_sets.at(chosen.data) if chosen.data else None
        if chosen.what == "online":
            return online_run.main(chosen, data)
        baseline = suite.load(chosen.ci, tokens.method()) if chosen.ci else None
        if chosen.what == "quick":
            tasks, folder, title = suite.quick(chosen.n), "", "headroom_mcp, quick"
        else:
            tasks, folder, title = suite.tier_1(), chosen.output, "headroom_mcp, tier 1"
            if chosen.tier == 2 and not (chosen.base_url and chosen.model and data):
                print("Tier 2 asks a model: give --base-url, --model and --data, or take --tier 1.", file=sys.stderr)
                return 2
        tasks = [task for task in tasks if not chosen.layer or task.name in chosen.layer]
        layers = suite.run(tasks, data, folder, _Progress(tasks).began)
    except (SettingsError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    asked = online_run.main(chosen, data) if chosen.what == "suite" and chosen.tier == 2 else 0
    run = report.Run(title, _about(data), layers)
    plain = {"title": title, "about": dict(run.about), "layers": [figures.as_object(layer) for layer in layers]}
    if folder:
        _write(folder, run, plain)
    print(json.dumps(plain, indent=1) if chosen.json else report.text(run))
    worse = figures.regressions(baseline, layers) if baseline is not None else []
    for told in worse:
        print(f"worse: {told}", file=sys.stderr)
    return asked or int(bool(worse) or not all(layer.passed for layer in layers))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m headroom_mcp.evals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked = parser.add_subparsers(dest="what", required=True)
    quick = asked.add_parser("quick", help="every layer in a few cases")
    quick.add_argument("-n", type=int, default=suite.QUICK, help="about so many cases a layer (%(default)s)")
    whole = asked.add_parser("suite", help="every layer in many cases, with a report")
    whole.add_argument("--tier", type=int, choices=(1, 2), default=1, help="1: offline; 2: and what `online` does")
    whole.add_argument("-o", "--output", required=True, help="the folder of the report, and of what is done already")
    online = asked.add_parser("online", help="ask a model with and without us, paired")
    online.add_argument("-o", "--output", default="", help="a folder of answers: a run goes on from there")
    for one in (whole, online):
        online_run.add_options(one)
    for one in (quick, whole):
        one.add_argument(
            "--layer", action="append", choices=[task.name for task in suite.tier_1()], help="only this one; again"
        )
        one.add_argument("--ci", default="", metavar="BASELINE", help="an earlier report to compare with")
    for one in (quick, whole, online):
        one.add_argument("--data", default="", help="a folder of data sets; see headroom_mcp/evals/data.py")
        one.add_argument("--json", action="store_true", help="the report as JSON")
    return parser


def _about(data: data_sets.Data | None) -> dict[str, str]:
    about = {
        "release": __version__, "date": time.strftime("%Y-%m-%d"), "python": platform.python_version(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores", "tokens by": tokens.method(),
    }  # fmt: skip
    return {**about, **({f"sha256 of {name}": digest for name, digest in data.checksums().items()} if data else {})}


def _write(folder: str, run: report.Run, plain: object) -> None:
    os.makedirs(folder, exist_ok=True)
    for name, content in (
        ("report.json", json.dumps(plain, indent=1) + "\n"),
        ("report.md", report.markdown(run)),
        ("report.html", report.html(run)),
    ):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(content)


class _Progress:
    """One line on a terminal: which layer of how many, and how many cases of it are done."""

    def __init__(self, tasks: Sequence[suite.Task]) -> None:
        self.tasks = list(tasks)
        self.done = 0

    def began(self, task: suite.Task) -> Tick:
        """Show that a layer starts; return what is called after each of its cases."""
        self.done = 0
        place = f"{self.tasks.index(task) + 1}/{len(self.tasks)}"

        def tick() -> None:
            self.done += 1
            if sys.stderr.isatty():
                print(f"\r\x1b[K{place} {task.name}: {self.done:,} cases", end="", file=sys.stderr, flush=True)

        if sys.stderr.isatty():
            print(f"\r\x1b[K{place} {task.name}", end="", file=sys.stderr, flush=True)
        return tick


if __name__ == "__main__":
    raise SystemExit(main())
