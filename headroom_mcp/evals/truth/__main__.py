"""python -m headroom_mcp.evals.truth [--corpus DIR …] [--cases DIR …] [--planted N] [--runs N] [--show] [--json]

Compresses outputs and checks every statement of their short forms against the originals. Ends with 1 where one is false.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import NamedTuple


class Row(NamedTuple):
    """What came of one source of outputs."""

    source: str
    outputs: int
    checked: int
    false: int
    unchecked: int


def main() -> int:
    """Check what was asked for and print the counts by source."""
    parser = argparse.ArgumentParser(prog="headroom_mcp.evals.truth", description=__doc__)
    parser.add_argument("--corpus", action="append", default=[], help="a folder of cases with manifest.jsonl")
    parser.add_argument("--cases", action="append", default=[], help="a folder of NAME.txt with NAME.toml")
    parser.add_argument("--planted", type=int, default=0, help="so many made-up outputs")
    parser.add_argument("--runs", type=int, default=0, help="so many made-up runs of tests")
    parser.add_argument("--show", action="store_true", help="print every statement that is false or not understood")
    parser.add_argument("--json", action="store_true", help="the counts as JSON")
    arguments = parser.parse_args()
    os.environ.setdefault("HEADROOM_HOME", tempfile.mkdtemp())
    from headroom_mcp.evals.truth import inputs

    sources = [(folder, inputs.of_corpus(folder)) for folder in arguments.corpus]
    sources += [(folder, inputs.of_cases(folder)) for folder in arguments.cases]
    if arguments.planted:
        sources.append(("planted", inputs.planted(arguments.planted)))
    if arguments.runs:
        sources.append(("runs", inputs.test_runs(arguments.runs)))
    rows = [_row(name, given, arguments.show) for name, given in sources]
    if arguments.json:
        print(json.dumps([row._asdict() for row in rows], indent=2))
    else:
        for row in rows:
            print(
                f"{row.source}: {row.outputs:,} short forms, {row.checked:,} statements checked, "
                f"{row.false:,} false, {row.unchecked:,} not understood"
            )
    return 1 if any(row.false for row in rows) else 0


def _row(source: str, given: Iterator[object], show: bool) -> Row:
    import click

    from headroom_mcp.evals.truth.inputs import Input
    from headroom_mcp.evals.truth.judge import judge
    from headroom_mcp.settings.table import Settings

    settings = Settings(home=os.environ["HEADROOM_HOME"])
    outputs = checked = false = unchecked = 0
    every = list(given)
    with click.progressbar(every, label=source[-30:], file=sys.stderr) as listed:
        for one in listed:
            assert isinstance(one, Input)
            findings = judge(one, settings)
            if findings is None:
                continue
            outputs += 1
            checked += findings.checked
            false += len(findings.false)
            unchecked += len(findings.unchecked)
            if show:
                for said in findings.false:
                    print(f"{one.name}: {said}")
                for said in findings.unchecked:
                    print(f"{one.name}: not understood: {said}")
    return Row(source, outputs, checked, false, unchecked)


if __name__ == "__main__":
    raise SystemExit(main())
