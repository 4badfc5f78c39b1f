"""Play the scenarios over some seeds, and print what is saved and which answers survive."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Sequence

from headroom_mcp.evals.scenarios import exploration, incident, needle, play, search, triage
from headroom_mcp.evals.scenarios.play import Scenario

SCENARIOS: dict[str, Callable[[int], Scenario]] = {
    "needle": needle.make, "search": search.make, "incident": incident.make, "exploration": exploration.make, "triage": triage.make,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 1 where an answer is lost, or less is saved than should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="0-9", help="first and last seed (%(default)s)")
    parser.add_argument("--scenario", action="append", choices=list(SCENARIOS), help="only this one; again")
    parser.add_argument("--show", choices=list(SCENARIOS), help="print one with its short forms")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("HEADROOM_HOME", tempfile.mkdtemp(prefix="headroom-evals-"))
    low, _, high = chosen.seeds.partition("-")
    if chosen.show:
        return play.told(SCENARIOS[chosen.show], int(low))
    seeds = range(int(low), int(high or low) + 1)
    games = [play.play(SCENARIOS[name](seed)) for name in chosen.scenario or SCENARIOS for seed in seeds]
    rows = play.table(games)
    if chosen.json:
        print(json.dumps(rows, indent=1))
    else:
        for row in rows:
            print(
                "  ".join(
                    f"{name} {value:,}" if isinstance(value, int) else f"{name} {value}"
                    for name, value in row.items()
                    if name != "title"
                )
            )
        for game in games:
            for question in game.unanswered:
                print(f"lost: {game.scenario.name}: {question.words} {', '.join(question.answer)}")
    return int(not all(game.passed for game in games))


if __name__ == "__main__":
    raise SystemExit(main())
