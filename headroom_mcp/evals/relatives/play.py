"""Play the game of relatives.

    python -m headroom_mcp.evals.relatives.play [--seeds 0-99] [--family NAME] [--show SEED]

Seen: every mark of an output stands in its short form. Printed by family: seen, and how much shorter the outputs become.
"""

from __future__ import annotations

import argparse
from random import Random
from typing import NamedTuple

from headroom_mcp.evals.relatives import alike, commands, data, notations, runs
from headroom_mcp.evals.relatives.draw import Relative
from headroom_mcp.flow.plan import plan
from headroom_mcp.settings.table import Settings
from headroom_mcp.text import tokens
from headroom_mcp.tool_output import ToolOutput

FAMILIES = {**commands.FAMILIES, **runs.FAMILIES, **alike.FAMILIES, **data.FAMILIES, **notations.FAMILIES}


class Played(NamedTuple):
    """An output, its short form, and the marks that this does not show."""

    output: Relative
    shown: str
    missing: list[str]


def play(family: str, seed: int) -> Played:
    """Return what becomes of the output that `family` draws from `seed`."""
    output = FAMILIES[family](Random(seed))
    shown = plan(ToolOutput(output.text, "Bash", {"command": output.command}, output.query), Settings()).body
    return Played(output, shown, [mark for mark in output.marks if mark not in shown])


def main() -> None:
    """Print the figures of a range of seeds, or one output with its short form."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0-99")
    parser.add_argument("--family", choices=sorted(FAMILIES))
    parser.add_argument("--show", type=int)
    chosen = parser.parse_args()
    families = [chosen.family] if chosen.family else sorted(FAMILIES)
    if chosen.show is not None:
        for family in families:
            played = play(family, chosen.show)
            print(played.output.text, "-" * 40, played.shown, f"missing: {played.missing}", sep="\n")
        return
    low, _, high = chosen.seeds.partition("-")
    seeds = range(int(low), int(high or low) + 1)
    for family in families:
        games = [(seed, play(family, seed)) for seed in seeds]
        lost = [seed for seed, played in games if played.missing]
        before = sum(tokens.estimate(played.output.text) for _, played in games)
        after = sum(tokens.estimate(played.shown) for _, played in games)
        seen = 100 * (1 - len(lost) / len(games))
        print(f"{family:24} seen {seen:5.1f} %  saved {100 * (1 - after / before):5.1f} %  lost: {lost[:12]}")


if __name__ == "__main__":
    main()
